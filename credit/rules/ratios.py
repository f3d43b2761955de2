"""Key ratios of a borrower's statements: exact, and None where something they need is not known or zero."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

#: The items of a statement by code, in the order of the sheet; all may be unknown.
ITEMS = (
    "current_assets",
    "inventory",
    "receivables",
    "total_assets",
    "current_liabilities",
    "total_liabilities",
    "equity",
    "revenue",
    "operating_cost",
    "interest_expense",
    "total_profit",
    "net_profit",
    "operating_cash_flow",
)
Items = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio: its code, its unit (`ratio` is a share, `times` a multiple), whether more of it is better."""

    code: str
    unit: str
    rises: bool
    worked: Callable[[Items, Items], Fraction | None]


def _over(above: Decimal | None, below: Decimal | None) -> Fraction | None:
    """A quotient; without both parts, or over nothing, there is none."""
    if above is None or below is None or not below:
        return None
    return Fraction(above) / Fraction(below)


def _less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _positive(found: Fraction | None, base: Decimal | None) -> Fraction | None:
    """A return on, or growth from, something negative says the opposite of what it shows: none then."""
    return found if base is not None and base > 0 else None


def _growth(now: Decimal | None, before: Decimal | None) -> Fraction | None:
    return _positive(_over(_less(now, before), before), before)


RATIOS: tuple[Ratio, ...] = (
    Ratio(
        "current_ratio",
        "times",
        True,
        lambda now, _: _over(now["current_assets"], now["current_liabilities"]),
    ),
    Ratio(
        "quick_ratio",
        "times",
        True,
        lambda now, _: _over(_less(now["current_assets"], now["inventory"]), now["current_liabilities"]),
    ),
    Ratio(
        "liability_ratio", "ratio", False, lambda now, _: _over(now["total_liabilities"], now["total_assets"])
    ),
    Ratio(
        "interest_cover",
        "times",
        True,
        lambda now, _: _positive(
            _over(_plus(now["total_profit"], now["interest_expense"]), now["interest_expense"]),
            now["interest_expense"],
        ),
    ),
    Ratio("return_on_assets", "ratio", True, lambda now, _: _over(now["net_profit"], now["total_assets"])),
    Ratio(
        "return_on_equity",
        "ratio",
        True,
        lambda now, _: _positive(_over(now["net_profit"], now["equity"]), now["equity"]),
    ),
    Ratio(
        "gross_margin",
        "ratio",
        True,
        lambda now, _: _over(_less(now["revenue"], now["operating_cost"]), now["revenue"]),
    ),
    Ratio(
        "cash_to_liabilities",
        "ratio",
        True,
        lambda now, _: _over(now["operating_cash_flow"], now["current_liabilities"]),
    ),
    Ratio("revenue_growth", "ratio", True, lambda now, before: _growth(now["revenue"], before["revenue"])),
)
NOTHING: Items = dict.fromkeys(ITEMS)


def ratios(now: Items, year_before: Items = NOTHING) -> dict[str, Fraction | None]:
    """Every ratio of one statement; growth is against the statement of the same period a year before."""
    return {each.code: each.worked(now, year_before) for each in RATIOS}


def imbalance(now: Items) -> Decimal | None:
    """What a sheet lacks to balance: assets less liabilities and equity; None where one is unknown."""
    return _less(now["total_assets"], _plus(now["total_liabilities"], now["equity"]))


def missing(now: Items) -> tuple[str, ...]:
    """The items a statement does not give."""
    return tuple(code for code in ITEMS if now[code] is None)
