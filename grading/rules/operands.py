"""What a leaf compares: a plain number, a dated parameter, or a metric. New kinds of operand go here.

An operand is a frozen dataclass with two methods: ``term(scope)`` answers, ``refs(scope)`` says which
metrics it will ask for. `trees.OPERANDS` names the key by which a rulebook file writes each of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from ledger.rules.figures import Evidence, Figure, MetricRef

from .dated import EVERY_GRADE

NOT_SUPPLIED = Figure.missing("not_supplied")
NOT_IN_FORCE = Figure.not_applicable("not_in_force")


class Term(NamedTuple):
    """What an operand came to: the figure, the article it rests on, the metric asked for, the amount."""

    figure: Figure
    cites: str = ""
    ref: MetricRef | None = None
    amount: Decimal | None = None


class Scope(NamedTuple):
    """All an operand may look at: the grade tested, the numbers in force that day, and the evidence."""

    grade: str
    numbers: Mapping[tuple[str, str], Term]
    evidence: Evidence


class Operand(Protocol):
    """Anything that can stand on either side of a comparison."""

    def term(self, scope: Scope) -> Term:
        """The figure in this scope, with its citation."""

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The metrics that `term` will look for in the evidence."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the condition itself: undated, so only for what never changes (0, all of it)."""

    amount: Decimal
    known: Term

    @classmethod
    def of(cls, amount: Decimal) -> "Number":
        """The operand for a literal amount."""
        return cls(amount, Term(Figure("value", Fraction(amount)), amount=amount))

    def term(self, scope: Scope) -> Term:
        """Itself."""
        return self.known

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """None."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Named:
    """A dated parameter of the rulebook, looked up for the grade tested."""

    name: str

    def term(self, scope: Scope) -> Term:
        """The value in force; not applicable before its first start and after a repeal."""
        numbers = scope.numbers
        return (
            numbers.get((self.name, scope.grade))
            or numbers.get((self.name, EVERY_GRADE))
            or Term(NOT_IN_FORCE)
        )

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """None."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric over a window, leaving out the customers below the floor (yuan of own daily average)."""

    code: str
    window: str
    floor: Number | Named
    params: tuple[tuple[str, str], ...] = ()

    def ref(self, scope: Scope) -> MetricRef:
        """The question put to the ledger; a floor not in force leaves nobody out."""
        return MetricRef(self.code, self.window, self.floor.term(scope).amount or Decimal(0), self.params)

    def term(self, scope: Scope) -> Term:
        """The figure in evidence; evidence that was never supplied is missing, not zero."""
        ref = self.ref(scope)
        return Term(scope.evidence.get(ref, NOT_SUPPLIED), ref=ref)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The one metric."""
        yield self.ref(scope)
