"""Sessions of one person: end one, all others, or all; each act leaves a log entry."""

from datetime import datetime

from django.db import transaction

from managers.models import LogEntry, Session, User


def end(user: User, keys: list[str], *, at: datetime, by: User | None, reason: str = "") -> int:
    """End these sessions of `user`, and none of anybody else's; how many there were."""
    return _end(user, Session.objects.filter(user=user, session_key__in=keys), at, by, reason)


def end_others(user: User, keep: str | None, *, at: datetime, by: User | None, reason: str = "") -> int:
    """End every session of `user` but `keep`; how many there were."""
    return _end(user, Session.objects.filter(user=user).exclude(session_key=keep), at, by, reason)


def end_all(user: User, at: datetime) -> int:
    """End every session, sign-ins that wait for a second factor among them; how many were still alive.

    The caller keeps the log.
    """
    mine = Session.objects.filter(user=user)
    alive = mine.filter(expire_date__gt=at).count()
    mine.delete()
    return alive


@transaction.atomic
def _end(user: User, rows: object, at: datetime, by: User | None, reason: str) -> int:
    found = rows.filter(expire_date__gt=at).delete()[0]  # type: ignore[attr-defined]
    if found:
        LogEntry.objects.create(
            by=by,
            action="end_sessions",
            subject=f"user:{user.username}",
            reason=reason,
            detail={"sessions": found},
        )
    return found
