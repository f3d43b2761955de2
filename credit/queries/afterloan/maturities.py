"""Which loans mature soon, and whose calendar a secret opens."""

import hashlib
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from credit.models import CalendarToken, MaturityNotice
from ledger.sql import statement
from managers.models import User


def maturing(first: date, last: date) -> list[int]:
    """The open loan accounts that mature between two days as last agreed, by their keys."""
    with connection.cursor() as cursor:
        cursor.execute(statement("loans_maturing", "credit.sql"), {"first": first, "last": last})
        return [row[0] for row in cursor.fetchall()]


def whose_calendar(secret: str) -> User | None:
    """The active person whose calendar feed a secret opens."""
    found = CalendarToken.objects.filter(digest=hashlib.sha256(secret.encode()).hexdigest())
    token = found.select_related("user").first()
    return token.user if token is not None and token.user.is_active else None


def unacknowledged(on: date) -> QuerySet[MaturityNotice]:
    """The latest maturity notice of every loan that is to mature and nobody has acknowledged."""
    later = MaturityNotice.objects.filter(
        account=OuterRef("account"),
        matures_on=OuterRef("matures_on"),
        days_before__lt=OuterRef("days_before"),
    )
    return MaturityNotice.objects.filter(~Exists(later), acknowledgement=None, matures_on__gte=on)
