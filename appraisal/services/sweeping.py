"""What follows from days being over: statements not made, scores not given, windows to appeal closed."""

from collections.abc import Callable
from datetime import date

from django.db import transaction

from appraisal import messages
from appraisal.models import Appraisal, Score, State
from appraisal.queries import board, bodies
from appraisal.rules import procedure, voting
from appraisal.services import preparing, steps


def end_windows(on: date) -> int:
    """Go on with every appraisal whose days are over, one transaction each; how many went on."""
    waiting = Appraisal.objects.filter(state__in=RULES).order_by("pk").values_list("pk", flat=True)
    return sum(go_on(pk, on) for pk in list(waiting))


def go_on(pk: int, on: date) -> bool:
    """Go on with one appraisal if its days are over; whether it went on."""
    with transaction.atomic():
        (row,) = steps.locked([pk])
        rule = RULES.get(State(row.state))
        if rule is None:
            return False
        before = {row.pk: str(row.state)}
        taken = rule(row, on)
        if taken:
            reason = str(messages.SKIPPED) if taken == "skip_statement" else ""
            steps.written(taken, [row], before, by=None, reason=reason)
        return bool(taken)


def _statement(row: Appraisal, on: date) -> str:
    """The statement's days are over and nothing is awaited: on without it."""
    if procedure.lacking(row.state, bodies.stages_of(row)) != "statement" or not board.is_dated(row):
        return ""
    if preparing.due(row) >= on or row.issues.filter(accepted=None).exists():
        return ""
    row.state_case()
    return "skip_statement"


def _scores(row: Appraisal, on: date) -> str:
    """The scoring's days are over and the quorum is there: on with the scores there are."""
    days = bodies.procedure_of(row).deadlines.get(State.SELF_STATED)
    if not days or preparing.since(row, days) >= on:
        return ""
    body, terms = bodies.body_of(row, on), bodies.terms_of(row)
    given = Score.objects.filter(appraisal=row, round=row.round).count()
    if given < voting.needed(len(body.members), terms.quorum):
        return ""
    row.finish_scores()
    return "finish_scores"


def _closing(row: Appraisal, on: date) -> str:
    """The days to appeal are over."""
    if bodies.appeal_until(row) >= on:
        return ""
    row.close()
    return "close"


RULES: dict[State, Callable[[Appraisal, date], str]] = {
    State.MEASURED: _statement,
    State.SELF_STATED: _scores,
    State.PUBLISHED: _closing,
}
