"""Notices by e-mail: kept in the outbox with them, written when sent, and without a name."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from managers import notices
from managers.models import Notice, NoticeSettings, OutboxMessage, User
from managers.models.notices import ASKING, Tone
from managers.services import outbox

log = logging.getLogger(__name__)
TOPIC = "notices"
#: Replies of a mail server from here on mean "never", not "later".
PERMANENT = 550


def keep(told: Iterable[Notice]) -> None:
    """One message for each person with an address that was told something worth a mail.

    Where SITE_URL is not set nothing is kept: a mail without its link would be of no use.
    """
    if not settings.SITE_URL:
        return
    by_person: dict[int, list[int]] = {}
    for notice in told:
        if notices.text(notice.code).mailed:
            by_person.setdefault(notice.to_id, []).append(notice.pk)
    reached = User.objects.filter(pk__in=by_person).exclude(email="").values_list("pk", flat=True)
    for person in sorted(reached):
        outbox.keep(TOPIC, {"user": person, "notices": by_person[person]})


def mail_notices(message: OutboxMessage) -> None:
    """Write and send one mail, unless its reader has left, switched it off or dealt with all of it.

    A server that is down raises and is tried again; an address refused for good is given up with a log line.
    """
    user = User.objects.filter(pk=message.payload["user"], is_active=True).exclude(email="").first()
    if user is None:
        return
    chosen = NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)
    found = _worth_sending(message.payload["notices"], chosen)
    if not found:
        return
    with translation.override(chosen.language):
        subject, text = _written(found)
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])
    except SMTPRecipientsRefused as refused:
        if any(code < PERMANENT for code, _reason in refused.recipients.values()):
            raise
        log.error("mail to %s refused for good: %s", user.username, refused)


def _worth_sending(keys: Sequence[int], chosen: NoticeSettings) -> list[Notice]:
    rows = Notice.objects.filter(pk__in=keys, tone__in=chosen.mailed, read_at=None, done_at=None)
    return list(rows.order_by("due_on", "id"))


def _written(found: Sequence[Notice]) -> tuple[str, str]:
    """Subject and text: kinds and how many of each, the nearest due day, the link. Nothing else leaves."""
    lines = [f"· {line}" for line in _lines(found)]
    asked = sum(notice.tone in ASKING for notice in found)
    if asked:
        subject = _("客户经理管理：%(count)s 项待您办理") % {"count": asked}
    else:
        subject = _("客户经理管理：%(count)s 条新通知") % {"count": len(found)}
    foot = _("请登录查看：%(link)s") % {"link": settings.SITE_URL.rstrip("/") + _path(found)}
    switch = _("邮件不含客户与金额。如不再需要，可在“通知设置”中关闭。")
    return subject, "\n".join([subject, "", *lines, "", foot, switch, ""])


def _lines(found: Sequence[Notice]) -> Iterable[str]:
    counted = Counter((notice.tone, notice.code) for notice in found)
    nearest = {(notice.tone, notice.code): notice.due_on for notice in reversed(found)}
    for (tone, code), count in counted.items():
        words = {"tone": Tone(tone).label, "name": notices.text(code).name, "count": count}
        due_on = nearest[tone, code]
        if due_on is None:
            yield _("%(tone)s：%(name)s，%(count)s 项") % words
        else:
            yield _("%(tone)s：%(name)s，%(count)s 项，最早期限 %(due)s") % {**words, "due": due_on}


def _path(found: Sequence[Notice]) -> str:
    """Straight to the one thing there is, else to the list."""
    return f"/notices/{found[0].pk}/" if len(found) == 1 else "/notices/"
