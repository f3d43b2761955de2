"""Guarantee and Valuation: what stands behind a customer's loans, and what it was found to be worth."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.files import APPEND_ONLY, KEEP, MOST, Endable, Entry, ended_whole, said_once
from ledger.models import Account
from managers import history
from managers.models import StoredFile


@history.kept()
class Guarantee(Endable):
    """A guarantor, a mortgage or a pledge: up to `secured` yuan, of one loan or of all.

    Of something valued, `share` is the part of its value that stands for this customer (a second mortgage
    leaves less than all).
    """

    class Kind(models.TextChoices):
        GUARANTOR = "guarantor", _("保证")
        MORTGAGE = "mortgage", _("抵押")
        PLEDGE = "pledge", _("质押")

    kind = models.CharField(_("方式"), max_length=16, choices=Kind)
    title = models.CharField(_("保证人或抵（质）押物"), max_length=200)
    number = models.CharField(_("合同或权证号"), max_length=64, blank=True)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("担保的贷款")
    )
    secured = models.DecimalField(_("担保金额（元）"), max_digits=20, decimal_places=2)
    share = models.DecimalField(_("可用于本户的比例"), max_digits=7, decimal_places=6, default=1)
    starts_on = models.DateField(_("起"))
    expires_on = models.DateField(_("到期日"), null=True)

    class Meta:
        verbose_name = _("担保")
        verbose_name_plural = _("担保")
        ordering = ["customer", "kind", "id"]
        indexes = [
            models.Index(fields=["customer"], name="guarantee_customer"),
            models.Index(fields=["expires_on"], name="guarantee_expires"),
        ]
        constraints = [
            models.CheckConstraint(name="guarantee_secured", condition=Q(secured__gt=0, secured__lt=MOST)),
            models.CheckConstraint(name="guarantee_share", condition=Q(share__gt=0, share__lte=1)),
            models.CheckConstraint(
                name="guarantee_dates",
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("starts_on")),
            ),
            ended_whole("guarantee_end"),
        ]
        triggers = [KEEP, said_once()]

    def __str__(self) -> str:
        return self.title

    @property
    def valued(self) -> bool:
        """Whether its worth is a valuation's, and not a guarantor's word."""
        return self.kind != Guarantee.Kind.GUARANTOR


@history.kept()
class Valuation(Entry):
    """What a mortgage or pledge was valued at, by whom, and until when that is good. Append-only."""

    guarantee = models.ForeignKey(
        Guarantee, models.PROTECT, related_name="valuations", verbose_name=_("担保")
    )
    valued_on = models.DateField(_("评估日"))
    amount = models.DecimalField(_("评估价值（元）"), max_digits=20, decimal_places=2)
    valuer = models.CharField(_("评估单位"), max_length=120)
    good_until = models.DateField(_("有效期至"), null=True)
    file = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name=_("评估报告")
    )

    class Meta:
        verbose_name = _("评估")
        verbose_name_plural = _("评估")
        ordering = ["guarantee", "-valued_on", "-id"]
        indexes = [models.Index(fields=["guarantee", "valued_on"], name="valuation_guarantee")]
        constraints = [
            models.CheckConstraint(name="valuation_amount", condition=Q(amount__gte=0, amount__lt=MOST)),
            models.CheckConstraint(
                name="valuation_dates",
                condition=Q(good_until__isnull=True) | Q(good_until__gte=F("valued_on")),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.guarantee_id} {self.valued_on}"
