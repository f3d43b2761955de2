"""PeriodClosing: the figures of a period as two people closed them, for good."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.bundles import Bundle
from ledger.models.runs import Run
from managers import history


@history.kept(subject="period:{period}")
class PeriodClosing(models.Model):
    """A closed period: whoever reads its last business date reads `run`, whatever becomes known later.

    `checksum` is taken over the stored readings of the run: of each table of `covers` the columns named
    there. `through_bundle` is the last bundle whose knowledge its figures rest on.
    """

    period = models.CharField(_("期间"), max_length=6, unique=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="closings", verbose_name=_("日终批次"))
    through_bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="+", verbose_name=_("截至批次"))
    checksum = models.CharField(_("校验和"), max_length=64, editable=False)
    covers = models.JSONField(_("校验范围"), editable=False)
    closed_at = models.DateTimeField(_("关账时间"), auto_now_add=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("复核人")
    )
    reason = models.CharField(_("原因"), max_length=200)

    class Meta:
        verbose_name = _("期间关账")
        verbose_name_plural = _("期间关账")
        ordering = ["-run__business_date", "-period"]
        constraints = [
            models.CheckConstraint(name="closing_two_people", condition=~Q(closed_by=F("confirmed_by"))),
            models.CheckConstraint(name="closing_period", condition=Q(period__regex=r"^\d{4}(Q[1-4])?$")),
            models.CheckConstraint(name="closing_has_reason", condition=~Q(reason="")),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.period
