"""RunRequest: one person asks for a night to be worked again or waived, another decides."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models.runs import Run
from managers import history


@history.kept(subject="night:{business_date}")
class RunRequest(models.Model):
    """A rerun or a waiver of one business date. The request is never changed, the decision made once.

    `run` is the version an approval made: pending for a rerun, waived for a waiver.
    """

    class Kind(models.TextChoices):
        RERUN = "rerun", _("重算")
        WAIVE = "waive", _("豁免")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("已驳回")

    #: Characters a reason must have at least; fewer explain nothing to the second person.
    LEAST_REASON = 10
    MOST_REASON = 1000

    business_date = models.DateField(_("业务日期"))
    kind = models.CharField(_("申请"), max_length=8, choices=Kind)
    reason = models.TextField(_("原因"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    requested_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True)
    decision = models.CharField(_("结论"), max_length=8, choices=Decision, blank=True)
    note = models.TextField(_("复核意见"), blank=True)
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, related_name="requests", verbose_name=_("日终批次")
    )

    class Meta:
        verbose_name = _("日终申请")
        verbose_name_plural = _("日终申请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="request_one_open", fields=["business_date"], condition=Q(decided_at__isnull=True)
            ),
            models.CheckConstraint(
                name="request_has_reason", condition=GreaterThanOrEqual(Length(Trim("reason")), 10)
            ),
            models.CheckConstraint(
                name="request_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="request_decided_whole",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, decision="", run__isnull=True)
                | Q(
                    decided_by__isnull=False, decided_at__isnull=False, decision="approved", run__isnull=False
                )
                | Q(decided_by__isnull=False, decided_at__isnull=False, decision="refused", run__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="asked_once",
                fields=["business_date", "kind", "reason", "requested_by", "requested_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.business_date}"
