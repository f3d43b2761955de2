"""What of the loans waits for a person: classes, inspections, findings, notices, endings, broken floors."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from credit.models import Finding, Inspection, LoanEnding, LoanWatch, Reclassification
from credit.queries.afterloan import maturities, people
from credit.services.afterloan.endings import NEXT
from managers.deadlines import Kind, Waiting
from managers.roles import ROLES

#: Calendar days for a step of a classification or an ending, and for the second signature.
STEP_DAYS = 5
SIGN_DAYS = 3
#: From so many days before it is due an inspection stands on its manager's list.
INSPECTION_AHEAD = 14
#: Days for the receipt of a maturity notice.
NOTICE_DAYS = 5
State = Reclassification.State


def _words(row: Any) -> dict[str, str]:
    """What every notice of a loan says: its account and its customer's number, no names."""
    return {"loan": row.account.account_no, "customer": row.account.customer.customer_no}


def _chosen(found: Any, ids: Collection[int] | None) -> Iterable[Any]:
    related = found.select_related("account__customer__branch")
    return (related if ids is None else related.filter(pk__in=ids)).order_by("pk")


def _path(level: str, path: str) -> str:
    """Where whoever owns an amount is looked for: at the branch, or in the bank as a whole."""
    return "" if level in ROLES and ROLES[level].reach == "all" else path


