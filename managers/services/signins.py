"""The log of sign-ins: who came in or did not, from which address, with what. Never a password."""

from django.db import transaction

from managers.models import LogEntry, User
from managers.services.origin import Origin

SIGNED_IN = "sign_in"
FAILED = "sign_in_failed"
CODE_FAILED = "second_factor_failed"
ENDED = "session_ended"
#: What a person finds under "last sign-ins".
ENTRIES = (SIGNED_IN, FAILED, CODE_FAILED)


def succeeded(user: User, origin: Origin, *, methods: list[str]) -> None:
    """Somebody is in. `methods`: password, mfa, oidc, in the order they were used."""
    _log(SIGNED_IN, user, by=user, detail=origin.facts() | {"methods": methods})


def failed(username: str, origin: Origin, *, why: str, locked: bool = False) -> None:
    """A sign-in was refused. `why`: password, or what single sign-on said; `locked`: this was one too many.

    A name that no account has is not kept: people type their password there.
    """
    user = User.objects.filter(username__iexact=username).first()
    _log(FAILED, user, by=None, detail=origin.facts() | {"why": why, "locked": locked})


def code_failed(user: User, origin: Origin) -> None:
    """The password was right, the code of the second factor was not."""
    _log(CODE_FAILED, user, by=None, detail=origin.facts())


def ended(user: User, origin: Origin, *, why: str) -> None:
    """A session is over. `why`: signed_out, idle or time."""
    _log(ENDED, user, by=user, detail=origin.facts() | {"why": why})


@transaction.atomic
def _log(action: str, user: User | None, *, by: User | None, detail: dict[str, object]) -> None:
    subject = f"user:{user.username}" if user else "user:"
    LogEntry.objects.create(by=by, action=action, subject=subject[:120], detail=detail)
