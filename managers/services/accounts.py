"""Logins: whoever is made inactive loses sessions and tokens in the same transaction."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from managers.models import ApiToken, LogEntry, User
from managers.services import tokens


def deactivate(user: User, *, at: datetime, by: User | None = None, reason: str = "") -> bool:
    """Switch a login off, end its sessions and revoke its tokens. False where it was off already.

    Whatever was left over from an earlier time ends either way. `by` is empty on the command line.
    """
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
        sessions = _end_sessions(user.pk, at)
        ended = tokens.revoke_all(user, at=at, by=by, reason=reason)
        if changed or sessions or ended:
            detail = {"sessions": sessions, "tokens": [token.pk for token in ended]}
            _log("deactivate_user", user, by, reason, detail)
    user.is_active = False
    return bool(changed)


def activate(user: User, *, by: User | None = None, reason: str = "") -> bool:
    """Switch a login on again; its old sessions and tokens stay ended. False where it was on already."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
        if changed:
            _log("activate_user", user, by, reason, {})
    user.is_active = True
    return bool(changed)


def left_open(at: datetime) -> tuple[int, list[str]]:
    """How many live sessions and tokens there are, and those that belong to somebody inactive."""
    inactive = dict(User.objects.filter(is_active=False).values_list("pk", "username"))
    sessions = list(_sessions(at))
    live = ApiToken.objects.filter(revoked_at=None, expires_at__gt=at)
    found = sorted({f"session {inactive[owner]}" for _key, owner in sessions if owner in inactive})
    found += [
        f"token {token} {inactive[owner]}"
        for token, owner in live.filter(user__in=inactive).values_list("pk", "user")
    ]
    return len(sessions) + live.count(), found


def _sessions(at: datetime) -> Iterator[tuple[str, int]]:
    """Key and owner of every live session of somebody logged in; only the row itself knows the owner."""
    for session in Session.objects.filter(expire_date__gt=at).iterator():
        owner = session.get_decoded().get(SESSION_KEY)
        if owner is not None:
            yield session.session_key, int(owner)


def _end_sessions(user: int, at: datetime) -> int:
    keys = [key for key, owner in _sessions(at) if owner == user]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _log(action: str, user: User, by: User | None, reason: str, detail: dict[str, object]) -> None:
    LogEntry.objects.create(
        by=by, action=action, subject=f"user:{user.username}", reason=reason, detail=detail
    )
