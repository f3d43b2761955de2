"""The second factor: what is written when it is set up, renewed, removed, or reset by an administrator."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import LogEntry, User
from managers.permissions import check_may
from managers.services import sessions


@transaction.atomic
def changed(user: User, action: str, kind: str, *, at: datetime, keep_session: str | None) -> None:
    """`user` has set up, renewed or removed a factor: logged, and sessions from before it end.

    `action`: add_factor, renew_factor or remove_factor; `kind`: totp or recovery_codes.
    """
    _log(action, user, by=user, detail={"kind": kind})
    if kind == Authenticator.Type.TOTP:
        sessions.end_others(user, keep_session, at=at, by=user, reason=_("两步验证有变动"))


def reset(user: User, *, by: User | None, at: datetime, reason: str = "") -> bool:
    """Take a lost factor away, so that the next sign-in sets up a new one; False where there was none.

    Ends all sessions. Raises PermissionDenied for whoever does not keep the accounts, and for one's own.
    """
    if by is not None:
        check_may(by, "manage_accounts", on=timezone.localdate(at))
        if by.pk == user.pk:
            raise PermissionDenied(_("不能重置本人的两步验证；请由另一名系统管理员办理。"))
    with transaction.atomic():
        found = Authenticator.objects.filter(user=user).delete()[0]
        if found:
            sessions.end_all(user, at)
            _log("reset_factor", user, by=by, reason=reason, detail={})
    return bool(found)


def _log(action: str, user: User, *, by: User | None, detail: dict[str, object], reason: str = "") -> None:
    LogEntry.objects.create(
        by=by, action=action, subject=f"user:{user.username}", reason=reason, detail=detail
    )
