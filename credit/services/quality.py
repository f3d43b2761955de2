"""Quality readings of a night: worked out for whom they may have changed, carried over for the others."""

from datetime import timedelta

from django.db import connection

from credit.models import QualityReading
from credit.queries import quality as queries
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules import windows
from ledger.services import readings
from ledger.services.products import Slots
from ledger.sql import set_wise, statement


def work_quality(run: Run, slots: Slots) -> int:
    """Write quality readings of some slots of managers; rows written."""
    before = readings.previous_version(run)
    affected = _affected(run, before)
    spans = [windows.window(name, run.business_date) for name in windows.TO_DATE]
    marked = ledger.claimed_through() == run.business_date
    given = queries.parameters(spans, run.floors, run=run.pk, managers=affected, slots=slots)
    given["prev"] = _day_before(run) if marked and before is None else None
    text = queries.quality_statement(spans, len(run.floors), from_positions=marked)
    with set_wise() as cursor:
        cursor.execute(f"INSERT INTO credit_qualityreading ({queries.COLUMNS}) {text}", given)
        rows: int = cursor.rowcount
        if affected is not None:
            assert before is not None
            carried = {"run": run.pk, "before": before.pk, "affected": affected, "slots": list(slots)}
            cursor.execute(statement("carry_readings", "credit.sql"), carried)
            rows += cursor.rowcount
    return rows


def _affected(run: Run, before: Run | None) -> list[int] | None:
    """As for the ledger; and everyone where the version before knew of no classes at all."""
    if before is not None and not queries.holds_loans(before):
        return None
    return readings.affected_managers(run)


def _day_before(run: Run) -> int | None:
    """The run whose peaks may be carried on: published for the day before, by all bundles there are."""
    eve = run.business_date - timedelta(days=1)
    known = Run.objects.filter(business_date=eve, is_current=True, floors=run.floors).first()
    fresh = known is not None and eve in set(ledger.fresh_dates().filter(business_date=eve))
    kept = fresh and QualityReading.objects.filter(run=known).exists()
    return known.pk if known is not None and kept else None


def changed_rows(run: Run, before: Run) -> int:
    """How many managers × windows read otherwise than in the version before."""
    with connection.cursor() as cursor:
        cursor.execute(statement("changed_readings", "credit.sql"), {"run": run.pk, "before": before.pk})
        return int(cursor.fetchone()[0])
