"""How an account shows itself: what a session, a sign-in and the age of a password are called."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import LogEntry, User
from managers.queries.accounts import OwnSession
from managers.rules import agents
from managers.services import signins

_OUTCOMES = {
    signins.SIGNED_IN: ("ok", gettext_lazy("成功")),
    signins.FAILED: ("error", gettext_lazy("密码不正确")),
    signins.CODE_FAILED: ("error", gettext_lazy("验证码不正确")),
}


def session(each: OwnSession) -> dict[str, Any]:
    """A row of the list of sessions."""
    return {
        "ref": each.ref,
        "device": agents.describe(each.agent) or _("未知设备"),
        "address": each.address or "—",
        "started_at": each.started_at,
        "active_at": each.active_at,
        "here": each.here,
    }


def sign_in(entry: LogEntry) -> dict[str, Any]:
    """A row of the list of sign-ins."""
    state, word = _OUTCOMES[entry.action]
    text = str(word)
    detail = entry.detail
    if detail.get("locked"):
        text = _("密码不正确，登录暂停")
    elif entry.action == signins.FAILED and detail.get("why") != "password":
        text = _("单点登录未通过")
    elif "mfa" in detail.get("methods", []):
        text = _("成功，经两步验证")
    return {
        "at": entry.at,
        "state": state,
        "text": text,
        "device": agents.describe(str(detail.get("agent", ""))) or _("未知设备"),
        "address": detail.get("address") or "—",
    }


def password(user: User, days: int, now: datetime) -> dict[str, Any]:
    """Since when the password holds and until when; `left` are days, 0 for one that is due."""
    since = user.password_changed_at or user.date_joined
    until = since + timedelta(days=days) if days else None
    left = max(0, (until - now).days) if until else None
    return {"since": since, "until": until, "left": left, "soon": left is not None and left < 14}
