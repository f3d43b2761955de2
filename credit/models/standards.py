"""StandardVersion: the bank's working standard for credit, dated and made by two people; never rewritten."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class StandardVersion(models.Model):
    """The text of a credit standard (TOML, `credit.rules.standard`), in force from `effective_on` on.

    The latest to begin holds; of those that begin on one day the one published last.
    """

    code = models.CharField(_("代码"), max_length=64)
    title = models.CharField(_("标题"), max_length=160)
    text = models.TextField(_("文本"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    effective_on = models.DateField(_("生效日"))
    published_at = models.DateTimeField(_("发布时间"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("通过人")
    )

    class Meta:
        verbose_name = _("信贷工作标准")
        verbose_name_plural = _("信贷工作标准")
        ordering = ["-effective_on", "-id"]
        constraints = [
            models.CheckConstraint(name="standard_two_people", condition=~Q(made_by=F("adopted_by"))),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title
