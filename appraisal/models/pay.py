"""PayEntry: what an appraisal pays."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.models.appraisals import Appraisal
from grading.models import Verdict
from managers import history


@history.kept()
class PayEntry(models.Model):
    """One row of what an appraisal pays; the rows of an item add up to its award, to the fen. Append-only.

    `paid` is due with the appraisal, a `release` on its day. A `claw_back` names a release that had not come
    due and takes it back with the opposite sign.
    """

    class Kind(models.TextChoices):
        PAID = "paid", _("当期发放")
        RELEASE = "release", _("延期发放")
        CLAW_BACK = "claw_back", _("追索扣回")

    appraisal = models.ForeignKey(Appraisal, models.PROTECT, related_name="pay", verbose_name=_("考核"))
    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="+", verbose_name=_("考核结论"))
    item = models.CharField(_("项目"), max_length=64)
    kind = models.CharField(_("类别"), max_length=16, choices=Kind)
    due_on = models.DateField(_("应付日"))
    amount = models.DecimalField(_("金额（元）"), max_digits=16, decimal_places=2)
    takes_back = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="taken_back_by", verbose_name=_("扣回的行")
    )
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    posted_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    reason = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("薪酬台账")
        verbose_name_plural = _("薪酬台账")
        ordering = ["appraisal", "item", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="pay_entry_once",
                fields=["appraisal", "item", "kind", "due_on"],
                condition=Q(takes_back__isnull=True),
            ),
            models.CheckConstraint(
                name="pay_claw_back_names_a_row",
                condition=Q(kind="claw_back", takes_back__isnull=False, amount__lt=0)
                | (~Q(kind="claw_back") & Q(takes_back__isnull=True)),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item} {self.due_on} {self.amount}"
