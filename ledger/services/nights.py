"""The nights: bring every due business date up to a day, one transaction each, published or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

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
    runs: list[Run] = []
    while True:
        # Asked anew each time: a bundle loaded meanwhile may have made an earlier date due, and another
        # process may have worked the next one.
        due, waiting_for = queries.due_dates(to)
        if not due:
            return Outcome(runs, waiting_for)
        run = _night(due[0], len(runs) + 1, len(runs) + len(due))
        runs += [run] if run is not None else []


def _begin_at(start: date) -> None:
    """Publish nothing before `start`, unless earlier dates are published already: they stay looked after."""
    with transaction.atomic():
        state = lock_ledger()
        begun = state.first_night or (date.min if Run.objects.filter(is_current=True).exists() else date.max)
        if start < begun:
            state.first_night = start
            state.save(update_fields=["first_night"])


def _night(day: date, place: int, places: int) -> Run | None:
    """One business date: claim it, work it in one transaction, and leave the truth in its run row.

    None where another process worked it in between.
    """
    claimed = _claim(day, place, places)
    if claimed is None:
        return None
    run, mine = claimed
    try:
        with transaction.atomic():
            return _work(run, mine=mine)
    except Exception as error:
        _fail(run, error)
        raise NightFailed(f"{day}: {error}") from error


def _claim(day: date, place: int, places: int) -> tuple[Run, bool] | None:
    """A run of the date that is not done yet, and whether it is ours: another process may have begun one.

    None where the date is no longer due: another process published it while we waited for the lock.
    """
    with transaction.atomic():
        lock_ledger()
        if queries.fresh_dates().filter(business_date=day).exists():
            return None
        begun = Run.objects.filter(business_date=day, status=Run.Status.RUNNING).first()
        return (begun, False) if begun else (_begin(day, place, places), True)


def _begin(day: date, place: int, places: int) -> Run:
    last = Run.objects.filter(business_date=day).order_by("-version").first()
    return Run.objects.create(
        business_date=day,
        version=last.version + 1 if last else 1,
        reason=queries.rerun_reason(day),
        through_bundle=Bundle.objects.latest("id"),
        place=place,
        places=places,
    )


def _fail(run: Run, error: Exception) -> None:
    run.status, run.finished_at = Run.Status.FAILED, timezone.now()
    run.error = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    run.save(update_fields=["status", "finished_at", "error"])


def _work(run: Run, *, mine: bool) -> Run | None:
    """Work and publish the date under the ledger's lock: whoever holds it knows that no other night is alive.

    So a run that another process began and that is still running now belongs to a dead one, or to one
    in line for the lock behind us, which will find it failed and go on with the next date.
    """
    state = lock_ledger()
    if Run.objects.get(pk=run.pk).status != Run.Status.RUNNING:
        return None
    if not mine:
        _fail(run, InterruptedError(_("中途停止，已由另一进程接手")))
        run = _begin(run.business_date, run.place, run.places)
    run.through_bundle = Bundle.objects.latest("id")
    with set_wise() as cursor:
        advance_products(cursor, state, max(run.business_date, state.applied_through or run.business_date))
        write_readings(cursor, run)
    first_day = queries.first_day_of(run)
    for step in _STEPS:
        step(run, first_day)
    _check(run)
    _publish(run)
    return run


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
