"""Sealed columns: texts under AES-256-GCM that open only in their own row, and an index to find one by.

The first key of FIELD_KEYS seals, every key opens. What is sealed is bound to table, column and row, so
that a value copied into another row does not open there.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12


class Unreadable(ValueError):
    """A sealed text that no key at hand opens in this place."""


def sealed(row: models.Model, column: str, text: str) -> str | None:
    """The text as it is kept in that column of that row; None for the empty text."""
    if not text:
        return None
    name, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    hidden = nonce + AESGCM(key).encrypt(nonce, text.encode(), _place(row, column))
    return f"{name}:{base64.b64encode(hidden).decode()}"


def opened(row: models.Model, column: str) -> str:
    """The text of a sealed column, empty where there is none. Unreadable where it was moved or altered."""
    kept = getattr(row, column)
    if not kept:
        return ""
    name, _colon, encoded = kept.partition(":")
    try:
        hidden = base64.b64decode(encoded, validate=True)
        text = AESGCM(settings.FIELD_KEYS[name]).decrypt(
            hidden[:NONCE_BYTES], hidden[NONCE_BYTES:], _place(row, column)
        )
    except (KeyError, ValueError, InvalidTag) as error:
        raise Unreadable(f"{row._meta.db_table}.{column} {row.pk}") from error
    return text.decode()


def _place(row: models.Model, column: str) -> bytes:
    return "\0".join((row._meta.db_table, column, str(row.pk))).encode()


def key_of(kept: str) -> str:
    """The name of the key that sealed a kept text."""
    return kept.partition(":")[0]


def index(text: str) -> str:
    """What to find a text by without opening anything: a keyed digest; empty for the empty text."""
    return _digest(next(iter(settings.FIELD_KEYS.values())), text) if text else ""


def indexes(text: str) -> list[str]:
    """The same under every key, for a search while keys are being changed."""
    return [_digest(key, text) for key in settings.FIELD_KEYS.values()] if text else []


def _digest(key: bytes, text: str) -> str:
    own = hmac.new(key, b"cmbank blind index", hashlib.sha256).digest()
    return hmac.new(own, text.encode(), hashlib.sha256).hexdigest()
