"""What of the working standard waits for a person, and what of it runs out."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from credit.models import Agreement, Complaint, MarketingPlan, ResearchNote
from managers.deadlines import Kind, Waiting

#: Calendar days for a head to read, to approve, to have signed, and for a second person to close.
READ_DAYS, APPROVE_DAYS, SIGN_DAYS, CLOSE_DAYS = 5, 10, 15, 5
#: Calendar days before the end of an agreement on which its people are told.
AGREEMENT_NOTICE = 60


def waiting_complaints(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Complaints not yet given out, not yet answered, or not yet closed."""
    found = Complaint.objects.exclude(state=Complaint.State.CLOSED).select_related("manager__branch")
    for row in (found if ids is None else found.filter(pk__in=ids)).order_by("pk"):
        yield _complaint(row)


def _complaint(row: Complaint) -> Waiting:
    answered = row.state == Complaint.State.ANSWERED
    since = row.answered_on if answered and row.answered_on else row.received_on
    days = CLOSE_DAYS if answered else (row.due_on - row.received_on).days
    return Waiting(
        pk=row.pk,
        code=f"complaint_{row.state}",
        since=since,
        days=days,
        occasion=row.state_since.isoformat(),
        url=reverse("complaint", args=[row.pk]),
        words={"number": str(row.pk), "due": (since + timedelta(days=days)).isoformat()},
        action="close_complaint" if answered else "assign_complaint",
        path=row.manager.branch.path,
        person=row.handler_id if row.state == Complaint.State.ASSIGNED else None,
        manager=row.manager_id,
        not_by=frozenset({row.handler_id}) if answered and row.handler_id else frozenset(),
    )


def waiting_plans(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Plans that wait for approval."""
    found = MarketingPlan.objects.filter(state=MarketingPlan.State.SUBMITTED).select_related(
        "manager__branch"
    )
    for row in (found if ids is None else found.filter(pk__in=ids)).order_by("pk"):
        yield Waiting(
            pk=row.pk,
            code="plan_submitted",
            since=timezone.localdate(row.state_since),
            days=APPROVE_DAYS,
            occasion=row.state_since.isoformat(),
            url=reverse("plan", args=[row.pk]),
            words={"who": str(row.manager), "year": str(row.year)},
            action="approve_plan",
            path=row.manager.branch.path,
            manager=row.manager_id,
            not_by=frozenset({row.drafted_by_id}),
        )


def waiting_research(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Notes no head has read."""
    found = ResearchNote.objects.filter(state=ResearchNote.State.REPORTED).select_related("manager__branch")
    for row in (found if ids is None else found.filter(pk__in=ids)).order_by("pk"):
        yield Waiting(
            pk=row.pk,
            code="research_reported",
            since=row.written_on,
            days=READ_DAYS,
            occasion="reported",
            url=reverse("research_note", args=[row.pk]),
            words={"who": str(row.manager)},
            action="acknowledge_research",
            path=row.manager.branch.path,
            manager=row.manager_id,
        )


def waiting_agreements(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Agreements to be approved by the head, or to be signed under the manager's care."""
    states = (Agreement.State.DRAFTED, Agreement.State.APPROVED)
    found = Agreement.objects.filter(state__in=states).select_related("manager__branch")
    for row in (found if ids is None else found.filter(pk__in=ids)).order_by("pk"):
        drafted = row.state == Agreement.State.DRAFTED
        yield Waiting(
            pk=row.pk,
            code=f"agreement_{row.state}",
            since=timezone.localdate(row.state_since),
            days=APPROVE_DAYS if drafted else SIGN_DAYS,
            occasion=row.state_since.isoformat(),
            url=reverse("agreement", args=[row.pk]),
            words={"number": row.number, "who": str(row.manager)},
            action="approve_agreement",
            path=row.manager.branch.path,
            person=None if drafted else row.manager.user_id,
            manager=row.manager_id,
            not_by=frozenset({row.drafted_by_id}) if drafted else frozenset(),
        )


def ending_agreements(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Agreements in force that end within the next days."""
    found = Agreement.objects.filter(state=Agreement.State.IN_FORCE, ends_on__gte=on)
    found = found.filter(ends_on__lte=on + timedelta(days=AGREEMENT_NOTICE)).select_related("manager__branch")
    for row in (found if ids is None else found.filter(pk__in=ids)).order_by("pk"):
        yield Waiting(
            pk=row.pk,
            code="agreement_ending",
            since=row.ends_on - timedelta(days=AGREEMENT_NOTICE),
            days=AGREEMENT_NOTICE,
            occasion=row.ends_on.isoformat(),
            url=reverse("agreement", args=[row.pk]),
            words={"number": row.number, "day": row.ends_on.isoformat()},
            action="approve_agreement",
            path=row.manager.branch.path,
            person=row.manager.user_id,
        )


KINDS = (
    Kind("complaint", waiting_complaints),
    Kind("plan", waiting_plans),
    Kind("research", waiting_research),
    Kind("agreement", waiting_agreements),
    Kind("agreement_end", ending_agreements, expires=True),
)
