"""The history of grades: what a register delivers and what is decided, appended and never edited."""

from datetime import date

from django.db import connection

from grading.models import GradeRecord
from ledger.models import Bundle
from managers.models import ClientManager, User


def record_delivered_grades(bundle: Bundle) -> None:
    """Keep the grades a bundle's register brings where they are new or differ from the last delivery."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT manager_id, grade_code, effective_on FROM delivered_grade")
        delivered = cursor.fetchall()
    GradeRecord.objects.bulk_create(
        GradeRecord(
            manager_id=manager, grade_code=grade, effective_on=effective_on, basis=f"bundle:{bundle.pk}"
        )
        for manager, grade, effective_on in delivered
    )


def record_grade(
    manager: ClientManager, *, grade: str, effective_on: date, basis: str, by: User | None
) -> GradeRecord:
    """Append a grade from a day on; history is never edited."""
    return GradeRecord.objects.create(
        manager=manager, grade_code=grade, effective_on=effective_on, basis=basis, recorded_by=by
    )
