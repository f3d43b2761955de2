"""Complaints: received, given to somebody who is not concerned, answered in time, closed by another."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from credit.models import Complaint
from credit.queries.standards import standard_on
from credit.services.working.procedures import COMPLAINT, answered, in_turn, log, said
from managers.models import ClientManager, Customer, LogEntry, User
from managers.permissions import TIED, check_may, may, ties
from managers.services import deadlines, notices
from managers.services.stepping import Refusal, take


def receive(
    manager: ClientManager,
    *,
    channel: str,
    complainant: str,
    text: str,
    received_on: date,
    by: User,
    on: date,
    contact: str = "",
    customer: Customer | None = None,
    key: str = "",
) -> Complaint:
    """A complaint about a manager; the last day for its answer is that of the standard of its day."""
    standing = check_may(by, "record_complaint", on=on, about=manager)
    if received_on > on:
        raise Refusal(_("收到日期 %(day)s 还没有到；请更正。") % {"day": received_on})
    with transaction.atomic():
        in_turn(manager)
        earlier = answered("receive_complaint", by=by, key=key)
        if earlier is not None:
            return Complaint.objects.get(pk=earlier)
        row = Complaint.objects.create(
            manager=manager,
            customer=customer,
            received_on=received_on,
            channel=channel,
            complainant=said(complainant, _("投诉人"), 80),
            contact=contact.strip()[:80],
            text=said(text, _("投诉内容"), 4000),
            due_on=received_on + timedelta(days=standard_on(received_on).complaint_days),
            recorded_by=by,
        )
        log("receive_complaint", row, COMPLAINT.kind, by=by, acting_for=standing.on_behalf_of, key=key)
        deadlines.refresh("complaint", [row.pk], on=on)
    return row


def assign(pk: int, *, handler: User, by: User, on: date, key: str = "") -> LogEntry:
    """Give it to somebody who may handle complaints there and is not tied to the manager."""

    def move(row: Complaint) -> None:
        tie = ties(handler, on=on).to(row.manager_id)
        if tie:
            raise Refusal(_("%(who)s 不能承办：%(why)s") % {"who": handler, "why": TIED[tie]})
        if not may(handler, "handle_complaint", on=on, about=row.manager):
            raise Refusal(_("%(who)s 的角色不包括承办这里的投诉；请另选承办人。") % {"who": handler})
        row.handler = handler

    return _take("assign", pk, by=by, on=on, action="assign_complaint", key=key, move=move)


def reply(
    pk: int, *, upheld: bool, findings: str, answer: str, by: User, on: date, key: str = ""
) -> LogEntry:
    """The handler has found out, says whether it is upheld, and answers; then the manager sees it."""
    findings, answer = said(findings, _("核查情况"), 4000), said(answer, _("答复"), 4000)

    def move(row: Complaint) -> None:
        if row.handler_id != by.pk:
            raise PermissionDenied(_("只有承办人可以答复；如需更换承办人，请交办人处理。"))
        row.upheld, row.findings, row.answer, row.answered_on = upheld, findings, answer, on

    with transaction.atomic():
        entry = _take("reply", pk, by=by, on=on, action="handle_complaint", key=key, move=move)
        _tell(pk, entry)
    return entry


def close(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Somebody other than the handler finds the answer good."""

    def move(row: Complaint) -> None:
        row.closed_by, row.closed_on = by, on

    return _take("close", pk, by=by, on=on, action="close_complaint", key=key, move=move)


def reopen(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Somebody other than the handler does not: back to the handler, with the reason."""
    reason = said(reason, _("退回的理由"), 1000)

    def move(row: Complaint) -> None:
        row.upheld, row.answered_on = None, None

    return _take("reopen", pk, by=by, on=on, action="close_complaint", reason=reason, key=key, move=move)


def _take(name: str, pk: int, *, by: User, on: date, **given: object) -> LogEntry:
    with transaction.atomic():
        entry = take(COMPLAINT, name, pk, by=by, on=on, **given)  # type: ignore[arg-type]
        deadlines.refresh("complaint", [pk], on=on)
    return entry


def _tell(pk: int, entry: LogEntry) -> None:
    """The manager concerned learns of it with the answer, not before."""
    row = Complaint.objects.select_related("manager__user").get(pk=pk)
    if row.manager.user is not None:
        notices.tell(
            [row.manager.user],
            "complaint_answered_told",
            subject=f"complaint:{pk}",
            words={"number": str(pk)},
            url=reverse("complaint", args=[pk]),
            occasion=str(entry.pk),
        )
