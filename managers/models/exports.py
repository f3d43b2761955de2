"""StoredExport: a file somebody took out of the bank's tables, for that person alone and for some days."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from managers import history


@history.kept(subject="export:{pk}")
class StoredExport(models.Model):
    """An export too large to be answered at once; the file lies under MEDIA_ROOT until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("导出人")
    )
    title = models.CharField(_("内容"), max_length=120)
    reason = models.TextField(_("原因"))
    rows = models.PositiveIntegerField(_("行数"))
    made_at = models.DateTimeField(_("导出时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    removed_at = models.DateTimeField(_("删除时间"), null=True)

    class Meta:
        verbose_name = _("导出文件")
        verbose_name_plural = _("导出文件")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["expires_at"], name="export_left", condition=Q(removed_at=None))]
        constraints = [
            models.CheckConstraint(name="export_expires", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(name="export_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.title
