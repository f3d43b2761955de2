"""Deadlines: when something is due, when its owners are reminded, and how far up it has been escalated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Tone = Literal["todo", "reminder", "escalation", "news"]
DAY = timedelta(days=1)
#: Calendar days before the due day on which owners are reminded.
REMIND_BEFORE = 2
#: Calendar days overdue after which the next head is told, and owners are reminded again.
ESCALATE_EVERY = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a waiting has come. ``level`` counts the heads to be told: 0 until the due day is over."""

    reminded: bool
    level: int

    @property
    def overdue(self) -> bool:
        """Whether the due day is over."""
        return self.level > 0


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is to have been told: the tone, and which of several tellings of that tone."""

    tone: Tone
    occasion: str


def due(since: date, days: int) -> date:
    """The last day in time: calendar days after the day the waiting began.

    >>> due(date(2026, 10, 1), 5)
    datetime.date(2026, 10, 6)
    """
    return since + timedelta(days=days)


def reminded_from(since: date, due_on: date) -> date:
    """The first day of the reminder: never the day the waiting began: nobody is told twice at once."""
    return max(since + DAY, due_on - REMIND_BEFORE * DAY)


def stage(since: date, due_on: date, on: date) -> Stage:
    """How far a waiting has come on a day; a day missed by the job changes nothing about the days after.

    >>> stage(date(2026, 10, 1), date(2026, 10, 6), date(2026, 10, 7))
    Stage(reminded=True, level=1)
    """
    late = (on - due_on).days
    level = 0 if late <= 0 else 1 + (late - 1) // ESCALATE_EVERY
    return Stage(level > 0 or reminded_from(since, due_on) <= on, level)


def tellings(found: Stage, levels: Sequence[Sequence[int]]) -> Mapping[int, Telling]:
    """What each person is to have been told by now: owners (the first level), then the heads reached.

    Whoever stands on several levels counts on the first. Only the latest telling is named: a job that comes
    late does not make up for reminders nobody can use any more.

    >>> dict(tellings(Stage(True, 1), [[7], [8], [9]]))[8]
    Telling(tone='escalation', occasion='up1')
    """
    told: dict[int, Telling] = {}
    for height, people in enumerate(levels[: found.level + 1]):
        for person in people:
            told.setdefault(person, Telling("escalation", f"up{height}") if height else _owner(found))
    return told


def _owner(found: Stage) -> Telling:
    if found.overdue:
        return Telling("reminder", f"late{found.level}")
    return Telling("reminder", "soon") if found.reminded else Telling("todo", "")


def expiry(found: Stage, people: Sequence[int]) -> Mapping[int, Telling]:
    """What is told of something that runs out by itself: at first, shortly before, and nothing afterwards."""
    if found.overdue:
        return {}
    return {person: Telling("news", "soon" if found.reminded else "") for person in people}
