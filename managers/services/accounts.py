"""Logins: whoever is made inactive loses sessions and tokens in the same transaction."""

from datetime import datetime

from django.db import transaction

from managers.models import ApiToken, LogEntry, Session, User
from managers.services import sessions, tokens


def deactivate(user: User, *, at: datetime, by: User | None = None, reason: str = "") -> bool:
    """Switch a login off, end its sessions and revoke its tokens. False where it was off already.

    A sign-in that waits for its second factor is a session too. Whoever leaves or is suspended goes through
    here. Whatever was left over from an earlier time ends either way. `by` is empty on the command line.
    """
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
        closed = sessions.end_all(user, at)
        ended = tokens.revoke_all(user, at=at, by=by, reason=reason)
        if changed or closed or ended:
            detail = {"sessions": closed, "tokens": [token.pk for token in ended]}
            _log("deactivate_user", user, by, reason, detail)
    user.is_active = False
    return bool(changed)


def activate(user: User, *, by: User | None = None, reason: str = "") -> bool:
    """Switch a login on again; its old sessions and tokens stay ended. False where it was on already."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
        if changed:
            # A sign-in on its way while the login was switched off has left a session that opened nothing.
            Session.objects.filter(user=user).delete()
            _log("activate_user", user, by, reason, {})
    user.is_active = True
    return bool(changed)


def left_open(at: datetime) -> tuple[int, list[str]]:
    """How many live sessions and tokens there are, and those that belong to somebody inactive."""
    signed_in = Session.objects.filter(expire_date__gt=at, user__isnull=False)
    live = ApiToken.objects.filter(revoked_at=None, expires_at__gt=at)
    names = signed_in.filter(user__is_active=False).values_list("user__username", flat=True)
    found = [f"session {name}" for name in names.distinct().order_by("user__username")]
    found += [
        f"token {token} {name}"
        for token, name in live.filter(user__is_active=False).values_list("pk", "user__username")
    ]
    return signed_in.count() + live.count(), found


def _log(action: str, user: User, by: User | None, reason: str, detail: dict[str, object]) -> None:
    LogEntry.objects.create(
        by=by, action=action, subject=f"user:{user.username}", reason=reason, detail=detail
    )
