"""The loan side's part of the night: exposures of the days, then quality readings."""

from django.db import connection
from django.db.models.functions import Mod

from credit import queries
from credit.models import Exposure
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules import windows
from ledger.services import readings
from ledger.services.products import Slots
from ledger.sql import set_wise, statement


def work_exposures(run: Run, slots: Slots) -> int:
    """Write what is wrong at some slots of customers on the days the run answers for; rows written.

    Days already written are written anew, for a rerun.
    """
    days = (ledger.first_day_of(run), run.business_date)
    found = Exposure.objects.alias(slot=Mod("customer_id", 1024))
    found.filter(business_date__range=days, slot__range=slots).delete()
    given = {"first": days[0], "last": days[1], "first_slot": slots[0], "last_slot": slots[1]}
    with set_wise() as cursor:
        cursor.execute(statement("exposures", "credit.sql"), given)
        return int(cursor.rowcount)


def work_quality(run: Run, slots: Slots) -> int:
    """Write quality readings of some slots of managers: anew for those a bundle concerns, else carried over."""
    affected = readings.affected_managers(run)
    spans = [windows.window(name, run.business_date) for name in windows.TO_DATE]
    given = queries.parameters(spans, run.floors, run=run.pk, managers=affected, slots=slots)
    with set_wise() as cursor:
        cursor.execute(
            f"INSERT INTO credit_qualityreading ({queries.COLUMNS}) {statement('quality', 'credit.sql')}",
            given,
        )
        rows: int = cursor.rowcount
        if affected is not None:
            before = readings.previous_version(run)
            assert before is not None
            carried = {"run": run.pk, "before": before.pk, "affected": affected, "slots": list(slots)}
            cursor.execute(statement("carry_readings", "credit.sql"), carried)
            rows += cursor.rowcount
    return rows


def changed_rows(run: Run, before: Run) -> int:
    """How many managers × windows read otherwise than in the version before."""
    with connection.cursor() as cursor:
        cursor.execute(statement("changed_readings", "credit.sql"), {"run": run.pk, "before": before.pk})
        return int(cursor.fetchone()[0])
