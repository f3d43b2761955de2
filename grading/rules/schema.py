"""A rulebook in memory: scheme, ladder, dated numbers, standards, vetoes, transitions, notes on the text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ledger.rules.figures import Figure

from .conditions import Node
from .dated import DatedValue, Parameter
from .operands import Term

PERIODS = ("quarter", "year")
APPROVERS = ("leading_group", "unit_group", "hr", "risk", "head_office_risk")
ACTIVITIES = ("credit",)
OUTCOMES = ("promote", "keep", "warn", "demote", "vetoed", "undecided")

#: What a transition rule may look at, and the states each can be in.
TRANSITION_STATES: Mapping[str, tuple[str, ...]] = {
    "own": ("met", "not_met", "undecided"),
    "next": ("met", "not_met", "undecided", "none"),
    "lower": ("some", "none"),
    "on_post": ("met", "not_met", "undecided", "none"),
    "veto": ("clear", "hit", "undecided"),
}

NOTE_KINDS = (
    "unit_changes",
    "ladder_not_monotone",
    "equal_thresholds",
    "base_not_stated",
    "window_not_stated",
    "metric_named_two_ways",
    "wording",
    "conflict",
    "consequence_not_stated",
    "start_not_stated",
    "scope_choice",
)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The regulation as a whole: whom it covers, how often it appraises, how long an appointment lasts."""

    code: str
    title: str
    title_en: str
    source: str
    issued_by: str
    lines: tuple[str, ...]
    branches: tuple[str, ...]
    cycle: str
    term_months: int
    starts_on: date
    cites: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A rung of the ladder; ``rank`` is the bank-wide employee rank (a lower number is a higher rank)."""

    code: str
    title: str
    short: str
    title_en: str
    rank: int
    approver: str
    forbids: tuple[str, ...]
    cites: str


@dataclass(frozen=True, slots=True)
class Veto:
    """A quality requirement; where it is not met the whole appraisal fails, for the grades listed."""

    code: str
    grades: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class TransitionRule:
    """One row of a decision table: where every state listed fits, this is the outcome. First match wins."""

    when: tuple[tuple[str, frozenset[str]], ...]
    outcome: str
    why: str
    why_en: str
    cites: str

    def fits(self, states: Mapping[str, str]) -> bool:
        """Whether the row applies to these states (see `TRANSITION_STATES`)."""
        return all(states[key] in allowed for key, allowed in self.when)


@dataclass(frozen=True, slots=True)
class Note:
    """A flaw of the text and the reading chosen; ``about`` names the clauses by their codes."""

    number: int
    kind: str
    about: tuple[str, ...]
    text: str
    text_en: str
    reading: str
    reading_en: str
    cites: str


@dataclass(frozen=True, eq=False)
class Rulebook:
    """One regulation; ``grades`` from the highest to the lowest. Compared by identity, for caching."""

    scheme: Scheme
    grades: tuple[Grade, ...]
    parameters: Mapping[str, Parameter]
    standards: Mapping[str, Node]
    on_post: Node | None
    vetoes: tuple[Veto, ...]
    transitions: Mapping[str, tuple[TransitionRule, ...]]
    allowance: str
    notes: tuple[Note, ...]

    def grade(self, code: str) -> Grade:
        """The grade by its code; KeyError names the grades there are."""
        for grade in self.grades:
            if grade.code == code:
                return grade
        raise KeyError(
            f"{code!r} is not a grade of {self.scheme.code}: {', '.join(g.code for g in self.grades)}"
        )

    def above(self, code: str) -> Grade | None:
        """The next grade up; None at the top."""
        index = self.grades.index(self.grade(code))
        return self.grades[index - 1] if index else None

    def below(self, code: str) -> Grade | None:
        """The next grade down; None at the bottom."""
        index = self.grades.index(self.grade(code)) + 1
        return self.grades[index] if index < len(self.grades) else None

    def row_on(self, name: str, *, grade: str, on: date) -> DatedValue | None:
        """The parameter's row in force that day, with its citation."""
        parameter = self.parameters.get(name)
        return parameter.row_on(grade=grade, on=on) if parameter else None

    def allowance_on(self, *, grade: str, on: date) -> Decimal | None:
        """Monthly expense allowance in yuan; None where the regulation grants none that day."""
        row = self.row_on(self.allowance, grade=grade, on=on)
        return row.amount if row else None

    def starts(self) -> list[date]:
        """Every day on which some number begins, in order."""
        return sorted({day for parameter in self.parameters.values() for day in parameter.starts()})

    def roots(self) -> Iterator[tuple[str, str, Node]]:
        """Every condition as (code, grade or "", node): standards, the on-post bar, vetoes."""
        yield from ((grade, grade, node) for grade, node in self.standards.items())
        if self.on_post is not None:
            yield "on_post", "", self.on_post
        yield from ((f"veto.{veto.code}", "", veto.node) for veto in self.vetoes)


@lru_cache(maxsize=64)
def numbers_in_force(rulebook: Rulebook, on: date) -> Mapping[tuple[str, str], Term]:
    """All numbers of one day as terms by (parameter, grade); what has not started is absent."""
    rows = (
        (name, grade, parameter.row_on(grade=grade, on=on))
        for name, parameter in rulebook.parameters.items()
        for grade in parameter.series
    )
    return {(name, grade): _term(row, rulebook.parameters[name].unit) for name, grade, row in rows if row}


def _term(row: DatedValue, unit: str) -> Term:
    if row.amount is None:
        return Term(Figure.not_applicable("repealed", unit, since=row.starts_on.isoformat()), row.cites)
    return Term(Figure.of(row.amount, unit), row.cites, None, row.amount)
