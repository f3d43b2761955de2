"""The verdict on one manager: every grade's standard, the on-post bar, the vetoes, and what follows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from ledger.rules.figures import Evidence, MetricRef, shown

from .operands import Scope
from .paying import Award, award
from .reasons import Outcome, Reason
from .schema import PERIODS, REACHED, Rulebook, TransitionRule, Veto, numbers_in_force
from .scoring import Score, score


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
    those of the transition that gave the ``outcome``. ``entry`` holds what the next grade asks of whoever
    enters it, ``own_entry`` what the lowest grade does of its holders, who entered by it, ``rules`` the
    conditions of the transitions tried, the deciding one last; ``scores`` and ``pay`` are the sheets and
    items for this kind of period.
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
    entry: Reason | None = None
    rules: tuple[Reason, ...] = ()
    scores: tuple[Score, ...] = ()
    pay: tuple[Award, ...] = ()
    branch: str = ""
    own_entry: Reason | None = None

    def trees(self) -> Iterator[Reason]:
        """Every tree: standards from the highest grade down, the on-post bar, the vetoes."""
        yield from self.standards.values()
        if self.on_post is not None:
            yield self.on_post
        yield from self.vetoes
        yield from (each for each in (self.entry, self.own_entry) if each is not None)
        yield from self.rules
        yield from (item.needs for sheet in self.scores for item in sheet.items if item.needs)

    def deciding(self) -> Iterator[Reason]:
        """The trees the outcome rests on: own grade, next grade, on-post bar, vetoes."""
        yield from (self.standards[each] for each in (self.grade, self.next_grade) if each in self.standards)
        if self.on_post is not None:
            yield self.on_post
        yield from self.vetoes
        yield from self.rules

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
            "entry": None if self.entry is None else self.entry.to_dict(),
            "rules": [rule.to_dict() for rule in self.rules],
            "scores": [sheet.to_dict() for sheet in self.scores],
            "pay": [each.to_dict() for each in self.pay],
            "branch": self.branch,
            # Only where there is one: what was frozen before still reads the same.
            **({} if self.own_entry is None else {"own_entry": self.own_entry.to_dict()}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_dict` wrote down."""
        on_post, entry, own_entry = data["on_post"], data.get("entry"), data.get("own_entry")
        read: dict[str, Any] = {
            "on": date.fromisoformat(data["on"]),
            "standards": {grade: Reason.from_dict(tree) for grade, tree in data["standards"]},
            "on_post": None if on_post is None else Reason.from_dict(on_post),
            "vetoes": tuple(Reason.from_dict(veto) for veto in data["vetoes"]),
            "entry": None if entry is None else Reason.from_dict(entry),
            "own_entry": None if own_entry is None else Reason.from_dict(own_entry),
            "rules": tuple(Reason.from_dict(rule) for rule in data.get("rules", ())),
            "scores": tuple(Score.from_dict(sheet) for sheet in data.get("scores", ())),
            "pay": tuple(Award.from_dict(each) for each in data.get("pay", ())),
        }
        return cls(**{**data, **read})


def required_metrics(book: Rulebook, on: date, branches: Iterable[str] = ("",)) -> frozenset[MetricRef]:
    """Every metric that judging any grade under the numbers of that day can ask for."""
    numbers = numbers_in_force(book, on)
    scopes = [
        Scope(grade.code, numbers, {}, on, branch=branch) for grade in book.grades for branch in branches
    ]
    return frozenset(ref for scope in scopes for ref in _asked(book, scope))


def _asked(book: Rulebook, scope: Scope) -> Iterator[MetricRef]:
    """What judging a manager of the scope's grade may ask for, standards of other grades apart."""
    for conditions in (book.standards, book.entry):
        if scope.grade in conditions:
            yield from conditions[scope.grade].refs(scope)
    if book.on_post is not None:
        yield from book.on_post.refs(scope)
    for veto in book.vetoes:
        yield from veto.node.refs(scope) if scope.grade in veto.grades else ()
    for condition in (rule.condition for rules in book.transitions.values() for rule in rules):
        yield from condition.refs(scope) if condition is not None else ()
    yield from chain.from_iterable(sheet.refs(scope) for sheet in book.sheets)
    yield from chain.from_iterable(item.refs(scope) for item in book.pay)


