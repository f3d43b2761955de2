"""Which expected files have not arrived, for which dates, and which date a night waits for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from ledger.models import Bundle, FeedExpectation
from ledger.sql import statement

#: Without these a night would carry unknown balances or rates forward, so it waits for them.
NIGHT_NEEDS = ("balances.csv", "fx_rates.csv")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """The first date that cannot be worked, and why: `files` lack, or (none named) no bundle covers it.

    `through` is the last date for which the same holds, or empty where nothing later has come.
    """

    day: date
    through: date | None
    files: tuple[str, ...] = ()


def missing_feeds(start: date, end: date) -> dict[str, list[date]]:
    """By expected file the dates from `start` to `end` for which no bundle brought it, ascending."""
    return missing_to(start, end, through=None, later=True, day=end)


def missing_to(
    start: date, end: date, *, through: int | None, later: bool, day: date
) -> dict[str, list[date]]:
    """The same by the bundles up to `through`, and (`later`) those that change nothing on `day` or before."""
    given = {"start": start, "end": end, "through": through, "later": later, "day": day}
    found: dict[str, list[date]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement("missing_feeds"), given)
        for file, missed in cursor.fetchall():
            found[file].append(missed)
    return dict(found)


def night_waits_at(first: date, last: date, done: Iterable[date]) -> date | None:
    """The first date from `first` to `last` that lacks a file its night needs and is not in `done`."""
    if last < first or not FeedExpectation.objects.filter(file__in=NIGHT_NEEDS).exists():
        return None
    found = missing_feeds(first, last)
    lacking = {day for file in NIGHT_NEEDS for day in found.get(file, ())}
    return min(lacking - set(done), default=None)


def has_data(day: date) -> bool:
    """Whether a bundle covers the day and every file its night needs has come."""
    covered = Bundle.objects.filter(from_on__lte=day, to_on__gte=day).exists()
    return covered and night_waits_at(day, day, ()) is None


def waiting(day: date | None) -> Waiting | None:
    """Why `day`, the first date that lacks data (see `due_dates`), waits."""
    if day is None:
        return None
    covering = Bundle.objects.filter(from_on__lte=day, to_on__gte=day)
    if covering.exists():
        found = missing_feeds(day, day)
        return Waiting(day, day, tuple(file for file in NIGHT_NEEDS if file in found))
    after = Bundle.objects.filter(from_on__gt=day).order_by("from_on").first()
    return Waiting(day, after.from_on - DAY if after else None)
