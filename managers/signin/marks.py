"""What a session keeps about itself: since when, last used when, from where; and whether its time is over."""

from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from managers.services.origin import Origin

STARTED = "cmbank_started"
ACTIVE = "cmbank_active"
ADDRESS = "cmbank_address"
AGENT = "cmbank_agent"
#: Set once the second factor was used or set up in this session: nobody need ask the database again.
FACTOR = "cmbank_factor"

IDLE, TIME = "idle", "time"


def begin(session: MutableMapping[str, Any], origin: Origin, *, at: datetime) -> None:
    """A sign-in is complete."""
    session[STARTED] = session[ACTIVE] = at.timestamp()
    session[ADDRESS], session[AGENT] = origin.address, origin.agent[:300]


def over(session: Mapping[str, Any], *, at: datetime) -> str:
    """`idle` or `time` where a session must end at `at`, else nothing. One without marks has just begun."""
    now = at.timestamp()
    if now - session.get(STARTED, now) >= settings.SESSION_COOKIE_AGE:
        return TIME
    return IDLE if now - session.get(ACTIVE, now) >= settings.SESSION_IDLE_SECONDS else ""


def touch(session: MutableMapping[str, Any], *, at: datetime) -> None:
    """Somebody does something. Written a few times per idle span at most: each is a write to the database.

    The idle end may thus come up to one such step early, never late.
    """
    now = at.timestamp()
    session.setdefault(STARTED, now)
    if now - session.get(ACTIVE, 0) >= min(60, settings.SESSION_IDLE_SECONDS / 5):
        session[ACTIVE] = now


def times(session: Mapping[str, Any], *, at: datetime) -> tuple[datetime, datetime]:
    """When it began and when it was last used."""
    now = at.timestamp()
    started, active = (session.get(name, now) for name in (STARTED, ACTIVE))
    return datetime.fromtimestamp(started, UTC), datetime.fromtimestamp(active, UTC)