def judge(
    book: Rulebook, *, grade: str, period_kind: str, evidence: Evidence, on: date, branch: str = ""
) -> Verdict:
    """Judges a manager of ``grade`` on the evidence, under the numbers in force ``on`` the period's last day.

    ``period_kind`` chooses the table of transitions, the sheets and the pay. ``branch`` is the path of
    codes down to the manager's branch, whose own numbers go before the common ones.
    Absent evidence counts as missing. UnknownGrade if the grade is not on the ladder.
    """
    if all(each.code != grade for each in book.grades):
        raise UnknownGrade(grade, book)
    if period_kind not in PERIODS:
        raise ValueError(f"period_kind must be one of {PERIODS}, not {period_kind!r}")
    case = _Case(book, Scope(grade, numbers_in_force(book, on), evidence, on, branch=branch), period_kind)
    rule, tried = case.rule(book.transitions.get(period_kind, ()))
    return Verdict(
        scheme=book.scheme.code,
        period_kind=period_kind,
        on=on,
        grade=grade,
        proposed_grade=case.proposed(rule),
        outcome=case.outcome(rule),
        why=rule.why,
        why_en=rule.why_en,
        cites=rule.cites,
        standards=case.standards,
        on_post=case.on_post,
        vetoes=tuple(reason for _, reason in case.vetoes),
        next_grade=case.above,
        entry=case.entry,
        rules=tried,
        scores=case.scores,
        pay=tuple(award(item, case.scope) for item in book.pay if period_kind in item.periods),
        branch=branch,
        own_entry=None if case.below else case.entry_of(grade),
    )


UNMATCHED = TransitionRule(
    (), "undecided", "结论表没有覆盖这种情形", "the transitions do not cover this case", ""
)


AWAITED = TransitionRule((), "undecided", "结论条件的数据未齐", "figures of a transition are awaited", "")


def scored(book: Rulebook, scope: Scope, period_kind: str) -> tuple[tuple[Score, ...], Scope]:
    """The sheets of a kind of period, and the scope in which what follows knows their points by code."""
    found: list[Score] = []
    for sheet in book.sheets:
        if period_kind in sheet.periods:
            found.append(score(sheet, scope))
            points = {found[-1].code: found[-1].total, **{item.code: item.points for item in found[-1].items}}
            scope = scope._replace(points={**scope.points, **points})
    return tuple(found), scope


