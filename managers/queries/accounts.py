"""What a person sees about their own account: sessions, sign-ins, second factor; and who must have one."""

from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.db.models import Exists, QuerySet
from django.utils.crypto import salted_hmac

from managers.models import Grant, LogEntry, Session, User
from managers.models.scope import grants_in_force
from managers.roles import SECOND_FACTOR_ROLES
from managers.services import signins
from managers.signin import marks


@dataclass(frozen=True)
class OwnSession:
    """A live session as its owner sees it. `ref` names it on a page; the key is never shown."""

    ref: str
    key: str
    started_at: datetime
    active_at: datetime
    address: str
    agent: str
    here: bool


@dataclass(frozen=True)
class Factor:
    """The second factor of a person, and how many recovery codes are left."""

    set_up_at: datetime
    used_at: datetime | None
    codes_left: int


def sessions_of(user: User, here: str | None, at: datetime) -> list[OwnSession]:
    """The sessions that are signed in and have not ended, this one (`here`) first, then the latest."""
    rows = Session.objects.filter(user=user, expire_date__gt=at)
    found = [_session(row.session_key, row.get_decoded(), here, at) for row in rows]
    return sorted(filter(None, found), key=lambda each: (not each.here, -each.active_at.timestamp()))


def _session(key: str, data: dict[str, object], here: str | None, at: datetime) -> OwnSession | None:
    if SESSION_KEY not in data or marks.over(data, at=at):
        return None
    began, active = marks.times(data, at=at)
    address, agent = str(data.get(marks.ADDRESS, "")), str(data.get(marks.AGENT, ""))
    return OwnSession(reference(key), key, began, active, address, agent, key == here)


def reference(key: str) -> str:
    """A name for a session that opens nothing."""
    return salted_hmac("cmbank.session", key, algorithm="sha256").hexdigest()[:20]


def sign_ins(user: User, limit: int = 10) -> list[LogEntry]:
    """The latest sign-ins and failed ones, newest first."""
    mine = LogEntry.objects.filter(subject=f"user:{user.username}"[:120], action__in=signins.ENTRIES)
    return list(mine.order_by("-at", "-id")[:limit])


def factor_of(user: User) -> Factor | None:
    """The second factor, or None where there is none."""
    rows = {row.type: row for row in Authenticator.objects.filter(user=user)}
    totp, codes = rows.get(Authenticator.Type.TOTP), rows.get(Authenticator.Type.RECOVERY_CODES)
    if totp is None:
        return None
    used = [row.last_used_at for row in rows.values() if row.last_used_at]
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    return Factor(totp.created_at, max(used, default=None), left)


def is_obliged(user: User, on: date) -> bool:
    """Whether a role held on a day, be it for somebody else, or a set-up account demands a second factor."""
    return user.is_superuser or _demanding(user, on).exists()


def lacks_factor(user: User, on: date) -> bool:
    """Whether a second factor is demanded of the user and there is none. One query."""
    mine = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    if user.is_superuser:
        return not mine.exists()
    return bool(_demanding(user, on).filter(~Exists(mine)).exists())


def _demanding(user: User, on: date) -> QuerySet[Grant]:
    found: QuerySet[Grant] = grants_in_force(user, on).filter(role__in=SECOND_FACTOR_ROLES)
    return found
