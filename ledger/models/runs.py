"""Run, Reading and LedgerState: what a night worked out, in which version, from which bundles."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.bundles import Bundle
from managers.models import ClientManager, Customer


class LedgerState(models.Model):
    """One row, locked by whoever loads a bundle or works a night.

    Products are worked out up to `applied_through`; readings are published from `first_night` on
    (empty: from the first day delivered).
    """

    applied_through = models.DateField(null=True)
    first_night = models.DateField(null=True)

    class Meta:
        verbose_name = _("账本状态")
        verbose_name_plural = _("账本状态")
        constraints = [models.CheckConstraint(name="ledger_state_single", condition=Q(id=1))]


class Run(models.Model):
    """One night's work for one business date; a repeat is a new version, the old one stays readable."""

    class Status(models.TextChoices):
        RUNNING = "running", _("进行中")
        FAILED = "failed", _("失败")
        SUCCEEDED = "succeeded", _("成功")

    business_date = models.DateField(_("业务日期"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    status = models.CharField(_("状态"), max_length=16, choices=Status, default=Status.RUNNING)
    is_current = models.BooleanField(_("现行"), default=False)
    through_bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="+", verbose_name=_("截至批次"))
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    place = models.PositiveIntegerField(_("本次第几夜"), default=1)
    places = models.PositiveIntegerField(_("本次共几夜"), default=1)
    started_at = models.DateTimeField(_("开始"), auto_now_add=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)
    error = models.TextField(_("错误"), blank=True)

    class Meta:
        verbose_name = _("日终批次")
        verbose_name_plural = _("日终批次")
        ordering = ["-business_date", "-version"]
        constraints = [
            models.UniqueConstraint(name="run_key", fields=["business_date", "version"]),
            models.UniqueConstraint(
                name="run_one_current", fields=["business_date"], condition=Q(is_current=True)
            ),
            models.CheckConstraint(
                name="run_current_succeeded", condition=Q(is_current=False) | Q(status="succeeded")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} v{self.version}"


class Reading(models.Model):
    """The figures of one manager for one window and floor, as one run published them.

    Products stay exact (share × fen × days); divide by `days` and round only to show.
    `base_product` is last year's product of the customers now held, at today's share; empty when
    the history does not reach back (`base_gap` says why).
    """

    pk = models.CompositePrimaryKey("run", "manager", "window", "floor")
    run = models.ForeignKey(Run, models.CASCADE, related_name="readings", db_index=False)
    manager = models.ForeignKey(ClientManager, models.PROTECT, related_name="+")
    window = models.CharField(max_length=16)
    floor = models.DecimalField(max_digits=20, decimal_places=2)
    days = models.PositiveSmallIntegerField()
    deposit_product = models.DecimalField(max_digits=38, decimal_places=8)
    loan_product = models.DecimalField(max_digits=38, decimal_places=8)
    settlement_usd = models.DecimalField(max_digits=30, decimal_places=8)
    largest_deposit_product = models.DecimalField(max_digits=32, decimal_places=2)
    largest_deposit_customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="+", db_index=False
    )
    largest_loan_product = models.DecimalField(max_digits=32, decimal_places=2)
    largest_loan_customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="+", db_index=False
    )
    base_product = models.DecimalField(max_digits=38, decimal_places=8, null=True)
    base_days = models.PositiveSmallIntegerField()
    base_gap = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("指标读数")
        verbose_name_plural = _("指标读数")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
