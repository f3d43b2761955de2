"""The comparisons a leaf may make, exact on fractions: one table, and the place where a new one is added."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

Bounds = Sequence[Fraction]
ZERO, ONE = Fraction(0), Fraction(1)


class Comparison(NamedTuple):
    """How a value is held against its bounds.

    ``bounds`` is how many the file must give; ``implied`` stands in where it gives none. ``holds`` decides,
    ``lacking`` is how far the value is from holding (0 when it holds, or stands on an excluded bound).
    ``rises`` is +1 where more makes it harder to meet, -1 where less does, 0 otherwise.
    """

    symbol: str
    title: str
    title_en: str
    bounds: int
    holds: Callable[[Fraction, Bounds], bool]
    lacking: Callable[[Fraction, Bounds], Fraction]
    implied: tuple[Fraction, ...] = ()
    rises: int = 0


def _short(value: Fraction, bounds: Bounds) -> Fraction:
    return max(ZERO, bounds[0] - value)


def _over(value: Fraction, bounds: Bounds) -> Fraction:
    return max(ZERO, value - bounds[0])


def _outside(value: Fraction, bounds: Bounds) -> Fraction:
    return max(ZERO, bounds[0] - value, value - bounds[1])


COMPARISONS: Mapping[str, Comparison] = {
    each.symbol: each
    for each in (
        Comparison(">=", "不低于", "at least", 1, lambda v, b: v >= b[0], _short, rises=1),
        Comparison(">", "高于", "more than", 1, lambda v, b: v > b[0], _short, rises=1),
        Comparison("<=", "不高于", "at most", 1, lambda v, b: v <= b[0], _over, rises=-1),
        Comparison("<", "低于", "less than", 1, lambda v, b: v < b[0], _over, rises=-1),
        Comparison("==", "等于", "equal to", 1, lambda v, b: v == b[0], lambda v, b: abs(v - b[0])),
        Comparison("between", "介于", "between", 2, lambda v, b: b[0] <= v <= b[1], _outside),
        Comparison("passed", "合格", "passed", 0, lambda v, b: v >= b[0], _short, (ONE,)),
        Comparison("none_of", "不得发生", "must not occur", 0, lambda v, b: v <= b[0], _over, (ZERO,)),
    )
}
