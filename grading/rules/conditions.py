"""Conditions: a leaf compares, groups combine; each node answers met, not met, not applicable or undecided.

New kinds of node go here: a frozen dataclass with ``judge``, ``refs`` and ``parts``; `trees.NODES` names the
key by which a rulebook file writes it. The order of outcomes and the treatment of what is not applicable
live in `count_outcome` alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from ledger.rules.figures import Figure, MetricRef

from .arithmetic import ABSENT, observations
from .arithmetic import measured as _measured
from .comparisons import COMPARISONS, Comparison
from .operands import Operand, Scope, Term
from .reasons import Outcome, Reason, part_of


@dataclass(frozen=True, slots=True)
class Label:
    """What every node carries: its code (path beneath the root), names, article, and place in the file."""

    code: str = ""
    title: str = ""
    title_en: str = ""
    cites: str = ""
    path: tuple[str | int, ...] = ()


class Node(Protocol):
    """One condition of a rulebook."""

    @property
    def label(self) -> Label:
        """Its code, names, article and place in the file."""

    def judge(self, scope: Scope, root: str) -> Reason:
        """The answer in this scope; ``root`` (a grade, "veto.x", "on_post") prefixes the code."""

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Every metric the node will ask for in this scope."""

    def parts(self) -> "tuple[Node, ...]":
        """The nodes directly beneath."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A comparison of one operand with none, one or two bounds."""

    label: Label
    left: Operand
    comparison: Comparison
    bounds: tuple[Operand, ...] = ()

    def judge(self, scope: Scope, root: str) -> Reason:
        """Exact comparison; not applicable if either side is, else undecided if either side is missing."""
        left, label = self.left.term(scope), self.label
        bounds = [bound.term(scope) for bound in self.bounds]
        limits: Sequence[Fraction | None] = [each.figure.value for each in bounds] or self.comparison.implied
        figure, failing = left.figure, self._failing(left, bounds)
        ref, first = left.ref, bounds[0] if bounds else None
        return Reason(
            code=_code(root, label),
            kind="leaf",
            outcome=self._outcome(figure, limits, failing),
            title=label.title,
            title_en=label.title_en,
            cites=(first.cites if first else "") or label.cites,
            comparison=self.comparison.symbol,
            value=figure.value,
            threshold=limits[0],
            upper=limits[1] if len(limits) > 1 else None,
            unit=figure.unit,
            state=(failing or figure).state,
            why=failing.reason if failing else "",
            why_params=failing.params if failing else {},
            metric=ref.code if ref else "",
            window=ref.window if ref else "",
            floor=ref.floor if ref else None,
            params=ref.params if ref else (),
            detail=figure.detail,
            parts=tuple(part_of(part) for part in (*left.parts, *_measured(bounds))),
        )

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The metrics on either side."""
        for operand in (self.left, *self.bounds):
            yield from operand.refs(scope)

    def parts(self) -> tuple[Node, ...]:
        """None."""
        return ()

    def operands(self) -> tuple[Operand, ...]:
        """What is compared: the left side, then the bounds."""
        return (self.left, *self.bounds)

    @staticmethod
    def _failing(left: Term, bounds: list[Term]) -> Figure | None:
        """The figure that keeps the leaf from being decided; what is not applicable weighs more."""
        gaps = [each.figure for each in (left, *bounds) if each.figure.value is None]
        lasting = [figure for figure in gaps if figure.state == "not_applicable"]
        return next(iter(lasting or gaps), None)

    def _outcome(self, figure: Figure, limits: Sequence[Fraction | None], failing: Figure | None) -> Outcome:
        known = [limit for limit in limits if limit is not None]
        if failing is not None or figure.value is None:
            return "not_applicable" if failing and failing.state == "not_applicable" else "undecided"
        return "met" if self.comparison.holds(figure.value, known) else "not_met"


@dataclass(frozen=True, slots=True)
class Group:
    """So many of its members must be met: all of them, any of them, or at least m."""

    label: Label
    kind: str
    members: tuple[Node, ...]
    needed: Operand | None = None

    def judge(self, scope: Scope, root: str) -> Reason:
        """Counts the members; see `count_outcome` for what cannot be counted."""
        children = tuple(member.judge(scope, root) for member in self.members)
        outcomes = [child.outcome for child in children]
        label, term = self.label, self.needed.term(scope) if self.needed else None
        needed = self._needed(outcomes, term)
        outcome = "not_applicable" if needed is None else count_outcome(outcomes, needed)
        return Reason(
            code=_code(root, label),
            kind=self.kind,
            outcome=outcome,
            title=label.title,
            title_en=label.title_en,
            cites=label.cites or (term.cites if term else "") or _first_cites(children),
            comparison=">=",
            value=Fraction(outcomes.count("met")),
            threshold=None if needed is None else Fraction(needed),
            unit="count",
            why=_why(outcome, outcomes, term),
            children=children,
        )

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The metrics of every member."""
        for member in self.members:
            yield from member.refs(scope)

    def parts(self) -> tuple[Node, ...]:
        """The members."""
        return self.members

    def _needed(self, outcomes: list[Outcome], term: Term | None) -> int | None:
        if term is not None:
            return None if term.figure.value is None else int(term.figure.value)
        applicable = len(outcomes) - outcomes.count("not_applicable")
        return max(1, applicable) if self.kind == "all" else 1


