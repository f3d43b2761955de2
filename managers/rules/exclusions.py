"""Which roles one person may not hold together, and which may be exercised by somebody else for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

#: Held by nobody who holds anything else: they grant, keep the platform, or look at everybody.
ALONE = frozenset({"platform_admin", "security_admin", "auditor", "api_client"})

#: Of these none may be held by somebody with a manager file: whoever keeps accounts, grants or the record
#: has no case of their own in the bank's figures.
#: Nor has whoever takes over loans gone bad issued any.
NO_MANAGER = frozenset({"platform_admin", "security_admin", "auditor", "api_client", "asset_preservation"})

#: Who makes, who checks and who decides. Two different desks in one hand over the same branch would let one
#: person be maker and checker.
DESKS = {
    "hr": ("branch_hr", "head_hr"),
    "risk": ("branch_risk", "head_risk"),
    "market": ("branch_market",),
    "group": ("group_member", "group_chair"),
    "outlet": ("outlet_head",),
    "preservation": ("asset_preservation",),
}
#: Pairs of desks kept apart over the same branch. An outlet's head may sit in its own group: it makes nothing
#: the group decides on. Market and group meet in no procedure.
APART = (
    ("hr", "risk"),
    ("hr", "market"),
    ("hr", "group"),
    ("hr", "outlet"),
    ("risk", "market"),
    ("risk", "group"),
    ("risk", "outlet"),
    ("market", "outlet"),
    ("hr", "preservation"),
    ("market", "preservation"),
    ("outlet", "preservation"),
)
#: Every pair of roles, both ways round, that exclude each other over the same branch.
PAIRS = frozenset(
    pair
    for one, other in APART
    for first, second in product(DESKS[one], DESKS[other])
    for pair in ((first, second), (second, first))
)

#: Granted to a person as such, by two others, and therefore handed on by nobody.
NOT_DELEGATED = ALONE | NO_MANAGER | {"client_manager"}


@dataclass(frozen=True, slots=True)
class Held:
    """A role over a branch (its path; "" for everywhere) for some days; `ends_on` None is open."""

    role: str
    path: str
    starts_on: date = date.min
    ends_on: date | None = None

    def meets(self, other: "Held") -> bool:
        """Whether both hold on some common day."""
        return self.starts_on <= (other.ends_on or date.max) and other.starts_on <= (self.ends_on or date.max)


def clash(one: Held, other: Held) -> bool:
    """Whether one person may not hold both.

    >>> clash(Held("branch_hr", "/HO/B1/"), Held("branch_risk", "/HO/B1/S1/"))
    True
    >>> clash(Held("branch_hr", "/HO/B1/"), Held("branch_risk", "/HO/B2/"))
    False
    >>> clash(Held("auditor", ""), Held("branch_market", "/HO/B2/"))
    True
    """
    if not one.meets(other) or one.role == other.role:
        return False
    if ALONE & {one.role, other.role}:
        return True
    over_the_same = one.path.startswith(other.path) or other.path.startswith(one.path)
    return (one.role, other.role) in PAIRS and over_the_same


def clashing(wanted: Held, held: Iterable[Held]) -> Held | None:
    """The first of what a person holds that excludes what is wanted."""
    return next((each for each in held if clash(wanted, each)), None)


def excludes(role: str, roles: Iterable[str]) -> tuple[str, ...]:
    """Of `roles`, in their order, those that may not be held beside `role` (over the same branch)."""
    one = Held(role, "")
    return tuple(each for each in roles if clash(one, Held(each, "")))
