"""What of the procedure waits for a person: the step each state waits for, and its days."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from appraisal.models import Appraisal, LookBack, State, Step
from appraisal.rules import procedure
from grading import queries as grading
from managers.deadlines import Kind, Waiting
from managers.rules import deadlines


@dataclass(frozen=True)
class Turn:
    """Whose turn it is in a state: the next step, where it is taken, and the calendar days it may take.

    A rulebook's `[procedure.deadlines]` names other days for a state.
    """

    step: str
    page: str
    days: int


TURNS: Mapping[str, Turn] = {
    State.MEASURED: Turn("submit", "cycle", 10),
    State.SELF_STATED: Turn("decide", "score", 10),
    State.SCORED: Turn("review", "cycle", 5),
    State.HR_REVIEWED: Turn("submit", "cycle", 5),
    State.RETURNED: Turn("measure", "cycle", 5),
    State.IN_RISK_QUEUE: Turn("clear", "queue", 10),
    State.CLEARED: Turn("decide", "decisions", 10),
    State.DECIDED: Turn("publish", "cycle", 5),
    State.APPEALED: Turn("resolve", "decisions", 15),
    State.REOPENED: Turn("measure", "cycle", 5),
}


def waiting_appraisals(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Every appraisal whose state waits for a step; one that came back is first of all its submitter's."""
    found = Appraisal.objects.filter(state__in=TURNS).select_related(
        "cycle", "manager__branch", "verdict__rulebook"
    )
    rows = list((found if ids is None else found.filter(pk__in=ids)).order_by("pk"))
    seats = _seats(rows)
    for row in rows:
        yield _waiting(row, seats.get(row.pk, []))


def _waiting(row: Appraisal, taken: list[tuple[str, int]]) -> Waiting:
    turn = TURNS[row.state]
    submitted = [who for name, who in taken if name == "submit"]
    return Waiting(
        pk=row.pk,
        code=f"appraisal_{row.state}",
        since=timezone.localdate(row.state_since),
        days=days(row),
        occasion=row.state_since.isoformat(),
        url=_page(row, turn.page),
        words={"who": str(row.manager), "period": row.cycle.period},
        action=procedure.STEPS[turn.step].action,
        path=row.manager.branch.path,
        person=submitted[-1] if submitted and row.state == State.RETURNED else None,
        manager=row.manager_id,
        not_by=frozenset(who for name, who in taken if procedure.conflicting(turn.step, [name])),
    )


def days(row: Appraisal) -> int:
    """Calendar days the appraisal's state may take: what its rulebook says, else the house's own."""
    book = grading.rulebook(row.verdict.rulebook) if row.verdict else None
    return (book.procedure.deadlines if book else {}).get(row.state, TURNS[row.state].days)


def due_on(row: Appraisal) -> date | None:
    """The last day in time for what the appraisal waits for; None where it waits for nobody."""
    if row.state not in TURNS:
        return None
    return deadlines.due(timezone.localdate(row.state_since), days(row))


def _page(row: Appraisal, page: str) -> str:
    if page == "cycle":
        return reverse(page, args=[row.cycle_id])
    if page == "score":
        return reverse(page, args=[row.pk])
    return f"{reverse(page)}?id={row.pk}"


def _seats(rows: Iterable[Appraisal]) -> dict[int, list[tuple[str, int]]]:
    """Who has taken which steps, and for whom, by appraisal: nobody is asked for what the seat forbids."""
    found: dict[int, list[tuple[str, int]]] = {}
    steps = Step.objects.filter(appraisal__in=[row.pk for row in rows], by__isnull=False).order_by("id")
    for appraisal, name, *people in steps.values_list("appraisal_id", "name", "by_id", "on_behalf_of_id"):
        found.setdefault(appraisal, []).extend((name, who) for who in reversed(people) if who is not None)
    return found


#: Calendar days a look-back may wait for the risk department.
LOOK_BACK_DAYS = 10


def waiting_look_backs(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Every review of a told appraisal that nobody has ended yet."""
    found = LookBack.objects.filter(state=LookBack.State.OPEN).select_related(
        "appraisal__cycle", "appraisal__manager__branch"
    )
    for row in (found if ids is None else found.filter(pk__in=ids)).order_by("pk"):
        yield Waiting(
            pk=row.pk,
            code="lookback_open",
            since=timezone.localdate(row.opened_at),
            days=LOOK_BACK_DAYS,
            occasion=row.cause,
            url=reverse("lookback", args=[row.pk]),
            words={"who": str(row.manager), "period": row.appraisal.cycle.period},
            action=procedure.STEPS["reopen"].action,
            path=row.manager.branch.path,
            manager=row.appraisal.manager_id,
        )


APPRAISALS = Kind("appraisal", waiting_appraisals)
LOOK_BACKS = Kind("lookback", waiting_look_backs)
