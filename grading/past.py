"""A manager's own past under a scheme: outcomes, scores and pay of earlier periods, as they were decided."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from grading.models import GradeRecord, Verdict
from grading.rules.schema import PERIODS, Rulebook
from ledger.rules.figures import Figure, MetricRef
from managers.models import ClientManager
from managers.rules.tenure import months_between

#: What was decided of managers, and the people told, by manager id and period: outcomes of the scheme.
Decisions = Mapping[tuple[int, str], str]
Decided = Callable[[str, Sequence[int]], Decisions]
_DECIDED: list[Decided] = []


def decisions_by(decided: Decided) -> None:
    """Have earlier outcomes be those that people decided on; called once by the app that knows them.

    `decided(scheme, manager ids)` names the published decisions, for whichever periods there are any.
    """
    _DECIDED[:] = [decided]


class Past(NamedTuple):
    """One earlier period: its kind and last day, the outcome, the scores and pay worked out with it."""

    kind: str
    on: date
    outcome: str
    scores: Sequence[Mapping[str, Any]]
    pay: Sequence[Mapping[str, Any]]

    def had(self, outcome: str) -> bool:
        """Whether it had an outcome, or a result of one of its sheets."""
        return outcome == self.outcome or any(sheet["result"] == outcome for sheet in self.scores)

    @property
    def score(self) -> Fraction | None:
        """The total of its first sheet."""
        value = self.scores[0]["total"]["value"] if self.scores else None
        return None if value is None else Fraction(value)


class Own(NamedTuple):
    """What one manager is asked about: earlier periods, the latest first, and since when the grade is."""

    past: Sequence[Past]
    on: date
    since: date | None


def of_past(
    refs: Iterable[MetricRef], managers: Sequence[ClientManager], *, book: Rulebook, on: date, period: str
) -> dict[int, dict[MetricRef, Figure]]:
    """The answers to questions about the own past (`OF_PAST`), by manager id.

    `period` is the code of the period judged; without one it is of the kind the scheme appraises by.
    """
    ids, kind = [manager.pk for manager in managers], kind_of(period) if period else book.scheme.cycle
    past, since = _periods(ids, book.scheme.code, kind, on), _grade_since(ids, on)
    asked = {ref: cadence(ref, book, kind) for ref in refs}
    return {
        pk: {
            ref: OF_PAST[ref.code](ref, Own(_of_kinds(past.get(pk, ()), kinds), on, since.get(pk)))
            for ref, kinds in asked.items()
        }
        for pk in ids
    }


def cadence(ref: MetricRef, book: Rulebook, kind: str) -> tuple[str, ...]:
    """The kinds of period a question looks back on: those it names, else those of the kind judged.

    A year has no earlier year within it: what is asked of the periods since New Year is then asked of those
    the scheme appraises by. What is carried from period to period comes from any that is not longer.
    """
    params = dict(ref.params)
    if ref.code == "pay_carried":
        return PERIODS[: PERIODS.index(kind) + 1]
    if "each" in params:
        return (params["each"],)
    return (within_year(book),) if kind == "year" and params.get("last") == "year" else (kind,)


def within_year(book: Rulebook) -> str:
    """The periods a year is made of under a book: those it appraises by, or the longest it decides on."""
    shorter = [book.scheme.cycle, *(each for each in reversed(PERIODS) if each in book.transitions)]
    return next((each for each in shorter if each != "year"), "year")


def kind_of(code: str) -> str:
    """The kind of period of a code: "2026Q3" is a quarter."""
    return {"M": "month", "Q": "quarter", "H": "half_year"}.get(code[4:5], "year")


def _of_kinds(past: Sequence[Past], kinds: Sequence[str]) -> list[Past]:
    return [each for each in past if each.kind in kinds]


def _periods(ids: Sequence[int], scheme: str, kind: str, on: date) -> dict[int, list[Past]]:
    """The last verdict of every period of the past (see `is_past`), the latest period first."""
    rows = (
        Verdict.objects.filter(manager__in=ids, rulebook__code=scheme, on__lte=on)
        .order_by("manager_id", "-on", "period", "-id")
        .distinct("manager_id", "on", "period")
        .values_list(
            "manager_id",
            "period",
            "on",
            "outcome",
            "grade_code",
            "proposed_grade",
            "result__scores",
            "result__pay",
        )
    )
    decided = _DECIDED[0](scheme, ids) if _DECIDED else {}
    found: dict[int, list[Past]] = defaultdict(list)
    for manager, code, day, said, grade, proposed, scores, pay in rows:
        if is_past(kind_of(code), day, kind=kind, on=on):
            outcome = settled(said, decided.get((manager, code), ""), moves=grade != proposed)
            found[manager].append(Past(kind_of(code), day, outcome, scores or [], pay or []))
    return found


def is_past(earlier: str, day: date, *, kind: str, on: date) -> bool:
    """Whether a period of one kind that ended on a day lies before the one judged, or is a part of it."""
    shorter = PERIODS.index(earlier) < PERIODS.index(kind)
    return day <= on if shorter else day < on


def settled(said: str, decided: str, *, moves: bool) -> str:
    """The outcome a period had: what people decided, else what the verdict said.

    People who keep a grade that the verdict did not move have followed it: a warning stays one.

    >>> settled("demote", "keep", moves=True), settled("warn", "keep", moves=False)
    ('keep', 'warn')
    """
    followed = decided == "keep" and not moves and said != "remove"
    return said if followed or not decided else decided


def _grade_since(ids: Sequence[int], on: date) -> dict[int, date]:
    """Since when each manager has held the present grade without a break."""
    records = GradeRecord.objects.filter(manager__in=ids, effective_on__lte=on)
    history: dict[int, list[tuple[str, date]]] = defaultdict(list)
    rows = records.order_by("manager_id", "effective_on", "id").values_list(
        "manager_id", "grade_code", "effective_on"
    )
    for manager, grade, day in rows:
        if not history[manager] or history[manager][-1][0] != grade:
            history[manager].append((grade, day))
    return {manager: held[-1][1] for manager, held in history.items() if held[-1][0]}


def _recent(ref: MetricRef, own: Own) -> Sequence[Past]:
    """The periods a question looks back on: so many, or those of the year."""
    last = dict(ref.params).get("last", "year")
    return (
        [each for each in own.past if each.on.year == own.on.year]
        if last == "year"
        else own.past[: int(last)]
    )


def _count(ref: MetricRef, own: Own) -> Figure:
    outcome = dict(ref.params)["outcome"]
    return Figure.of(sum(each.had(outcome) for each in _recent(ref, own)), "count")


def _run(ref: MetricRef, own: Own) -> Figure:
    outcome = dict(ref.params)["outcome"]
    broken = (place for place, each in enumerate(own.past) if not each.had(outcome))
    return Figure.of(next(broken, len(own.past)), "count")


def _appraised(ref: MetricRef, own: Own) -> Figure:
    return Figure.of(sum(each.outcome != "undecided" for each in own.past), "count")


def _last_score(ref: MetricRef, own: Own) -> Figure:
    return _mean(own.past[:1])


def _mean_score(ref: MetricRef, own: Own) -> Figure:
    return _mean(_recent(ref, own))


def _mean(past: Sequence[Past]) -> Figure:
    scores = [each.score for each in past]
    known = [score for score in scores if score is not None]
    if not known or len(known) < len(scores):
        return Figure.not_applicable("no_score_before", "points")
    return Figure.of(sum(known, Fraction(0)) / len(known), "points")


def _in_grade(ref: MetricRef, own: Own) -> Figure:
    if own.since is None:
        return Figure.not_applicable("nothing_to_measure", "months")
    return Figure.of(months_between(own.since, own.on), "months")


def _carried(ref: MetricRef, own: Own) -> Figure:
    item = dict(ref.params)["item"]
    left = (pay["carried"] for each in own.past for pay in each.pay if pay["code"] == item)
    return Figure.of(next(left, 0), "CNY")


#: Metrics of a manager's own appraisals and grades before.
OF_PAST: Mapping[str, Callable[[MetricRef, Own], Figure]] = {
    "outcome_count": _count,
    "outcome_run": _run,
    "periods_appraised": _appraised,
    "last_score": _last_score,
    "mean_score": _mean_score,
    "months_in_grade": _in_grade,
    "pay_carried": _carried,
}
