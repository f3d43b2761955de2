"""What happens to managers in the bank's own procedures: the parts of the house that know of events."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.rules.feeds import Check, FeedFile

#: The file that events come in, whoever delivers it.
FILE = "events.csv"


class Happened(NamedTuple):
    """One event; `note` refers to the record behind it ("complaint:12") and makes it one of its kind."""

    employee_no: str
    business_date: date
    code: str
    quantity: int
    note: str


@dataclass(frozen=True)
class Origin:
    """A part of the house that knows of events; `codes` are all it ever yields."""

    codes: tuple[str, ...]
    events: Callable[[], Iterable[Happened]]


_ORIGINS: list[Origin] = []


def register(origin: Origin) -> None:
    """Have the events of an app entered; called once from its AppConfig."""
    if origin not in _ORIGINS:
        _ORIGINS.append(origin)


def codes() -> frozenset[str]:
    """The events that the bank's own procedures make."""
    return frozenset(code for origin in _ORIGINS for code in origin.codes)


def events() -> Iterator[Happened]:
    """Everything that has happened, as its records say now."""
    for origin in _ORIGINS:
        yield from origin.events()


def checks(feed: FeedFile) -> list[Check]:
    """What a file from outside may not say: an event of our own procedures would count twice."""
    own = ", ".join(f"'{code}'" for code in sorted(codes()))
    return [Check("code", "own_event", f"s.code IN ({own})", "s.code")] if own and feed.name == FILE else []
