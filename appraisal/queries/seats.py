"""What waits for a member of a group: the cases to score and to vote on, and the person's part in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from appraisal.models import Appraisal, LookBack, Score, State, Vote
from appraisal.queries import bodies
from appraisal.queries.bodies import Body
from appraisal.rules import procedure
from managers.models import User

#: Where a body votes: on what risk has cleared, and on appeals.
VOTED = (State.CLEARED, State.APPEALED)
#: Where a group may have to score, as the rulebook says.
SCORED = (State.MEASURED, State.SELF_STATED)


@dataclass(frozen=True)
class Part:
    """A person's part in a case.

    `state` is "awaited" where the person's score or vote is lacking, "given" where it is there, "aside" where
    the person stands aside (`tie` says why) and "elsewhere" where other people decide. `given` counts what
    the body's members have handed in this round.
    """

    state: str
    body: Body
    given: int = 0
    tie: str = ""


def to_decide(user: User, on: date) -> dict[int, Part]:
    """The person's part in every case of the own scope that is voted on, by appraisal id."""
    return vote_parts(user, _light(user, on).filter(state__in=VOTED), on)


def to_score(user: User, on: date) -> dict[int, Part]:
    """The person's part in every case of the own scope that is scored now, by appraisal id."""
    return score_parts(user, _light(user, on).filter(state__in=SCORED), on)


def awaited(parts: dict[int, Part]) -> list[int]:
    """The cases that wait for the person."""
    return [pk for pk, part in parts.items() if part.state == "awaited"]


def vote_parts(user: User, rows: Iterable[Appraisal], on: date) -> dict[int, Part]:
    """The person's part in the votes on these cases."""
    return _parts(user, list(rows), on, Vote)


def score_parts(user: User, rows: Iterable[Appraisal], on: date) -> dict[int, Part]:
    """The person's part in the scores of those of these cases that are scored now."""
    return _parts(user, [row for row in rows if is_scored(row)], on, Score)


def is_scored(row: Appraisal) -> bool:
    """Whether the rulebook wants the group's scores now."""
    return row.state in SCORED and procedure.lacking(row.state, bodies.stages_of(row)) == "scores"


def light(rows: QuerySet[Appraisal]) -> QuerySet[Appraisal]:
    """The appraisals as boards and bodies need them: without the evidence, which is the bulk of a row."""
    related = rows.select_related("cycle", "manager__branch", "verdict__rulebook")
    return related.defer("verdict__evidence", "verdict__result")


def counts(user: User, on: date) -> dict[str, int]:
    """How many cases of the own scope are in each state, and under "look_backs" how many reviews are open."""
    found = Appraisal.objects.visible_to(user, on).order_by().values_list("state")
    opened = Count("look_backs", filter=Q(look_backs__state=LookBack.State.OPEN), distinct=True)
    rows = list(found.annotate(cases=Count("pk", distinct=True), opened=opened))
    return {state: cases for state, cases, _opened in rows} | {"look_backs": sum(row[2] for row in rows)}


def _light(user: User, on: date) -> QuerySet[Appraisal]:
    """Without the evidence, which is the bulk of a row."""
    found: QuerySet[Appraisal] = Appraisal.objects.visible_to(user, on)
    return light(found).order_by("state_since", "pk")


def _parts(user: User, rows: list[Appraisal], on: date, model: Any) -> dict[int, Part]:
    if not rows:
        return {}
    held, given = bodies.bodies_of(rows, on), _given(rows, model)
    return {row.pk: _part(user, held[row.pk], given.get(row.pk, [])) for row in rows}


def _given(rows: list[Appraisal], model: Any) -> dict[int, list[tuple[int, int | None]]]:
    """Who handed in this round, with the seat taken, by appraisal."""
    rounds = {row.pk: row.round for row in rows}
    found: dict[int, list[tuple[int, int | None]]] = {}
    fields = ("appraisal", "round", "by", "on_behalf_of")
    for pk, number, by, seat in model.objects.filter(appraisal__in=rounds).values_list(*fields):
        if number == rounds[pk]:
            found.setdefault(pk, []).append((by, seat))
    return found


def _part(user: User, body: Body, given: list[tuple[int, int | None]]) -> Part:
    tie = next((tie for member, tie in body.aside if member.pk == user.pk), "")
    if tie:
        return Part("aside", body, len(given), tie)
    seat = body.seat_of(user)
    if seat is None:
        return Part("elsewhere", body, len(given))
    there = any({user.pk, seat.pk} & set(pair) for pair in given)
    return Part("given" if there else "awaited", body, len(given))
