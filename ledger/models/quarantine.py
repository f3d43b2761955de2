"""QuarantinedRow: a delivered row that could not be loaded, and what became of it."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.bundles import Bundle
from managers import history
from managers.models import Branch
from managers.models.scope import ScopedQuerySet


class QuarantinedRowQuerySet(ScopedQuerySet):
    """Rows by the branch they concern; where none is known, only who sees the whole bank sees them."""

    manager_id: ClassVar[str] = ""


@history.kept(subject="quarantine:{bundle_id}/{file}:{line}", left_out=("raw",), inserts=False)
class QuarantinedRow(models.Model):
    """One row of a bundle's file as it was delivered, kept apart with its first error and any `more`.

    `raw` never changes. A decision is made once: replayed (then `replay` is the bundle that brought the row,
    with the values of `corrected` where HR changed some), or dismissed for a reason.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("待处理")
        REPLAYED = "replayed", _("已重放")
        DISMISSED = "dismissed", _("已作废")

    bundle = models.ForeignKey(
        Bundle, models.PROTECT, related_name="quarantined_rows", verbose_name=_("批次")
    )
    file = models.CharField(_("文件"), max_length=60)
    line = models.PositiveIntegerField(_("行"))
    raw = models.JSONField(_("送达内容"))
    field = models.CharField(_("列"), max_length=60, blank=True)
    value = models.TextField(_("值"), blank=True)
    code = models.CharField(_("原因代码"), max_length=40)
    detail = models.TextField(_("说明"), blank=True)
    more = models.JSONField(_("其余错误"), default=list)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("机构")
    )
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.OPEN)
    corrected = models.JSONField(_("更正内容"), null=True)
    replay = models.ForeignKey(
        Bundle, models.PROTECT, null=True, related_name="replayed_rows", verbose_name=_("重放批次")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    reason = models.TextField(_("原因"), blank=True)

    objects = QuarantinedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("隔离行")
        verbose_name_plural = _("隔离行")
        ordering = ["bundle", "file", "line"]
        indexes = [models.Index(fields=["bundle"], name="quarantine_open", condition=Q(status="open"))]
        constraints = [
            models.UniqueConstraint(name="quarantine_key", fields=["bundle", "file", "line"]),
            models.CheckConstraint(
                name="quarantine_decided_whole",
                condition=Q(status="open", replay__isnull=True, decided_at__isnull=True)
                | Q(status="replayed", replay__isnull=False, decided_at__isnull=False)
                | (Q(status="dismissed", replay__isnull=True, decided_at__isnull=False) & ~Q(reason="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="raw_stays", fields=["bundle", "file", "line", "raw"]),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["replayed", "dismissed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} · {self.file} {self.line}"

    @property
    def subject(self) -> str:
        """How the log names it."""
        return f"quarantine:{self.bundle_id}/{self.file}:{self.line}"

    @property
    def values(self) -> dict[str, Any]:
        """What the row says: as corrected, or as delivered."""
        return self.raw | (self.corrected or {})
