"""LookBack: what was told would come out otherwise today; somebody reopens the case or says why not."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from appraisal.models.appraisals import Appraisal
from appraisal.models.hearings import OfAppraisal
from ledger.models import Run
from managers import history
from managers.models import ClientManager


@history.kept()
class LookBack(models.Model):
    """A review of a told appraisal: corrected figures would change its verdict, or a loan went bad since.

    `cause` tells one from another (`run:12`, `loan:ACCOUNT:DATE` of the first loan); `found` (JSON) holds the
    difference line by line, or the loans; `relied` (JSON) what was built on the decision: decisions, grade
    records, pay.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待复核")
        REOPENED = "reopened", _("已重开考核")
        DISMISSED = "dismissed", _("维持原结论")

    class Kind(models.TextChoices):
        FIGURES = "figures", _("数据更正")
        DOWNGRADE = "downgrade", _("贷款下调")

    appraisal = models.ForeignKey(
        Appraisal, models.PROTECT, related_name="look_backs", verbose_name=_("考核")
    )
    kind = models.CharField(_("起因"), max_length=16, choices=Kind)
    cause = models.CharField(_("依据"), max_length=120)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", verbose_name=_("日终批次"))
    found = models.JSONField(_("差异"))
    relied = models.JSONField(_("已据此作出"))
    state = FSMField(_("状态"), default=State.OPEN, choices=State.choices, protected=True)
    opened_at = models.DateTimeField(_("发现时间"), auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    ended_at = models.DateTimeField(_("复核时间"), null=True)
    reason = models.TextField(_("理由"), blank=True)

    objects = OfAppraisal.as_manager()

    class Meta:
        verbose_name = _("回溯复核")
        verbose_name_plural = _("回溯复核")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="look_back_once", fields=["appraisal", "cause"]),
            models.CheckConstraint(
                name="look_back_ended_whole",
                condition=Q(state="open", ended_by__isnull=True, ended_at__isnull=True, reason="")
                | (
                    Q(state__in=["reopened", "dismissed"], ended_by__isnull=False, ended_at__isnull=False)
                    & ~Q(reason="")
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[("open", "reopened"), ("open", "dismissed")],
            ),
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ends_once", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal} · {self.cause}"

    @property
    def manager(self) -> ClientManager:
        """Whom it is about."""
        return self.appraisal.manager

    @property
    def loans(self) -> list[dict[str, Any]]:
        """The loans that went bad, of a review for downgrades; the first ones were stored bare."""
        if self.kind != self.Kind.DOWNGRADE:
            return []
        return list(self.found.get("loans", [self.found]))

    @transition(field=state, source=State.OPEN, target=State.REOPENED)
    def reopen(self) -> None:
        """The case is decided anew."""

    @transition(field=state, source=State.OPEN, target=State.DISMISSED)
    def dismiss(self) -> None:
        """What was told stands, for the reason given."""
