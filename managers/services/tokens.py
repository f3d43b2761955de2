"""API tokens: issue one, revoke one or all of a user; each act leaves a log entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from managers import tokens
from managers.models import ApiToken, LogEntry, User

DAYS = 90
MAX_DAYS = 366


class TokenRefused(ValueError):
    """A token that may not be issued; the text says why and what to do."""


@dataclass(frozen=True)
class Issued:
    """A new token and its text, which nobody can read again."""

    token: ApiToken
    text: str


def issue(
    *, user: User, scopes: Iterable[str], at: datetime, name: str, days: int = DAYS, by: User | None = None
) -> Issued:
    """Issue a token of `user` that expires `days` after `at`. `by` is empty on the command line.

    Raises TokenRefused for an inactive user, an unknown scope or none, or a life outside 1 to 366 days.
    """
    wanted = sorted(set(scopes))
    _check(user, wanted, days)
    text = tokens.new_text()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name[:80],
            digest=tokens.digest(text),
            scopes=wanted,
            expires_at=at + timedelta(days=days),
        )
        _log("issue_token", token, by, {"scopes": wanted, "expires_at": token.expires_at.isoformat()})
    return Issued(token, text)


def revoke(token: ApiToken, *, at: datetime, by: User | None = None, reason: str = "") -> bool:
    """End a token now. False where it had ended already; the first revocation stands."""
    with transaction.atomic():
        ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
        if ended:
            _log("revoke_token", token, by, {}, reason)
    return bool(ended)


def revoke_all(user: User, *, at: datetime, by: User | None = None, reason: str = "") -> list[ApiToken]:
    """End every live token of a user; those that were ended."""
    live = user.api_tokens.filter(revoked_at=None)
    with transaction.atomic():
        return [token for token in live if revoke(token, at=at, by=by, reason=reason)]


def _check(user: User, scopes: list[str], days: int) -> None:
    if not user.is_active:
        raise TokenRefused(_("账号 %(user)s 已停用，不能签发令牌；请先启用。") % {"user": user.username})
    unknown = [scope for scope in scopes if scope not in tokens.SCOPES]
    if unknown or not scopes:
        raise TokenRefused(
            _("没有权限范围“%(unknown)s”；可用：%(known)s。")
            % {"unknown": "、".join(unknown), "known": "、".join(tokens.SCOPES)}
        )
    if not 1 <= days <= MAX_DAYS:
        raise TokenRefused(_("有效期须为 1 至 %(most)s 天。") % {"most": MAX_DAYS})


def _log(action: str, token: ApiToken, by: User | None, detail: dict[str, object], reason: str = "") -> None:
    owner = {"user": token.user.username, "name": token.name}
    LogEntry.objects.create(
        by=by, action=action, subject=f"token:{token.pk}", reason=reason, detail=owner | detail
    )
