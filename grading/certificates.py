"""Certificates of the qualification procedure as figures: who holds one of a scheme on a day."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from managers.models import Qualification

State = Qualification.State


def held_on(day: date, managers: Collection[int], *, scheme: str) -> dict[int, Qualification]:
    """By manager the certificate of a scheme that holds on a day: of several the one that ends last.

    It holds from the day of issue to its last day, both included; one that was revoked, until the day before.
    What has run out since still held then.
    """
    spans = Qualification.objects.filter(
        manager__in=managers, scheme=scheme, issued_on__lte=day, expires_on__gte=day
    )
    ended = Q(state=State.REVOKED, state_since__date__gt=day)
    found = spans.filter(Q(state__in=[*Qualification.HELD, State.EXPIRED]) | ended)
    return {row.manager_id: row for row in found.order_by("expires_on", "pk")}
