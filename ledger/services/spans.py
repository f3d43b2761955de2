"""The days a delivery covers: what its manifest says, or what its rows say where there is none."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min

from ledger.models import Bundle
from ledger.rules.feeds import FeedFile
from ledger.services import rows
from ledger.services.manifest import MANIFEST, Delivery
from ledger.services.refusals import BadRow, Refused

YEAR = timedelta(days=365)


def span_of(cursor: Any, delivery: Delivery, present: Sequence[FeedFile]) -> tuple[date, date] | None:
    """The manifest's span; without a manifest that of the rows, None where no row has a date.

    Refused where the manifest adds a whole year without a row to what is known.
    """
    if delivery.start is None or delivery.end is None:
        return _dates(cursor, present)
    _check_manifest_dates(cursor, delivery.start, delivery.end, present)
    return delivery.start, delivery.end


def _dates(cursor: Any, present: Sequence[FeedFile]) -> tuple[date, date] | None:
    """The first and the last business date of all rows."""
    found = [days for feed in present if feed.dated and (days := rows.days(cursor, feed)) is not None]
    return (min(first for first, _ in found), max(last for _, last in found)) if found else None


def _check_manifest_dates(cursor: Any, start: date, end: date, present: Sequence[FeedFile]) -> None:
    """A whole year without a row at either end of what is known so far: a date mistyped or altered.

    Nothing else would notice, and the nights would publish years of nothing. Inside what is known a wide
    span with few rows is a correction like any other.
    """
    dates = _dates(cursor, present) if end - start >= YEAR else None
    if dates is None:
        return
    known = Bundle.objects.aggregate(first=Min("from_on"), last=Max("to_on"))
    errors = []
    if dates[0] - start >= YEAR and start < (known["first"] or date.max):
        errors.append(BadRow(MANIFEST, 0, "from", str(start), "year_without_rows", str(dates[0])))
    if end - dates[1] >= YEAR and end > (known["last"] or date.min):
        errors.append(BadRow(MANIFEST, 0, "to", str(end), "year_without_rows", str(dates[1])))
    if errors:
        raise Refused(errors)
