"""From the measured figures to the risk desk: issues, statement, scores, HR's review."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from appraisal import messages, permissions
from appraisal.models import Appraisal, Issue, Score, State, Step
from appraisal.queries import board, bodies
from appraisal.rules import procedure, voting
from appraisal.services import measuring, steps
from appraisal.services.refusals import Refusal
from grading.rules.schema import HEADINGS
from grading.rules.verdict import Verdict
from managers.models import User


def raise_issue(
    appraisal: Appraisal, *, code: str, text: str, by: User, on: date, expected: str = ""
) -> Issue:
    """The manager says that a line of the draft figures is wrong; HR answers before the case goes on."""
    if not text.strip():
        raise Refusal("issue_needs_text")
    with transaction.atomic():
        (row,) = steps.locked([appraisal.pk])
        permissions.check_may("state", [row], by=by, on=on)
        if row.state not in (State.MEASURED, State.UNDECIDED):
            raise Refusal("no_draft", who=row.manager, state=State(row.state).label)
        if row.verdict is None or code not in lines(row):
            raise Refusal("unknown_line", who=row.manager)
        return Issue.objects.create(
            appraisal=row,
            verdict=row.verdict,
            code=code,
            text=text.strip(),
            expected=expected.strip()[:80],
            raised_by=by,
        )


def answer_issue(issue: Issue, *, accepted: bool, answer: str, by: User, on: date) -> Issue:
    """HR answers, once; what is accepted is put right at its source, and measured again."""
    if not answer.strip():
        raise Refusal("answer_needed")
    with transaction.atomic():
        steps.locked([issue.appraisal_id])
        row = Issue.objects.select_for_update(of=("self",)).select_related("appraisal").get(pk=issue.pk)
        permissions.check_may("submit", steps.locked([row.appraisal_id]), by=by, on=on)
        if row.accepted is not None:
            raise Refusal("issue_answered")
        row.accepted, row.answer = accepted, answer.strip()
        row.answered_by, row.answered_at = by, timezone.now()
        row.save()
        return row


def lines(row: Appraisal) -> list[str]:
    """The codes of the criteria an issue or an appeal may name: every leaf the verdict rests on."""
    assert row.verdict is not None
    found = Verdict.from_dict(row.verdict.result)
    trees = [*found.standards.values(), *found.vetoes, *([found.on_post] if found.on_post else [])]
    return list(dict.fromkeys(leaf.code for tree in trees for leaf in tree.leaves()))


def state(appraisal: Appraisal, *, text: str, by: User, on: date, key: str = "") -> Step:
    """The manager's own statement; it ends the draft window."""
    if not text.strip():
        raise Refusal("statement_needs_text")
    return _only(
        steps.take(
            "state",
            [appraisal.pk],
            by=by,
            on=on,
            reason=text,
            key=key,
            check=lambda rows: _check_stage(rows, "statement"),
            move=lambda row: row.state_case(),
        )
    )


def skip_statement(appraisal: Appraisal, *, by: User, on: date, key: str = "") -> Step:
    """HR goes on without a statement once its days are over; recorded as such."""

    def check(rows: list[Appraisal]) -> None:
        _check_stage(rows, "statement")
        for row in rows:
            day = due(row)
            if day >= on:
                raise Refusal("window_open", who=row.manager, day=day)

    reason = str(messages.SKIPPED)
    return _only(
        steps.take(
            "skip_statement",
            [appraisal.pk],
            by=by,
            on=on,
            reason=reason,
            key=key,
            check=check,
            move=lambda row: row.state_case(),
        )
    )


def score(
    appraisal: Appraisal, *, points: Mapping[str, Decimal], by: User, on: date, note: str = ""
) -> Score:
    """One member of the unit group scores the four headings, once and alone; the last one ends it."""
    if set(points) != set(HEADINGS) or any(not 0 <= value <= 100 for value in points.values()):
        raise Refusal("bad_scores")
    with transaction.atomic():
        (row,) = steps.locked([appraisal.pk])
        acting = permissions.check_may("decide", [row], by=by, on=on)
        steps.check_seats("decide", [row], by=by, acting=acting)
        if row.state not in steps.sources("finish_scores"):
            raise steps.wrong_state("finish_scores", row)
        _check_stage([row], "scores")
        body = bodies.body_of(row, on)
        seat = body.seat_of(by)
        if seat is None:
            raise Refusal("not_in_body", who=row.manager, body=body.branch or "—")
        if _scores(row).filter(by__in=[by, seat]).exists() or _scores(row).filter(on_behalf_of=seat).exists():
            raise Refusal("scored", who=row.manager)
        given = Score.objects.create(
            appraisal=row,
            round=row.round,
            by=by,
            on_behalf_of=None if seat.pk == by.pk else seat,
            note=note.strip(),
            **points,
        )
        if _scores(row).count() >= len(body.members):
            _finish(row, by=None)
        return given


