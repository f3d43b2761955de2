"""Which adjustments count on a business date, and for which figures."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from django.db.models import Q, QuerySet

from appraisal.models import Adjustment
from ledger.rules.figures import Adding


def in_force(on: date, managers: Iterable[int]) -> QuerySet[Adjustment]:
    """The approved adjustments of these managers that count on a business date."""
    counting = Q(state="approved") | Q(state="ended", ended_on__gt=on)
    return Adjustment.objects.filter(
        counting, starts_on__lte=on, expires_on__gte=on, manager__in=list(managers)
    ).order_by("pk")


def adding(on: date, managers: Iterable[int]) -> dict[int, dict[tuple[str, str], Adding]]:
    """What is added to which figure, by manager id and then (metric, window)."""
    found: dict[int, dict[tuple[str, str], Adding]] = defaultdict(dict)
    for row in in_force(on, managers):
        key = (row.metric, row.window)
        earlier = found[row.manager_id].get(key, Adding(Fraction(0), ()))
        found[row.manager_id][key] = Adding(
            earlier.amount + Fraction(row.amount), (*earlier.adjustments, row.pk)
        )
    return dict(found)
