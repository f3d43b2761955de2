"""Figures as they were published: which version readers saw on a day, and what was known to it.

A version of the past must never mix in what became known later. Its stored readings cannot; whatever is
worked out beside them goes by the bundles up to `known_through`.
"""

from datetime import date, datetime, time

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from ledger.models import Bundle, Feed, PeriodClosing, Reading, Run
from ledger.queries.runs import NotPublished, current_run, history_start
from managers.models import ClientManager


def run_as_of(business_date: date, as_of: date | datetime | None) -> Run:
    """The version of a date that readers saw at a moment, or at the end of a day; None: that they see now.

    NotPublished where there was none yet.
    """
    if as_of is None:
        return current_run(business_date)
    last = _moment(as_of)
    closing = PeriodClosing.objects.filter(run__business_date=business_date, closed_at__lte=last)
    published = versions(business_date).filter(finished_at__lte=last)
    closed = closing.select_related("run").first()
    run = closed.run if closed else published.last()
    if run is None:
        raise NotPublished(business_date)
    run.as_published = True
    return run


def _moment(as_of: date | datetime) -> datetime:
    """The last moment of a day here, or the moment itself."""
    return as_of if isinstance(as_of, datetime) else timezone.make_aware(datetime.combine(as_of, time.max))


def versions(business_date: date) -> QuerySet[Run]:
    """Every version of a date that was ever published, the first one first."""
    return Run.objects.filter(business_date=business_date, status=Run.Status.SUCCEEDED).order_by("version")


def version_before(run: Run) -> Run | None:
    """The version that readers saw before this one."""
    return versions(run.business_date).filter(version__lt=run.version).last()


def closing_of(run: Run) -> PeriodClosing | None:
    """The closing that fixed a run, the first where a quarter and its year end on the same day."""
    return PeriodClosing.objects.filter(run=run).order_by("id").first()


def closed_run(period: str) -> Run | None:
    """The run whose figures are those of a closed period; None while it is open."""
    return Run.objects.filter(closings__period=period).first()


def known_through(run: Run) -> int:
    """The last bundle whose knowledge the run's figures rest on."""
    closing = closing_of(run)
    if closing is not None:
        return closing.through_bundle_id
    confirmed = run.is_current and not run.as_published
    return int((run.confirmed_through_id if confirmed else run.through_bundle_id) or 0)


def answers_live(run: Run) -> bool:
    """Whether what is known today is what was known to the run, for every day up to its date."""
    later = Bundle.objects.filter(id__gt=known_through(run), affects_from__lte=run.business_date)
    return run.is_current and not later.exists()


def _moves_on(run: Run) -> bool:
    """Whether the run is what readers see now, and nothing has fixed it."""
    return run.is_current and not run.as_published and closing_of(run) is None


def feeds_known(run: Run) -> frozenset[str]:
    """The feeds this bank had configured, as the run's figures take it."""
    feeds = (
        Feed.objects.all() if _moves_on(run) else Feed.objects.filter(first_bundle__lte=known_through(run))
    )
    return frozenset(feeds.values_list("code", flat=True))


def history_known(run: Run) -> date:
    """The first day any bundle covers, as the run's figures take it."""
    if _moves_on(run):
        return history_start()
    return first_known_day(known_through(run))


def first_known_day(bundle: int) -> date:
    """The first day that the bundles up to one cover."""
    first = Bundle.objects.filter(id__lte=bundle).aggregate(first=Min("from_on"))["first"]
    return first or history_start()


def people_of(run: Run) -> list[int]:
    """The managers a run has figures of: all of the register, or those on it when it was published."""
    everyone = ClientManager.objects.order_by("employee_no")
    if not _moves_on(run):
        everyone = everyone.filter(Q(pk__in=Reading.objects.filter(run=run).values("manager")))
    return list(everyone.values_list("id", flat=True))
