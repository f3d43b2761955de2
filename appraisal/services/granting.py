"""What a told decision brings about: the grade that follows enters the history, or is put right."""

from datetime import timedelta

from appraisal.models import Appraisal
from appraisal.services import deciding
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading.services import grades
from managers.models import User


def check(rows: list[Appraisal]) -> None:
    """A change is from the grade that was judged: another record since then is for HR to sort out first."""
    changing = [row for row in rows if _before(row) != row.decided_grade]
    held = grading.latest_records(row.manager_id for row in changing)
    for row in changing:
        record, before = held[row.manager_id], _before(row)
        if record.grade_code != before:
            raise Refusal(
                "grade_moved",
                who=row.manager,
                day=record.effective_on,
                grade=deciding.title(row, record.grade_code),
                judged=deciding.title(row, before),
            )


def follow(row: Appraisal, *, by: User) -> None:
    """Record the grade of a told decision from the day after the period's end, where it is another.

    That day, not today: the decision is about the period, and a period appraised late yields the same
    history as one appraised in time. After an appeal or a reopening the record says the same day again:
    the latest one holds.
    """
    if _before(row) == row.decided_grade:
        return
    number = row.decisions.count()
    grades.record_grade(
        row.manager,
        grade=row.decided_grade,
        by=by,
        basis=f"appraisal:{row.pk}" + (f"/{number}" if number > 1 else ""),
        effective_on=row.cycle.ends_on + timedelta(days=1),
    )


def _before(row: Appraisal) -> str:
    """The grade that stood before the decision: that of the decision before it, else the one judged."""
    earlier = row.decisions.order_by("-number").values_list("grade", flat=True)[1:2]
    return next(iter(earlier), deciding.case(row).grade)
