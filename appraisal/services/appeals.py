"""The manager objects to a published decision, or takes the objection back; the decision stands meanwhile."""

from datetime import date

from django.utils import timezone

from appraisal.models import Appeal, Appraisal, Step
from appraisal.queries import bodies
from appraisal.services import preparing, steps
from appraisal.services.refusals import Refusal
from managers.models import User


def appeal(
    appraisal: Appraisal, *, criterion: str, expected: str, text: str, by: User, on: date, key: str = ""
) -> Step:
    """Appeal within the days the rulebook allows; names a criterion, the value expected and the evidence.

    Others decide it than decided first (`bodies.body_of`).
    """
    if not (expected.strip() and text.strip()):
        raise Refusal("appeal_needs_all")

    def check(rows: list[Appraisal]) -> None:
        for row in rows:
            _check(row, criterion, on)

    def move(row: Appraisal) -> None:
        row.appeal()
        row.round += 1
        Appeal.objects.create(
            appraisal=row,
            against=row.decisions.latest("number"),
            round=row.round,
            criterion=criterion,
            expected=expected.strip()[:80],
            text=text.strip(),
            filed_by=by,
        )

    return _only(
        steps.take("appeal", [appraisal.pk], by=by, on=on, reason=text, key=key, check=check, move=move)
    )


def withdraw_appeal(appraisal: Appraisal, *, by: User, on: date, reason: str = "", key: str = "") -> Step:
    """The manager takes the appeal back before it is decided; no second one against the same decision."""

    def move(row: Appraisal) -> None:
        row.withdraw_appeal()
        row.appeals.filter(ending="").update(ending=Appeal.Ending.WITHDRAWN, ended_at=timezone.now())

    return _only(
        steps.take("withdraw_appeal", [appraisal.pk], by=by, on=on, reason=reason, key=key, move=move)
    )


def _check(row: Appraisal, criterion: str, on: date) -> None:
    day = bodies.appeal_until(row)
    if on > day:
        raise Refusal("appeal_late", who=row.manager, day=day)
    if criterion not in preparing.lines(row):
        raise Refusal("unknown_line", who=row.manager)
    if Appeal.objects.filter(against=row.decisions.latest("number")).exists():
        raise Refusal("appealed_before", who=row.manager)


def _only(taken: list[Step]) -> Step:
    (step,) = taken
    return step
