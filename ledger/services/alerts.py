"""What becomes of the nights, told to whom the installation names; the outbox hands it out."""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from ledger.models import Run
from managers.models import OutboxMessage
from managers.services import outbox

log = logging.getLogger(__name__)
#: What is kept about nights; `ledger.apps` has it handed to `alert`.
TOPICS = ("run_published", "run_corrected", "run_failed", "request_made")


def keep_run(topic: str, run: Run) -> None:
    """Keep what became of a run."""
    outbox.keep(
        topic,
        {
            "run": run.pk,
            "business_date": run.business_date.isoformat(),
            "version": run.version,
            "reason": run.reason,
            "error": run.error,
        },
    )


def alert(message: OutboxMessage) -> None:
    """Tell ALERT_EMAILS what became of a night; where nobody is named, one line in the log does."""
    subject, text = _words(message.topic, message.payload)
    if not settings.ALERT_EMAILS:
        log.info("%s", subject)
        return
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, settings.ALERT_EMAILS)


def _words(topic: str, payload: dict[str, Any]) -> tuple[str, str]:
    """Subject and text; figures and names of customers stay inside the bank."""
    what = {"day": payload["business_date"], "version": payload.get("version", "")}
    if topic == "run_failed":
        return (
            _("%(day)s 的日终失败") % what,
            _("第 %(version)s 版：%(error)s\n未发布任何数字。处理办法见“日终批次”页面。")
            % {**what, "error": payload["error"]},
        )
    if topic == "run_corrected":
        return (
            _("%(day)s 的日终已更正，现行为第 %(version)s 版") % what,
            _("原因：%(reason)s\n此前的版本仍可查阅。") % {"reason": payload["reason"]},
        )
    if topic == "request_made":
        return _("%(day)s 的日终有申请待复核") % what, _("原因：%(reason)s") % {"reason": payload["reason"]}
    return _("%(day)s 的日终已发布") % what, _("第 %(version)s 版。") % what