def finish_scores(appraisal: Appraisal, *, by: User, on: date, key: str = "") -> Step:
    """HR ends the scoring without those who did not score; the quorum of the group must have."""

    def check(rows: list[Appraisal]) -> None:
        _check_stage(rows, "scores")
        for row in rows:
            body, terms = bodies.body_of(row, on), bodies.terms_of(row)
            least = voting.needed(len(body.members), terms.quorum)
            if _scores(row).count() < least:
                raise Refusal("no_quorum", who=row.manager, needed=least)

    return _only(
        steps.take(
            "finish_scores",
            [appraisal.pk],
            by=by,
            on=on,
            key=key,
            check=check,
            move=lambda row: row.finish_scores(),
        )
    )


def review(appraisal: Appraisal, *, by: User, on: date, reason: str = "", key: str = "") -> Step:
    """HR finds the case complete: every stage passed, every issue answered, the figures unchanged."""
    return _only(review_many([appraisal.pk], by=by, on=on, reason=reason, key=key))


def review_many(ids: Iterable[int], *, by: User, on: date, reason: str = "", key: str = "") -> list[Step]:
    """HR finds several complete, all or none."""
    return steps.take(
        "review",
        ids,
        by=by,
        on=on,
        reason=reason,
        key=key,
        check=lambda rows: check_complete(rows, on, before=("review",)),
        move=lambda row: row.review(),
    )


def submit(appraisal: Appraisal, *, by: User, on: date, reason: str = "", key: str = "") -> Step:
    """HR hands an appraisal to the risk department."""
    return _only(submit_many([appraisal.pk], by=by, on=on, reason=reason, key=key))


def submit_many(ids: Iterable[int], *, by: User, on: date, reason: str = "", key: str = "") -> list[Step]:
    """HR hands several over, all or none; refused where a stage is lacking or the figures have changed."""
    return steps.take(
        "submit",
        ids,
        by=by,
        on=on,
        reason=reason,
        key=key,
        check=lambda rows: check_complete(rows, on),
        move=lambda row: row.submit(),
    )


def check_complete(rows: list[Appraisal], on: date, *, before: Iterable[str] = ()) -> None:
    """Refuse what has not passed its stages, is in its draft window, has open issues or old figures."""
    _check_issues(rows)
    for row in rows:
        stages = [stage for stage in bodies.stages_of(row) if stage not in before]
        lacking = procedure.lacking(row.state, stages)
        if lacking:
            raise Refusal("stage_lacking", who=row.manager, stage=messages.STAGES[lacking])
        day = due(row)
        if row.state == State.MEASURED and day >= on and bodies.procedure_of(row).draft_days:
            raise Refusal("window_open", who=row.manager, day=day)
    for row in measuring.outdated(rows):
        raise Refusal("outdated", who=row.manager)


def due(row: Appraisal) -> date:
    """The last day of the draft window: of the statement, where the rulebook sets one, else of the draft."""
    return board.window_end(row)


def since(row: Appraisal, days: int) -> date:
    """The day so many days after the appraisal entered its state."""
    return timezone.localdate(row.state_since) + timedelta(days=days)


def _check_stage(rows: list[Appraisal], stage: str) -> None:
    """Refuse a stage that the rulebook does not ask for now, or while an issue waits for its answer."""
    for row in rows:
        if procedure.lacking(row.state, bodies.stages_of(row)) != stage:
            raise Refusal("stage_not_asked", who=row.manager, stage=messages.STAGES[stage])
    _check_issues(rows)


def _check_issues(rows: list[Appraisal]) -> None:
    waiting = Issue.objects.filter(appraisal__in=[row.pk for row in rows], accepted=None)
    for issue in waiting.select_related("appraisal__manager")[:1]:
        raise Refusal("issue_open", who=issue.appraisal.manager)


def _scores(row: Appraisal) -> Any:
    return Score.objects.filter(appraisal=row, round=row.round)


def _finish(row: Appraisal, *, by: User | None) -> None:
    before = {row.pk: str(row.state)}
    row.finish_scores()
    steps.written("finish_scores", [row], before, by=by)


def _only(taken: list[Step]) -> Step:
    (step,) = taken
    return step
