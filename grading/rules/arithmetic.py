"""Calculated operands: sums, ratios, steps, clamps, observations of the past, the share of a period gone by.

Each is exact. What is not applicable weighs more than what is missing: a whole with a part that cannot be
measured cannot be measured, a whole with a part still awaited is awaited.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import first_day

from .dated import Parameter
from .operands import NOT_IN_FORCE, Named, Operand, Scope, Term, keys

ZERO, ONE = Fraction(0), Fraction(1)
Values = Sequence[Fraction]
#: What `first` passes over: there is nothing there, and nothing is on its way.
ABSENT = ("no_target",)


def _product(values: Values) -> Fraction:
    result = ONE
    for value in values:
        result *= value
    return result


def _median(values: Values) -> Fraction:
    ranked, middle = sorted(values), len(values) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2


#: How several values become one, by the key that writes it.
TAKES: Mapping[str, Callable[[Values], Fraction]] = {
    "sum": lambda values: sum(values, ZERO),
    "mean": lambda values: sum(values, ZERO) / len(values),
    "median": _median,
    "min": min,
    "max": max,
    "product": _product,
}


def first_gap(terms: Sequence[Term]) -> Figure | None:
    """The figure that keeps a whole from being known; what is not applicable weighs more than missing."""
    gaps = [term.figure for term in terms if term.figure.value is None]
    return next((gap for gap in gaps if gap.state == "not_applicable"), gaps[0] if gaps else None)


def measured(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The measured figures among terms and beneath them."""
    return tuple(part for term in terms for part in (term.parts or ((term,) if term.ref else ())))


def _unit(terms: Sequence[Term]) -> str:
    """The unit of a whole: that of the first part that has one of its own."""
    units = [term.figure.unit for term in terms if term.figure.unit not in ("", "ratio", "number", "count")]
    return units[0] if units else next((term.figure.unit for term in terms if term.figure.unit), "")


def _cites(terms: Sequence[Term]) -> str:
    return next((term.cites for term in terms if term.cites), "")


def _whole(terms: Sequence[Term], worked_out: Callable[[Values], Fraction | None], unit: str = "") -> Term:
    """The term of a whole; None from `worked_out` means that there is nothing to divide by."""
    gap, parts = first_gap(terms), measured(terms)
    if gap is not None:
        return Term(gap, _cites(terms), parts=parts)
    value = worked_out([term.figure.value for term in terms if term.figure.value is not None])
    unit = unit or _unit(terms)
    figure = Figure.not_applicable("nothing_to_divide", unit) if value is None else Figure.of(value, unit)
    return Term(figure, _cites(terms), parts=parts)


