"""How differences and bare numbers are written on the pages of simulations."""

from fractions import Fraction
from typing import Any

from django import template

from ledger.rules import money
from ledger.rules.figures import decimal_of
from ledger.templatetags.figures import MISSING, number

register = template.Library()


@register.filter
def digits(value: Any) -> str:
    """All digits without needless zeros: "1,560", "0.5"."""
    found = number(value)
    if found is None:
        return MISSING
    text = f"{money.round_half_up(found, 4):,f}"
    return text.rstrip("0").rstrip(".")


@register.filter
def plus_minus(value: Any) -> str:
    """A difference with its sign and all its digits: "+3", "−120", "0"."""
    found = number(value)
    if found is None:
        return MISSING
    sign = "+" if found > 0 else "\u2212" if found < 0 else ""
    return f"{sign}{digits(abs(found))}"


@register.filter
def bare(value: Any) -> str:
    """A number as an attribute takes it: "38000000", "0.05"."""
    found = number(value)
    if found is None:
        return ""
    return f"{decimal_of(Fraction(found)).normalize():f}"
