"""A rulebook in memory: scheme, ladder, dated numbers, standards, vetoes, transitions, notes on the text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ledger.rules.figures import Figure

from .authority_section import Authority
from .conditions import Node, every_node, operands_of
from .dated import DatedValue, Parameter
from .operands import InForce, Operand, Term
from .paying import PayItem
from .scoring import Sheet, operands_of_item

PERIODS = ("month", "quarter", "half_year", "year")
#: What an appraisal may pass between measuring and the risk department, in this order.
STAGES = ("statement", "scores", "review")
#: The lines of business of managers (`managers.models.ClientManager.Line`).
LINES = ("corporate", "personal", "integrated", "micro")
#: The four headings of a group's qualitative scores: conduct, ability, diligence, results.
HEADINGS = ("conduct", "ability", "diligence", "results")
#: Whoever took up the post inside a period: judged on the whole of it, or not at all.
NEWCOMERS = ("whole", "excluded", "pro_rata")
APPROVERS = ("leading_group", "unit_group", "hr", "risk", "head_office_risk")
ACTIVITIES = ("credit",)
OUTCOMES = ("promote", "keep", "warn", "demote", "vetoed", "undecided", "adjust", "not_ranked", "remove")
#: Where a rule may send a manager besides one of the grades: one or more steps, or the highest grade reached.
REACHED = "reached"

#: What a transition rule may look at, and the states each can be in.
TRANSITION_STATES: Mapping[str, tuple[str, ...]] = {
    "own": ("met", "not_met", "undecided", "none"),
    "next": ("met", "not_met", "undecided", "none"),
    "lower": ("some", "none"),
    "on_post": ("met", "not_met", "undecided", "none"),
    "veto": ("clear", "hit", "undecided"),
    "entry": ("met", "not_met", "undecided", "none"),
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
    """One row of a decision table: where every state listed fits, this is the outcome. First match wins.

    ``condition`` must be met besides, and the score's result be one of ``results`` (none: any). ``to`` is a
    grade, `REACHED`, or "": as many ``steps`` as the outcome moves.
    """

    when: tuple[tuple[str, frozenset[str]], ...]
    outcome: str
    why: str
    why_en: str
    cites: str
    condition: Node | None = None
    results: frozenset[str] = frozenset()
    to: str = ""
    steps: int = 1

    def fits(self, states: Mapping[str, str]) -> bool:
        """Whether the row applies to these states (see `TRANSITION_STATES`)."""
        return all(states[key] in allowed for key, allowed in self.when)


@dataclass(frozen=True, slots=True)
class Procedure:
    """Who decides and by when: for the steps of an appraisal, not for its figures. Days are calendar days.

    ``certifies`` names the office that answers for a metric; ``deadlines`` are days for a state; ``stages``
    names what an appraisal of a kind of period passes before risk sees it, ``weights`` what each heading of
    the group's scores counts (those not named count nothing; none at all: each the same). ``newcomers``
    says what becomes of whoever took up the post inside the period (`NEWCOMERS`): ``pro_rata`` names the
    metrics that are then brought to the whole period (none: those of `newcomers.GROWING`), ``least_days`` how
    many days must have been served to be judged at all.
    """

    quorum: Decimal = Decimal("0.5")
    majority: Decimal = Decimal("0.5")
    tie: str = "chair"
    appeal_days: int = 0
    draft_days: int = 0
    reapply_months: int = 0
    leapfrog: str = ""
    deadlines: Mapping[str, int] = field(default_factory=dict)
    certifies: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    newcomers: str = "whole"
    pro_rata: tuple[str, ...] = ()
    least_days: int = 0
    cites: str = ""


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
    entry: Mapping[str, Node] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    pay: tuple[PayItem, ...] = ()
    procedure: Procedure = Procedure()
    authority: tuple[Authority, ...] = ()

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
        yield from ((f"entry.{grade}", grade, node) for grade, node in self.entry.items())
        yield from self._further()

    def _further(self) -> Iterator[tuple[str, str, Node]]:
        """Conditions of transitions, of scoring items, and of claw-backs."""
        found: list[tuple[str, Node | None]] = [
            (f"transitions.{period}.{number}", rule.condition)
            for period, rules in self.transitions.items()
            for number, rule in enumerate(rules, 1)
        ]
        found += [
            (f"{sheet.label.code}.{item.label.code}", item.needs)
            for sheet in self.sheets
            for item in sheet.items
        ]
        held = [(item.label.code, item.deferral) for item in self.pay if item.deferral is not None]
        found += [(f"pay.{code}.claw_back", deferral.claw_back) for code, deferral in held]
        yield from ((code, "", node) for code, node in found if node is not None)

    def operands(self) -> Iterator[tuple[tuple[str | int, ...], Operand]]:
        """Every operand that stands outside of conditions, with its place: of scores and of pay."""
        for sheet in self.sheets:
            for item in sheet.items:
                yield from ((item.label.path, operand) for operand in operands_of_item(item))
            yield from ((sheet.label.path, each) for each in (sheet.total, *(r.start for r in sheet.results)))
        for pay in self.pay:
            further = (pay.deferral.share if pay.deferral else None, pay.cap)
            yield from ((pay.label.path, each) for each in (pay.amount, *further) if each is not None)

    def compared(self) -> Iterator[tuple[tuple[str | int, ...], Operand]]:
        """Every operand of the book with its place: of each comparison once, of scores and of pay."""
        nodes = {node.label.path: node for _, _, root in self.roots() for node in every_node(root)}
        yield from ((path, each) for path, node in nodes.items() for each in operands_of(node))
        yield from self.operands()


@lru_cache(maxsize=64)
def numbers_in_force(rulebook: Rulebook, on: date) -> Mapping[tuple[str, str], Term]:
    """All numbers of one day as terms by (parameter, grade); what has not started is absent."""
    rows = (
        (name, grade, parameter.row_on(grade=grade, on=on))
        for name, parameter in rulebook.parameters.items()
        for grade in parameter.series
    )
    terms = (((name, key), _term(row, rulebook.parameters[name].unit)) for name, key, row in rows if row)
    return InForce(terms)


def _term(row: DatedValue, unit: str) -> Term:
    if row.amount is None:
        return Term(Figure.not_applicable("repealed", unit, since=row.starts_on.isoformat()), row.cites)
    return Term(Figure.of(row.amount, unit), row.cites, None, row.amount)
