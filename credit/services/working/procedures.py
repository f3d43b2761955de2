"""The papers of the working standard as the steps of the house see them, and how a new one is begun."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from credit.models import Agreement, Complaint, MarketingPlan, ResearchNote, Survey
from credit.models.working import agreements, complaints, plans, research, surveys
from managers.models import Assignment, ClientManager, Customer, LogEntry, User
from managers.permissions import check_may, ties
from managers.rules.separation import Seats
from managers.services.stepping import Procedure, Refusal

WHO = ("manager__branch",)
WORK_LOG = "work_log"
RESEARCH = Procedure(ResearchNote, "research", research.STEPS, related=WHO)
PLAN = Procedure(MarketingPlan, "plan", plans.STEPS, Seats(plans.SEATS), WHO)
AGREEMENT = Procedure(Agreement, "agreement", agreements.STEPS, Seats(agreements.SEATS), WHO)
COMPLAINT = Procedure(Complaint, "complaint", complaints.STEPS, Seats(complaints.SEATS), WHO)
SURVEY = Procedure(Survey, "survey", surveys.STEPS)


def own_file(by: User, *, on: date) -> ClientManager:
    """The manager somebody is; refused for whoever has no such file."""
    found = ClientManager.objects.select_related("branch").filter(user=by).first()
    if found is None:
        raise PermissionDenied(_("这一项由客户经理本人填写；您没有客户经理档案。"))
    return found


def drafter(manager: ClientManager, action: str, *, by: User, on: date) -> User | None:
    """On whose behalf somebody writes for a manager: the manager for oneself, others by their role."""
    if ties(by, on=on).to(manager.pk) == "own":
        return None
    return check_may(by, action, on=on, about=manager).on_behalf_of


def in_turn(manager: ClientManager) -> None:
    """Whoever begins something about a manager waits for others who do: a form sent twice is one record."""
    ClientManager.objects.select_for_update(of=("self",), no_key=True).get(pk=manager.pk)


def held(manager: ClientManager, customer: Customer, on: date) -> None:
    """Refuse a customer the manager does not hold."""
    if not Assignment.objects.held_on(on).filter(manager=manager, customer=customer).exists():
        words = {"customer": customer, "day": on}
        raise Refusal(_("%(customer)s 在 %(day)s 不在您名下；请另选客户，或先办理移交。") % words)


def said(text: str, what: str, most: int) -> str:
    """A text that must be there and not too long."""
    text = text.strip()
    if not text:
        raise Refusal(_("请填写“%(what)s”。") % {"what": what})
    if len(text) > most:
        words = {"what": what, "most": most, "count": len(text)}
        raise Refusal(_("“%(what)s”最多 %(most)s 个字，现在有 %(count)s 个；请删减。") % words)
    return text


def log(
    action: str,
    row: models.Model,
    kind: str,
    *,
    by: User,
    acting_for: User | None = None,
    detail: Mapping[str, Any] | None = None,
    key: str = "",
    reason: str = "",
) -> LogEntry:
    """One line in the log about a record that was begun or written to."""
    return LogEntry.objects.create(
        by=by,
        on_behalf_of=acting_for,
        action=action,
        subject=f"{kind}:{row.pk}",
        to_state=str(getattr(row, "state", "")),
        reason=reason,
        detail=dict(detail or {}),
        key=_token(action, by, key),
    )


def answered(action: str, *, by: User, key: str) -> int | None:
    """The number of the record that an earlier call with the same key began."""
    token = _token(action, by, key)
    entry = LogEntry.objects.filter(key=token).first() if token else None
    return int(entry.subject.rpartition(":")[2]) if entry else None


def _token(action: str, by: User, key: str) -> str | None:
    return hashlib.sha256(f"{action}/{by.pk}/{key}".encode()).hexdigest() if key else None
