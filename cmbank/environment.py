"""Reads settings from environment variables and says plainly what is missing or malformed."""

import base64
import binascii
import os
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

#: A key of AES-256.
KEY_BYTES = 32
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def required(name: str, hint: str) -> str:
    """The value of a variable without which the bank must not start.

    Raises ImproperlyConfigured with `hint`, which says what to put there.
    """
    if value := os.environ.get(name, "").strip():
        return value
    raise ImproperlyConfigured(f"{name} is not set. {hint}")


def field_keys(name: str, hint: str) -> dict[str, bytes]:
    """Keys of 32 bytes by their short names, from `new:BASE64,old:BASE64`; the first one seals.

    Raises ImproperlyConfigured with `hint` where there is none, and where one is not such a key.
    """
    found: dict[str, bytes] = {}
    for pair in required(name, hint).split(","):
        short, _colon, encoded = pair.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", short) or len(key) != KEY_BYTES or short in found:
            raise ImproperlyConfigured(f"{name} is malformed. {hint}")
        found[short] = key
    return found


def text(name: str, *, default: str) -> str:
    """The value of a variable; unset and empty both mean the default."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off. Raises ImproperlyConfigured for anything else."""
    value = text(name, default="1" if default else "0").lower()
    if value in TRUE | FALSE:
        return value in TRUE
    raise ImproperlyConfigured(f"{name}={value!r} is neither 1 nor 0.")


def number(name: str, *, default: int) -> int:
    """A whole number. Raises ImproperlyConfigured for anything else."""
    value = text(name, default=str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None


def words(name: str, *, default: str = "") -> list[str]:
    """A list separated by commas, without empty entries."""
    return [word.strip() for word in text(name, default=default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """Django's connection parameters from `postgres://user:password@host:port/name?sslmode=require`.

    Raises ImproperlyConfigured if it is not a PostgreSQL address with a database name.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://USER:PASSWORD@HOST:PORT/NAME; only PostgreSQL will do."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def single_sign_on() -> dict[str, str] | None:
    """The issuer of OIDC_ISSUER and what we are to it; None where there is none.

    Raises ImproperlyConfigured where OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is missing.
    """
    issuer = text("OIDC_ISSUER", default="")
    if not issuer:
        return None
    return {
        "issuer": issuer,
        "client_id": required("OIDC_CLIENT_ID", "The issuer gave it to this application."),
        "client_secret": required("OIDC_CLIENT_SECRET", "The issuer gave it to this application."),
        "name": text("OIDC_NAME", default="OIDC"),
        "claim": text("OIDC_CLAIM", default="preferred_username"),
    }
