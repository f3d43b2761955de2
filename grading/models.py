"""Rulebook versions, verdicts with their frozen evidence, and the history of grades."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Run
from managers.models import ClientManager
from managers.models.scope import ManagerScoped


class RulebookVersion(models.Model):
    """One text of a regulation, in force for business dates from `effective_on`; never changed.

    A `shipped` version comes with the product and stands in until the bank publishes its own; a
    `published` one was made by one person and adopted by a second.
    """

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("随产品提供")
        PUBLISHED = "published", _("本行发布")

    code = models.CharField(_("办法代码"), max_length=60)
    number = models.PositiveIntegerField(_("版本"))
    origin = models.CharField(_("来源"), max_length=16, choices=Origin)
    title = models.CharField(_("名称"), max_length=120)
    content = models.TextField(_("正文"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    effective_on = models.DateField(_("生效日"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("起草人")
    )
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("通过人")
    )
    adopted_at = models.DateTimeField(_("通过时间"), auto_now_add=True)
    warnings = models.JSONField(_("核对提示"), default=list)

    class Meta:
        verbose_name = _("管理办法版本")
        verbose_name_plural = _("管理办法版本")
        ordering = ["code", "-number"]
        constraints = [
            models.UniqueConstraint(name="rulebook_version_key", fields=["code", "number"]),
            models.CheckConstraint(
                name="rulebook_two_people",
                condition=Q(origin="shipped", made_by__isnull=True, adopted_by__isnull=True)
                | (
                    Q(origin="published", made_by__isnull=False, adopted_by__isnull=False)
                    & ~Q(made_by=F("adopted_by"))
                ),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class GradeRecord(models.Model):
    """The grade of a manager from `effective_on` on. The latest record up to a day holds on that day.

    Records are written one transaction after the other, so that they show in the order of their ids: a
    reader of the stream of changes who goes on after the last id seen misses none.
    """

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="grade_records", verbose_name=_("客户经理")
    )
    grade_code = models.CharField(_("等级"), max_length=32)
    effective_on = models.DateField(_("生效日"))
    basis = models.CharField(_("依据"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = ManagerScoped.as_manager()

    class Meta:
        verbose_name = _("等级记录")
        verbose_name_plural = _("等级记录")
        ordering = ["manager", "effective_on", "id"]
        indexes = [models.Index(fields=["manager", "-effective_on", "-id"], name="grade_on_a_day")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="in_order",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # Ids are drawn after this and the lock is held to the end of the transaction.
                func="PERFORM pg_advisory_xact_lock(hashtext('grading_graderecord')); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} · {self.effective_on}"


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
