"""Which business dates are due, waiting or published, and from which bundles."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from ledger.models import Bundle, LedgerState, PeriodClosing, Run
from ledger.queries.expectations import night_waits_at


class NotPublished(LookupError):
    """No figures are published for the date asked for."""

    def __init__(self, on: date) -> None:
        self.on = on
        super().__init__(str(on))


def history_start() -> date:
    """The first day any bundle covers. LookupError where nothing was ever loaded."""
    first = Bundle.objects.aggregate(first=Min("from_on"))["first"]
    if first is None:
        raise LookupError("no bundle")
    return first


@dataclass(frozen=True)
class _Coverage:
    """What was delivered: the first day, the last one reached without a gap; and the days waived."""

    start: date
    through: date
    waived: frozenset[date]


def _coverage() -> _Coverage:
    delivered = list(Bundle.objects.values_list("from_on", "to_on"))
    if not delivered:
        raise LookupError("no bundle")
    waived = frozenset(waived_dates())
    first = min(start for start, _end in delivered)
    reached = first - timedelta(days=1)
    for start, end in sorted([*delivered, *((day, day) for day in waived)]):
        if start > reached + timedelta(days=1):
            break
        reached = max(reached, end)
    return _Coverage(first, reached, waived)


def covered_through() -> date:
    """The last day reached from the first one without a gap in what was delivered; a waived day is none."""
    return _coverage().through


def due_dates(to: date) -> tuple[list[date], date | None]:
    """Business dates up to `to` that must be worked, oldest first, and the first one that lacks data.

    A date once published stays looked after, and leaves no gap behind it, whatever first night was chosen
    later. A waived date is not due; one that people asked to work again is.
    """
    try:
        known = _coverage()
    except LookupError:
        return [], None
    last = min(to, known.through)
    published = Run.objects.filter(is_current=True, business_date__lte=last)
    earliest = published.aggregate(day=Min("business_date"))["day"]
    first = min(_first_night(known), earliest or date.max)
    done = {*fresh_dates(), *known.waived} - set(asked_dates())
    held_up = night_waits_at(first, last, chain(done, published.values_list("business_date", flat=True)))
    last = held_up - timedelta(days=1) if held_up else last
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day not in done], last + timedelta(days=1) if last < to else None


def waived_dates() -> QuerySet[Run, date]:
    """Dates that two people decided to leave without figures, and have not asked for since."""
    newer = Run.objects.filter(business_date=OuterRef("business_date"), version__gt=OuterRef("version"))
    waived = Run.objects.filter(status=Run.Status.WAIVED).exclude(Exists(newer))
    return waived.values_list("business_date", flat=True)


def asked_dates() -> QuerySet[Run, date]:
    """Dates with a version that is not finished, whether or not a bundle calls for it."""
    open_runs = Run.objects.filter(status__in=[Run.Status.PENDING, Run.Status.RUNNING])
    return open_runs.values_list("business_date", flat=True)


def failed_dates() -> list[date]:
    """Dates whose latest version failed although no bundle has come since."""
    last = Bundle.objects.order_by("-id").values_list("id", flat=True).first()
    latest = Run.objects.order_by("business_date", "-version").distinct("business_date")
    return [
        run.business_date
        for run in latest
        if run.status == Run.Status.FAILED and run.through_bundle_id == last
    ]


def claimed_through() -> date | None:
    """The last business date that a night has begun: what arrives for it or before it is late."""
    return Run.objects.filter(fence__gt=0).aggregate(day=Max("business_date"))["day"]


def first_night() -> date:
    """The first date that is published.

    A first night chosen for data that a gap separates from the earliest ones says nothing about those.
    """
    return _first_night(_coverage())


def _first_night(known: _Coverage) -> date:
    state = LedgerState.objects.filter(id=1).first()
    chosen = max(state.first_night, known.start) if state and state.first_night else known.start
    elsewhere = Bundle.objects.filter(from_on__lte=chosen, to_on__gte=chosen)
    return known.start if chosen > known.through and elsewhere.exists() else chosen


def fresh_dates() -> QuerySet[Run, date]:
    """Published dates that no bundle loaded since has changed."""
    changing = Bundle.objects.filter(
        id__gt=OuterRef("confirmed_through"), affects_from__lte=OuterRef("business_date")
    )
    return (
        Run.objects.filter(is_current=True).exclude(Exists(changing)).values_list("business_date", flat=True)
    )


def rerun_reason(day: date) -> str:
    """Which bundles make a published date due again; the first of them where they are many."""
    current = Run.objects.filter(business_date=day, is_current=True).first()
    if current is None:
        return ""
    later = Bundle.objects.filter(id__gt=current.confirmed_through_id, affects_from__lte=day)
    numbers = list(later.order_by("id").values_list("id", flat=True))
    named = ", ".join(str(number) for number in numbers[:10])
    return f"bundle {named}" + (", …" if len(numbers) > 10 else "")


def first_day_of(run: Run) -> date:
    """The first day a run answers for: its own, or all before it where none is published before."""
    earlier = Run.objects.filter(is_current=True, business_date=run.business_date - timedelta(days=1))
    return run.business_date if earlier.exists() else history_start()


def _readers_see() -> QuerySet[Run]:
    """What is published, newest date first; of a closed date the run it was closed with."""
    closed = Exists(PeriodClosing.objects.filter(run=OuterRef("pk")))
    seen = Run.objects.annotate(closed=closed).filter(Q(is_current=True) | Q(closed=True))
    return seen.select_related("through_bundle").order_by("-business_date", "-closed")


def current_run(on: date) -> Run:
    """The run that readers see of a business date, or NotPublished."""
    run = _readers_see().filter(business_date=on).first()
    if run is None:
        raise NotPublished(on)
    return run


def latest_run() -> Run | None:
    """The run that readers see of the latest business date."""
    return _readers_see().first()
