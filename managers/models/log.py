"""LogEntry: who did what to which record, when and why; append-only in the database."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _


class ThisTransaction(Func):
    """The number of the transaction a row is written in: never twice in a database's life."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class ThisRequest(Func):
    """The number that `managers.provenance` gave the request, command or task; empty outside one."""

    template = "NULLIF(current_setting('pghistory.context_id', true), '')::uuid"
    output_field = models.UUIDField()


class LogEntry(models.Model):
    """One act that mattered. `by` is empty only for the platform's own jobs.

    `from_state` and `to_state` are filled where the act was a step of a procedure, `on_behalf_of` where the
    right to take it was delegated.
    """

    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("代表")
    )
    action = models.CharField(_("动作"), max_length=60)
    subject = models.CharField(_("对象"), max_length=120, db_index=True)
    from_state = models.CharField(_("由"), max_length=24, blank=True)
    to_state = models.CharField(_("至"), max_length=24, blank=True)
    reason = models.TextField(_("原因"), blank=True)
    detail = models.JSONField(_("明细"), default=dict)
    key = models.CharField(_("幂等键"), max_length=64, unique=True, null=True, editable=False)
    request = models.UUIDField(_("请求"), null=True, editable=False, db_default=ThisRequest())
    transaction = models.BigIntegerField(
        _("事务"), editable=False, db_index=True, db_default=ThisTransaction()
    )

    class Meta:
        verbose_name = _("操作日志")
        verbose_name_plural = _("操作日志")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="log_latest"),
            models.Index(fields=["by", "-at", "-id"], name="log_by"),
            models.Index(fields=["subject", "-at", "-id"], name="log_subject"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"
