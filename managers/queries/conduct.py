"""Conduct for others to read: what keeps a manager from rising, and the facts that enter figures."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
#: Every code that `events` ever yields, and what people call it.
CODES = {
    "training_passed": _("培训考试合格"),
    "training_failed": _("培训考试不合格"),
    "certificate_valid": _("岗位资格证书有效"),
    "certificate": _("其他证书有效"),
    "screening_done": _("行为排查"),
    "home_visit_done": _("家访"),
    "cross_inspection_done": _("交叉检查"),
    "finding_serious": _("严重行为问题"),
    "finding_minor": _("一般行为问题"),
    "violations": _("违规违纪"),
}


class Event(NamedTuple):
    """One fact about a manager as figures read it: `note` names its row, and comes once a code."""

    employee_no: str
    business_date: date
    code: str
    quantity: int
    note: str


def blocks(manager: ClientManager, on: date) -> date | None:
    """Since when an unsettled serious finding keeps a manager from rising; None where nothing does."""
    found = ConductFinding.objects.filter(manager=manager, severity=ConductFinding.Severity.SERIOUS)
    stands = Q(state__in=ConductFinding.UNSETTLED) | Q(settled_on__gt=on)
    dates = found.filter(stands, opened_on__lte=on).order_by("opened_on")
    return dates.values_list("opened_on", flat=True).first()


def events(since: date | None = None) -> Iterator[Event]:
    """The facts as they stand now, of business days from `since` on; what is no longer so is not among them.

    `training_passed`, `training_failed`: on the day of the exam. `certificate_valid` (of the post; other
    kinds `certificate`): 1 on the day of issue, -1 when void or on the day after the last one.
    `screening_done`, `home_visit_done`: on the day; `cross_inspection_done`: for inspectors with a file.
    `finding_serious`, `finding_minor`: on the day found, unless dismissed; `violations`: a serious one that
    was closed, and so confirmed by a second person.
    """
    parts = (_results(), _certificates(), _screenings(), _visits(), _inspections(), _findings())
    return (each for each in chain(*parts) if since is None or each.business_date >= since)


def _results() -> Iterator[Event]:
    rows = TrainingResult.objects.order_by("pk").values_list(
        "pk", "manager__employee_no", "exam_on", "passed"
    )
    for pk, number, day, passed in rows.iterator():
        yield Event(
            number, day, "training_passed" if passed else "training_failed", 1, f"training_result:{pk}"
        )


def _certificates() -> Iterator[Event]:
    for row in Certificate.objects.select_related("manager").order_by("pk"):
        number, note = row.manager.employee_no, f"certificate:{row.pk}"
        code = CERTIFICATE_CODES.get(Certificate.Kind(row.kind), "certificate")
        yield Event(number, row.issued_on, code, 1, f"{note}/issued")
        over = row.expires_on + timedelta(days=1) if row.expires_on is not None else None
        ends = [day for day in (row.voided_on, over) if day is not None]
        if ends:
            yield Event(number, min(ends), code, -1, f"{note}/ended")


def _screenings() -> Iterator[Event]:
    rows = ScreeningSheet.objects.filter(state=ScreeningSheet.State.FILLED, filled_on__isnull=False)
    for pk, number, day in rows.order_by("pk").values_list("pk", "manager__employee_no", "filled_on"):
        if day is not None:
            yield Event(number, day, "screening_done", 1, f"screening:{pk}")


def _visits() -> Iterator[Event]:
    rows = HomeVisit.objects.order_by("pk").values_list("pk", "manager__employee_no", "visited_on")
    for pk, number, day in rows:
        yield Event(number, day, "home_visit_done", 1, f"home_visit:{pk}")


def _inspections() -> Iterator[Event]:
    rows = CrossInspection.objects.filter(state=CrossInspection.State.DONE)
    for row in rows.select_related("lead__client_manager", "second__client_manager").order_by("pk"):
        for user in (row.lead, row.second):
            own = getattr(user, "client_manager", None)
            if own is not None and row.held_on is not None:
                note = f"inspection:{row.pk}"
                yield Event(own.employee_no, row.held_on, "cross_inspection_done", 1, note)


def _findings() -> Iterator[Event]:
    rows = ConductFinding.objects.exclude(state=State.DISMISSED).select_related("manager")
    for row in rows.order_by("pk"):
        number, note = row.manager.employee_no, f"finding:{row.pk}"
        yield Event(number, row.opened_on, f"finding_{row.severity}", 1, note)
        if row.state == State.CLOSED and row.severity == ConductFinding.Severity.SERIOUS:
            yield Event(number, row.opened_on, "violations", 1, note)
