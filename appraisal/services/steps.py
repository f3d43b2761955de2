"""How every step is taken: lock, check, move and log, all or nothing; a repeat answers as before."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from appraisal import messages, permissions, queries
from appraisal.models import Appraisal, State, Step
from appraisal.rules import procedure
from appraisal.services import telling
from appraisal.services.refusals import Refusal
from managers.models import User

Check = Callable[[list[Appraisal]], None]
Move = Callable[[Appraisal], None]
WRITTEN = [
    "state",
    "state_since",
    "verdict",
    "flags",
    "decided_grade",
    "decided_outcome",
    "round",
    "returned_to",
]


def take(
    name: str,
    ids: Iterable[int],
    *,
    by: User,
    on: date,
    move: Move,
    check: Check | None = None,
    reason: str = "",
    key: str = "",
) -> list[Step]:
    """Take one step for every appraisal named, all or none, and give back the log rows in their order.

    `move` makes the declared transition, `check` may refuse what is special to the step. With a `key` a
    repeat by the same person changes nothing and gives the rows of the first time. PermissionDenied or
    Refusal say why not.
    """
    with transaction.atomic():
        rows = locked(ids)
        before = answered(name, rows, by=by, key=key)
        todo = [row for row in rows if row.pk not in before]
        acting = check_step(name, todo, by=by, on=on)
        if check is not None:
            check(todo)
        from_states = {row.pk: row.state for row in todo}
        for row in todo:
            move(row)
        taken = before | written(name, todo, from_states, by=by, reason=reason, key=key, acting=acting)
        return [taken[row.pk] for row in rows]


def locked(ids: Iterable[int]) -> list[Appraisal]:
    """The appraisals, locked in the order of their ids so that two batches cannot block each other.

    Read anew rather than refreshed: django-fsm switches a protected field's guard off for every thread
    while `refresh_from_db` runs.
    """
    wanted = set(ids)
    if not wanted:
        raise Refusal("nothing_chosen")
    rows = list(
        Appraisal.objects.select_for_update(of=("self",))
        .select_related(*queries.RELATED)
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(rows) != len(wanted):
        raise Refusal("unknown")
    return rows


def check_step(name: str, rows: list[Appraisal], *, by: User, on: date) -> dict[int, User]:
    """Role, scope and ties, then the state, then that nobody takes two seats; on whose behalf, by id."""
    acting = permissions.check_may(name, rows, by=by, on=on)
    for row in rows:
        if not any(can_proceed(getattr(row, method)) for method in procedure.METHODS.get(name, (name,))):
            raise wrong_state(name, row)
    check_seats(name, rows, by=by, acting=acting)
    return acting


def check_seats(name: str, rows: list[Appraisal], *, by: User, acting: Mapping[int, User]) -> None:
    """Refuse where the person, or whoever they act for (by appraisal id), sat on another side already."""
    _refuse_seated(name, rows, by)
    for holder in set(acting.values()):
        _refuse_seated(name, [row for row in rows if acting.get(row.pk) == holder], holder, "same_person_for")


def _refuse_seated(name: str, rows: list[Appraisal], person: User, code: str = "same_person") -> None:
    taken = queries.taken_by(person, rows)
    for row in rows:
        earlier = procedure.conflicting(name, taken.get(row.pk, ()))
        if earlier:
            words = {"earlier": messages.STEPS[earlier], "step": messages.STEPS[name]}
            raise Refusal(code, who=row.manager, whom=person, **words)


def wrong_state(name: str, row: Appraisal) -> Refusal:
    """The refusal of a step that the state does not allow, naming the states that do."""
    needed = "”、“".join(str(State(state).label) for state in sources(name))
    return Refusal(
        "wrong_state", who=row.manager, state=State(row.state).label, step=messages.STEPS[name], needed=needed
    )


def sources(name: str) -> list[str]:
    """The states a step may be taken from, as declared, in the order of the procedure."""
    declared = {
        source
        for method in procedure.METHODS.get(name, (name,))
        for source in getattr(Appraisal, method)._django_fsm.transitions
    }
    return [state for state in State.values if state in declared]


def written(
    name: str,
    rows: list[Appraisal],
    from_states: dict[int, str],
    *,
    by: User | None,
    reason: str = "",
    key: str = "",
    acting: Mapping[int, User] | None = None,
) -> dict[int, Step]:
    """Store moved appraisals and a log row for each, by appraisal id; two statements whatever the number."""
    now = timezone.now()
    for row in rows:
        row.state_since = now if row.state != from_states[row.pk] else row.state_since
    Appraisal.objects.bulk_update(rows, WRITTEN)
    logged = Step.objects.bulk_create(
        Step(
            appraisal=row,
            name=name,
            from_state=from_states[row.pk],
            to_state=row.state,
            by=by,
            on_behalf_of=(acting or {}).get(row.pk),
            reason=reason.strip(),
            verdict_id=row.verdict_id,
            key=token(name, row, by, key),
        )
        for row in rows
    )
    telling.told(name, rows, by)
    return {step.appraisal_id: step for step in logged}


def answered(name: str, rows: list[Appraisal], *, by: User | None, key: str) -> dict[int, Step]:
    """The log rows an earlier call with the same key wrote, by appraisal id."""
    if not key:
        return {}
    tokens = [token(name, row, by, key) for row in rows]
    return {step.appraisal_id: step for step in Step.objects.filter(key__in=tokens)}


def token(name: str, row: Appraisal, by: User | None, key: str) -> str | None:
    """A key counts for one step of one appraisal by one person; its digest is unique in the log."""
    if not key:
        return None
    return hashlib.sha256(f"{name}/{row.pk}/{by.pk if by else ''}/{key}".encode()).hexdigest()
