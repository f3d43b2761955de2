"""Adjustments: proposed by one, approved by another, ended before their day where need be."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from appraisal.models import Adjustment
from appraisal.services.refusals import Refusal
from grading.rules.catalogue import METRICS
from managers.models import ClientManager, LogEntry, User
from managers.permissions import check_may
from managers.rules.separation import Seats
from managers.services import stepping

#: The longest an adjustment may count; what lasts longer is to be put right at its source.
LONGEST = timedelta(days=366)
PROCEDURE = stepping.Procedure(
    Adjustment,
    "adjustment",
    {
        "propose": gettext_lazy("提出调整"),
        "approve": gettext_lazy("批准调整"),
        "reject": gettext_lazy("不予批准"),
        "withdraw": gettext_lazy("撤回"),
        "end": gettext_lazy("终止调整"),
    },
    Seats({"approve": ["propose"], "reject": ["propose"]}),
    related=("manager__branch",),
)


def propose(
    manager: ClientManager,
    *,
    metric: str,
    window: str,
    amount: Decimal,
    starts_on: date,
    expires_on: date,
    reason: str,
    evidence: str,
    by: User,
    on: date,
) -> Adjustment:
    """Propose to add an amount to one figure of a manager for some days, with reason and evidence."""
    standing = check_may(by, "propose_adjustment", on=on, about=manager)
    _check(metric, amount, starts_on, expires_on, reason, evidence)
    with transaction.atomic():
        row = Adjustment.objects.create(
            manager=manager,
            metric=metric,
            window=window,
            amount=amount,
            starts_on=starts_on,
            expires_on=expires_on,
            reason=reason.strip(),
            evidence=evidence.strip(),
            proposed_by=by,
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="propose_adjustment",
            subject=f"adjustment:{row.pk}",
            to_state=str(row.state),
            reason=row.reason,
            detail={
                "manager": manager.employee_no,
                "metric": metric,
                "window": window,
                "amount": str(amount),
            },
        )
        return row


def approve(row: Adjustment, *, by: User, on: date, key: str = "") -> LogEntry:
    """A second person agrees."""
    return _decide("approve", row, by=by, on=on, reason="", key=key)


def reject(row: Adjustment, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """A second person does not agree, and says why."""
    if not reason.strip():
        raise Refusal("reason_needed")
    return _decide("reject", row, by=by, on=on, reason=reason, key=key)


def withdraw(row: Adjustment, *, by: User, on: date, key: str = "") -> LogEntry:
    """The proposer takes it back before anybody has decided."""

    def move(found: Adjustment) -> None:
        if found.proposed_by_id != by.pk:
            raise Refusal("proposer_only")

    return stepping.take(
        PROCEDURE, "withdraw", row.pk, by=by, on=on, action="propose_adjustment", move=move, key=key
    )


def end(row: Adjustment, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """It counts no more from `on`; what was judged with it keeps its evidence."""
    if not reason.strip():
        raise Refusal("reason_needed")

    def move(found: Adjustment) -> None:
        found.ended_on = on

    return stepping.take(
        PROCEDURE, "end", row.pk, by=by, on=on, action="approve_adjustment", move=move, reason=reason, key=key
    )


#: The permission each step asks for.
ACTIONS = {
    "approve": "approve_adjustment",
    "reject": "approve_adjustment",
    "withdraw": "propose_adjustment",
    "end": "approve_adjustment",
}


def open_to(row: Adjustment, user: User, on: date) -> list[str]:
    """The steps a person could take of an adjustment now."""
    return [
        name
        for name, action in ACTIONS.items()
        if (name != "withdraw" or row.proposed_by_id == user.pk)
        and not stepping.objection(PROCEDURE, name, row, by=user, on=on, action=action)
    ]


def _decide(name: str, row: Adjustment, *, by: User, on: date, reason: str, key: str) -> LogEntry:
    def move(found: Adjustment) -> None:
        found.decided_by, found.decided_at = by, timezone.now()

    return stepping.take(
        PROCEDURE, name, row.pk, by=by, on=on, action="approve_adjustment", move=move, reason=reason, key=key
    )


def _check(
    metric: str, amount: Decimal, starts_on: date, expires_on: date, reason: str, evidence: str
) -> None:
    if metric not in METRICS:
        raise Refusal("adjustment_metric")
    if not amount.is_finite() or amount == 0:
        raise Refusal("adjustment_amount")
    if not starts_on <= expires_on <= starts_on + LONGEST:
        raise Refusal("adjustment_dates", days=LONGEST.days)
    if not reason.strip() or not evidence.strip():
        raise Refusal("adjustment_why")
