"""What happens to managers in the bank's own procedures: the parts of the house that know of events.

Every code has one source: where another system delivers it, what happens here is not entered as well, and
what we have entered nobody may deliver as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils.functional import Promise

from ledger.rules.feeds import Check, FeedFile
from ledger.sql import statement

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
    """A part of the house that knows of events; `codes` are all it ever yields, and what people call them."""

    codes: Mapping[str, str | Promise]
    events: Callable[[], Iterable[Happened]]


_ORIGINS: list[Origin] = []


def register(origin: Origin) -> None:
    """Have the events of an app entered; called once from its AppConfig."""
    if origin not in _ORIGINS:
        _ORIGINS.append(origin)


def codes() -> frozenset[str]:
    """The events that the bank's own procedures make."""
    return frozenset(code for origin in _ORIGINS for code in origin.codes)


def titles() -> dict[str, str]:
    """What people call the events of our own, by code."""
    return {code: str(name) for origin in _ORIGINS for code, name in origin.codes.items()}


def events() -> Iterator[Happened]:
    """Everything that has happened, as its records say now."""
    for origin in _ORIGINS:
        yield from origin.events()


def checks(feed: FeedFile) -> list[Check]:
    """What a file from outside may not say: an event that our own procedures enter would count twice."""
    own = sorted(_standing(inside=True) & codes()) if feed.name == FILE else []
    listed = ", ".join(f"'{code}'" for code in own)
    return [Check("code", "own_event", f"s.code IN ({listed})", "s.code")] if own else []


def delivered() -> frozenset[str]:
    """The events of ours that another system delivers: that system is their one source, and not we."""
    return _standing(inside=False) & codes()


def _standing(*, inside: bool) -> frozenset[str]:
    """The codes of which events stand that were entered by us, or delivered to us."""
    with connection.cursor() as cursor:
        cursor.execute(statement("events_standing"), {"inside": inside, "codes": list(codes())})
        return frozenset(code for (code,) in cursor.fetchall())
