"""What an API token is: its text, its digest, the scopes it may carry, and whether it still opens a door."""

import hashlib
import secrets
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from managers.models import ApiToken

# Says what it is to whoever finds one lying about, scanners of leaked secrets among them.
PREFIX = "cmb_"
RANDOM_BYTES = 32

SCOPES: dict[str, Promise] = {
    "managers:read": _("客户经理名册"),
    "grades:read": _("等级与等级变动"),
    "metrics:read": _("指标"),
    "verdicts:read": _("考核结论"),
    "appraisals:read": _("考核"),
    "rulebooks:read": _("管理办法版本"),
    "customers:read": _("客户与归属"),
    "runs:read": _("日终批次"),
}

_UNUSABLE: dict[str, Promise] = {
    "token_invalid": _("令牌不正确；请核对 Authorization 头，或请管理员签发新令牌。"),
    "token_revoked": _("令牌已被吊销；请向管理员申请新令牌。"),
    "token_expired": _("令牌已过期；请向管理员申请新令牌。"),
    "user_inactive": _("令牌所属账号已停用；请联系管理员。"),
}


class Unusable(Exception):
    """A token that opens nothing; `code` for programs, the text for people."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    def __str__(self) -> str:
        return str(_UNUSABLE[self.code])


def new_text() -> str:
    """The text of a new token: 256 random bits behind a prefix that says what it is."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def digest(text: str) -> str:
    """What the database keeps of a token. 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def usable(text: str, *, at: datetime) -> ApiToken:
    """The token a caller shows, with its user, or Unusable. The one shown is only ever compared by digest."""
    token = ApiToken.objects.select_related("user").filter(digest=digest(text)).first()
    if token is None:
        raise Unusable("token_invalid")
    if token.revoked_at is not None:
        raise Unusable("token_revoked")
    if token.expires_at <= at:
        raise Unusable("token_expired")
    if not token.user.is_active:
        raise Unusable("user_inactive")
    return token
