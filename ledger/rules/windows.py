"""Calendar windows of a business date: the spans of days a metric is taken over."""

from dataclasses import dataclass
from datetime import date, timedelta

TO_DATE = ("month", "quarter", "year")
WHOLE = ("previous_month", "previous_quarter", "previous_year")


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
    """First day of the calendar month, quarter or year that contains `on`."""
    if unit == "month":
        return on.replace(day=1)
    if unit == "quarter":
        return on.replace(month=3 * ((on.month - 1) // 3) + 1, day=1)
    if unit == "year":
        return on.replace(month=1, day=1)
    raise ValueError(f"unknown window unit {unit!r}")


def window(name: str, on: date) -> Window:
    """The window `name` as seen on business date `on`: to date, or the whole one before."""
    unit = name.removeprefix("previous_")
    start = first_day(unit, on)
    if unit == name:
        return Window(name, start, on)
    end = start - timedelta(days=1)
    return Window(name, first_day(unit, end), end)


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


def period(code: str) -> Period:
    """Read `1993Q3` as a quarter and `1993` as a year; ValueError says what is accepted."""
    year, _, quarter = code.partition("Q")
    well_formed = len(year) == 4 and year.isascii() and year.isdigit() and int(year) > 0
    if well_formed and code == year:
        return Period(code, "year", date(int(year), 1, 1), date(int(year), 12, 31))
    if well_formed and quarter in ("1", "2", "3", "4"):
        start = date(int(year), 3 * int(quarter) - 2, 1)
        end = window("previous_quarter", _after(start)).end
        return Period(code, "quarter", start, end)
    raise ValueError(f"{code!r}: write a quarter as 1993Q3 or a year as 1993")


def _after(start: date) -> date:
    """Some day in the quarter after the one that begins on `start`."""
    return start + timedelta(days=100)
