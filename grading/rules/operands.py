"""What a leaf compares: a plain number, a dated parameter, or a metric; what is calculated is `arithmetic`.

An operand is a frozen dataclass with three methods: ``term(scope)`` answers, ``refs(scope)`` says which
metrics it will ask for, ``parts()`` what is beneath. `expressions.OPERANDS` names
the key that writes each of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from ledger.rules.figures import Evidence, Figure, MetricRef, decimal_of

from .dated import EVERY_GRADE

NOT_SUPPLIED = Figure.missing("not_supplied")
NOT_IN_FORCE = Figure.not_applicable("not_in_force")


class Term(NamedTuple):
    """What an operand came to: the figure, the article it rests on, the metric asked for, the amount.

    ``parts`` are the measured figures that a calculated operand was made of, in the order of the text.
    """

    figure: Figure
    cites: str = ""
    ref: MetricRef | None = None
    amount: Decimal | None = None
    parts: tuple["Term", ...] = ()


Numbers = Mapping[tuple[str, str], Term]


class InForce(dict[tuple[str, str], Term]):
    """Numbers of one day; ``special`` names the parameters with values for a branch or a month."""

    def __init__(self, terms: Iterable[tuple[tuple[str, str], Term]]) -> None:
        super().__init__(terms)
        self.special = frozenset(name for name, key in self if key.startswith(("branch:", "month:")))


class Scope(NamedTuple):
    """All an operand may look at: the grade tested, the numbers in force that day, and the evidence.

    ``on`` is the last day of the period, ``ago`` how many windows back an observation of the past looks,
    ``branch`` the codes of the manager's branch and those above it, as a path; ``points`` what items of a
    scoring sheet came to so far.
    """

    grade: str
    numbers: Numbers
    evidence: Evidence
    on: date = date.max
    ago: int = 0
    branch: str = ""
    points: Mapping[str, Figure] = {}


class Operand(Protocol):
    """Anything that can stand on either side of a comparison."""

    def term(self, scope: Scope) -> Term:
        """The figure in this scope, with its citation."""

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The metrics that `term` will look for in the evidence."""

    def parts(self) -> "tuple[Operand, ...]":
        """The operands directly beneath."""


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

    def parts(self) -> "tuple[Operand, ...]":
        """None."""
        return ()


_NOT_IN_FORCE = Term(NOT_IN_FORCE)


def keys(scope: Scope) -> tuple[str, ...]:
    """Under which keys a parameter may have its value, the nearest first: branch, month, grade, everyone.

    >>> keys(Scope("senior", {}, {}, date(2026, 6, 30), branch="/HO/B01/"))[:3]
    ('branch:B01|senior', 'branch:B01', 'branch:HO|senior')
    """
    codes = [code for code in reversed(scope.branch.split("/")) if code]
    branch = [key for code in codes for key in (f"branch:{code}|{scope.grade}", f"branch:{code}")]
    return (*branch, f"month:{scope.on.month}", scope.grade, EVERY_GRADE)


@dataclass(frozen=True, slots=True)
class Named:
    """A dated parameter of the rulebook, looked up for the grade tested."""

    name: str

    def term(self, scope: Scope) -> Term:
        """The value in force; not applicable before its first start and after a repeal."""
        numbers, name = scope.numbers, self.name
        if isinstance(numbers, InForce) and name not in numbers.special:
            return numbers.get((name, scope.grade)) or numbers.get((name, EVERY_GRADE)) or _NOT_IN_FORCE
        found = (numbers.get((name, key)) for key in keys(scope))
        return next((term for term in found if term is not None), _NOT_IN_FORCE)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """None."""
        return iter(())

    def parts(self) -> "tuple[Operand, ...]":
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric over a window, leaving out the customers below the floor (yuan of own daily average).

    ``ago`` looks as many windows back; ``given`` are parameters of the metric that are amounts themselves
    (how much a customer must reach to be counted).
    """

    code: str
    window: str
    floor: "Operand"
    params: tuple[tuple[str, str], ...] = ()
    ago: int = 0
    given: tuple[tuple[str, "Operand"], ...] = ()

    def ref(self, scope: Scope) -> MetricRef:
        """The question put to the ledger; a floor not in force leaves nobody out."""
        floor = self.floor.term(scope).amount or Decimal(0)
        if not (self.ago or scope.ago or self.given):
            return MetricRef(self.code, self.window, floor, self.params)
        return MetricRef(self.code, self.window, floor, tuple(sorted(self._params(scope).items())))

    def term(self, scope: Scope) -> Term:
        """The figure in evidence; evidence that was never supplied is missing, not zero."""
        ref = self.ref(scope)
        return Term(scope.evidence.get(ref, NOT_SUPPLIED), ref=ref)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The one metric."""
        yield self.ref(scope)

    def parts(self) -> "tuple[Operand, ...]":
        """The amounts it is asked with."""
        return (self.floor, *(operand for _, operand in self.given))

    def _params(self, scope: Scope) -> dict[str, str]:
        ago = self.ago + scope.ago
        asked = {name: _plain(operand.term(scope).figure) for name, operand in self.given}
        return {**dict(self.params), **asked, **({"ago": str(ago)} if ago else {})}


def _plain(figure: Figure) -> str:
    """An amount as it stands in a question; nothing is reached where it is not known."""
    return "never" if figure.value is None else format(decimal_of(figure.value).normalize(), "f")
