"""The verdict on one manager: every grade's standard, the on-post bar, the vetoes, and what follows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.rules.figures import Evidence, MetricRef

from .operands import Scope
from .reasons import Outcome, Reason
from .schema import PERIODS, Rulebook, TransitionRule, Veto, numbers_in_force


class UnknownGrade(KeyError):
    """The manager's grade is not on this rulebook's ladder."""

    def __init__(self, grade: str, book: Rulebook) -> None:
        ladder = "、".join(f"{each.code}({each.short})" for each in book.grades)
        super().__init__(f"等级“{grade}”不在《{book.scheme.title}》的阶梯中；可用:{ladder}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rulebook says of a manager of ``grade`` for a period ending on ``on``.

    ``standards`` holds the business standard of every grade (met, not_met or undecided at its root);
    ``vetoes`` are quality requirements, so *not_met* means the veto has struck. ``why`` and ``cites`` are
    those of the transition that gave the ``outcome``; the proposal is at most one step from ``grade``.
    """

    scheme: str
    period_kind: str
    on: date
    grade: str
    proposed_grade: str
    outcome: str
    why: str
    why_en: str
    cites: str
    standards: Mapping[str, Reason]
    on_post: Reason | None
    vetoes: tuple[Reason, ...]
    next_grade: str = ""

    def trees(self) -> Iterator[Reason]:
        """Every tree: standards from the highest grade down, the on-post bar, the vetoes."""
        yield from self.standards.values()
        if self.on_post is not None:
            yield self.on_post
        yield from self.vetoes

    def deciding(self) -> Iterator[Reason]:
        """The trees the outcome rests on: own grade, next grade, on-post bar, vetoes."""
        yield self.standards[self.grade]
        if self.next_grade:
            yield self.standards[self.next_grade]
        if self.on_post is not None:
            yield self.on_post
        yield from self.vetoes

    @property
    def awaited(self) -> tuple[Reason, ...]:
        """The comparisons whose missing figures keep a deciding tree open; each says why in ``why``."""
        open_trees = (tree for tree in self.deciding() if tree.outcome == "undecided")
        return tuple(leaf for tree in open_trees for leaf in tree.leaves() if leaf.outcome == "undecided")

    @property
    def struck(self) -> tuple[Reason, ...]:
        """The vetoes that have struck."""
        return tuple(veto for veto in self.vetoes if veto.outcome == "not_met")

    def to_dict(self) -> dict[str, Any]:
        """JSON-able and exact; `from_dict` gives the same verdict back."""
        return {
            "scheme": self.scheme,
            "period_kind": self.period_kind,
            "on": self.on.isoformat(),
            "grade": self.grade,
            "next_grade": self.next_grade,
            "proposed_grade": self.proposed_grade,
            "outcome": self.outcome,
            "why": self.why,
            "why_en": self.why_en,
            "cites": self.cites,
            # A list, because JSON stores may reorder the keys of an object and the ladder has an order.
            "standards": [[grade, reason.to_dict()] for grade, reason in self.standards.items()],
            "on_post": None if self.on_post is None else self.on_post.to_dict(),
            "vetoes": [veto.to_dict() for veto in self.vetoes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_dict` wrote down."""
        on_post = data["on_post"]
        read: dict[str, Any] = {
            "on": date.fromisoformat(data["on"]),
            "standards": {grade: Reason.from_dict(tree) for grade, tree in data["standards"]},
            "on_post": None if on_post is None else Reason.from_dict(on_post),
            "vetoes": tuple(Reason.from_dict(veto) for veto in data["vetoes"]),
        }
        return cls(**{**data, **read})


def required_metrics(book: Rulebook, on: date) -> frozenset[MetricRef]:
    """Every metric that judging any grade under the numbers of that day can ask for."""
    numbers = numbers_in_force(book, on)
    scopes = {grade.code: Scope(grade.code, numbers, {}) for grade in book.grades}
    found = {ref for grade, node in book.standards.items() for ref in node.refs(scopes[grade])}
    if book.on_post is not None:
        found |= {ref for scope in scopes.values() for ref in book.on_post.refs(scope)}
    return frozenset(
        found.union(*(veto.node.refs(scopes[grade]) for veto in book.vetoes for grade in veto.grades))
    )


def judge(book: Rulebook, *, grade: str, period_kind: str, evidence: Evidence, on: date) -> Verdict:
    """Judges a manager of ``grade`` on the evidence, under the numbers in force ``on`` the period's last day.

    ``period_kind`` is "quarter" or "year" and chooses the table of transitions. Absent evidence counts as
    missing. UnknownGrade if the grade is not on the ladder.
    """
    if all(each.code != grade for each in book.grades):
        raise UnknownGrade(grade, book)
    if period_kind not in PERIODS:
        raise ValueError(f"period_kind must be one of {PERIODS}, not {period_kind!r}")
    case = _Case(book, grade, evidence, on)
    rule = next((each for each in book.transitions[period_kind] if each.fits(case.states)), UNMATCHED)
    return Verdict(
        scheme=book.scheme.code,
        period_kind=period_kind,
        on=on,
        grade=grade,
        proposed_grade=case.proposed(rule),
        outcome=rule.outcome,
        why=rule.why,
        why_en=rule.why_en,
        cites=rule.cites,
        standards=case.standards,
        on_post=case.on_post,
        vetoes=tuple(reason for _, reason in case.vetoes),
        next_grade=case.above,
    )


UNMATCHED = TransitionRule(
    (), "undecided", "结论表没有覆盖这种情形", "the transitions do not cover this case", ""
)


class _Case:
    """One manager before one rulebook: the trees, and the states a transition may look at."""

    def __init__(self, book: Rulebook, grade: str, evidence: Evidence, on: date) -> None:
        self.grade, self.numbers, self.evidence = grade, numbers_in_force(book, on), evidence
        above, below = book.above(grade), book.below(grade)
        self.above, self.below = above.code if above else "", below.code if below else ""
        self.standards = {
            each.code: book.standards[each.code].judge(self._scope(each.code), each.code).as_root()
            for each in book.grades
        }
        self.on_post = book.on_post.judge(self._scope(grade), "on_post") if book.on_post is not None else None
        self.vetoes = [
            (veto, self._veto(veto)) for veto in book.vetoes if {grade, self.above} & set(veto.grades)
        ]
        self.states = self._states()

    def proposed(self, rule: TransitionRule) -> str:
        """The grade that follows: one step up or down, or the same."""
        step = {"promote": self.above, "demote": self.below}.get(rule.outcome, self.grade)
        return step or self.grade

    def _scope(self, grade: str) -> Scope:
        return Scope(grade, self.numbers, self.evidence)

    def _veto(self, veto: Veto) -> Reason:
        tested = self.grade if self.grade in veto.grades else self.above
        return veto.node.judge(self._scope(tested), f"veto.{veto.code}")

    def _states(self) -> dict[str, str]:
        on_post = self.on_post.outcome if self.on_post is not None else "not_applicable"
        return {
            "own": self.standards[self.grade].outcome,
            "next": self._next_state(),
            "lower": "some" if self.below else "none",
            "on_post": "none" if on_post == "not_applicable" else on_post,
            "veto": veto_state(reason.outcome for veto, reason in self.vetoes if self.grade in veto.grades),
        }

    def _next_state(self) -> str:
        """A higher grade is reached only if its standard is met and none of its vetoes has struck."""
        if not self.above:
            return "none"
        business = self.standards[self.above].outcome
        quality = veto_state(reason.outcome for veto, reason in self.vetoes if self.above in veto.grades)
        if business == "not_met" or quality == "hit":
            return "not_met"
        return "undecided" if "undecided" in (business, quality) else business


def veto_state(outcomes: Iterable[Outcome]) -> str:
    """ "hit" if any requirement is not met; else "undecided" if one is open or none applies; else "clear"."""
    found = list(outcomes)
    if "not_met" in found:
        return "hit"
    if "undecided" in found or (found and all(each == "not_applicable" for each in found)):
        return "undecided"
    return "clear"


def reasons(verdict: Verdict) -> list[dict[str, Any]]:
    """Every reason as flat rows of the verdict export, each tree from its root to its leaves."""
    return [node.row() for tree in verdict.trees() for node in tree.walk()]


def export(verdict: Verdict, *, employee_no: str) -> dict[str, Any]:
    """One JSON line of the verdict export."""
    return {
        "employee_no": employee_no,
        "grade": verdict.grade,
        "proposed_grade": verdict.proposed_grade,
        "outcome": verdict.outcome,
        "standards": {grade: reason.outcome for grade, reason in verdict.standards.items()},
        "on_post": None if verdict.on_post is None else verdict.on_post.outcome,
        "cites": verdict.cites,
        "why": verdict.why,
        "reasons": reasons(verdict),
    }