class _Case:
    """One manager before one rulebook: the trees, and the states a transition may look at."""

    def __init__(self, book: Rulebook, scope: Scope, period_kind: str) -> None:
        self.book, self.scope, self.grade = book, scope, scope.grade
        above, below = book.above(self.grade), book.below(self.grade)
        self.above, self.below = above.code if above else "", below.code if below else ""
        self.standards = {
            each.code: book.standards[each.code].judge(self._as(each.code), each.code).as_root()
            for each in book.grades
            if each.code in book.standards
        }
        self.on_post = book.on_post.judge(scope, "on_post") if book.on_post is not None else None
        self.vetoes = [
            (veto, self._veto(veto)) for veto in book.vetoes if {self.grade, self.above} & set(veto.grades)
        ]
        self.entry = self.entry_of(self.above)
        self.scores, self.scope = scored(book, scope, period_kind)
        self.states = self._states()

    def rule(self, rules: Iterable[TransitionRule]) -> tuple[TransitionRule, tuple[Reason, ...]]:
        """The first rule that fits, with the conditions looked at; one that is open leaves all open."""
        tried: list[Reason] = []
        for number, rule in enumerate(rules, 1):
            if not (rule.fits(self.states) and self._has_result(rule)):
                continue
            if rule.to == REACHED and not self._reached():
                return replace(AWAITED, cites=rule.cites), tuple(tried)
            if rule.condition is None:
                return rule, tuple(tried)
            tried.append(rule.condition.judge(self.scope, f"rule.{number}"))
            if tried[-1].outcome == "met":
                return rule, tuple(tried)
            if tried[-1].outcome == "undecided":
                return replace(AWAITED, cites=rule.cites), tuple(tried)
        return UNMATCHED, tuple(tried)

    def proposed(self, rule: TransitionRule) -> str:
        """The grade that follows: some steps up or down, a grade named, the highest reached, or the same."""
        if rule.to == REACHED:
            return self._reached() or self.grade
        if rule.to:
            return rule.to
        codes = [each.code for each in self.book.grades]
        step = {"promote": -rule.steps, "demote": rule.steps}.get(rule.outcome, 0)
        return codes[min(max(codes.index(self.grade) + step, 0), len(codes) - 1)]

    def outcome(self, rule: TransitionRule) -> str:
        """The outcome; "adjust" becomes what the proposal means for this manager.

        Where points alone decide, whoever earns a promotion at the top keeps the grade.
        """
        if rule.outcome == "promote" and not self.book.standards and not self.above:
            return "keep"
        if rule.outcome != "adjust":
            return rule.outcome
        codes = [each.code for each in self.book.grades]
        moved = codes.index(self.proposed(rule)) - codes.index(self.grade)
        return "promote" if moved < 0 else "demote" if moved else "keep"

    def _reached(self) -> str:
        """The highest grade whose standard, quality and entry are met, else the lowest; "" while open."""
        for grade in self.book.grades:
            entry = self.entry_of(grade.code)
            states = {self._business(grade.code), "met" if entry is None else entry.outcome}
            if states == {"met"}:
                return grade.code
            if "undecided" in states and "not_met" not in states:
                return ""
        return self.book.grades[-1].code

    def _has_result(self, rule: TransitionRule) -> bool:
        return not rule.results or any(sheet.result in rule.results for sheet in self.scores)

    def _as(self, grade: str) -> Scope:
        return self.scope if grade == self.grade else self.scope._replace(grade=grade)

    def _veto(self, veto: Veto) -> Reason:
        tested = self.grade if self.grade in veto.grades else self.above
        return veto.node.judge(self._as(tested), f"veto.{veto.code}")

    def entry_of(self, grade: str) -> Reason | None:
        """What a grade asks of whoever enters it; None where it asks nothing."""
        node = self.book.entry.get(grade)
        return None if node is None else node.judge(self._as(grade), f"entry.{grade}").as_root()

    def _states(self) -> dict[str, str]:
        on_post = self.on_post.outcome if self.on_post is not None else "not_applicable"
        own = self.standards.get(self.grade)
        return {
            "own": own.outcome if own is not None else "none",
            "next": self._business(self.above) if self.above else "none",
            "lower": "some" if self.below else "none",
            "on_post": "none" if on_post == "not_applicable" else on_post,
            "veto": self._quality(self.grade),
            "entry": self.entry.outcome if self.entry is not None else "none",
        }

    def _business(self, grade: str) -> str:
        """A grade is reached only if its standard is met and none of its vetoes has struck."""
        if grade not in self.standards:
            return "none"
        business, quality = self.standards[grade].outcome, self._quality(grade)
        if business == "not_met" or quality == "hit":
            return "not_met"
        return "undecided" if "undecided" in (business, quality) else business

    def _quality(self, grade: str) -> str:
        if grade in (self.grade, self.above):
            return veto_state(reason.outcome for veto, reason in self.vetoes if grade in veto.grades)
        vetoes = (veto for veto in self.book.vetoes if grade in veto.grades)
        return veto_state(veto.node.judge(self._as(grade), "").outcome for veto in vetoes)


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
        "entry": None if verdict.entry is None else verdict.entry.outcome,
        "scores": {
            sheet.code: {
                "total": shown(sheet.total.value, "points"),
                "result": sheet.result,
                "items": sheet.rows(),
            }
            for sheet in verdict.scores
        },
        "pay": [each.to_dict() for each in verdict.pay],
        "reasons": reasons(verdict),
    }
