"""Payments and loans issued in a night: nothing is stored, but where they differ the version is new."""

from django.db import connection

from ledger.models import Run
from ledger.sql import statement


def changed_rows(run: Run, before: Run) -> int:
    """How many payments and issues up to the run's date say something else than in the version before."""
    given = {
        "after": before.confirmed_through_id or before.through_bundle_id,
        "through": run.through_bundle_id,
        "day": run.business_date,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("changed_flows", "credit.sql"), given)
        return int(cursor.fetchone()[0])
