"""The session engine (SESSION_ENGINE): Django's database sessions, each row with its owner."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

#: Where allauth keeps a sign-in that waits for its second factor.
PENDING_LOGIN = "account_login"


class SessionStore(db.SessionStore):
    """Sessions in `managers.Session`."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The model is read late: settings name this module before any model is loaded."""
        from managers.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to be written, with the owner the data speak of."""
        row: Any = super().create_model_instance(data)
        row.user_id = owner(data)
        return row


def owner(data: dict[str, Any]) -> int | None:
    """Whoever is signed in with these session data, or about to be."""
    if SESSION_KEY in data:
        return int(data[SESSION_KEY])
    pending = data.get(PENDING_LOGIN) or {}
    # allauth writes the number in base 36.
    return int(pending["user_pk"], 36) if pending.get("user_pk") else None
