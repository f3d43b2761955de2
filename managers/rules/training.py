"""Training: which days a plan meets on, whom it is for, and which quarter a day is in."""

import re
from collections.abc import Collection
from datetime import date, timedelta

#: The most sessions a plan may have: a year of weeks and one.
MOST_SESSIONS = 54
QUARTER = re.compile(r"20\d{2}Q[1-4]")


def meetings(starts_on: date, ends_on: date, *, weekly: bool) -> list[date]:
    """The days of a plan: its first day, and every week after it where it meets weekly.

    >>> [day.day for day in meetings(date(2026, 11, 2), date(2026, 11, 20), weekly=True)]
    [2, 9, 16]
    """
    count = (ends_on - starts_on).days // 7 + 1 if weekly else 1
    return [starts_on + timedelta(weeks=number) for number in range(count)]


def covers(lines: Collection[str], grades: Collection[str], *, line: str, grade: str) -> bool:
    """Whether a plan is for somebody of a line and grade; nothing named means everything."""
    return (not lines or line in lines) and (not grades or grade in grades)


def quarter(day: date) -> str:
    """The quarter of a day.

    >>> quarter(date(2026, 11, 22))
    '2026Q4'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_end(text: str) -> date:
    """The last day of a quarter.

    >>> quarter_end("2026Q4")
    datetime.date(2026, 12, 31)
    """
    if not QUARTER.fullmatch(text):
        raise ValueError(text)
    year, number = int(text[:4]), int(text[5])
    following = date(year + number // 4, number % 4 * 3 + 1, 1)
    return following - timedelta(days=1)
