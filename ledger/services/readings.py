"""Readings of a night: rolled up for whom they may have changed, carried over for the others."""

from datetime import date

from django.db import connection

from ledger import queries
from ledger.models import Bundle, LedgerState, Run
from ledger.rules import windows
from ledger.services.products import Slots
from ledger.sql import set_wise, statement


def affected_managers(run: Run) -> list[int] | None:
    """Whom the bundles since the version before may concern; None for everyone (a first version, too).

    Whoever asks for a night to be worked again doubts the figures of everyone.
    """
    before = previous_version(run)
    if before is None or before.floors != run.floors or run.requested_by_id is not None:
        return None
    given = {"after": before.confirmed_through_id, "through": run.through_bundle_id, "day": run.business_date}
    if _changes_everyone(before, run):
        return None
    with connection.cursor() as cursor:
        cursor.execute(statement("affected_managers"), given | {"before": before.pk})
        return [manager for (manager,) in cursor.fetchall()]


def previous_version(run: Run) -> Run | None:
    """The version of the run's date that readers see now."""
    return Run.objects.filter(business_date=run.business_date, is_current=True).exclude(pk=run.pk).first()


def _changes_everyone(before: Run, run: Run) -> bool:
    """A bundle from before all others moves the first known day, and with it what is missing."""
    since = Bundle.objects.filter(id__gt=before.confirmed_through_id, id__lte=run.through_bundle_id)
    earlier = Bundle.objects.filter(id__lte=before.confirmed_through_id).order_by("from_on").first()
    return earlier is None or since.filter(from_on__lt=earlier.from_on).exists()


def write_readings(run: Run, slots: Slots) -> int:
    """Readings of some slots of managers for the windows to date, at every stored floor; rows written."""
    affected = affected_managers(run)
    with set_wise() as cursor:
        spans = [windows.window(name, run.business_date) for name in windows.TO_DATE]
        given = queries.rollup_parameters(spans, run.floors, run=run.pk, managers=affected, slots=slots)
        stands_at = _positions_stand_at(run, affected)
        text = queries.rollup_statement(spans, len(run.floors), applied_through=stands_at)
        cursor.execute(f"INSERT INTO ledger_reading ({queries.COLUMNS}) {text}", given)
        rows: int = cursor.rowcount
        if affected is not None:
            before = previous_version(run)
            assert before is not None
            cursor.execute(
                statement("carry_readings"),
                {"run": run.pk, "before": before.pk, "affected": affected, "slots": list(slots)},
            )
            rows += cursor.rowcount
    return rows


def _positions_stand_at(run: Run, affected: list[int] | None) -> date | None:
    """The day the positions stand at, where they answer fastest: for everyone, on the newest date."""
    applied = LedgerState.objects.get(id=1).applied_through
    newest = applied is None or run.business_date >= applied
    # A later night that was begun and given up may have left some positions ahead.
    newest = newest and queries.claimed_through() == run.business_date
    return run.business_date if newest and affected is None else None


def changed_rows(run: Run, before: Run) -> int:
    """How many managers × windows read otherwise than in the version before."""
    with connection.cursor() as cursor:
        cursor.execute(statement("changed_readings"), {"run": run.pk, "before": before.pk})
        return int(cursor.fetchone()[0])
