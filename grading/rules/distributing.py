"""What if this threshold were another: which numbers can be tried, how a figure is spread, who reaches it."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.rules.figures import MetricRef

from .comparisons import Comparison
from .conditions import Label, Leaf, every_node
from .dated import EVERY_GRADE, DatedValue, Parameter
from .operands import Measured, Named, Scope
from .schema import Rulebook, numbers_in_force

#: So many bars are drawn at most, the open one at the end included.
MOST_BARS = 24


@dataclass(frozen=True)
class Dial:
    """One number of a book that a single figure is held against: the parameter, and for which grade.

    ``series`` is the key of the parameter's row that is turned: the grade, or "" for a number of every grade.
    ``own`` says that the comparison concerns only the holders of the grade (on-post bar, vetoes).
    """

    parameter: Parameter
    grade: str
    series: str
    label: Label
    root: str
    ref: MetricRef
    comparison: Comparison
    amount: Decimal
    cites: str
    own: bool

    @property
    def code(self) -> str:
        """The dial's name in addresses: parameter and grade."""
        return f"{self.parameter.name}.{self.grade}"


def dials(book: Rulebook, on: date) -> dict[str, Dial]:
    """Every number in force that day which one figure is held against, by code, in the order of the text."""
    found: dict[str, Dial] = {}
    for grade in book.grades:
        for dial in _of_grade(book, grade.code, on):
            found.setdefault(dial.code, dial)
    return found


def _of_grade(book: Rulebook, grade: str, on: date) -> Iterator[Dial]:
    scope = Scope(grade, numbers_in_force(book, on), {}, on)
    for root, own, leaf in _leaves(book, grade):
        bound = leaf.bounds[0] if len(leaf.bounds) == 1 else None
        if type(leaf.left) is not Measured or not isinstance(bound, Named):
            continue
        parameter = book.parameters[bound.name]
        series = grade if grade in parameter.series else EVERY_GRADE
        row = parameter.row_on(grade=grade, on=on)
        if row is not None and row.amount is not None and series in parameter.series:
            ref = leaf.left.ref(scope)
            yield Dial(
                parameter, grade, series, leaf.label, root, ref, leaf.comparison, row.amount, row.cites, own
            )


def _leaves(book: Rulebook, grade: str) -> Iterator[tuple[str, bool, Leaf]]:
    """The comparisons a holder of the grade may meet, with the code of their tree."""
    roots = [(grade, False, book.standards[grade])] if grade in book.standards else []
    roots += [("on_post", True, book.on_post)] if book.on_post is not None else []
    roots += [(f"veto.{veto.code}", True, veto.node) for veto in book.vetoes if grade in veto.grades]
    for code, own, root in roots:
        yield from ((code, own, node) for node in every_node(root) if isinstance(node, Leaf))


def turned(book: Rulebook, dial: Dial, amount: Decimal) -> Rulebook:
    """The book with the one number changed, on whatever day it is read."""
    row = DatedValue(date.min, amount, dial.cites)
    series = {**dial.parameter.series, dial.series: (row,)}
    parameter = replace(dial.parameter, series=series)
    return replace(book, parameters={**book.parameters, parameter.name: parameter})


class Bar(NamedTuple):
    """How many figures lie in [low, high); the last bar has no upper end, the first no lower one."""

    low: Decimal
    high: Decimal | None
    people: int


@dataclass(frozen=True)
class Spread:
    """The figures of many managers, ascending, and how a range is cut for a picture and a slider.

    From ``start`` to ``end`` every bar is as wide as the others, the open one at the end included.
    """

    values: tuple[Fraction, ...]
    bars: tuple[Bar, ...]
    start: Decimal
    end: Decimal
    step: Decimal

    def place(self, amount: Decimal | Fraction) -> float:
        """Where an amount stands between start and end, in percent, for drawing."""
        share = (Fraction(amount) - Fraction(self.start)) / (Fraction(self.end) - Fraction(self.start))
        return float(min(max(share, Fraction(0)), Fraction(1)) * 100)


def spread(values: Sequence[Fraction], threshold: Decimal) -> Spread:
    """Bars of a round width from the least figure to about twice the threshold or the 95th percentile.

    What lies beyond is counted in the last bar, so that a few very large figures do not squeeze the others.
    """
    ordered = tuple(sorted(values))
    low = min([Fraction(0), *ordered[:1]]) if threshold >= 0 else min([Fraction(threshold) * 2, *ordered[:1]])
    most = ordered[(len(ordered) * 95) // 100] if ordered else Fraction(0)
    least = low + 1 if threshold else low + Fraction(1, 100)
    high = max(most, Fraction(threshold) * 2, Fraction(threshold), least)
    width = round_width((high - low) / (MOST_BARS - 2))
    start = low // width * width
    count = -((start - high) // width)
    edges = [start + place * width for place in range(count + 1)]
    cuts = [bisect_left(ordered, edge) for edge in edges[1:]]
    counts = [right - left for left, right in zip([0, *cuts], [*cuts, len(ordered)], strict=True)]
    ends: list[Fraction | None] = [*edges[1:], None]
    bars = [
        Bar(_decimal(edge), None if end is None else _decimal(end), n)
        for edge, end, n in zip(edges, ends, counts, strict=True)
    ]
    return Spread(ordered, tuple(bars), _decimal(start), _decimal(edges[-1] + width), _decimal(width / 20))


def round_width(least: Fraction) -> Fraction:
    """The least of 1, 2 or 5 times a power of ten that is not below ``least``, which is above 0.

    >>> round_width(Fraction(12_000_000))
    Fraction(20000000, 1)
    """
    power = Fraction(1)
    while power > least:
        power /= 10
    while power * 10 <= least:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= least)


def reaching(values: Sequence[Fraction], comparison: Comparison, amount: Decimal) -> int:
    """For how many of the figures the comparison holds at the amount."""
    bound = (Fraction(amount),)
    return sum(1 for value in values if comparison.holds(value, bound))


def reaching_by(
    groups: Mapping[str, Sequence[Fraction]], comparison: Comparison, amounts: Sequence[Decimal]
) -> dict[str, tuple[int, ...]]:
    """By grade held: how many figures there are, then for how many the comparison holds at each amount."""
    return {
        grade: (len(values), *(reaching(values, comparison, amount) for amount in amounts))
        for grade, values in groups.items()
    }


def _decimal(value: Fraction) -> Decimal:
    """A fraction whose denominator is a product of twos and fives, as it is written."""
    return Decimal(value.numerator) / Decimal(value.denominator)
