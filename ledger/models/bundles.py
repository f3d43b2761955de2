"""Bundle and its files: what the core banking system delivered, and since when each feed arrives."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from managers.models import Customer, Handover


class Bundle(models.Model):
    """One delivery, loaded whole. Its id is the order of knowledge: a later bundle overrules an earlier.

    `affects_from` is the earliest business date any figure of which this delivery can change. `handover` is
    set where no core system delivered it: the bank's own handover wrote it, and it covers no day. So it is
    with `record`, which names what in the bank wrote it otherwise ("classification:12").
    """

    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    name = models.CharField(_("名称"), max_length=200)
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"))
    affects_from = models.DateField(_("影响起始日"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("入库时间"), auto_now_add=True)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("入库人"),
    )
    remarks = models.JSONField(_("提示"), default=list)
    handover = models.OneToOneField(
        Handover, models.PROTECT, null=True, blank=True, related_name="bundle", verbose_name=_("移交")
    )

    record = models.CharField(_("行内记录"), max_length=80, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("数据批次")
        verbose_name_plural = _("数据批次")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="bundle_span", condition=Q(to_on__gte=F("from_on"))),
            models.UniqueConstraint(fields=["record"], name="bundle_record", condition=~Q(record="")),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.id} · {self.name}"


class BundleFile(models.Model):
    """One file of a bundle: rows delivered = loaded + quarantined (invariant I08)."""

    bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="files", verbose_name=_("批次"))
    name = models.CharField(_("文件"), max_length=60)
    sha256 = models.CharField(_("摘要"), max_length=64)
    rows = models.PositiveIntegerField(_("送达行数"))
    loaded = models.PositiveIntegerField(_("入库行数"))
    quarantined = models.PositiveIntegerField(_("隔离行数"), default=0)

    class Meta:
        verbose_name = _("批次文件")
        verbose_name_plural = _("批次文件")
        ordering = ["bundle", "name"]
        constraints = [
            models.UniqueConstraint(name="bundle_file_key", fields=["bundle", "name"]),
            models.CheckConstraint(
                name="bundle_file_counts_tie", condition=Q(rows=F("loaded") + F("quarantined"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Feed(models.Model):
    """A kind of data this bank delivers, and the first bundle that brought it. Absent: not configured."""

    code = models.CharField(_("数据源"), max_length=40, unique=True)
    first_bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="+", verbose_name=_("首个批次"))

    class Meta:
        verbose_name = _("数据源")
        verbose_name_plural = _("数据源")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class LateChange(models.Model):
    """A customer whose figures a bundle changed from `since`, a day already claimed by a night.

    `products` says whether its balances changed too and its products wait to be worked out again
    (`applied_at` empty); a changed share, settlement or class leaves them alone.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("客户"))
    products = models.BooleanField(_("重算积数"), default=True)
    since = models.DateField(_("起"))
    bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="late_changes", verbose_name=_("批次"))
    applied_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        verbose_name = _("追溯变更")
        verbose_name_plural = _("追溯变更")
        indexes = [
            models.Index(
                fields=["customer"],
                name="late_change_waiting",
                condition=Q(applied_at__isnull=True, products=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.since}"
