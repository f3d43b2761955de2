"""Which loans mature soon, and whose calendar a secret opens."""

import hashlib
from datetime import date

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from credit.models import CalendarToken, LoanTerms, MaturityNotice
from ledger.models import BalanceChange
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
    """The latest maturity notice of every loan that is to mature and nobody has acknowledged.

    A loan that was extended or repaid since is not to mature on that day any more.
    """
    same = MaturityNotice.objects.filter(account=OuterRef("account"), matures_on=OuterRef("matures_on"))
    # not "none is later": the planner expects one notice, and compares each with all
    latest = Subquery(same.order_by("days_before").values("days_before")[:1])
    found = MaturityNotice.objects.filter(days_before=latest, acknowledgement=None, matures_on__gte=on)
    open_ones = Q(account__closed_on=None) | Q(account__closed_on__gt=on)
    owing = Q(left=None) | ~Q(left=0)
    return found.annotate(left=_balance(on)).filter(open_ones, owing, matures_on=_agreed())


def _agreed() -> Subquery:
    """The day of maturity of a notice's loan as last agreed."""
    terms = LoanTerms.objects.filter(account=OuterRef("account")).order_by("-bundle_id")
    return Subquery(terms.values("matures_on")[:1])


def _balance(on: date) -> Subquery:
    """What of a notice's loan is outstanding, as known on a day."""
    known = BalanceChange.objects.filter(account=OuterRef("account"), business_date__lte=on)
    return Subquery(known.order_by("-business_date", "-bundle_id").values("balance")[:1])
