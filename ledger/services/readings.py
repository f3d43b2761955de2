"""Readings of a night: rolled up for whom they may have changed, carried over for the others."""

from typing import Any

from django.db import connection

from ledger import queries
from ledger.models import Bundle, LedgerState, Run
from ledger.services import crediting
from ledger.services.products import Slots
from ledger.sql import set_wise, statement
from ledger.sql.rollup import summed


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
        rows = _made(cursor, run, slots, affected)
        if affected is not None:
            before = previous_version(run)
            assert before is not None
            cursor.execute(
                statement("carry_readings"),
                {"run": run.pk, "before": before.pk, "affected": affected, "slots": list(slots)},
            )
            rows += cursor.rowcount
    return rows


def _made(cursor: Any, run: Run, slots: Slots, affected: list[int] | None) -> int:
    """Readings out of the sums that the parts have kept, where they answer, else out of the history."""
    spans = crediting.spans(run.business_date)
    given = queries.rollup_parameters(spans, run.floors, run=run.pk, managers=affected, slots=slots)
    insert = f"INSERT INTO ledger_reading ({queries.COLUMNS}) "
    if not _positions_answer(run, affected) or not crediting.are_kept(run):
        cursor.execute(insert + queries.rollup_statement(spans, len(run.floors)), given)
        return int(cursor.rowcount)
    crediting.put_together(cursor, run, slots)
    cursor.execute(insert + summed(len(run.floors), based=queries.is_based(run.business_date)), given)
    rows = int(cursor.rowcount)
    cursor.execute("DROP TABLE credited")
    return rows


def add_up(run: Run, slots: Slots) -> int:
    """Keep what customers of some slots credit to managers, where readings will be made of it; rows."""
    return crediting.add_up(run, slots) if _positions_answer(run, affected_managers(run)) else 0


def _positions_answer(run: Run, affected: list[int] | None) -> bool:
    """Whether the positions stand at the run's day and everyone is asked about: then they answer fastest."""
    applied = LedgerState.objects.get(id=1).applied_through
    newest = applied is None or run.business_date >= applied
    # A later night that was begun and given up may have left some positions ahead.
    return newest and queries.claimed_through() == run.business_date and affected is None


def changed_rows(run: Run, before: Run) -> int:
    """How many managers × windows read otherwise than in the version before."""
    with connection.cursor() as cursor:
        cursor.execute(statement("changed_readings"), {"run": run.pk, "before": before.pk})
        return int(cursor.fetchone()[0])
