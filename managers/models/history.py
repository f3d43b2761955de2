"""HistoryEvent and AuditHead: every change of the kept tables as the database saw it, sealed day by day."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class HistoryEvent(models.Model):
    """One change of one row, written by the trigger of `managers.history` and by nothing else.

    `before` and `after` hold the columns that differ (all of them for a new or a deleted row) as they were
    and as they became; `fields` names those of a change. `request` binds what one request, command or task
    did, `transaction` what was committed together. Without a name or a context the change came past the
    programs: `role` is the database's own word for who did it.
    """

    class Operation(models.TextChoices):
        INSERT = "INSERT", _("新增")
        UPDATE = "UPDATE", _("修改")
        DELETE = "DELETE", _("删除")

    at = models.DateTimeField(_("时间"))
    table = models.CharField(_("数据表"), max_length=63)
    row = models.CharField(_("记录"), max_length=40)
    operation = models.CharField(_("操作"), max_length=6, choices=Operation)
    before = models.JSONField(_("原值"), null=True)
    after = models.JSONField(_("新值"), null=True)
    fields = ArrayField(models.CharField(max_length=63), verbose_name=_("字段"), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("操作人"),
    )
    context = models.JSONField(_("来源"), null=True)
    request = models.UUIDField(_("请求"), null=True)
    transaction = models.BigIntegerField(_("事务"))
    role = models.CharField(_("数据库角色"), max_length=63)

    class Meta:
        verbose_name = _("变更历史")
        verbose_name_plural = _("变更历史")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="history_latest"),
            models.Index(fields=["by", "-at", "-id"], name="history_by"),
            models.Index(fields=["table", "row", "-at", "-id"], name="history_record"),
            models.Index(fields=["transaction"], name="history_transaction"),
            GinIndex(fields=["fields"], name="history_fields"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.table} {self.row}"


class AuditHead(models.Model):
    """The seal of one day: a digest over its log entries and history events, and over the seal before it.

    `horizon` is the transaction below which everything had ended when the day was sealed: what ended later
    is in the seal of the next day (docs/decisions/0022). Counts and first and last numbers are of what is
    in it.
    """

    day = models.DateField(_("日期"), unique=True)
    entries = models.PositiveIntegerField(_("日志条数"))
    first_entry = models.BigIntegerField(_("首条日志"), null=True)
    last_entry = models.BigIntegerField(_("末条日志"), null=True)
    events = models.PositiveIntegerField(_("变更条数"))
    first_event = models.BigIntegerField(_("首条变更"), null=True)
    last_event = models.BigIntegerField(_("末条变更"), null=True)
    horizon = models.BigIntegerField(_("事务界限"))
    previous = models.CharField(_("前一摘要"), max_length=64, blank=True)
    digest = models.CharField(_("摘要"), max_length=64)
    sealed_at = models.DateTimeField(_("封存时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("日志封存")
        verbose_name_plural = _("日志封存")
        ordering = ["-day"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.day}"
