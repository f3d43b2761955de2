"""Cycle: one round of appraisals."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models import Run
from managers import history


@history.kept(subject="cycle:{pk}")
class Cycle(models.Model):
    """One round of appraisals: a scheme and a period."""

    scheme = models.CharField(_("管理办法"), max_length=60)
    period = models.CharField(_("考核期"), max_length=8)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("截数日"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("开启人"),
    )
    opened_at = models.DateTimeField(_("开启时间"), auto_now_add=True)

    looked_back_to = models.ForeignKey(
        Run, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("已回溯至批次")
    )

    class Meta:
        verbose_name = _("考核周期")
        verbose_name_plural = _("考核周期")
        ordering = ["-ends_on", "scheme"]
        constraints = [models.UniqueConstraint(name="cycle_key", fields=["scheme", "period"])]

    def __str__(self) -> str:
        return f"{self.period} · {self.scheme}"
