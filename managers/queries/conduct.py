"""Conduct for others to read: what keeps a manager from rising, and the facts that enter figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from django.db.models import Q

from managers.models import (
    Certificate,
    ClientManager,
    ConductFinding,
    CrossInspection,
    HomeVisit,
    ScreeningSheet,
    TrainingResult,
)

State = ConductFinding.State
#: The code a certificate is read by, where figures ask for one of its kind; all others are `certificate`.
CERTIFICATE_CODES = {Certificate.Kind.POST: "certificate_valid"}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about a manager as figures read it: `note` names its row and never comes twice.

    `quantity` is 1, or -1 where the fact takes an earlier one back. `recorded_at` is when it became known.
    """

    employee_no: str
    business_date: date
    code: str
    quantity: int
    note: str
    recorded_at: datetime


def blocks(manager: ClientManager, on: date) -> date | None:
    """Since when an unsettled serious finding keeps a manager from rising; None where nothing does."""
    found = ConductFinding.objects.filter(manager=manager, severity=ConductFinding.Severity.SERIOUS)
    stands = Q(state__in=ConductFinding.UNSETTLED) | Q(settled_on__gt=on)
    dates = found.filter(stands, opened_on__lte=on).order_by("opened_on")
    return dates.values_list("opened_on", flat=True).first()


def events(since: datetime, until: datetime | None = None) -> Iterator[Event]:
    """The facts that became known from a moment on (before `until`, where given), kind by kind.

    `training_passed`, `training_failed`: by results, on the day of the exam. `certificate_valid`: 1 when a
    certificate of the post is issued, -1 when it is void or has run out; other kinds `certificate`.
    `screening_done`, `home_visit_done`: on the day; `cross_inspection_done`: for inspectors with a file.
    `finding_serious`, `finding_minor`: when opened, taken back when dismissed; `violations`: when a serious
    one is closed, which a second person has then confirmed.
    """
    every = (_results, _certificates, _screenings, _visits, _inspections, _findings)
    for each in chain.from_iterable(read(since) for read in every):
        if since <= each.recorded_at and (until is None or each.recorded_at < until):
            yield each


def _results(since: datetime) -> Iterator[Event]:
    rows = TrainingResult.objects.filter(entered_at__gte=since).select_related("manager").order_by("pk")
    for row in rows:
        code = "training_passed" if row.passed else "training_failed"
        note = f"training_result:{row.pk}"
        yield Event(row.manager.employee_no, row.exam_on, code, 1, note, row.entered_at)


def _certificates(since: datetime) -> Iterator[Event]:
    """Issued, then void, or run out: the day after the last one, known as soon as the row is."""
    rows = Certificate.objects.filter(Q(recorded_at__gte=since) | Q(voided_at__gte=since))
    for row in rows.select_related("manager").order_by("pk"):
        number, note = row.manager.employee_no, f"certificate:{row.pk}"
        code = CERTIFICATE_CODES.get(Certificate.Kind(row.kind), "certificate")
        yield Event(number, row.issued_on, code, 1, f"{note}/issued", row.recorded_at)
        if row.expires_on is not None:
            day = row.expires_on + timedelta(days=1)
            yield Event(number, day, code, -1, f"{note}/expired", row.recorded_at)
        if row.voided_on is not None and row.voided_at is not None:
            yield Event(number, row.voided_on, code, -1, f"{note}/void", row.voided_at)
            if row.expires_on is not None:
                # Void before it ran out: running out takes nothing away any more.
                day = row.expires_on + timedelta(days=1)
                yield Event(number, day, code, 1, f"{note}/void_expired", row.voided_at)


def _screenings(since: datetime) -> Iterator[Event]:
    rows = ScreeningSheet.objects.filter(state=ScreeningSheet.State.FILLED, filled_at__gte=since)
    for row in rows.select_related("manager").order_by("pk"):
        if row.filled_on is not None and row.filled_at is not None:
            note = f"screening:{row.pk}"
            yield Event(row.manager.employee_no, row.filled_on, "screening_done", 1, note, row.filled_at)


def _visits(since: datetime) -> Iterator[Event]:
    rows = HomeVisit.objects.filter(recorded_at__gte=since).select_related("manager").order_by("pk")
    for row in rows.defer("summary"):
        note = f"home_visit:{row.pk}"
        yield Event(row.manager.employee_no, row.visited_on, "home_visit_done", 1, note, row.recorded_at)


def _inspections(since: datetime) -> Iterator[Event]:
    rows = CrossInspection.objects.filter(state=CrossInspection.State.DONE, completed_at__gte=since)
    for row in rows.select_related("lead__client_manager", "second__client_manager").order_by("pk"):
        for user in (row.lead, row.second):
            own = getattr(user, "client_manager", None)
            if own is not None and row.held_on is not None and row.completed_at is not None:
                note = f"inspection:{row.pk}/{own.employee_no}"
                yield Event(own.employee_no, row.held_on, "cross_inspection_done", 1, note, row.completed_at)


def _findings(since: datetime) -> Iterator[Event]:
    rows = ConductFinding.objects.filter(Q(opened_at__gte=since) | Q(state_since__gte=since))
    for row in rows.select_related("manager").order_by("pk"):
        number, note, code = row.manager.employee_no, f"finding:{row.pk}", f"finding_{row.severity}"
        yield Event(number, row.opened_on, code, 1, f"{note}/opened", row.opened_at)
        if row.settled_on is None:
            continue
        if row.state == State.DISMISSED:
            yield Event(number, row.opened_on, code, -1, f"{note}/dismissed", row.state_since)
        elif row.severity == ConductFinding.Severity.SERIOUS:
            yield Event(number, row.opened_on, "violations", 1, f"{note}/closed", row.state_since)
