"""The days of the demo bank: its span, its working days, and the bundles it is delivered in.

Days are counted from `FIRST` (day 0); all generators speak in such day numbers.
"""

from bisect import bisect_left
from datetime import date, timedelta

FIRST = date(2025, 1, 1)
LAST = date(2026, 9, 30)
PERIOD = "2026Q3"
MERGER = date(2026, 3, 1)
"""The day the books of the merged village bank were taken over; nothing earlier was delivered."""

DAYS = (LAST - FIRST).days + 1
DATES = tuple(FIRST + timedelta(days=number) for number in range(DAYS))
ISO = tuple(day.isoformat() for day in DATES)

SPANS = (
    (date(2025, 1, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 3, 31)),
    (date(2026, 4, 1), date(2026, 6, 30)),
    (date(2026, 7, 1), date(2026, 7, 31)),
    (date(2026, 8, 1), date(2026, 8, 31)),
    (date(2026, 9, 1), date(2026, 9, 30)),
)
"""First and last business date of each bundle, in load order, without gaps."""

_HOLIDAYS = (  # first and last day of each public holiday, as announced for the two years
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
)
_CLOSED = {
    first + timedelta(days=step) for first, last in _HOLIDAYS for step in range((last - first).days + 1)
}

WORKING = tuple(day.weekday() < 5 and day not in _CLOSED for day in DATES)
"""Per day number: is the counter open? Weekends and public holidays are quiet."""

WORKDAYS = tuple(number for number, working in enumerate(WORKING) if working)

QUARTER_ENDS = tuple(
    number for number, day in enumerate(DATES) if day.month % 3 == 0 and (day + timedelta(days=1)).day == 1
)

MONTH_LAST_WORKDAY = frozenset({(DATES[n].year, DATES[n].month): n for n in WORKDAYS}.values())


def number_of(day: date) -> int:
    """The day number of a date of the span; negative before it."""
    return (day - FIRST).days


def next_workday(number: int) -> int:
    """The first working day on or after a day number; the last working day when there is none."""
    return WORKDAYS[min(bisect_left(WORKDAYS, number), len(WORKDAYS) - 1)]


YEAR_START = number_of(date(2026, 1, 1))
"""Day number at which the window of the appraised figures begins; it ends on the last day."""
YEAR_DAYS = DAYS - YEAR_START
