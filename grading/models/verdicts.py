"""Verdict: what a rulebook says of a manager for a period, with the evidence; append-only."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from grading.models.rulebooks import RulebookVersion
from ledger.models import Run
from managers.models import ClientManager
from managers.models.scope import ManagerScoped


class Verdict(models.Model):
    """What a rulebook says of a manager for a period, with the evidence it rests on; never changed.

    `evidence` and `result` are JSON of `grading.rules`: judging the evidence again gives the result
    (invariant I09).
    """

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="verdicts", verbose_name=_("客户经理")
    )
    rulebook = models.ForeignKey(
        RulebookVersion, models.PROTECT, related_name="verdicts", verbose_name=_("管理办法")
    )
    period = models.CharField(_("考核期"), max_length=8)
    on = models.DateField(_("截数日"))
    run = models.ForeignKey(Run, models.PROTECT, related_name="verdicts", verbose_name=_("日终批次"))
    grade_code = models.CharField(_("现等级"), max_length=32)
    outcome = models.CharField(_("结论"), max_length=16)
    proposed_grade = models.CharField(_("建议等级"), max_length=32)
    evidence = models.JSONField(_("证据"))
    result = models.JSONField(_("结果"))
    created_at = models.DateTimeField(_("形成时间"), auto_now_add=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("考核结论")
        verbose_name_plural = _("考核结论")
        ordering = ["-on", "manager", "-id"]
        indexes = [models.Index(fields=["manager", "period", "-id"], name="verdict_latest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.manager} · {self.period}"