@dataclass(frozen=True, slots=True)
class Not:
    """Met where its one member is not met, and the other way round."""

    label: Label
    member: Node

    def judge(self, scope: Scope, root: str) -> Reason:
        """Swaps met and not met; not applicable and undecided stay what they are."""
        child, label = self.member.judge(scope, root), self.label
        outcome = _OPPOSITE.get(child.outcome, child.outcome)
        return Reason(
            code=_code(root, label),
            kind="not",
            outcome=outcome,
            title=label.title,
            title_en=label.title_en,
            cites=label.cites or child.cites,
            children=(child,),
        )

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Those of the member."""
        return self.member.refs(scope)

    def parts(self) -> tuple[Node, ...]:
        """The one member."""
        return (self.member,)


@dataclass(frozen=True, slots=True)
class Unless:
    """A rule with an exception that excuses its failure.

    Unlike "any", a rule that does not apply stays so where the exception does not hold either:
    an exception can excuse, but its absence accuses nobody.
    """

    label: Label
    rule: Node
    exception: Node

    def judge(self, scope: Scope, root: str) -> Reason:
        """Shows the rule's own figures, with rule and exception beneath."""
        rule, exception = self.rule.judge(scope, root), self.exception.judge(scope, root)
        label = self.label
        return replace(
            rule,
            code=_code(root, label),
            kind="unless",
            outcome=_excused(rule.outcome, exception.outcome),
            title=label.title or rule.title,
            title_en=label.title_en or rule.title_en,
            cites=label.cites or rule.cites,
            children=(rule, exception),
        )

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Those of the rule and of the exception."""
        yield from self.rule.refs(scope)
        yield from self.exception.refs(scope)

    def parts(self) -> tuple[Node, ...]:
        """The rule and the exception."""
        return (self.rule, self.exception)


@dataclass(frozen=True, slots=True)
class Held:
    """Its member must hold so many times among the last observations: now, and one window back each time.

    Without ``times`` it must hold every time, so many times in a row. ``last`` 0 means since New Year.
    """

    label: Label
    member: Node
    each: str
    last: int
    times: Operand | None = None

    def judge(self, scope: Scope, root: str) -> Reason:
        """Counts the observations like members of a group; an observation not there leaves it open."""
        children = tuple(
            replace(self.member.judge(earlier, root), code=f"{_code(root, self.label)}.{earlier.ago}")
            for earlier in observations(scope, self.each, self.last)
        )
        outcomes, term = [child.outcome for child in children], self.times.term(scope) if self.times else None
        needed = len(children) if term is None else int(term.figure.value or 0)
        label = self.label
        return Reason(
            code=_code(root, label),
            kind="held",
            outcome="not_applicable" if needed < 1 else count_outcome(outcomes, needed),
            title=label.title,
            title_en=label.title_en,
            cites=label.cites or (term.cites if term else "") or _first_cites(children),
            comparison=">=",
            value=Fraction(outcomes.count("met")),
            threshold=Fraction(needed),
            unit="count",
            children=children,
        )

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Those of the member in every observation."""
        for earlier in observations(scope, self.each, self.last):
            yield from self.member.refs(earlier)

    def parts(self) -> tuple[Node, ...]:
        """The one member."""
        return (self.member,)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An operand that is one or another, as a condition is met or not; awaited where that is undecided."""

    node: Node
    then: Operand
    otherwise: Operand

    def term(self, scope: Scope) -> Term:
        """What the condition chooses."""
        reason = self.node.judge(scope, "")
        if reason.outcome == "undecided":
            waits = {leaf.why for leaf in reason.leaves() if leaf.outcome == "undecided"}
            never = bool(waits) and waits <= set(ABSENT)
            return Term(Figure.missing(ABSENT[0] if never else "condition_undecided"))
        return (self.then if reason.outcome == "met" else self.otherwise).term(scope)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Those of the condition and of both sides."""
        yield from self.node.refs(scope)
        for part in self.parts():
            yield from part.refs(scope)

    def parts(self) -> tuple[Operand, ...]:
        """Both sides, and what the condition compares."""
        compared = (each for node in every_node(self.node) for each in operands_of(node))
        return (self.then, self.otherwise, *compared)


