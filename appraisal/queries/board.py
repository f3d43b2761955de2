"""What each case waits for, in one go for a whole board: the step due, from whom, until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count
from django.utils import timezone

from appraisal.models import Appraisal, Issue, Score, State, Step
from appraisal.queries import bodies
from appraisal.queries.seats import is_scored
from appraisal.rules import procedure, voting

_STEPS = {
    State.OPENED: "measure",
    State.UNDECIDED: "measure",
    State.REOPENED: "measure",
    State.IN_RISK_QUEUE: "clear",
    State.CLEARED: "decide",
    State.APPEALED: "resolve",
    State.DECIDED: "publish",
}


@dataclass(frozen=True)
class Due:
    """The step a case waits for, "" at its end, and whether it may be taken today.

    Until `day` others may act first. Of scores `given` of `members` are there, at least `needed` must be.
    """

    step: str
    ready: bool = True
    day: date | None = None
    given: int = 0
    needed: int = 0
    members: int = 0


@dataclass
class _Facts:
    """What was read for all cases at once."""

    on: date
    issues: set[int] = field(default_factory=set)
    told: Mapping[int, date] = field(default_factory=dict)
    scores: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)


def due(rows: Iterable[Appraisal], on: date) -> dict[int, Due]:
    """What each of these cases waits for on a day, by id."""
    cases = list(rows)
    ids = [row.pk for row in cases]
    facts = _Facts(
        on,
        set(Issue.objects.filter(appraisal__in=ids, accepted=None).values_list("appraisal", flat=True)),
        _told(ids),
        _scores([row for row in cases if row.verdict and is_scored(row)], on),
    )
    return {row.pk: _due(row, facts) for row in cases}


def ready(found: Mapping[int, Due], step: str) -> list[int]:
    """The cases for which a step may be taken today."""
    return [pk for pk, each in found.items() if each.step == step and each.ready]


def window_end(row: Appraisal) -> date:
    """The last day of the draft window: of the statement, where the rulebook sets one, else of the draft."""
    found = bodies.procedure_of(row)
    days = max(found.draft_days, found.deadlines.get(State.MEASURED, 0))
    return timezone.localdate(row.state_since) + timedelta(days=days)


def is_dated(row: Appraisal) -> bool:
    """Whether the rulebook sets the draft window any days at all."""
    found = bodies.procedure_of(row)
    return bool(found.draft_days or found.deadlines.get(State.MEASURED))


def _due(row: Appraisal, facts: _Facts) -> Due:
    if row.state in _STEPS:
        return Due(_STEPS[State(row.state)])
    if row.state == State.RETURNED:
        return Due("resume" if procedure.RETURNS.get(row.returned_to) else "measure")
    if row.state == State.PUBLISHED:
        day = facts.told.get(row.pk, timezone.localdate(row.state_since))
        day += timedelta(days=bodies.procedure_of(row).appeal_days)
        return Due("close", day < facts.on, day)
    return _preparing(row, facts) if row.state != State.CLOSED else Due("")


def _preparing(row: Appraisal, facts: _Facts) -> Due:
    """Between measuring and the risk department: issues first, then the stages in their order."""
    if row.pk in facts.issues:
        return Due("answer")
    stage = procedure.lacking(row.state, bodies.stages_of(row))
    day = window_end(row)
    if stage == "statement":
        return Due("skip_statement", day < facts.on, day)
    if stage == "scores":
        given, needed, members = facts.scores[row.pk]
        return Due("finish_scores", given >= needed, None, given, needed, members)
    open_window = row.state == State.MEASURED and bool(bodies.procedure_of(row).draft_days)
    step = "review" if stage else "submit"
    return Due(step, not open_window or day < facts.on, day if open_window else None)


def _told(ids: list[int]) -> dict[int, date]:
    """When each was last told."""
    told = Step.objects.filter(appraisal__in=ids, name="publish").order_by("id")
    return {pk: timezone.localdate(at) for pk, at in told.values_list("appraisal", "at")}


def _scores(rows: list[Appraisal], on: date) -> dict[int, tuple[int, int, int]]:
    """How many scores of this round there are, how many must be, and how many may be."""
    if not rows:
        return {}
    held, rounds = bodies.bodies_of(rows, on), {row.pk: row.round for row in rows}
    counted = Score.objects.filter(appraisal__in=rounds).order_by().values_list("appraisal", "round")
    given = {pk: count for pk, number, count in counted.annotate(Count("pk")) if number == rounds[pk]}
    return {
        row.pk: (
            given.get(row.pk, 0),
            voting.needed(len(held[row.pk].members), bodies.terms_of(row).quorum),
            len(held[row.pk].members),
        )
        for row in rows
    }
