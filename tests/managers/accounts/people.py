"""What the tests of accounts share: people with a password and a role, browsers, and an authenticator app."""

import time
from datetime import date
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from managers.models import Branch, Grant, User

PASSWORD = "Rivers-and-2-bridges"
SINCE = date(2020, 1, 1)


def somebody(username: str = "wang", role: str = "", **more: Any) -> User:
    """A login with a password and perhaps one role at head office."""
    user = User(username=username, display_name="王敏", **more)
    user.set_password(PASSWORD)
    user.save()
    if role:
        head, _ = Branch.objects.get_or_create(
            code="HO", defaults={"name": "总行", "kind": "head_office", "path": "/HO/"}
        )
        Grant.objects.create(user=user, role=role, branch=head, starts_on=SINCE)
    return user


def sign_in(client: Client, username: str = "wang", password: str = PASSWORD, **more: Any) -> Any:
    """Post the sign-in form."""
    return client.post("/login/", {"username": username, "password": password}, **more)


def text(answer: Any) -> str:
    """The page as text."""
    return answer.content.decode()


def code(secret: str, step: int = 0) -> str:
    """What the app shows now, or so many steps later."""
    return format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30 + step))


def enrolled(user: User) -> str:
    """Give `user` an app; its secret."""
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    secret = generate_totp_secret()
    data = {"secret": get_adapter().encrypt(secret)}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return secret
