"""Quality ratios of a loan portfolio."""

from decimal import Decimal
from fractions import Fraction


def normal_share(normal: Decimal, total: Decimal) -> Fraction | None:
    """Normal-class balance ÷ all loans, exact; None where there are no loans."""
    return Fraction(normal) / Fraction(total) if total else None