_OPPOSITE: dict[Outcome, Outcome] = {"met": "not_met", "not_met": "met"}


def _excused(rule: Outcome, exception: Outcome) -> Outcome:
    if "met" in (rule, exception):
        return "met"
    return "undecided" if exception == "undecided" else rule


def count_outcome(outcomes: Sequence[Outcome], needed: int) -> Outcome:
    """Whether at least ``needed`` of the members are met, decided only if nothing open could change it.

    A member that is not applicable is left out, but the bar is not lowered for it: whoever met all that could
    be measured, and still has too few, is undecided - neither failed nor passed. An undecided member may yet
    turn out met, not met, or not applicable. If no member applies, the group itself does not.
    """
    met, open_ = outcomes.count("met"), outcomes.count("undecided")
    if outcomes.count("not_applicable") == len(outcomes):
        return "not_applicable"
    if met >= needed:
        return "met"
    return "undecided" if met + open_ >= needed or "not_met" not in outcomes else "not_met"


def every_node(node: Node) -> Iterator[Node]:
    """The node and all beneath it."""
    yield node
    for part in node.parts():
        yield from every_node(part)


def operands_of(node: Node) -> tuple[Operand, ...]:
    """What a node itself holds against what: operands of a comparison, or how many members it needs."""
    if isinstance(node, Leaf):
        return node.operands()
    needed = node.needed if isinstance(node, Group) else node.times if isinstance(node, Held) else None
    return (needed,) if needed is not None else ()


def every_operand(operand: Operand) -> Iterator[Operand]:
    """The operand and all beneath it."""
    yield operand
    for part in operand.parts():
        yield from every_operand(part)


def leaf(label: Label, left: Operand, symbol: str, *bounds: Operand) -> Leaf:
    """A leaf by the symbol of its comparison; KeyError for an unknown symbol."""
    return Leaf(label, left, COMPARISONS[symbol], bounds)


def _first_cites(children: Sequence[Reason]) -> str:
    return children[0].cites if children else ""


def _code(root: str, label: Label) -> str:
    return f"{root}.{label.code}" if label.code else root


def _why(outcome: Outcome, outcomes: Sequence[Outcome], term: Term | None) -> str:
    if term is not None and term.figure.value is None:
        return term.figure.reason
    if outcome == "not_applicable":
        return "nothing_applicable"
    short = outcome == "undecided" and "undecided" not in outcomes
    return "too_few_applicable" if short else ""
