"""What somebody who has signed in must do first: change the password, then set up a second factor."""

from datetime import date, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from managers.models import User
from managers.queries.accounts import lacks_factor
from managers.rules.passwords import too_old
from managers.signin import marks

PASSWORD, FACTOR = "password", "factor"


def first_duty(request: HttpRequest, *, on: date, at: datetime) -> str:
    """`password`, `factor` or nothing. Whoever came by single sign-on has their password elsewhere."""
    user: Any = request.user
    methods = {record.get("method") for record in get_authentication_records(request, user)}
    if "oidc" not in methods and password_is_due(user, at=at):
        return PASSWORD
    if not settings.SECOND_FACTOR or "mfa" in methods or marks.FACTOR in request.session:
        return ""
    return FACTOR if lacks_factor(user, on) else ""


def password_is_due(user: User, *, at: datetime) -> bool:
    """Whether the password was reset by somebody else, or has grown too old."""
    if not user.has_usable_password():
        return False
    since = user.password_changed_at or user.date_joined
    return user.must_change_password or too_old(since, at, settings.PASSWORD_DAYS)
