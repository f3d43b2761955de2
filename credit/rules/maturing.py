"""Which maturity notice a loan is to have on a day, and how long a loan may be extended at most: pure."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

#: A loan of up to a year is short, of up to five medium; the longest extension of a long one, in months.
SHORT, MEDIUM, MOST_LONG = 12, 60, 36


def notice_due(matures_on: date, notice_days: Sequence[int], on: date) -> int | None:
    """How many days ahead the notice is that a loan is to have by a day; None before the first and after
    maturity.

    Of notices whose days have come only the latest counts: one that nobody made in its time is not made any
    more once the next is due.

    >>> notice_due(date(2026, 3, 31), [30, 15, 7], date(2026, 3, 16))
    15
    """
    left = (matures_on - on).days
    return min((days for days in notice_days if 0 <= left <= days), default=None)


def latest_extension(issued_on: date, matures_on: date) -> date:
    """The last day a loan may be extended to by 《贷款通则》 art. 12.

    A short loan by its own term, a medium one by half of it, a long one by three years.

    >>> latest_extension(date(2025, 3, 31), date(2026, 3, 31))
    datetime.date(2027, 3, 31)
    >>> latest_extension(date(2020, 1, 1), date(2030, 1, 1))
    datetime.date(2033, 1, 1)
    """
    term = matures_on - issued_on
    if matures_on <= months_after(issued_on, SHORT):
        return matures_on + term
    if matures_on <= months_after(issued_on, MEDIUM):
        return matures_on + timedelta(days=term.days // 2)
    return months_after(matures_on, MOST_LONG)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
