"""What waits for whom: apps register their kinds of waiting rows here, as they do with the ledger."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from managers.rules import deadlines

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """One row that waits for somebody; ``code`` is of `managers.notices`.

    Its owners are ``person`` (a user id) if given, then whoever may take ``action`` at the branch of ``path``
    ("" is the bank as a whole), the nearest branch first; each further branch up the tree is the next head.
    Users of ``not_by`` (makers, holders of other seats) and those tied to ``manager`` (an id) are no owners.
    ``occasion`` tells this waiting of the row from an earlier one; two rows of one subject are told as one.
    """

    pk: int
    code: str
    since: date
    days: int
    occasion: str
    url: str
    words: Mapping[str, str] = field(default_factory=dict)
    action: str = ""
    path: str = ""
    person: int | None = None
    manager: int | None = None
    not_by: frozenset[int] = NOBODY

    @property
    def due_on(self) -> date:
        """The last day in time."""
        return deadlines.due(self.since, self.days)


#: Reads the rows that wait on a day: all of them, or among those with the given keys.
Reader = Callable[[date, Collection[int] | None], Iterable[Waiting]]


@dataclass(frozen=True)
class Kind:
    """A kind of rows that wait; ``code`` begins the subject of their notices (`appraisal:7`).

    ``expires`` kinds run out by themselves: their people are told, and nothing is to be done in the house.
    """

    code: str
    waiting: Reader
    expires: bool = False

    def subject(self, pk: int) -> str:
        """What notices call a row."""
        return f"{self.code}:{pk}"


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; called from `AppConfig.ready`."""
    _KINDS[kind.code] = kind


def kinds() -> list[Kind]:
    """Every kind, in the order of registration."""
    return list(_KINDS.values())


def kind(code: str) -> Kind:
    """The kind of this code."""
    return _KINDS[code]
