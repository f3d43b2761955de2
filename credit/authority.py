"""Who may lend how much: whoever knows the bank's regulations registers here what they say of a manager."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from managers.models import ClientManager


@dataclass(frozen=True)
class Limit:
    """How much one customer may owe through a manager, counting loans of some products and securities.

    Nothing in `products` or `securities`: any. `amount` None: the regulation limits it, the bank has not
    said to how much; everything then goes up.
    """

    amount: Decimal | None
    securities: frozenset[str]
    products: frozenset[str]
    scheme: str
    cites: str

    def speaks_of(self, *, security: str, product: str) -> bool:
        """Whether a loan counts under this limit; one whose security is not known ("") counts under each."""
        known = not self.securities or not security or security in self.securities
        return known and (not self.products or product in self.products)


@dataclass(frozen=True)
class Authority:
    """What the regulations say of one manager on a day: who forbids credit, and up to how much they lend.

    `forbidden_by` names the grade (or status) that forbids it, with its clause in `forbidden_cites`.
    """

    forbidden_by: str = ""
    forbidden_cites: str = ""
    limits: tuple[Limit, ...] = ()


Source = Callable[[ClientManager, date], Authority]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Have `source` asked about every manager who is to lend; called from `AppConfig.ready`."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def authority(manager: ClientManager, on: date) -> Authority:
    """What all sources together say; without a source nothing is forbidden and nothing is limited."""
    said = [source(manager, on) for source in _SOURCES]
    forbidding = next((each for each in said if each.forbidden_by), Authority())
    limits = tuple(limit for each in said for limit in each.limits)
    return Authority(forbidding.forbidden_by, forbidding.forbidden_cites, limits)
