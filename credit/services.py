"""The loan side's part of the night: exposures of the days, then quality readings."""

from datetime import date

from credit import queries
from credit.models import Exposure
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules import windows
from ledger.sql import set_wise, statement


def work_quality(run: Run, first_day: date) -> None:
    """Write what is wrong on the days the run answers for, and the quality readings of its date.

    Runs in the night's transaction. Days already written are written anew, for a rerun.
    """
    last = run.business_date
    Exposure.objects.filter(business_date__range=(first_day, last)).delete()
    spans = [windows.window(name, last) for name in windows.TO_DATE]
    given = queries.parameters(spans, ledger.stored_floors(), run=run.pk)
    with set_wise() as cursor:
        cursor.execute(statement("exposures", "credit.sql"), {"first": first_day, "last": last})
        cursor.execute(
            f"INSERT INTO credit_qualityreading ({queries.COLUMNS}) {statement('quality', 'credit.sql')}",
            given,
        )
