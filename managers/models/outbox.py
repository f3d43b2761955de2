"""OutboxMessage: what is to be told to the outside, written in the transaction that made it true."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OutboxMessage(models.Model):
    """One message; `handed_to` names the receivers that have taken it, `sent_at` is when the last one had."""

    topic = models.CharField(_("主题"), max_length=40)
    payload = models.JSONField(_("内容"), default=dict)
    created_at = models.DateTimeField(_("建立"), db_default=Now())
    sent_at = models.DateTimeField(_("发出"), null=True, blank=True)
    handed_to = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("已送达"))
    attempts = models.PositiveIntegerField(_("尝试次数"), default=0)
    error = models.TextField(_("错误"), blank=True)

    class Meta:
        verbose_name = _("待发消息")
        verbose_name_plural = _("待发消息")
        ordering = ["-id"]
        # The table began its life with the ledger; a rename would stop workers of the release before.
        db_table = "ledger_outboxmessage"
        indexes = [models.Index(fields=["id"], name="outbox_unsent", condition=Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
