"""From the measured appraisal to the published one: submit, clear or send back, decide, publish."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import cast

from appraisal import messages
from appraisal.models import Appraisal, Step
from appraisal.rules import decisions
from appraisal.services import measuring, paying, steps
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading import services as grades
from grading.rules.schema import Rulebook
from grading.rules.verdict import Verdict
from managers.models import User


def submit(appraisal: Appraisal, *, by: User, on: date, reason: str = "", key: str = "") -> Step:
    """HR hands a measured appraisal to the risk department."""
    return _only(submit_many([appraisal.pk], by=by, on=on, reason=reason, key=key))


def submit_many(ids: Iterable[int], *, by: User, on: date, reason: str = "", key: str = "") -> list[Step]:
    """HR hands several over, all or none; refused where the figures have changed since."""
    return steps.take(
        "submit",
        ids,
        by=by,
        on=on,
        reason=reason,
        key=key,
        check=_check_current,
        move=lambda row: row.submit(),
    )


def clear(appraisal: Appraisal, *, by: User, on: date, reason: str = "", key: str = "") -> Step:
    """Risk has seen the evidence, flags included, and lets the appraisal pass."""
    return _only(
        steps.take(
            "clear",
            [appraisal.pk],
            by=by,
            on=on,
            reason=reason,
            key=key,
            check=_check_current,
            move=lambda row: row.clear(),
        )
    )


def clear_unflagged(ids: Iterable[int], *, by: User, on: date, key: str = "") -> list[Step]:
    """Risk lets a confirmed list pass at once, all or none; one flag anywhere refuses the whole list."""
    return steps.take(
        "clear", ids, by=by, on=on, key=key, check=_check_unflagged, move=lambda row: row.clear()
    )


def send_back(appraisal: Appraisal, *, by: User, on: date, reason: str, key: str = "") -> Step:
    """Risk returns the appraisal to HR; the reason is required."""
    if not reason.strip():
        raise Refusal("reason_needed")
    return _only(
        steps.take(
            "send_back",
            [appraisal.pk],
            by=by,
            on=on,
            reason=reason,
            key=key,
            move=lambda row: row.send_back(),
        )
    )


def decide(
    appraisal: Appraisal,
    *,
    outcome: str,
    by: User,
    on: date,
    grade: str = "",
    reason: str = "",
    key: str = "",
) -> Step:
    """The group keeps, promotes or demotes, by one step; what differs from the proposal needs a reason.

    `grade` may name the grade meant: it must be the one that follows from the outcome.
    """
    if outcome not in Appraisal.Outcome.values:
        raise Refusal("unknown_outcome")
    chosen = cast(decisions.Outcome, outcome)

    def check(rows: list[Appraisal]) -> None:
        for row in rows:
            _check_decision(row, chosen, grade=grade, reason=reason)

    def move(row: Appraisal) -> None:
        row.decided_outcome = chosen
        row.decided_grade = decisions.grade_after(chosen, _case(row))
        row.decide()

    return _only(
        steps.take("decide", [appraisal.pk], by=by, on=on, reason=reason, key=key, check=check, move=move)
    )


def publish(appraisal: Appraisal, *, by: User, on: date, key: str = "") -> Step:
    """The decision is told, and a changed grade enters the history from the day after the period's end.

    That day, not today: the decision is about the period, the next period is served and measured under
    the new grade from its first day, and a period appraised late yields the same history as one appraised
    in time. When it became known stays visible in the record's own time stamp.
    """
    return _only(publish_many([appraisal.pk], by=by, on=on, key=key))


def publish_many(ids: Iterable[int], *, by: User, on: date, key: str = "") -> list[Step]:
    """Several decisions are told at once, all or none."""

    def move(row: Appraisal) -> None:
        row.publish()
        paying.post(row, by=by)
        if row.decided_outcome != Appraisal.Outcome.KEEP:
            _record_grade(row, by=by)

    return steps.take("publish", ids, by=by, on=on, key=key, check=_check_grades, move=move)


def _only(taken: list[Step]) -> Step:
    (step,) = taken
    return step


def _check_current(rows: list[Appraisal]) -> None:
    for row in measuring.outdated(rows):
        raise Refusal("outdated", who=row.manager)


def _check_unflagged(rows: list[Appraisal]) -> None:
    for row in rows:
        if row.flags:
            raise Refusal("flagged", who=row.manager)
    _check_current(rows)


def _check_decision(row: Appraisal, outcome: decisions.Outcome, *, grade: str, reason: str) -> None:
    case = _case(row)
    code = decisions.objection(outcome, case, grade=grade, reason=reason)
    if code:
        raise Refusal(
            code,
            who=row.manager,
            grade=_title(row, case.grade),
            proposed=_title(row, case.proposed),
            outcome=Appraisal.Outcome(outcome).label,
        )


def _case(row: Appraisal) -> decisions.Case:
    """The verdict as the decision sees it. A row past `opened` has one: the database holds that."""
    assert row.verdict is not None
    book = grading.rulebook(row.verdict.rulebook)
    above, below = book.above(row.verdict.grade_code), book.below(row.verdict.grade_code)
    return decisions.Case(
        grade=row.verdict.grade_code,
        above=above.code if above else "",
        below=below.code if below else "",
        proposed=row.verdict.proposed_grade,
        vetoed=bool(Verdict.from_dict(row.verdict.result).struck),
        moves=_moves(book, row.verdict.grade_code, row.verdict.proposed_grade),
    )


def _moves(book: Rulebook, grade: str, proposed: str) -> decisions.Outcome:
    """Which way a proposal goes on the ladder."""
    codes = [each.code for each in book.grades]
    steps = codes.index(proposed) - codes.index(grade)
    return "promote" if steps < 0 else "demote" if steps else "keep"


def _title(row: Appraisal, grade: str) -> str:
    """What the reader calls a grade; its code where it is on no rung of the ladder that was judged."""
    assert row.verdict is not None
    found = {each.code: each for each in grading.rulebook(row.verdict.rulebook).grades}.get(grade)
    if found is None:
        return grade
    return found.title_en if messages.english() else found.short


def _check_grades(rows: list[Appraisal]) -> None:
    """A change is from the grade that was judged: another record since then is for HR to sort out first."""
    changing = [row for row in rows if row.decided_outcome != Appraisal.Outcome.KEEP]
    held = grading.latest_records(row.manager_id for row in changing)
    for row in changing:
        record, judged = held[row.manager_id], _case(row).grade
        if record.grade_code != judged:
            raise Refusal(
                "grade_moved",
                who=row.manager,
                day=record.effective_on,
                grade=_title(row, record.grade_code),
                judged=_title(row, judged),
            )


def _record_grade(row: Appraisal, *, by: User) -> None:
    grades.record_grade(
        row.manager,
        grade=row.decided_grade,
        by=by,
        basis=f"appraisal:{row.pk}",
        effective_on=row.cycle.ends_on + timedelta(days=1),
    )
