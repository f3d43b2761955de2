"""Calendar windows of a business date: the spans of days a metric is taken over."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

TO_DATE = ("month", "quarter", "year")
#: What ends on the business date itself; every other window lies before it.
CURRENT = (*TO_DATE, "half_year", "day")
WHOLE = ("previous_month", "previous_quarter", "previous_year")
#: Single days: the last one of the month, quarter or year before.
LAST_DAYS = {"last_month_end": "month", "last_quarter_end": "quarter", "last_year_end": "year"}
ONE_DAY = timedelta(days=1)
LONGEST = 31
_DAY_OF_YEAR = re.compile(r"(last_year )?([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True)
class Window:
    """A named span of days, both ends included."""

    name: str
    start: date
    end: date

    @property
    def days(self) -> int:
        """Calendar days, weekends and holidays included."""
        return (self.end - self.start).days + 1


def first_day(unit: str, on: date) -> date:
    """First day of the calendar month, quarter, half-year or year that contains `on`."""
    if unit == "month":
        return on.replace(day=1)
    if unit == "quarter":
        return on.replace(month=3 * ((on.month - 1) // 3) + 1, day=1)
    if unit == "half_year":
        return on.replace(month=6 * ((on.month - 1) // 6) + 1, day=1)
    if unit == "year":
        return on.replace(month=1, day=1)
    raise ValueError(f"unknown window unit {unit!r}")


def window(name: str, on: date) -> Window:
    """The window `name` as seen on business date `on`; ValueError for a name that is none.

    `month`, `quarter`, `half_year`, `year` run to date, `previous_…` is the whole one before. The others are
    one day: `day` the business date itself, `last_month_end` and so on, `06-30` in the year of the business
    date (it may lie after it), `last_year 06-30` in the year before; 02-31 is the last of February.

    >>> window("last_quarter_end", date(2026, 5, 9)).end
    datetime.date(2026, 3, 31)
    """
    day = _single_day(name, on)
    if day is not None:
        return Window(name, day, day)
    unit = name.removeprefix("previous_")
    start = first_day(unit, on)
    if unit == name:
        return Window(name, start, on)
    end = start - ONE_DAY
    return Window(name, first_day(unit, end), end)


def _single_day(name: str, on: date) -> date | None:
    """The day of a window that is one day; None for any other name."""
    if name == "day":
        return on
    if name in LAST_DAYS:
        return first_day(LAST_DAYS[name], on) - ONE_DAY
    named = _DAY_OF_YEAR.fullmatch(name)
    return _day_of_year(on.year - bool(named[1]), int(named[2]), int(named[3])) if named else None


def _day_of_year(year: int, month: int, day: int) -> date:
    """A day and month in a year; of a month that has no such day the last. ValueError for no day or month."""
    last = monthrange(year, date(2000, month, 1).month)[1]
    return date(year, month, min(day, last) if day <= LONGEST else day)


def is_window(name: str) -> bool:
    """Whether `window` knows the name."""
    try:
        window(name, date(2000, 12, 31))
    except ValueError:
        return False
    return True


def is_earlier(name: str) -> bool:
    """Whether a window does not run to the business date but is a whole one, or a day, of the past.

    >>> [is_earlier(name) for name in ("quarter", "previous_quarter", "last_quarter_end", "06-30")]
    [False, True, True, True]
    """
    return name not in CURRENT


def unit_of(name: str) -> str:
    """By what a window steps back: a day, month, quarter, half_year or year."""
    if _DAY_OF_YEAR.fullmatch(name):
        return "year"
    return LAST_DAYS.get(name, name.removeprefix("previous_"))


def ended_before(name: str, on: date, ago: int) -> date:
    """The business date on which the window `name` stood whole `ago` (≥ 1) windows before that of `on`.

    That is the last day of the `ago`-th month, quarter, half-year or year before; for single days of a year
    the last day of that year. ValueError where the calendar does not reach back so far.

    >>> ended_before("quarter", date(2026, 5, 9), 2)
    datetime.date(2025, 12, 31)
    """
    unit = unit_of(name)
    try:
        if unit == "day":
            return on - ago * ONE_DAY
        for _ in range(ago):
            on = first_day(unit, on) - ONE_DAY
    except OverflowError:
        raise ValueError(f"{ago} × {name} before {on} is before the calendar") from None
    return on


def base_year(on: date) -> Window:
    """The whole calendar year before the one of `on`: the base of new deposits."""
    return window("previous_year", on)


@dataclass(frozen=True)
class Period:
    """An appraisal period such as 1993Q3 or 1993."""

    code: str
    kind: str
    start: date
    end: date


#: The kinds of period by the letter of their code: how many a year has and the months of each.
_KINDS = {"M": ("month", 12), "Q": ("quarter", 4), "H": ("half_year", 2)}
_PERIOD = re.compile(r"([0-9]{4})(?:M(0[1-9]|1[0-2])|Q([1-4])|H([12]))?")


def period(code: str) -> Period:
    """Read `1993M09` as a month, `1993Q3` as a quarter, `1993H2` as a half-year, `1993` as a year.

    ValueError says what is accepted.

    >>> period("1993M09").end
    datetime.date(1993, 9, 30)
    """
    found = _PERIOD.fullmatch(code)
    if found is None or found[1] == "0000":
        raise ValueError(f"{code!r}: write 1993M09, 1993Q3, 1993H2 or 1993")
    year = int(found[1])
    if len(code) == 4:
        return Period(code, "year", date(year, 1, 1), date(year, 12, 31))
    kind, count = _KINDS[code[4]]
    months = 12 // count
    last = months * int(code[5:])
    return Period(code, kind, date(year, last - months + 1, 1), date(year, last, monthrange(year, last)[1]))


def period_of(kind: str, on: date) -> Period:
    """The period of a kind that contains a day.

    >>> period_of("half_year", date(1993, 9, 30)).code
    '1993H2'
    """
    if kind == "year":
        return period(f"{on.year:04d}")
    letter, count = next((letter, count) for letter, (name, count) in _KINDS.items() if name == kind)
    number = (on.month - 1) * count // 12 + 1
    return period(f"{on.year:04d}{letter}{number:02d}" if letter == "M" else f"{on.year:04d}{letter}{number}")
