"""Evidence for a rulebook: figures of the ledger, of events, of peers, and of one's own past."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from grading.models import GradeRecord, Verdict
from grading.queries import grades_on
from grading.rules.arithmetic import months_between
from grading.rules.peers import statistic
from grading.rules.schema import Rulebook
from ledger import metrics
from ledger.models import Run
from ledger.queries import Counted, events_counted, known_through
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window
from managers.models import ClientManager

Figures = dict[int, dict[MetricRef, Figure]]
#: Who is compared with each other.
ON_POST = (ClientManager.Status.ON_POST, ClientManager.Status.TRAINEE)
#: Metrics that a bank feeds as events of the same code; a flag is set by any quantity above zero.
FED = {
    "interest_received": "CNY",
    "loans_issued": "CNY",
    "loans_recovered": "CNY",
    "products_sold": "count",
    "violations": "count",
    "training_passed": "flag",
    "special_report": "flag",
}
#: What holds from the day it is granted (an event of quantity 1) until it is withdrawn (of quantity -1).
STANDING = ("certificate_valid",)
FED_CODES = frozenset((*FED, *STANDING))
#: Metrics of the personnel file, by the day from which months are counted.
MONTHS_SINCE: Mapping[str, Callable[[ClientManager], date]] = {
    "service_months": lambda manager: manager.post_started_on,
    "months_employed": lambda manager: manager.hired_on,
}


def evidence(
    run: Run,
    refs: Iterable[MetricRef],
    managers: Sequence[ClientManager],
    *,
    book: Rulebook,
    period: str = "",
) -> Figures:
    """The answer to every question for every manager, by manager id.

    Statistics of peers are taken over everyone the book is meant for; its earlier verdicts are the own past:
    for the ``period`` judged (a code such as 2026Q4), of periods that are no longer than it.
    """
    asked = set(refs)
    past = {ref for ref in asked if ref.code in OF_PAST}
    personal = {ref for ref in asked if ref.code in MONTHS_SINCE}
    compared = {ref for ref in asked if "peers" in dict(ref.params)} - past - personal
    found = _measured(run, asked - past - personal - compared, managers)
    if compared:
        _add(found, _of_peers(run, compared, managers, peers_under(book, run.business_date)))
    if past:
        _add(found, _of_past(past, managers, book.scheme.code, run.business_date, period))
    for ref in personal:
        for manager in managers:
            months = months_between(MONTHS_SINCE[ref.code](manager), run.business_date)
            found[manager.pk][ref] = Figure.of(months, "months")
    return found


def in_the_ledger(refs: Iterable[MetricRef]) -> bool:
    """Whether the ledger alone answers all of these questions."""
    known = metrics.catalogue()
    return all(ref.code in known and "peers" not in dict(ref.params) for ref in refs)


def _add(found: Figures, more: Mapping[int, Mapping[MetricRef, Figure]]) -> None:
    for manager, figures in more.items():
        found[manager].update(figures)


def _measured(run: Run, refs: set[MetricRef], managers: Sequence[ClientManager]) -> Figures:
    """Figures of the ledger; what the ledger does not measure is asked of the events of that code."""
    known = metrics.catalogue()
    fed = {ref: _as_event(ref) for ref in refs if ref.code in FED_CODES and ref.code not in known}
    asked = (refs - set(fed)) | set(fed.values())
    found = metrics.figures(run, asked, [manager.pk for manager in managers])
    for figures in found.values():
        for ref, event in fed.items():
            figures[ref] = _from_event(ref, figures[event])
    _add(found, _of_standing(run, [ref for ref in fed if ref.code in STANDING], found))
    unasked = set(fed.values()) - refs
    return {pk: {ref: each for ref, each in own.items() if ref not in unasked} for pk, own in found.items()}


def _as_event(ref: MetricRef) -> MetricRef:
    params = dict(ref.params)
    params["event"] = params.pop("product", "") or ref.code
    return MetricRef("event_quantity", ref.window or "day", params=tuple(sorted(params.items())))


def _of_standing(run: Run, refs: Sequence[MetricRef], found: Figures) -> Figures:
    """What was granted and not withdrawn up to the day, where anybody can know."""
    always = Window("always", date.min, run.business_date)
    asked = [(ref.code, always) for ref in refs]
    counted = events_counted(asked, list(found), bundle=known_through(run))
    return {
        manager: {
            ref: Figure.of(int((manager, place) in _granted(counted)), "flag")
            for place, ref in enumerate(refs)
            if figures[ref].value is not None
        }
        for manager, figures in found.items()
    }


def _granted(counted: Mapping[tuple[int, int], Counted]) -> set[tuple[int, int]]:
    return {(manager, place) for (place, manager), each in counted.items() if each.quantity > 0}


def _from_event(ref: MetricRef, figure: Figure) -> Figure:
    unit = FED.get(ref.code, "flag")
    if figure.value is None:
        return Figure(figure.state, None, unit, figure.reason, figure.params)
    return Figure.of(Fraction(figure.value > 0) if unit == "flag" else figure.value, unit)


# --- peers --------------------------------------------------------------------------------------------------


def peers_under(book: Rulebook, on: date) -> list[ClientManager]:
    """Everyone a book is meant for: on post, of its lines and branches, with a grade of its ladder."""
    scheme = book.scheme
    people = ClientManager.objects.filter(status__in=ON_POST, post_started_on__lte=on)
    people = people.select_related("branch").order_by("employee_no")
    if scheme.lines:
        people = people.filter(line__in=scheme.lines)
    codes, held = {grade.code for grade in book.grades}, grades_on(on)
    inside = {f"/{code}/" for code in scheme.branches}
    return [
        each
        for each in people
        if held.get(each.pk) in codes and (not inside or any(code in each.branch.path for code in inside))
    ]


def _own(ref: MetricRef) -> MetricRef:
    """The question without the peers: what is asked of each of them."""
    params = tuple(pair for pair in ref.params if pair[0] not in ("peers", "among"))
    return ref._replace(params=params)


def _of_peers(
    run: Run, refs: set[MetricRef], managers: Sequence[ClientManager], peers: Sequence[ClientManager]
) -> Figures:
    figures = _measured(run, {_own(ref) for ref in refs}, peers)
    grades = grades_on(run.business_date, [peer.pk for peer in peers])
    found: Figures = {manager.pk: {} for manager in managers}
    for ref in refs:
        params = dict(ref.params)
        groups: dict[object, dict[int, Figure]] = defaultdict(dict)
        for peer in peers:
            groups[_group(params["among"], peer, grades)][peer.pk] = figures[peer.pk][_own(ref)]
        for manager in managers:
            group = groups.get(_group(params["among"], manager, grades), {})
            found[manager.pk][ref] = statistic(params["peers"], manager.pk, group)
    return found


def _group(among: str, manager: ClientManager, grades: Mapping[int, str]) -> object:
    return {
        "grade": grades.get(manager.pk, ""),
        "branch": manager.branch_id,
        "line": manager.line,
    }.get(among, "all")


# --- a manager's own past -----------------------------------------------------------------------------------


class Past(NamedTuple):
    """One earlier verdict: its last day, the outcome, and the scores and pay that were worked out with it."""

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


def _of_past(
    refs: set[MetricRef], managers: Sequence[ClientManager], scheme: str, on: date, period: str
) -> Figures:
    ids = [manager.pk for manager in managers]
    past = _verdicts(ids, scheme, on, period)
    since = _grade_since(ids, on)
    return {
        pk: {ref: OF_PAST[ref.code](ref, past.get(pk, []), on, since.get(pk)) for ref in refs} for pk in ids
    }


def _verdicts(ids: Sequence[int], scheme: str, on: date, period: str) -> dict[int, list[Past]]:
    """The last verdict of every period of the past (see `_is_past`), the latest period first."""
    rows = (
        Verdict.objects.filter(manager__in=ids, rulebook__code=scheme, on__lte=on)
        .order_by("manager_id", "-on", "period", "-id")
        .distinct("manager_id", "on", "period")
        .values_list("manager_id", "period", "on", "outcome", "result__scores", "result__pay")
    )
    found: dict[int, list[Past]] = defaultdict(list)
    for manager, code, day, outcome, scores, pay in rows:
        if _is_past(code, day, period=period, on=on):
            found[manager].append(Past(day, outcome, scores or [], pay or []))
    return found


def _is_past(code: str, day: date, *, period: str, on: date) -> bool:
    """Whether a period that ended on a day lies before the one judged or is a part of it.

    A longer one is left out: the year's verdict stands between two quarters without being one of them.
    """
    if not period:
        return day < on
    return _months(code) < _months(period) or (_months(code) == _months(period) and day < on)


def _months(code: str) -> int:
    return {"M": 1, "Q": 3, "H": 6}.get(code[4:5], 12)


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
    return {manager: held[-1][1] for manager, held in history.items()}


def _recent(ref: MetricRef, past: Sequence[Past], on: date) -> Sequence[Past]:
    """The periods a question looks back on: so many, or those of the year."""
    last = dict(ref.params).get("last", "year")
    return [each for each in past if each.on.year == on.year] if last == "year" else past[: int(last)]


def _count(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    outcome = dict(ref.params)["outcome"]
    return Figure.of(sum(each.had(outcome) for each in _recent(ref, past, on)), "count")


def _run(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    outcome = dict(ref.params)["outcome"]
    broken = next((place for place, each in enumerate(past) if not each.had(outcome)), len(past))
    return Figure.of(broken, "count")


def _appraised(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    return Figure.of(sum(each.outcome != "undecided" for each in past), "count")


def _last_score(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    return _mean(past[:1])


def _mean_score(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    return _mean(_recent(ref, past, on))


def _mean(past: Sequence[Past]) -> Figure:
    scores = [each.score for each in past]
    known = [score for score in scores if score is not None]
    if not known or len(known) < len(scores):
        return Figure.not_applicable("no_score_before", "points")
    return Figure.of(sum(known, Fraction(0)) / len(known), "points")


def _in_grade(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    if since is None:
        return Figure.not_applicable("nothing_to_measure", "months")
    return Figure.of(months_between(since, on), "months")


def _carried(ref: MetricRef, past: Sequence[Past], on: date, since: date | None) -> Figure:
    item = dict(ref.params)["item"]
    left = (pay["carried"] for each in past for pay in each.pay if pay["code"] == item)
    return Figure.of(next(left, 0), "CNY")


#: Metrics of a manager's own appraisals and grades before.
OF_PAST: Mapping[str, Callable[[MetricRef, Sequence[Past], date, date | None], Figure]] = {
    "outcome_count": _count,
    "outcome_run": _run,
    "periods_appraised": _appraised,
    "last_score": _last_score,
    "mean_score": _mean_score,
    "months_in_grade": _in_grade,
    "pay_carried": _carried,
}
