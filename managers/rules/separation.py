"""Who may not act for whom: oneself, kin, one's own superior; and who already holds another seat."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Ties:
    """The managers (by id) a person may not decide on, each way of being tied apart."""

    own: frozenset[int] = NOBODY
    kin: frozenset[int] = NOBODY
    superior: frozenset[int] = NOBODY

    def to(self, manager: int) -> str:
        """The tie to a manager: `own`, `kin`, `superior`, or "".

        >>> Ties(kin=frozenset({7})).to(7), Ties().to(7)
        ('kin', '')
        """
        if manager in self.own:
            return "own"
        if manager in self.kin:
            return "kin"
        return "superior" if manager in self.superior else ""

    def __or__(self, other: "Ties") -> "Ties":
        """The ties of two people together: whoever acts for somebody is bound by both."""
        return Ties(self.own | other.own, self.kin | other.kin, self.superior | other.superior)


@dataclass(frozen=True, slots=True)
class Seats:
    """The steps of a procedure that must be taken by different people.

    ``apart`` names for a step the earlier steps whose people may not take it.
    """

    apart: Mapping[str, Collection[str]] = field(default_factory=dict)

    def taken(self, step: str, earlier: Iterable[tuple[str, int]], people: Collection[int]) -> str:
        """The earlier step one of `people` took that forbids this one, or "".

        >>> Seats({"approve": ["propose"]}).taken("approve", [("propose", 3)], [3])
        'propose'
        """
        forbidden = self.apart.get(step, ())
        return next((name for name, who in earlier if name in forbidden and who in people), "")
