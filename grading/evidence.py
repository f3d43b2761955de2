"""Evidence for a rulebook: figures of the ledger, of events, of peers, and of one's own past."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from django.db.models import Min

from grading import certificates
from grading.past import OF_PAST, kind_of, of_past
from grading.peers import Peers
from grading.rules import newcomers
from grading.rules.schema import Rulebook
from ledger import metrics
from ledger.models import Run
from ledger.queries import Counted, events_counted, known_through
from ledger.rules.figures import Adding, Evidence, Figure, MetricRef, adjusted
from ledger.rules.windows import Window
from managers.models import Assignment, ClientManager
from managers.rules.tenure import months_between

Figures = dict[int, dict[MetricRef, Figure]]
#: Metrics that a bank without a file of its own for them feeds as events of the same code; a flag is set by
#: any quantity above zero.
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


#: What people have decided to add to computed figures on a day, by manager id and (metric, window).
Additions = Mapping[int, Mapping[tuple[str, str], Adding]]
_ADDITIONS: list[Callable[[date, Collection[int]], Additions]] = []


def additions_by(adding: Callable[[date, Collection[int]], Additions]) -> None:
    """Have amounts added to computed figures; called once by the app that keeps what two people decided."""
    _ADDITIONS[:] = [adding]


def additions(on: date, managers: Collection[int]) -> Additions:
    """What is added to figures of these managers for verdicts of a day."""
    return _ADDITIONS[0](on, managers) if _ADDITIONS and managers else {}


def serving_since(book: Rulebook, posts: Mapping[int, date]) -> Mapping[int, date]:
    """From which day each manager's business counts, for a book that scales the figures of newcomers.

    The day the post began, or the first day a customer was held, where that was earlier: whoever moved to
    another post with the customers is no newcomer.
    """
    if book.procedure.newcomers != "pro_rata":
        return posts
    held = Assignment.objects.current().filter(manager__in=posts).order_by().values_list("manager")
    first = dict(held.annotate(Min("starts_on")))
    return {pk: min(day, first.get(pk, day)) for pk, day in posts.items()}


def layered(
    evidence: Evidence, book: Rulebook, *, since: date, on: date, adding: Mapping[tuple[str, str], Adding]
) -> Evidence:
    """Computed figures as a book wants them: scaled for whoever came inside the period, then added to.

    What was computed stays in their detail.
    """
    found = newcomers.projected(evidence, book.procedure, since=since, on=on)
    return adjusted(found, adding) if adding else found


class Gatherer:
    """Evidence under one book on one run for one period; what is known of peers is kept between batches.

    The own past is that of the book's scheme, seen from the ``period`` judged (a code such as 2026Q4; see
    `past`); statistics of peers are taken over everyone the book is meant for. What other books compare
    (``also``) is answered as well, by their numbers.
    """

    def __init__(self, run: Run, *, book: Rulebook, period: str = "", also: Sequence[Rulebook] = ()) -> None:
        self.run, self.book, self.period = run, book, period
        kind = kind_of(period) if period else book.scheme.cycle
        self.peers = Peers(book, run.business_date, self.of, kind=kind, also=also)

    def of(self, refs: Iterable[MetricRef], managers: Sequence[ClientManager]) -> Figures:
        """The answer to every question for every manager, by manager id, as the book wants it."""
        found, on = self.computed(refs, managers), self.run.business_date
        added = additions(on, list(found))
        served = serving_since(self.book, {manager.pk: manager.post_started_on for manager in managers})
        for pk, since in served.items():
            own = layered(found[pk], self.book, since=since, on=on, adding=added.get(pk, {}))
            found[pk] = dict(own)
        return found

    def computed(self, refs: Iterable[MetricRef], managers: Sequence[ClientManager]) -> Figures:
        """The same before anything is scaled or added; those of peers alone are as the book wants them."""
        on, questions = self.run.business_date, set(refs)
        compared = {ref for ref in questions if "peers" in dict(ref.params)}
        asked = questions - compared
        past = {ref for ref in asked if ref.code in OF_PAST}
        personal = {ref for ref in asked if ref.code in MONTHS_SINCE}
        measured = _measured(self.run, asked - past - personal, managers)
        found = _certified(measured, on, self.book.scheme.code)
        if compared:
            _add(found, self.peers.figures(compared, managers))
        if past:
            _add(found, of_past(past, managers, book=self.book, on=on, period=self.period))
        for ref in personal:
            for manager in managers:
                months = months_between(MONTHS_SINCE[ref.code](manager), on)
                found[manager.pk][ref] = Figure.of(months, "months")
        return found


def evidence(
    run: Run,
    refs: Iterable[MetricRef],
    managers: Sequence[ClientManager],
    *,
    book: Rulebook,
    period: str = "",
) -> Figures:
    """What a `Gatherer` finds for some managers at once."""
    return Gatherer(run, book=book, period=period).of(refs, managers)


def in_the_ledger(refs: Iterable[MetricRef]) -> bool:
    """Whether the ledger alone answers all of these questions."""
    known = metrics.catalogue()
    return all(ref.code in known and "peers" not in dict(ref.params) for ref in refs)


def _add(found: Figures, more: Mapping[int, Mapping[MetricRef, Figure]]) -> None:
    for manager, figures in more.items():
        found[manager].update(figures)


def _measured(run: Run, refs: set[MetricRef], managers: Sequence[ClientManager]) -> Figures:
    """Figures of the ledger; what this bank delivers no file for is asked of the events of that code."""
    fed = {ref: _as_event(ref) for ref in refs if ref.code in FED_CODES}
    found = metrics.figures(run, refs | set(fed.values()), [manager.pk for manager in managers])
    for figures in found.values():
        for ref, event in fed.items():
            if figures[ref].reason == "feed_not_configured":
                figures[ref] = _from_event(ref, figures[event])
    _add(found, _of_standing(run, [ref for ref in fed if ref.code in STANDING], found))
    unasked = set(fed.values()) - refs
    return {pk: {ref: each for ref, each in own.items() if ref not in unasked} for pk, own in found.items()}


def _certified(found: Figures, on: date, scheme: str) -> Figures:
    """The same, and certificates that the house itself issued under the scheme, fed or not."""
    if any(ref.code in STANDING for figures in found.values() for ref in figures):
        for manager, row in certificates.held_on(on, list(found), scheme=scheme).items():
            said = {"certificate": str(row.certificate_no), "until": f"{row.expires_on}"}
            figures = {ref: Figure.of(1, "flag", **said) for ref in found[manager] if ref.code in STANDING}
            found[manager] = {**found[manager], **figures}
    return found


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
