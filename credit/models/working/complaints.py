"""Complaint: what somebody complains of about a manager, who looks into it, and what came of it."""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.working.separation import KEEP, apart
from managers import history
from managers.models import ClientManager, Customer
from managers.models.scope import ManagerScoped, grants_on
from managers.permissions import ties
from managers.roles import ROLES

STEPS = {
    "receive": _("登记"),
    "assign": _("交办"),
    "reply": _("答复"),
    "close": _("办结"),
    "reopen": _("退回重办"),
}
#: Who answered does not close it.
SEATS = {"close": ("reply",), "reopen": ("reply",)}


class ComplaintQuerySet(ManagerScoped):
    """Complaints: for whoever looks into complaints where they arose, and once answered the manager's own."""

    def visible_to(self, user: Any, on: date) -> "ComplaintQuerySet":
        """By the grants that see complaints; nothing about oneself or kin before it is answered."""
        wanted = Q(pk__in=[])
        for grant in grants_on(user, on):
            role = ROLES.get(grant.role)
            if role is None or "view_complaints" not in role.may:
                continue
            if role.reach == "all":
                wanted |= Q(pk__isnull=False)
            elif grant.branch.path:
                wanted |= Q(manager__branch__path__startswith=grant.branch.path)
        if not (user.is_authenticated and user.is_active):
            return self.none()
        tied = ties(user, on=on)
        answered = Q(state__in=Complaint.ANSWERED)
        wanted &= answered | ~Q(manager__in=[*tied.own, *tied.kin, *tied.superior])
        return self.filter(wanted | (answered & Q(manager__in=tied.own)))


@history.kept(subject="complaint:{pk}", sealed=("complainant", "contact", "text", "findings", "answer"))
class Complaint(models.Model):
    """A complaint with the last day for its answer, as the standard had it on the day it came.

    `handler` looks into it and answers; somebody else closes it. `upheld` is empty until it is answered.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("待交办")
        ASSIGNED = "assigned", _("办理中")
        ANSWERED = "answered", _("已答复，待办结")
        CLOSED = "closed", _("已办结")

    class Channel(models.TextChoices):
        PHONE = "phone", _("电话")
        COUNTER = "counter", _("柜面")
        LETTER = "letter", _("来信")
        ONLINE = "online", _("网络")
        REGULATOR = "regulator", _("监管转办")

    #: The states in which the manager concerned sees it.
    ANSWERED = (State.ANSWERED, State.CLOSED)
    #: The states in which it waits for an answer.
    OPEN = (State.RECEIVED, State.ASSIGNED)

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="complaints", verbose_name=_("被投诉的客户经理")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("客户")
    )
    received_on = models.DateField(_("收到日期"))
    channel = models.CharField(_("渠道"), max_length=16, choices=Channel)
    complainant = models.CharField(_("投诉人"), max_length=80)
    contact = models.CharField(_("联系方式"), max_length=80, blank=True)
    text = models.TextField(_("投诉内容"), max_length=4000)
    due_on = models.DateField(_("答复期限"))
    state = FSMField(_("状态"), default=State.RECEIVED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("承办人")
    )
    upheld = models.BooleanField(_("是否成立"), null=True)
    findings = models.TextField(_("核查情况"), max_length=4000, blank=True)
    answer = models.TextField(_("答复"), max_length=4000, blank=True)
    answered_on = models.DateField(_("答复日"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("办结人")
    )
    closed_on = models.DateField(_("办结日"), null=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("客户投诉")
        verbose_name_plural = _("客户投诉")
        ordering = ["-received_on", "-id"]
        indexes = [models.Index(fields=["state", "due_on"], name="complaint_due")]
        constraints = [
            models.CheckConstraint(name="complaint_has_text", condition=~Q(text="") & ~Q(complainant="")),
            models.CheckConstraint(name="complaint_dates", condition=Q(due_on__gte=F("received_on"))),
            models.CheckConstraint(name="complaint_two_people", condition=~Q(closed_by=F("handler"))),
            models.CheckConstraint(
                name="complaint_state",
                condition=Q(state="received", handler=None, upheld=None, closed_by=None)
                | Q(state="assigned", handler__isnull=False, upheld=None, closed_by=None)
                | Q(
                    state="answered",
                    handler__isnull=False,
                    upheld__isnull=False,
                    answer__gt="",
                    answered_on__isnull=False,
                    closed_by=None,
                )
                | Q(
                    state="closed",
                    handler__isnull=False,
                    upheld__isnull=False,
                    answer__gt="",
                    answered_on__isnull=False,
                    closed_by__isnull=False,
                    closed_on__isnull=False,
                ),
            ),
        ]
        triggers = [
            KEEP,
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("received", "assigned"),
                    ("assigned", "answered"),
                    ("answered", "closed"),
                    ("answered", "assigned"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="received_once",
                fields=[
                    "manager",
                    "customer",
                    "received_on",
                    "channel",
                    "complainant",
                    "contact",
                    "text",
                    "due_on",
                    "recorded_by",
                ],
            ),
            apart("not_tied", "handler_id", "closed_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.received_on}"

    @transition(field=state, source=State.RECEIVED, target=State.ASSIGNED)
    def assign(self) -> None:
        """Somebody is to look into it."""

    @transition(field=state, source=State.ASSIGNED, target=State.ANSWERED)
    def reply(self) -> None:
        """The handler has found out and answered."""

    @transition(field=state, source=State.ANSWERED, target=State.CLOSED)
    def close(self) -> None:
        """Somebody else is content with the answer."""

    @transition(field=state, source=State.ANSWERED, target=State.ASSIGNED)
    def reopen(self) -> None:
        """Somebody else is not."""
