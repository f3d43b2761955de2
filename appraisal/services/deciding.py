"""A decision as such: what may be decided on a verdict, and how it is written down, whoever voted."""

from datetime import date
from typing import Any, cast

from appraisal import messages
from appraisal.models import Appraisal, Decision
from appraisal.queries.bodies import book_of
from appraisal.rules import decisions
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading.rules.schema import Rulebook
from grading.rules.verdict import Verdict
from managers.models import User
from managers.queries import conduct

Basis = Decision.Basis


def known(outcome: str) -> decisions.Outcome:
    """The outcome, or a Refusal that names those there are."""
    if outcome not in Appraisal.Outcome.values:
        raise Refusal("unknown_outcome")
    return cast(decisions.Outcome, outcome)


def check(row: Appraisal, outcome: decisions.Outcome, *, grade: str, reason: str, on: date) -> None:
    """Refuse what the verdict or an open finding does not allow, or a deviation without a reason."""
    found = case(row)
    code = decisions.objection(outcome, found, grade=grade, reason=reason)
    if code:
        raise Refusal(
            code,
            who=row.manager,
            grade=title(row, found.grade),
            proposed=title(row, found.proposed),
            outcome=Appraisal.Outcome(outcome).label,
        )
    since = conduct.blocks(row.manager, on) if outcome == "promote" else None
    if since is not None:
        raise Refusal("finding_open", who=row.manager, day=since)


def settle(
    row: Appraisal, outcome: decisions.Outcome, *, by: User, reason: str, tally: dict[str, Any]
) -> Decision:
    """Write the decision into the row and beside it; the caller moves and stores the row.

    A later decision says what it changes: an edit there is none.
    """
    assert row.verdict is not None
    earlier = row.decisions.order_by("-number").first()
    row.decided_outcome, row.decided_grade = outcome, decisions.grade_after(outcome, case(row))
    return Decision.objects.create(
        appraisal=row,
        number=earlier.number + 1 if earlier else 1,
        basis=_basis(row, earlier),
        verdict=row.verdict,
        outcome=row.decided_outcome,
        grade=row.decided_grade,
        reason=reason.strip(),
        tally=tally,
        differs=_differs(earlier, row) if earlier else {},
        by=by,
    )


def case(row: Appraisal) -> decisions.Case:
    """The verdict as the decision sees it."""
    assert row.verdict is not None
    book = book_of(row)
    above, below = book.above(row.verdict.grade_code), book.below(row.verdict.grade_code)
    return decisions.Case(
        grade=row.verdict.grade_code,
        above=above.code if above else "",
        below=below.code if below else "",
        proposed=row.verdict.proposed_grade,
        vetoed=bool(Verdict.from_dict(row.verdict.result).struck),
        moves=_moves(book, row.verdict.grade_code, row.verdict.proposed_grade),
        word=row.verdict.outcome,
    )


def title(row: Appraisal, grade: str) -> str:
    """What the reader calls a grade; its code where it is on no rung of the ladder that was judged."""
    assert row.verdict is not None
    found = {each.code: each for each in grading.rulebook(row.verdict.rulebook).grades}.get(grade)
    if found is None:
        return grade
    return found.title_en if messages.english() else found.short


def _basis(row: Appraisal, earlier: Decision | None) -> str:
    if earlier is None:
        return Basis.FIRST
    return Basis.APPEAL if row.state == "appealed" else Basis.REOPENED


def _differs(earlier: Decision, row: Appraisal) -> dict[str, list[str]]:
    """What the new decision changes of the earlier one, as [old, new]."""
    now = {"outcome": str(row.decided_outcome), "grade": row.decided_grade}
    return {name: [getattr(earlier, name), new] for name, new in now.items() if getattr(earlier, name) != new}


def _moves(book: Rulebook, grade: str, proposed: str) -> decisions.Outcome:
    """Which way a proposal goes on the ladder."""
    codes = [each.code for each in book.grades]
    if proposed not in codes:
        return "remove"
    steps = codes.index(proposed) - codes.index(grade)
    return "promote" if steps < 0 else "demote" if steps else "keep"
