"""Run, Chunk, Reading and LedgerState: what a night worked out, in which version, from which bundles."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.bundles import Bundle
from managers.models import ClientManager


class LedgerState(models.Model):
    """One row: locked by whoever loads a bundle, shared by whoever works a part of a night.

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
    """One night's work for one business date; a repeat is a new version, the old one stays readable.

    Whoever works it holds a lease until `lease_until` under the number `fence`; a later claim has a higher
    one and fences the earlier out. A run rests on the bundles up to `through_bundle`, pinned by its first
    claim. `confirmed_through` is the last bundle of which it is known that it changes nothing here.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("待执行")
        RUNNING = "running", _("进行中")
        FAILED = "failed", _("失败")
        SUCCEEDED = "succeeded", _("成功")
        UNCHANGED = "unchanged", _("核对无变化")
        WAIVED = "waived", _("已豁免")

    #: Claims of one run before it counts as failed.
    ATTEMPTS = 4
    #: Set on a run that is read as it was published, whatever has become known since.
    as_published = False

    job = models.CharField(_("作业"), max_length=16, default="night", editable=False)
    business_date = models.DateField(_("业务日期"))
    version = models.PositiveIntegerField(_("版本"), default=1)
    status = models.CharField(_("状态"), max_length=16, choices=Status, default=Status.PENDING)
    is_current = models.BooleanField(_("现行"), default=False)
    through_bundle = models.ForeignKey(
        Bundle, models.PROTECT, null=True, related_name="+", verbose_name=_("截至批次")
    )
    confirmed_through = models.ForeignKey(
        Bundle, models.PROTECT, null=True, related_name="+", verbose_name=_("核对至批次")
    )
    floors = ArrayField(
        models.DecimalField(max_digits=20, decimal_places=2), default=list, verbose_name=_("门槛")
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("提出人")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    fence = models.PositiveIntegerField(_("令牌"), default=0, editable=False)
    lease_until = models.DateTimeField(_("租约至"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("执行次数"), default=0)
    place = models.PositiveIntegerField(_("本次第几夜"), default=1)
    places = models.PositiveIntegerField(_("本次共几夜"), default=1)
    created_at = models.DateTimeField(_("建立"), db_default=Now())
    started_at = models.DateTimeField(_("开始"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)
    error = models.TextField(_("错误"), blank=True)

    class Meta:
        verbose_name = _("日终批次")
        verbose_name_plural = _("日终批次")
        ordering = ["-business_date", "-version"]
        constraints = [
            models.UniqueConstraint(name="run_key", fields=["job", "business_date", "version"]),
            models.UniqueConstraint(
                name="run_one_current", fields=["job", "business_date"], condition=Q(is_current=True)
            ),
            models.UniqueConstraint(
                name="run_one_open",
                fields=["job", "business_date"],
                condition=Q(status__in=["pending", "running"]),
            ),
            models.CheckConstraint(
                name="run_current_succeeded",
                condition=Q(is_current=False) | Q(status="succeeded"),
            ),
            models.CheckConstraint(
                name="run_pinned_when_claimed",
                condition=Q(fence=0) | Q(through_bundle__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="run_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} v{self.version}"


class Chunk(models.Model):
    """A part of a run that one transaction works: some slots of customers or managers."""

    class Stage(models.TextChoices):
        PRODUCTS = "products", _("积数")
        READINGS = "readings", _("读数")
        QUALITY = "quality", _("贷款质量")

    #: Customers and managers fall into this many slots by their number.
    SLOTS = 1024

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks", verbose_name=_("日终批次"))
    stage = models.CharField(_("阶段"), max_length=16, choices=Stage)
    number = models.PositiveIntegerField(_("块"))
    first_slot = models.PositiveSmallIntegerField()
    last_slot = models.PositiveSmallIntegerField()
    rows = models.PositiveBigIntegerField(_("行数"), null=True)
    done_at = models.DateTimeField(_("完成"), null=True)

    class Meta:
        verbose_name = _("日终分块")
        verbose_name_plural = _("日终分块")
        ordering = ["run", "stage", "number"]
        constraints = [
            models.UniqueConstraint(name="chunk_key", fields=["run", "stage", "number"]),
            models.CheckConstraint(
                name="chunk_done_has_rows",
                condition=Q(done_at__isnull=True, rows__isnull=True)
                | Q(done_at__isnull=False, rows__isnull=False),
            ),
        ]


def per_floor(digits: int, places: int) -> ArrayField:
    """A column with an amount for every floor of the run."""
    return ArrayField(models.DecimalField(max_digits=digits, decimal_places=places, null=True))


class Reading(models.Model):
    """The figures of one manager for one window, as one run published them: an entry per floor of the run.

    Products stay exact (share × fen × days); divide by `days` and round only to show.
    `base_product` is last year's product of the customers now held, at today's share; empty when
    the history does not reach back (`base_gap` says why).
    """

    pk = models.CompositePrimaryKey("run", "manager", "window")
    run = models.ForeignKey(Run, models.CASCADE, related_name="readings", db_index=False, db_constraint=False)
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    window = models.CharField(max_length=16)
    days = models.PositiveSmallIntegerField()
    base_days = models.PositiveSmallIntegerField()
    deposit_product = per_floor(38, 8)
    loan_product = per_floor(38, 8)
    settlement_usd = per_floor(30, 8)
    largest_deposit_product = per_floor(32, 2)
    largest_loan_product = per_floor(32, 2)
    base_product = per_floor(38, 8)
    base_gap = ArrayField(models.CharField(max_length=16, blank=True))

    class Meta:
        verbose_name = _("指标读数")
        verbose_name_plural = _("指标读数")
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
