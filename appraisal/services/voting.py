"""The body votes: one vote a member, settled by quorum, majority and tie rule; on appeals by others."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from appraisal import messages
from appraisal.models import Appeal, Appraisal, State, Step, Vote
from appraisal.queries import bodies
from appraisal.queries.bodies import Body
from appraisal.rules import voting
from appraisal.rules.voting import Tally
from appraisal.services import deciding, granting, steps
from appraisal.services.refusals import Refusal
from managers.models import User


def decide(
    appraisal: Appraisal,
    *,
    outcome: str,
    by: User,
    on: date,
    grade: str = "",
    reason: str = "",
    key: str = "",
) -> Step | Vote:
    """One member of the competent body votes; the vote that settles it makes the decision.

    Gives back the log row of the decision, or the vote while others are awaited. What differs from the
    proposal needs a reason. `grade` may name the grade meant: it must be the one that follows.
    """
    chosen = deciding.known(outcome)
    with transaction.atomic():
        (row,) = steps.locked([appraisal.pk])
        name = "resolve" if row.state == State.APPEALED else "decide"
        token = steps.token(name, row, by, key)
        earlier = _answered(name, row, by=by, key=key)
        if earlier is not None:
            return earlier
        steps.check_step(name, [row], by=by, on=on)
        body = bodies.body_of(row, on)
        seat = _seat(body, row, by)
        acting = {} if seat.pk == by.pk else {row.pk: seat}
        if acting:
            steps.check_seats(name, [row], by=by, acting=acting)
        deciding.check(row, chosen, grade=grade, reason=reason, on=on)
        vote = _cast(row, by=by, seat=seat, outcome=chosen, reason=reason, key=token)
        return _settled(name, row, body, by=by, on=on, reason=reason, key=key, acting=acting) or vote


def close_vote(appraisal: Appraisal, *, by: User, on: date, key: str = "") -> Step:
    """The chair closes the vote once the quorum is there: those who did not come count no more."""
    with transaction.atomic():
        (row,) = steps.locked([appraisal.pk])
        name = "resolve" if row.state == State.APPEALED else "decide"
        earlier = steps.answered(name, [row], by=by, key=key)
        if earlier:
            return earlier[row.pk]
        steps.check_step(name, [row], by=by, on=on)
        body = bodies.body_of(row, on)
        if body.chair is None or body.chair.pk != by.pk:
            raise Refusal("chair_only", who=row.manager)
        taken = _settled(name, row, body, by=by, on=on, reason="", key=key, closing=True)
        if taken is None:
            raise Refusal("no_quorum", who=row.manager, needed=_tally(row, body, closing=True).needed)
        return taken


def standing(row: Appraisal, on: date) -> tuple[Body, Tally, list[Vote]]:
    """The body of a case, how its vote stands, and the votes of this round."""
    body = bodies.body_of(row, on)
    votes = list(_votes(row))
    return body, _tally(row, body), votes


def _answered(name: str, row: Appraisal, *, by: User, key: str) -> Step | Vote | None:
    """What an earlier call with the same key gave back."""
    taken = steps.answered(name, [row], by=by, key=key)
    if taken:
        return taken[row.pk]
    token = steps.token(name, row, by, key)
    return Vote.objects.filter(key=token).first() if token else None


def _seat(body: Body, row: Appraisal, by: User) -> User:
    """The member whose seat the voter takes; refused for strangers and those who stand aside."""
    aside = {user.pk: tie for user, tie in body.aside}
    if by.pk in aside:
        raise PermissionDenied(
            messages.REFUSALS[aside[by.pk]] % {"who": row.manager, "step": messages.STEPS["decide"]}
        )
    seat = body.seat_of(by)
    if seat is None:
        raise Refusal("not_in_body", who=row.manager, body=body.branch or "—")
    if any(seat.pk in (vote.by_id, vote.on_behalf_of_id) for vote in _votes(row)):
        raise Refusal("voted", who=row.manager)
    return seat


def _cast(row: Appraisal, *, by: User, seat: User, outcome: str, reason: str, key: str | None) -> Vote:
    return Vote.objects.create(
        appraisal=row,
        round=row.round,
        by=by,
        on_behalf_of=None if seat.pk == by.pk else seat,
        outcome=outcome,
        reason=reason.strip(),
        key=key,
    )


def _votes(row: Appraisal) -> Any:
    return Vote.objects.filter(appraisal=row, round=row.round).select_related("by", "on_behalf_of")


def _tally(row: Appraisal, body: Body, *, closing: bool = False) -> Tally:
    votes = {vote.on_behalf_of_id or vote.by_id: vote.outcome for vote in _votes(row)}
    count = voting.closed if closing else voting.tally
    chair = body.chair.pk if body.chair else None
    return count(votes, len(body.members), bodies.terms_of(row), chair=chair)


def _settled(
    name: str,
    row: Appraisal,
    body: Body,
    *,
    by: User,
    on: date,
    reason: str,
    key: str,
    closing: bool = False,
    acting: Mapping[int, User] | None = None,
) -> Step | None:
    """Make the decision where the vote is settled; another round where the tie rule wants one."""
    found = _tally(row, body, closing=closing)
    if found.settled == "again":
        row.round += 1
        row.save(update_fields=["round"])
    if found.settled != "decided":
        return None
    before = {row.pk: str(row.state)}
    decision = deciding.settle(
        row,
        deciding.known(found.outcome),
        by=by,
        reason=_reasons(row, found, reason),
        tally=_minutes(row, body, found),
    )
    getattr(row, name)()
    if name == "resolve":
        _end_appeal(row, changed=bool(decision.differs))
        granting.follow(row, by=by, on=on)
    return steps.written(name, [row], before, by=by, reason=decision.reason, key=key, acting=acting)[row.pk]


def _reasons(row: Appraisal, found: Tally, reason: str) -> str:
    """The settling voter's reason, else one given for the outcome."""
    if reason.strip():
        return reason
    given = _votes(row).filter(outcome=found.outcome).exclude(reason="").values_list("reason", flat=True)
    return str(given.first() or "")


def _minutes(row: Appraisal, body: Body, found: Tally) -> dict[str, Any]:
    """What the record of the vote keeps: the body, who stood aside and why, the counts and the terms."""
    terms = bodies.terms_of(row)
    return {
        "round": row.round,
        "branch": body.branch.code if body.branch else "",
        "members": [member.pk for member in body.members],
        "aside": [[user.pk, tie] for user, tie in body.aside],
        "chair": body.chair.pk if body.chair else None,
        "needed": found.needed,
        "counts": dict(found.counts),
        "by_chair": found.by_chair,
        "quorum": str(terms.quorum),
        "majority": str(terms.majority),
        "tie": terms.tie,
    }


def _end_appeal(row: Appraisal, *, changed: bool) -> None:
    ending = Appeal.Ending.GRANTED if changed else Appeal.Ending.REJECTED
    row.appeals.filter(ending="").update(ending=ending, ended_at=timezone.now())
