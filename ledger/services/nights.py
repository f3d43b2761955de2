"""The nights: bring every due business date up to a day, one transaction each, published or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ledger import queries
from ledger.models import Bundle, LateChange, LedgerState, Run
from ledger.rules import windows
from ledger.services.extracts import lock_ledger
from ledger.sql import set_wise, statement

Step = Callable[[Run, date], None]
_STEPS: list[Step] = []


def add_step(step: Step) -> None:
    """Have `step(run, first_day)` called in every night's transaction, after the ledger's own readings.

    The step is responsible for the days from `first_day` to the run's business date.
    """
    if step not in _STEPS:
        _STEPS.append(step)


@dataclass(frozen=True)
class Outcome:
    """What `run_nights` did: the runs it published, and the first date it could not do for want of data."""

    runs: list[Run]
    waiting_for: date | None


class NightFailed(Exception):
    """A night broke off; nothing of it shows. The run keeps the first error."""


def run_nights(*, to: date, start: date | None = None) -> Outcome:
    """Work every due business date up to `to`, oldest first, and publish each.

    Due is a covered date that has no published run, or whose run rests on fewer bundles than have
    since changed it. `start` skips publishing earlier dates (their balances still count). Dates after
    the first gap in the delivered data wait: unknown balances are never carried over a gap.
    """
    if start is not None:
        _begin_at(start)
    due, waiting_for = queries.due_dates(to)
    runs = [_night(day, place, len(due)) for place, day in enumerate(due, 1)]
    return Outcome(runs, waiting_for)


def _begin_at(start: date) -> None:
    with transaction.atomic():
        state = lock_ledger()
        if state.first_night is None or start < state.first_night:
            state.first_night = start
            state.save(update_fields=["first_night"])


def _night(day: date, place: int, places: int) -> Run:
    """One business date: claim it, work it in one transaction, and leave the truth in its run row."""
    run = _claim(day, place, places)
    try:
        with transaction.atomic():
            _work(run)
    except Exception as error:
        _fail(run, error)
        raise NightFailed(f"{day}: {error}") from error
    return run


def _claim(day: date, place: int, places: int) -> Run:
    """A new version of the date. Whoever holds the ledger's lock knows that no other night is alive."""
    with transaction.atomic():
        lock_ledger()
        for dead in Run.objects.filter(status=Run.Status.RUNNING):
            _fail(dead, InterruptedError("stopped in the middle"))
        last = Run.objects.filter(business_date=day).order_by("-version").first()
        bundle = Bundle.objects.latest("id")
        reason = queries.rerun_reason(day) if last is not None and last.is_current else ""
        return Run.objects.create(
            business_date=day,
            version=last.version + 1 if last else 1,
            reason=reason,
            through_bundle=bundle,
            place=place,
            places=places,
        )


def _fail(run: Run, error: Exception) -> None:
    run.status, run.finished_at = Run.Status.FAILED, timezone.now()
    run.error = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    run.save(update_fields=["status", "finished_at", "error"])


def _work(run: Run) -> None:
    state = lock_ledger()
    if Run.objects.get(pk=run.pk).status != Run.Status.RUNNING:
        raise InterruptedError("another process took this night over")
    run.through_bundle = Bundle.objects.latest("id")
    with set_wise() as cursor:
        advance_products(cursor, state, max(run.business_date, state.applied_through or run.business_date))
        write_readings(cursor, run)
    first_day = queries.first_day_of(run)
    for step in _STEPS:
        step(run, first_day)
    _check(run)
    _publish(run)


def advance_products(cursor: Any, state: LedgerState, through: date) -> None:
    """Bring the prefix sums up to `through`, late changes included, for the customers that are touched."""
    history_start = queries.history_start()
    applied = state.applied_through or history_start - timedelta(days=1)
    given = {"applied": applied, "through": through}
    for name in ("touched", "clear", "rebuild"):
        cursor.execute(statement(name), given)
    cursor.execute("DROP TABLE touched")
    LateChange.objects.filter(applied_at=None, since__lte=through).update(applied_at=timezone.now())
    state.applied_through = through
    state.save(update_fields=["applied_through"])


def write_readings(cursor: Any, run: Run) -> None:
    """Readings of all managers for the windows to date, at every stored floor."""
    spans = [windows.window(name, run.business_date) for name in windows.TO_DATE]
    given = queries.rollup_parameters(spans, queries.stored_floors(), run=run.pk)
    cursor.execute(f"INSERT INTO ledger_reading ({queries.READING_COLUMNS}) {statement('rollup')}", given)


def _check(run: Run) -> None:
    """Nothing is published unless every manager has every reading."""
    expected = queries.expected_readings()
    found = run.readings.count()
    if found != expected:
        raise ArithmeticError(f"{found} readings instead of {expected}")


def _publish(run: Run) -> None:
    """Move the pointer that readers follow."""
    Run.objects.filter(business_date=run.business_date, is_current=True).update(is_current=False)
    run.status, run.is_current, run.finished_at = Run.Status.SUCCEEDED, True, timezone.now()
    run.save()
