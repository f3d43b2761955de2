"""What of development and conduct waits for somebody: exams, sheets, findings, inspections, rotation."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from managers.deadlines import Kind, Waiting
from managers.models import (
    Branch,
    Certificate,
    ClientManager,
    ConductFinding,
    CrossInspection,
    ScreeningSheet,
)
from managers.queries import rotation, training
from managers.rules import tenure
from managers.rules.tenure import Due
from managers.rules.training import quarter_end

#: Calendar days before its last day on which the owner of a certificate is told.
CERTIFICATE_NOTICE = 60
#: Calendar days a second person has to look at what was reported as put right.
SETTLE_DAYS = 5


def exams_to_pass(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Whoever has not passed an exam is asked; after the day of the retake, whoever runs training there."""
    rows = training.outstanding(ids).select_related("session__plan", "manager__branch")
    for row in rows.annotate(last=Max("session__results__exam_on")).order_by("pk"):
        plan = row.session.plan
        yield Waiting(
            pk=row.pk,
            code="training_to_pass",
            since=row.last,
            days=plan.retake_days,
            occasion=f"{row.session_id}:{row.last}",
            url=reverse("development", args=[row.manager.employee_no]),
            words={"course": plan.title, "day": row.session.held_on.isoformat(), "who": str(row.manager)},
            action="manage_training",
            path=row.manager.branch.path,
            person=row.manager.user_id,
        )


def expiring_certificates(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Certificates that run out soon: told to their holders, or to whoever runs training for them."""
    found = Certificate.objects.filter(
        voided_on=None, expires_on__gte=on, expires_on__lte=on + timedelta(days=CERTIFICATE_NOTICE)
    ).exclude(manager__status=ClientManager.Status.LEFT)
    rows = found if ids is None else found.filter(pk__in=ids)
    for row in rows.select_related("manager__branch").order_by("pk"):
        if row.expires_on is not None:
            yield Waiting(
                pk=row.pk,
                code="certificate_expiring",
                since=row.expires_on - timedelta(days=CERTIFICATE_NOTICE),
                days=CERTIFICATE_NOTICE,
                occasion=row.expires_on.isoformat(),
                url=reverse("development", args=[row.manager.employee_no]),
                words={"who": str(row.manager), "no": row.number, "day": row.expires_on.isoformat()},
                action="" if row.manager.user_id else "manage_training",
                path=row.manager.branch.path,
                person=row.manager.user_id,
            )


def sheets_to_fill(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Sheets of open campaigns wait for whoever is in charge of the manager, the nearest first."""
    found = ScreeningSheet.objects.filter(state=ScreeningSheet.State.WAITING, campaign__closed_on=None)
    rows = found if ids is None else found.filter(pk__in=ids)
    for row in rows.select_related("campaign", "manager__branch").order_by("pk"):
        yield Waiting(
            pk=row.pk,
            code="screening_waiting",
            since=row.campaign.opened_on,
            days=(row.campaign.due_on - row.campaign.opened_on).days,
            occasion=str(row.campaign_id),
            url=reverse("screening_sheet", args=[row.pk]),
            words={"who": str(row.manager), "campaign": row.campaign.title},
            action="fill_screening",
            path=row.manager.branch.path,
            manager=row.manager_id,
        )


def findings_to_settle(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Open findings wait for whoever opened them, reported ones for a second person of risk."""
    found = ConductFinding.objects.unsettled()
    rows = found if ids is None else found.filter(pk__in=ids)
    for row in rows.select_related("manager__branch").order_by("pk"):
        reported = row.state == ConductFinding.State.RECTIFIED
        since = timezone.localdate(row.state_since)
        parts = frozenset({row.opened_by_id, *([row.rectified_by_id] if row.rectified_by_id else [])})
        yield Waiting(
            pk=row.pk,
            code=f"finding_{row.state}",
            since=since,
            days=SETTLE_DAYS if reported else max((row.due_on - since).days, 0),
            occasion=row.state_since.isoformat(),
            url=reverse("finding", args=[row.pk]),
            words={"who": str(row.manager), "day": row.opened_on.isoformat()},
            action="settle_finding",
            path=row.manager.branch.path,
            person=None if reported else row.opened_by_id,
            manager=row.manager_id,
            not_by=parts if reported else frozenset(),
        )


def inspections_to_make(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Planned inspections wait for the first inspector, until the end of their quarter."""
    found = CrossInspection.objects.filter(state=CrossInspection.State.PLANNED)
    rows = found if ids is None else found.filter(pk__in=ids)
    for row in rows.select_related("inspected").order_by("pk"):
        yield Waiting(
            pk=row.pk,
            code="inspection_planned",
            since=row.planned_on,
            days=max((quarter_end(row.quarter) - row.planned_on).days, 0),
            occasion=row.quarter,
            url=reverse("inspection", args=[row.pk]),
            words={"branch": row.inspected.name, "quarter": row.quarter},
            action="manage_conduct",
            path=row.inspected.path,
            person=row.lead_id,
        )


def rotations_to_plan(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """One row a branch: how many of its managers are due for rotation or leave, and since when."""
    if not rotation.limits():
        return
    people = ClientManager.objects.filter(status__in=rotation.ROTATED).order_by("pk")
    chosen = people if ids is None else people.filter(branch__in=ids)
    branch_of = dict(chosen.values_list("pk", "branch"))
    due: dict[int, list[Due]] = defaultdict(list)
    for each in rotation.due_soon(branch_of, on):
        due[branch_of[each.manager]].append(each.dues[0])
    for branch in Branch.objects.filter(pk__in=due).order_by("pk"):
        yield _rotation(branch, due[branch.pk])


def _rotation(branch: Branch, dues: list[Due]) -> Waiting:
    first = dues[0]
    return Waiting(
        pk=branch.pk,
        code="rotation_due",
        since=first.due_on - timedelta(days=tenure.SOON),
        days=tenure.SOON,
        occasion=f"{first.due_on}:{len(dues)}",
        url=reverse("rotation") + f"?branch={branch.code}",
        words={"branch": branch.name, "count": str(len(dues)), "day": first.due_on.isoformat()},
        action="plan_rotation",
        path=branch.path,
    )


KINDS = (
    Kind("training", exams_to_pass),
    Kind("certificate", expiring_certificates, expires=True),
    Kind("screening", sheets_to_fill),
    Kind("finding", findings_to_settle),
    Kind("inspection", inspections_to_make),
    Kind("rotation", rotations_to_plan),
)
