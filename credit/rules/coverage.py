"""Coverage: how much of what a customer owes stands behind guarantors, mortgages and pledges that hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Backing:
    """One guarantee: up to `secured` yuan; of something valued, the `share` of its latest valuation at most.

    A mortgage or pledge (`valued`) counts nothing without a valuation in force. Days are the last ones.
    """

    secured: Decimal
    valued: bool
    share: Decimal
    valuation: Decimal | None = None
    valuation_until: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a guarantee counts for on a day, and why no more: "", not_valued, valuation_expired, expired."""

    amount: Decimal
    why: str = ""


def worth(backing: Backing, on: date) -> Worth:
    """The amount one guarantee counts for; expired, it counts nothing, which is said and not hidden."""
    if backing.expires_on is not None and backing.expires_on < on:
        return Worth(ZERO, "expired")
    if not backing.valued:
        return Worth(backing.secured)
    if backing.valuation is None:
        return Worth(ZERO, "not_valued")
    if backing.valuation_until is not None and backing.valuation_until < on:
        return Worth(ZERO, "valuation_expired")
    return Worth(min(backing.secured, (backing.valuation * backing.share).quantize(ZERO, "ROUND_DOWN")))


def coverage(backings: Iterable[Backing], owed: Decimal, on: date) -> Fraction | None:
    """What all guarantees count for ÷ what is owed; None where nothing is owed."""
    total = sum((worth(each, on).amount for each in backings), ZERO)
    return Fraction(total) / Fraction(owed) if owed > 0 else None
