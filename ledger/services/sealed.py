"""The log sealed day by day: told to the outside through the outbox, and verified as invariant I06."""

import logging
from datetime import date

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.services.verification import Invariant, Result
from managers.models import AuditHead, OutboxMessage
from managers.services import outbox, sealing

log = logging.getLogger(__name__)
TOPIC = "audit_sealed"


def seal(through: date) -> list[AuditHead]:
    """Seal every finished day up to `through` and export the heads; the new ones.

    An export that failed before is made up for, even where no day is due.
    """
    heads = sealing.seal(through, told=_tell)
    sealing.export()
    return heads


def _tell(head: AuditHead) -> None:
    outbox.keep(TOPIC, sealing.told_of(head))


def mail_head(message: OutboxMessage) -> None:
    """Send a head to ALERT_EMAILS, out of reach of whoever holds the database; else to the log."""
    head = message.payload
    subject = _("%(day)s 的操作日志已封存") % head
    text = _("日志 %(entries)s 条，变更 %(events)s 条\n前一摘要 %(previous)s\n本日摘要 %(digest)s") % {
        **head,
        "entries": head["entries"][0],
        "events": head["events"][0],
    }
    if not settings.ALERT_EMAILS:
        log.info("audit head %s %s", head["day"], head["digest"])
        return
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, settings.ALERT_EMAILS)


def _chain(full: bool) -> Result:
    days, found = sealing.flaws(full=full)
    return Result(days, tuple(found))


I06 = Invariant(
    "I06",
    gettext_lazy("日志链逐日相接、无缺日，封存摘要与导出一致"),
    _chain,
    gettext_lazy("日志、变更历史或封存记录已被改动：请保全现场，以导出的摘要与备份核对，并报告稽核。"),
)