class _Beneath:
    """Operands made of others ask for what those ask for."""

    __slots__ = ()

    def parts(self) -> tuple[Operand, ...]:
        """The operands directly beneath."""
        raise NotImplementedError

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Everything the parts ask for."""
        for part in self.parts():
            yield from part.refs(scope)


@dataclass(frozen=True, slots=True)
class Taken(_Beneath):
    """Several operands as one: their sum, mean, median, min, max or product."""

    take: str
    members: tuple[Operand, ...]

    def parts(self) -> tuple[Operand, ...]:
        """The members."""
        return self.members

    def term(self, scope: Scope) -> Term:
        """The whole, exact."""
        return _whole([member.term(scope) for member in self.members], TAKES[self.take])


@dataclass(frozen=True, slots=True)
class Less(_Beneath):
    """The first less all others."""

    members: tuple[Operand, ...]

    def parts(self) -> tuple[Operand, ...]:
        """The members."""
        return self.members

    def term(self, scope: Scope) -> Term:
        """The difference, which may be below zero."""
        terms = [member.term(scope) for member in self.members]
        return _whole(terms, lambda values: values[0] - sum(values[1:], ZERO))


@dataclass(frozen=True, slots=True)
class Ratio(_Beneath):
    """One operand divided by another; not applicable where that is zero."""

    above: Operand
    below: Operand

    def parts(self) -> tuple[Operand, ...]:
        """Both."""
        return (self.above, self.below)

    def term(self, scope: Scope) -> Term:
        """The quotient, exact."""
        terms = [self.above.term(scope), self.below.term(scope)]
        return _whole(terms, lambda values: values[0] / values[1] if values[1] else None, "ratio")


@dataclass(frozen=True, slots=True)
class Rounded(_Beneath):
    """An operand in whole steps: down, up, or to the nearest (half away from zero)."""

    inner: Operand
    step: Operand
    mode: str = "down"

    def parts(self) -> tuple[Operand, ...]:
        """The operand and the step."""
        return (self.inner, self.step)

    def term(self, scope: Scope) -> Term:
        """So many whole steps; nothing to divide by where the step is zero."""
        terms = [self.inner.term(scope), self.step.term(scope)]
        return _whole(terms, lambda values: stepped(*values, mode=self.mode))


def stepped(value: Fraction, step: Fraction, *, mode: str) -> Fraction | None:
    """A value in whole steps, "down" (towards less), "up" or "nearest"; None for a step of zero.

    >>> stepped(Fraction(7, 2), Fraction(1), mode="nearest")
    Fraction(4, 1)
    """
    if not step:
        return None
    count = value / step
    whole = {"down": count // 1, "up": -(-count // 1), "nearest": _nearest(count)}[mode]
    return whole * step


def _nearest(count: Fraction) -> int:
    whole = int((abs(count) * 2 + 1) // 2)
    return whole if count >= 0 else -whole


@dataclass(frozen=True, slots=True)
class First(_Beneath):
    """The first of several that there is: the next one counts where nothing can be measured or planned.

    A figure that is still awaited is not passed over: it may yet come.
    """

    members: tuple[Operand, ...]

    def parts(self) -> tuple[Operand, ...]:
        """The members."""
        return self.members

    def term(self, scope: Scope) -> Term:
        """The first that is known or awaited; the last one's answer where there is none."""
        term = self.members[0].term(scope)
        for member in self.members[1:]:
            if not _absent(term.figure):
                break
            term = member.term(scope)
        return term


def _absent(figure: Figure) -> bool:
    return figure.state == "not_applicable" or (figure.state == "missing" and figure.reason in ABSENT)


@dataclass(frozen=True, slots=True)
class Observed(_Beneath):
    """An operand observed now and in so many windows before, taken together; ``count`` 0: since New Year."""

    inner: Operand
    each: str
    count: int
    take: str

    def parts(self) -> tuple[Operand, ...]:
        """The operand."""
        return (self.inner,)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """What the operand asks for in every observation."""
        for earlier in observations(scope, self.each, self.count):
            yield from self.inner.refs(earlier)

    def term(self, scope: Scope) -> Term:
        """All observations together."""
        terms = [self.inner.term(earlier) for earlier in observations(scope, self.each, self.count)]
        return _whole(terms, TAKES[self.take])


def observations(scope: Scope, each: str, count: int) -> list[Scope]:
    """The scope now and as many windows ``each`` (month, quarter, year) before; the numbers stay today's."""
    total = count or elapsed_units(scope.on, each)
    return [scope._replace(ago=scope.ago + back) for back in range(total)]


