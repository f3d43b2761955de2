"""Passwords: changed by their owner, or reset by an administrator until the next sign-in."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import LogEntry, PastPassword, User
from managers.permissions import check_may
from managers.services import sessions

#: So many passwords, the present one included, may not be used again.
REMEMBERED = 5
_LOWER, _UPPER, _DIGITS, _MARKS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-+=#%"


def change(user: User, new: str, *, at: datetime, keep_session: str | None) -> User:
    """Give `user` the password `new`, chosen by themselves, and end their other sessions.

    Raises ValidationError with every rule it breaks, the last passwords included. Returns the row as written.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        _check(locked, new)
        _replace(locked, new, at=at, must_change=False)
        sessions.end_others(locked, keep_session, at=at, by=locked, reason=_("修改密码"))
        _log("change_password", locked, by=locked)
    return locked


def reset(user: User, *, by: User | None, at: datetime, reason: str = "") -> str:
    """Give `user` a password of our making, to be changed at the first sign-in, and end all their sessions.

    Returns it; nobody can read it again. `by` is empty on the command line. Raises PermissionDenied for
    whoever does not keep the accounts, and for one's own.
    """
    if by is not None:
        check_may(by, "manage_accounts", on=timezone.localdate(at))
        if by.pk == user.pk:
            raise PermissionDenied(_("不能重置本人的密码；请在“账号安全”中修改。"))
    with transaction.atomic():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        new = temporary()
        _replace(locked, new, at=at, must_change=True)
        sessions.end_all(locked, at)
        _log("reset_password", locked, by=by, reason=reason)
    return new


def temporary() -> str:
    """A random password that every rule accepts and that can be read aloud."""
    everything = _LOWER + _UPPER + _DIGITS
    body = [secrets.choice(part) for part in (_LOWER, _UPPER, _DIGITS)]
    body += [secrets.choice(everything) for _number in range(10)]
    secrets.SystemRandom().shuffle(body)
    return "".join(body[:6]) + secrets.choice(_MARKS) + "".join(body[6:])


def _check(user: User, new: str) -> None:
    errors: list[ValidationError] = []
    try:
        validate_password(new, user)
    except ValidationError as error:
        errors += error.error_list
    kept = user.past_passwords.values_list("hash", flat=True)[: REMEMBERED - 1]
    if any(check_password(new, each) for each in [user.password, *kept]):
        text = _("不得使用最近 %(count)s 次用过的密码。") % {"count": REMEMBERED}
        errors.append(ValidationError(text, code="password_used_before"))
    if errors:
        raise ValidationError(errors)


def _replace(user: User, new: str, *, at: datetime, must_change: bool) -> None:
    """Set the password and keep the hash of the one before, as far back as is remembered."""
    if user.password:
        PastPassword.objects.create(user=user, hash=user.password, replaced_at=at)
    kept = list(user.past_passwords.values_list("pk", flat=True)[: REMEMBERED - 1])
    user.past_passwords.exclude(pk__in=kept).delete()
    user.set_password(new)
    user.password_changed_at, user.must_change_password = at, must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


def _log(action: str, user: User, *, by: User | None, reason: str = "") -> None:
    LogEntry.objects.create(by=by, action=action, subject=f"user:{user.username}", reason=reason)
