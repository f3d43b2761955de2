"""What a told decision brings about: the grade that follows enters the history, or is put right."""

from datetime import date, timedelta

from appraisal.models import Appraisal, Decision
from appraisal.services import deciding
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading.models import GradeChange
from grading.services import changes
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


def follow(row: Appraisal, *, by: User, on: date) -> None:
    """Enter the change a told decision means, from the day after the period's end; none where none is meant.

    That day, not today: the decision is about the period, and a period appraised late yields the same
    history as one appraised in time. After an appeal or a reopening the record says the same day again:
    the latest one holds.
    """
    if _before(row) == row.decided_grade:
        return
    decision = row.decisions.select_related("by").order_by("-number")[0]
    again = decision.number > 1
    changes.decided(
        row.manager,
        to_grade=row.decided_grade,
        kind=_kind(row, again=again),
        effective_on=row.cycle.ends_on + timedelta(days=1),
        basis=f"appraisal:{row.pk}" + (f"/{decision.number}" if again else ""),
        by=_entering(row, decision, by),
        on=on,
        approved_by=decision.by,
        scheme=row.cycle.scheme,
    )


def _kind(row: Appraisal, *, again: bool) -> str:
    """A decision that takes the place of another puts the grade right, unless it ends it."""
    if not row.decided_grade:
        return GradeChange.Kind.REMOVE
    return GradeChange.Kind.CORRECT if again else GradeChange.Kind(row.decided_outcome)


def _entering(row: Appraisal, decision: Decision, by: User) -> User:
    """Who enters the change: never who decided it; on an appeal that is whoever told the first decision."""
    if by.pk != decision.by_id:
        return by
    told = row.steps.filter(name="publish").select_related("by").order_by("-id")[0]
    assert told.by is not None  # The platform publishes nothing.
    return told.by


def _before(row: Appraisal) -> str:
    """The grade that stood before the decision: that of the decision before it, else the one judged."""
    earlier = row.decisions.order_by("-number").values_list("grade", flat=True)[1:2]
    return next(iter(earlier), deciding.case(row).grade)