def elapsed_units(on: date, each: str) -> int:
    """How many months, quarters or half-years of the year have begun by a day."""
    return {"month": on.month, "quarter": (on.month + 2) // 3, "half_year": (on.month + 5) // 6}.get(each, 1)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The share of a month, quarter or year that has gone by on the last day, by days or by whole months."""

    of: str
    by: str = "days"

    def term(self, scope: Scope) -> Term:
        """Between 0 and 1."""
        start, end = first_day(self.of, scope.on), last_day(self.of, scope.on)
        if self.by == "months":
            gone, whole = scope.on.month - start.month + 1, end.month - start.month + 1
        else:
            gone, whole = (scope.on - start).days + 1, (end - start).days + 1
        return Term(Figure.of(Fraction(gone, whole), "ratio"))

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """None."""
        return iter(())

    def parts(self) -> tuple[Operand, ...]:
        """None."""
        return ()


def last_day(unit: str, on: date) -> date:
    """The last day of the month, quarter or year that contains a day."""
    far = {"month": 31, "quarter": 92, "half_year": 184, "year": 366}[unit]
    return first_day(unit, first_day(unit, on) + timedelta(days=far)) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MeanInForce:
    """A dated parameter as the mean of its values over the days of a window: for what changes inside it."""

    parameter: Parameter
    window: str

    def term(self, scope: Scope) -> Term:
        """Each value weighs as many days as it was in force; not in force where any day has none."""
        rows = next((self.parameter.series[key] for key in keys(scope) if key in self.parameter.series), ())
        start, after = first_day(self.window, scope.on), scope.on + timedelta(days=1)
        days = [start, *(row.starts_on for row in rows if start < row.starts_on < after), after]
        total, cites = ZERO, ""
        for first, end in pairwise(days):
            row = next((each for each in reversed(rows) if each.starts_on <= first), None)
            if row is None or row.amount is None:
                return Term(NOT_IN_FORCE)
            total, cites = total + Fraction(row.amount) * (end - first).days, row.cites
        return Term(Figure.of(total / (after - start).days, self.parameter.unit), cites)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """None."""
        return iter(())

    def parts(self) -> tuple[Operand, ...]:
        """The parameter."""
        return (Named(self.parameter.name),)


@dataclass(frozen=True, slots=True)
class PointsOf:
    """What an item of the scoring sheet, or a sheet as a whole, came to."""

    code: str

    def term(self, scope: Scope) -> Term:
        """Its points; not applicable where it is not scored in this period."""
        return Term(scope.points.get(self.code, Figure.not_applicable("not_scored", "points")))

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """None: items stand before those that rest on them."""
        return iter(())

    def parts(self) -> tuple[Operand, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Banded(_Beneath):
    """Bands: the value of the highest one that the figure reaches, ``below`` where it reaches none."""

    figure: Operand
    bands: tuple[tuple[Operand, Operand], ...]
    below: Operand

    def parts(self) -> tuple[Operand, ...]:
        """The figure, the edges and the values."""
        return (self.figure, *(operand for band in self.bands for operand in band), self.below)

    def term(self, scope: Scope) -> Term:
        """The band's value with its article; bands are held against the exact figure."""
        figure = self.figure.term(scope)
        edges = [edge.term(scope) for edge, _ in self.bands]
        gap = first_gap([figure, *edges])
        if gap is not None or figure.figure.value is None:
            return Term(gap or figure.figure, parts=measured([figure]))
        reached = [
            (edge.figure.value, value)
            for edge, (_, value) in zip(edges, self.bands, strict=True)
            if edge.figure.value is not None and edge.figure.value <= figure.figure.value
        ]
        value = max(reached, key=lambda band: band[0])[1] if reached else self.below
        term = value.term(scope)
        return Term(term.figure, term.cites, parts=measured([figure]))


@dataclass(frozen=True, slots=True)
class Bracketed(_Beneath):
    """Marginal brackets: each slice of the figure earns the rate of its own bracket."""

    figure: Operand
    bands: tuple[tuple[Operand, Operand], ...]

    def parts(self) -> tuple[Operand, ...]:
        """The figure, the edges and the rates."""
        return (self.figure, *(operand for band in self.bands for operand in band))

    def term(self, scope: Scope) -> Term:
        """The sum over brackets of slice times rate; nothing below the first edge."""
        figure = self.figure.term(scope)
        terms = [figure, *(side.term(scope) for band in self.bands for side in band)]
        return _whole(terms, _by_slices)


def _by_slices(values: Values) -> Fraction:
    return marginal(values[0], list(zip(values[1::2], values[2::2], strict=True)))


def marginal(value: Fraction, brackets: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """What marginal brackets (from, rate) give on a value.

    >>> marginal(Fraction(150), [(Fraction(0), Fraction(1, 10)), (Fraction(100), Fraction(1, 5))])
    Fraction(20, 1)
    """
    ranked = sorted(brackets)
    ends = [*(start for start, _ in ranked[1:]), value]
    slices = zip(ranked, ends, strict=True)
    return sum(((min(value, end) - start) * rate for (start, rate), end in slices if value > start), ZERO)