def waiting_classifications(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Proposals for whoever takes the next step; one that came back is its proposer's."""
    found = Reclassification.objects.filter(state__in=Reclassification.OPEN)
    for row in _chosen(found.select_related("manager__branch"), ids):
        path, apart = row.manager.branch.path, {row.proposed_by_id, row.confirmed_by_id} - {None}
        returned = row.state == State.RETURNED
        action = {State.PROPOSED: "confirm_class", State.CONFIRMED: "approve_class"}.get(row.state, "")
        yield Waiting(
            pk=row.pk,
            code=f"classification_{row.state}",
            since=timezone.localdate(row.state_since),
            days=STEP_DAYS,
            occasion=f"{row.state}/{row.state_since.isoformat()}",
            url=reverse("classification", args=[row.pk]),
            words=_words(row) | {"to": str(row.get_proposed_display())},
            action=action,
            path=_path(row.level, path) if row.state == State.CONFIRMED else path,
            person=row.proposed_by_id if returned else None,
            manager=None if returned else row.manager_id,
            not_by=frozenset() if returned else frozenset(apart),
        )


def waiting_watches(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Loans better classed than their days overdue allow, until a proposal is under way."""
    proposed = Reclassification.objects.filter(account=OuterRef("account"), state__in=Reclassification.OPEN)
    rows = list(_chosen(LoanWatch.objects.filter(~Exists(proposed), broken=True), ids))
    charged = people.in_charge([row.account_id for row in rows], on)
    for row in rows:
        yield Waiting(
            pk=row.account_id,
            code="class_below_floor",
            since=row.broken_since or on,
            days=STEP_DAYS,
            occasion=f"{row.floor}/{row.broken_since}",
            url=reverse("afterloan", args=[row.account_id]),
            words=_words(row) | {"days": str(row.days), "floor": str(row.get_floor_display())},
            action="confirm_class",
            path=row.account.customer.branch.path,
            person=charged.get(row.account_id),
        )


def waiting_inspections(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Inspections that are due soon, for whoever handles the loan; recorded ones for the second manager."""
    soon = on + timedelta(days=INSPECTION_AHEAD)
    found = Inspection.objects.filter(state__in=Inspection.OPEN, due_on__lte=soon)
    rows = list(_chosen(found.select_related("companion"), ids))
    charged = people.in_charge([row.account_id for row in rows], on)
    for row in rows:
        recorded = row.state == Inspection.State.RECORDED
        since = timezone.localdate(row.state_since) if recorded else row.due_on - timedelta(INSPECTION_AHEAD)
        yield Waiting(
            pk=row.pk,
            code="loan_inspection_to_sign" if recorded else "loan_inspection_due",
            since=since,
            days=SIGN_DAYS if recorded else INSPECTION_AHEAD,
            occasion=f"{row.state}/{row.state_since.isoformat()}" if recorded else f"due/{row.due_on}",
            url=reverse("loan_inspection", args=[row.pk]),
            words=_words(row) | {"day": row.due_on.isoformat()},
            action="supervise_loans",
            path=row.account.customer.branch.path,
            person=row.companion.user_id if recorded else charged.get(row.account_id),
            not_by=frozenset({row.recorded_by_id}) if recorded else frozenset(),
        )


def waiting_findings(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Findings to be put right by whoever handles the loan, and those to be closed by somebody else."""
    found = Finding.objects.exclude(state=Finding.State.CLOSED).select_related("manager__branch")
    rows = list(_chosen(found, ids))
    charged = people.in_charge([row.account_id for row in rows], on)
    for row in rows:
        remedied = row.state == Finding.State.REMEDIED
        yield Waiting(
            pk=row.pk,
            code="loan_finding_to_close" if remedied else "loan_finding_open",
            since=timezone.localdate(row.state_since) if remedied else row.raised_on,
            days=STEP_DAYS if remedied else (row.due_on - row.raised_on).days,
            occasion=f"{row.state}/{row.state_since.isoformat()}",
            url=reverse("loan_inspection", args=[row.inspection_id]) + f"#finding-{row.pk}",
            words=_words(row) | {"day": row.due_on.isoformat()},
            action="supervise_loans",
            path=row.manager.branch.path,
            person=None if remedied else charged.get(row.account_id),
            manager=row.manager_id if remedied else None,
            not_by=frozenset({row.raised_by_id, row.remedied_by_id} - {None}) if remedied else frozenset(),
        )


def waiting_notices(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """The latest maturity notice of every loan that nobody has acknowledged."""
    found = maturities.unacknowledged(on)
    rows = list(_chosen(found, ids))
    charged = people.in_charge([row.account_id for row in rows], on)
    for row in rows:
        yield Waiting(
            pk=row.pk,
            code="maturity_notice_due",
            since=row.made_on,
            days=min(NOTICE_DAYS, (row.matures_on - row.made_on).days),
            occasion=f"made/{row.made_on}",
            url=reverse("afterloan", args=[row.account_id]),
            words=_words(row) | {"day": row.matures_on.isoformat()},
            action="supervise_loans",
            path=row.account.customer.branch.path,
            person=charged.get(row.account_id),
        )


def waiting_endings(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Endings for whoever receives, witnesses or approves them."""
    found = LoanEnding.objects.filter(state__in=LoanEnding.OPEN).select_related("manager__branch")
    for row in _chosen(found, ids):
        action = NEXT[row.state, row.kind == LoanEnding.Kind.PRESERVED]
        path = row.manager.branch.path
        apart = {row.proposed_by_id, row.received_by_id, row.witnessed_by_id} - {None}
        yield Waiting(
            pk=row.pk,
            code=f"ending_{action.removesuffix('_ending')}",
            since=timezone.localdate(row.state_since),
            days=STEP_DAYS,
            occasion=f"{row.state}/{row.state_since.isoformat()}",
            url=reverse("ending", args=[row.pk]),
            words=_words(row) | {"kind": str(row.get_kind_display())},
            action=action,
            path=_path(row.level, path) if action == "approve_ending" else path,
            manager=row.manager_id,
            not_by=frozenset(apart),
        )


Reader = Callable[[date, Collection[int] | None], Iterable[Waiting]]
_READERS: dict[str, Reader] = {
    "classification": waiting_classifications,
    "loan_watch": waiting_watches,
    "loan_inspection": waiting_inspections,
    "loan_finding": waiting_findings,
    "maturity_notice": waiting_notices,
    "ending": waiting_endings,
}
KINDS = tuple(Kind(code, reader) for code, reader in _READERS.items())
