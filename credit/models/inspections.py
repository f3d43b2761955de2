"""Inspection and Finding: loans looked at after they were granted, by two people, and what was found."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from credit.models.quality import LoanClass
from credit.models.scoped import LoanScoped
from ledger.models import Account
from managers import history
from managers.models import ClientManager, StoredFile

#: What people call the steps; `inspection` and `finding` are how the log names the rows.
STEPS = {"record": _("记录检查"), "sign": _("会签"), "send_back": _("退回"), "lapse": _("不再检查")}
SEATS = {"sign": ("record",)}
FINDING_STEPS = {
    "raise": _("登记问题"),
    "remedy": _("报告整改"),
    "close": _("核销"),
    "send_back": _("退回"),
}
FINDING_SEATS = {"close": ("raise", "remedy"), "send_back": ("raise", "remedy")}


class InspectionQuerySet(LoanScoped):
    """Inspections; the second manager sees those to be signed as well."""

    def _in_charge(self, people: Any) -> Q:
        return Q(manager__in=people) | Q(companion__in=people)


@history.kept(subject="loan_inspection:{pk}")
class Inspection(models.Model):
    """An inspection of a loan: due by the standard, recorded by its manager, signed by a second one.

    Only `credit.services.afterloan.inspecting` moves it. `answers` holds the structured questions by their
    code (`credit.rules.inspecting`); nothing of a signed one changes.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("待检查")
        RECORDED = "recorded", _("待会签")
        DONE = "done", _("已完成")
        LAPSED = "lapsed", _("已取消")

    #: The states in which a loan has its next inspection before it.
    OPEN = (State.PLANNED, State.RECORDED)

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="inspections", verbose_name=_("贷款账户")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, null=True, related_name="inspections", verbose_name=_("主办客户经理")
    )
    companion = models.ForeignKey(
        ClientManager, models.PROTECT, null=True, related_name="+", verbose_name=_("协办客户经理")
    )
    due_on = models.DateField(_("应检查日"))
    loan_class = models.CharField(_("五级分类"), max_length=16, choices=LoanClass, blank=True)
    every_days = models.PositiveIntegerField(_("间隔天数"))
    cites = models.CharField(_("条款"), max_length=200, blank=True)
    state = FSMField(_("状态"), default=State.PLANNED, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    done_on = models.DateField(_("检查日"), null=True)
    answers = models.JSONField(_("检查内容"), default=dict)
    summary = models.TextField(_("检查结论"), blank=True, max_length=4000)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("主办人")
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("协办人")
    )
    files: Any = models.ManyToManyField(StoredFile, through="InspectionFile", related_name="+")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("贷后检查")
        verbose_name_plural = _("贷后检查")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on"], name="loan_inspection_due", condition=Q(state__in=["planned", "recorded"])
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="inspection_one_open",
                fields=["account"],
                condition=Q(state__in=["planned", "recorded"]),
            ),
            models.CheckConstraint(
                name="loan_inspection_two_people",
                condition=(Q(signed_by__isnull=True) | ~Q(signed_by=F("recorded_by")))
                & (Q(state="planned") | Q(companion__isnull=True) | ~Q(companion=F("manager"))),
            ),
            models.CheckConstraint(
                name="inspection_state_people",
                condition=Q(state__in=["planned", "lapsed"], signed_by=None)
                | Q(
                    state="recorded",
                    recorded_by__isnull=False,
                    manager__isnull=False,
                    companion__isnull=False,
                    done_on__isnull=False,
                    signed_by=None,
                )
                | Q(
                    state="done",
                    recorded_by__isnull=False,
                    manager__isnull=False,
                    companion__isnull=False,
                    done_on__isnull=False,
                    signed_by__isnull=False,
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("planned", "recorded"),
                    ("recorded", "done"),
                    ("recorded", "planned"),
                    ("planned", "lapsed"),
                    ("recorded", "lapsed"),
                ],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="planned_once", fields=["account"]),
            pgtrigger.Protect(
                name="signed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["done", "lapsed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.due_on}"

    @transition(field=state, source=State.PLANNED, target=State.RECORDED)
    def record(self) -> None:
        """The manager was there and wrote down what is to be said."""

    @transition(field=state, source=State.RECORDED, target=State.DONE)
    def sign(self) -> None:
        """The second one was there too and agrees."""

    @transition(field=state, source=State.RECORDED, target=State.PLANNED)
    def send_back(self) -> None:
        """The second one does not agree with what is written."""

    @transition(field=state, source=[State.PLANNED, State.RECORDED], target=State.LAPSED)
    def lapse(self) -> None:
        """There is no loan any more to be inspected."""


class InspectionFile(models.Model):
    """A photo or a paper of an inspection; append-only."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="papers")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("检查附件")
        verbose_name_plural = _("检查附件")
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.inspection_id} · {self.file_id}"


@history.kept(subject="loan_finding:{pk}")
class Finding(models.Model):
    """Something an inspection found, to be put right by a day, reported so, and closed by somebody else."""

    class State(models.TextChoices):
        OPEN = "open", _("待整改")
        REMEDIED = "remedied", _("待核销")
        CLOSED = "closed", _("已核销")

    inspection = models.ForeignKey(
        Inspection, models.PROTECT, related_name="findings", verbose_name=_("检查")
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="findings", verbose_name=_("贷款账户"))
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="loan_findings", verbose_name=_("责任客户经理")
    )
    words = models.CharField(_("问题"), max_length=500)
    due_on = models.DateField(_("整改期限"))
    state = FSMField(_("状态"), default=State.OPEN, choices=State.choices, protected=True)
    state_since = models.DateTimeField(_("进入状态时间"), auto_now=True)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    raised_on = models.DateField(_("登记日"))
    remedy_words = models.CharField(_("整改情况"), max_length=1000, blank=True)
    evidence = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name=_("整改依据")
    )
    remedied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("整改人")
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("核销人")
    )
    closed_on = models.DateField(_("核销日"), null=True)

    objects = LoanScoped.as_manager()

    class Meta:
        verbose_name = _("检查问题")
        verbose_name_plural = _("检查问题")
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["due_on"], name="finding_due", condition=~Q(state="closed"))]
        constraints = [
            models.CheckConstraint(name="finding_says_what", condition=~Q(words="")),
            models.CheckConstraint(
                name="finding_closed_by_another",
                condition=Q(closed_by__isnull=True)
                | (~Q(closed_by=F("remedied_by")) & ~Q(closed_by=F("raised_by"))),
            ),
            models.CheckConstraint(
                name="finding_state_people",
                condition=Q(state="open", closed_by=None)
                | Q(state="remedied", remedied_by__isnull=False, remedy_words__gt="", closed_by=None)
                | Q(
                    state="closed",
                    remedied_by__isnull=False,
                    remedy_words__gt="",
                    closed_by__isnull=False,
                    closed_on__isnull=False,
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[("open", "remedied"), ("remedied", "closed"), ("remedied", "open")],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="raised_once",
                fields=["inspection", "account", "words", "due_on", "raised_by", "raised_on"],
            ),
            pgtrigger.Protect(
                name="closed_for_good", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="closed")
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @transition(field=state, source=State.OPEN, target=State.REMEDIED)
    def remedy(self) -> None:
        """Whoever is in charge says that it is put right."""

    @transition(field=state, source=State.REMEDIED, target=State.CLOSED)
    def close(self) -> None:
        """Somebody else has seen that it is."""

    @transition(field=state, source=State.REMEDIED, target=State.OPEN)
    def send_back(self) -> None:
        """It is not."""
