"""Judging many managers of one period: whoever stands alike before every line is ruled on once.

A ruling follows from which comparisons hold, not from by how much. So managers of one grade for whom the same
comparisons hold, and the same figures are not there, share the ruling of the first of them; the trees of
reasons, which take most of the time, are built for that one alone. Books in which anything else decides are
judged one by one, as ever.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.rules.figures import Evidence, MetricRef

from .comparisons import COMPARISONS, Comparison
from .conditions import Group, Leaf, Node, Not, Unless, every_node
from .operands import NOT_SUPPLIED, Measured, Named, Number
from .schema import REACHED, Rulebook, TransitionRule, numbers_in_force
from .verdict import Verdict, judge, required_metrics

#: The states of a transition that follow from the trees a verdict rests on.
PLAIN_STATES = frozenset({"own", "next", "lower", "on_post", "veto"})
#: So many rulings are kept in mind; beyond that all are forgotten, so that memory stays flat.
MOST_RULINGS = 20_000

Key = tuple[str | bool, ...]


class Ruling(NamedTuple):
    """What came out for a manager of ``grade``: the outcome and the grade proposed."""

    grade: str
    outcome: str
    proposed: str


class Line(NamedTuple):
    """A comparison the ruling may turn on: which figure, against which known bounds (none: never decided)."""

    ref: MetricRef
    comparison: Comparison
    bounds: tuple[Fraction, ...]


class Court:
    """One book and its numbers of one day, judging one kind of period ("quarter" or "year")."""

    def __init__(self, book: Rulebook, *, on: date, period_kind: str) -> None:
        self.book, self.on, self.period_kind = book, on, period_kind
        self.sifts = plain(book)
        self.grades = frozenset(grade.code for grade in book.grades)
        self.branches = branches_of(book)
        self._monthly = any(
            key.startswith("month:") for row in book.parameters.values() for key in row.series
        )
        self._lines: dict[tuple[str, str], tuple[Line, ...]] = {}
        self._rulings: dict[Key, Ruling] = {}

    def verdict(self, grade: str, evidence: Evidence, branch: str = "") -> Verdict:
        """The whole verdict with every reason; ``branch`` is the path of codes down to the manager's."""
        kind, on = self.period_kind, self.on
        return judge(self.book, grade=grade, period_kind=kind, evidence=evidence, on=on, branch=branch)

    def ruling(self, grade: str, evidence: Evidence, branch: str = "") -> Ruling:
        """What `verdict` would say, without its reasons."""
        key = self.key(grade, evidence, branch)
        found = self._rulings.get(key) if key else None
        if found is None:
            found = ruling_of(self.verdict(grade, evidence, branch))
            if len(self._rulings) >= MOST_RULINGS:
                self._rulings.clear()
            self._rulings[key] = found
        return found

    def key(self, grade: str, evidence: Evidence, branch: str = "") -> Key:
        """Equal for managers whose rulings rest on the same answers; empty where that cannot be said."""
        if not self.sifts:
            return ()
        return (grade, self._own(branch), *(_answer(line, evidence) for line in self.lines(grade, branch)))

    def lines(self, grade: str, branch: str = "") -> tuple[Line, ...]:
        """The comparisons a ruling on this grade may turn on, where the court sifts."""
        place = grade, self._own(branch)
        if place not in self._lines:
            # Bounds are numbers of the book, so that they are known without any figure.
            self._lines[place] = lines_of(self.verdict(grade, {}, branch))
        return self._lines[place]

    def refs(self, grade: str, branch: str = "") -> frozenset[MetricRef]:
        """The figures a ruling on this grade asks for; only what it turns on, where the court sifts."""
        if self.sifts:
            return frozenset(line.ref for line in self.lines(grade, branch))
        return required_metrics(self.book, self.on, [self._own(branch)])

    def alike(self, book: Rulebook, on: date, period_kind: str) -> bool:
        """Whether this court rules on another day as it does on its own: the same numbers are in force."""
        if self.book is not book or self.period_kind != period_kind or not self.sifts or self._monthly:
            return False
        return self.on == on or numbers_in_force(book, self.on) == numbers_in_force(book, on)

    def _own(self, branch: str) -> str:
        """Of the path down to a branch those that have numbers of their own."""
        return "/".join(code for code in branch.split("/") if code in self.branches)


def ruling_of(verdict: Verdict) -> Ruling:
    """The verdict without its reasons."""
    return Ruling(verdict.grade, verdict.outcome, verdict.proposed_grade)


def lines_of(verdict: Verdict) -> tuple[Line, ...]:
    """The comparisons beneath the trees a verdict rests on, each once."""
    leaves = (leaf for tree in verdict.deciding() for leaf in tree.leaves())
    found = {
        Line(
            leaf.ref,
            COMPARISONS[leaf.comparison],
            tuple(bound for bound in (leaf.threshold, leaf.upper) if bound is not None),
        ): None
        for leaf in leaves
        if leaf.ref is not None
    }
    return tuple(found)


def _answer(line: Line, evidence: Evidence) -> str | bool:
    figure = evidence.get(line.ref, NOT_SUPPLIED)
    if figure.value is None or not line.bounds:
        return figure.state
    return line.comparison.holds(figure.value, line.bounds)


def plain(book: Rulebook) -> bool:
    """Whether a ruling of the book follows from comparisons of figures with numbers, and nothing else."""
    nodes = (node for _, _, root in book.roots() for node in every_node(root))
    rules = (rule for table in book.transitions.values() for rule in table)
    return all(_is_plain_rule(rule) for rule in rules) and all(_is_plain(node) for node in nodes)


def _is_plain_rule(rule: TransitionRule) -> bool:
    """A rule that asks for nothing but the states of trees the verdict rests on."""
    further = rule.condition is not None or rule.results or rule.to == REACHED
    return not further and {key for key, _ in rule.when} <= PLAIN_STATES


def _is_plain(node: Node) -> bool:
    if isinstance(node, Leaf):
        return type(node.left) is Measured and all(type(each) in (Named, Number) for each in node.bounds)
    if isinstance(node, Group):
        return node.needed is None or type(node.needed) in (Named, Number)
    return isinstance(node, (Not, Unless))


def branches_of(book: Rulebook) -> frozenset[str]:
    """The branches that have numbers of their own in the book."""
    keys = (key for parameter in book.parameters.values() for key in parameter.series)
    return frozenset(
        key.removeprefix("branch:").partition("|")[0] for key in keys if key.startswith("branch:")
    )


def ladder_of(book: Rulebook) -> Mapping[str, int]:
    """The rungs by grade, the highest 0."""
    return {grade.code: place for place, grade in enumerate(book.grades)}
