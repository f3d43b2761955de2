"""Calendar windows: the days of every name, single days included, and the windows before them."""

from datetime import date

import pytest

from ledger.rules import windows
from ledger.rules.windows import Window

ON = date(2026, 5, 9)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("month", "2026-05-01", "2026-05-09"),
        ("quarter", "2026-04-01", "2026-05-09"),
        ("half_year", "2026-01-01", "2026-05-09"),
        ("year", "2026-01-01", "2026-05-09"),
        ("previous_month", "2026-04-01", "2026-04-30"),
        ("previous_quarter", "2026-01-01", "2026-03-31"),
        ("previous_half_year", "2025-07-01", "2025-12-31"),
        ("previous_year", "2025-01-01", "2025-12-31"),
        ("day", "2026-05-09", "2026-05-09"),
        ("last_month_end", "2026-04-30", "2026-04-30"),
        ("last_quarter_end", "2026-03-31", "2026-03-31"),
        ("last_year_end", "2025-12-31", "2025-12-31"),
        ("05-09", "2026-05-09", "2026-05-09"),
        ("12-31", "2026-12-31", "2026-12-31"),
        ("last_year 05-10", "2025-05-10", "2025-05-10"),
        ("02-29", "2026-02-28", "2026-02-28"),
        ("06-31", "2026-06-30", "2026-06-30"),
    ],
)
def test_the_days_of_a_window(name: str, start: str, end: str) -> None:
    assert windows.window(name, ON) == Window(name, date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("on", "start"),
    [("2026-06-30", "2026-01-01"), ("2026-07-01", "2026-07-01"), ("2026-12-31", "2026-07-01")],
)
def test_a_half_year_begins_in_january_or_july(on: str, start: str) -> None:
    assert windows.first_day("half_year", date.fromisoformat(on)) == date.fromisoformat(start)


def test_a_leap_day_is_found_in_a_leap_year() -> None:
    assert windows.window("02-29", date(2024, 5, 1)).end == date(2024, 2, 29)
    assert windows.window("last_year 02-29", date(2025, 5, 1)).end == date(2024, 2, 29)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "week",
        "previous_",
        "previous_day",
        "13-01",
        "00-10",
        "01-00",
        "01-32",
        "1-1",
        "last_year",
        "١٢-٠١",
    ],
)
def test_what_is_no_window(name: str) -> None:
    assert not windows.is_window(name)
    with pytest.raises(ValueError):
        windows.window(name, ON)


@pytest.mark.parametrize(
    ("name", "ago", "expected"),
    [
        ("day", 3, "2026-05-06"),
        ("month", 1, "2026-04-30"),
        ("month", 3, "2026-02-28"),
        ("previous_month", 1, "2026-04-30"),
        ("last_month_end", 2, "2026-03-31"),
        ("quarter", 1, "2026-03-31"),
        ("quarter", 2, "2025-12-31"),
        ("last_quarter_end", 1, "2026-03-31"),
        ("half_year", 1, "2025-12-31"),
        ("half_year", 2, "2025-06-30"),
        ("year", 1, "2025-12-31"),
        ("previous_year", 2, "2024-12-31"),
        ("last_year_end", 1, "2025-12-31"),
        ("06-30", 1, "2025-12-31"),
        ("last_year 06-30", 1, "2025-12-31"),
    ],
)
def test_the_business_date_of_an_earlier_window(name: str, ago: int, expected: str) -> None:
    assert windows.ended_before(name, ON, ago) == date.fromisoformat(expected)


@pytest.mark.parametrize("name", ["month", "quarter", "half_year", "year", "last_month_end"])
def test_an_earlier_window_is_the_one_that_stood_whole(name: str) -> None:
    """One window earlier twice is two windows earlier."""
    once = windows.ended_before(name, ON, 1)
    assert windows.ended_before(name, once, 1) == windows.ended_before(name, ON, 2)


@pytest.mark.parametrize("name", ["day", "month", "year"])
def test_before_the_calendar_there_is_nothing(name: str) -> None:
    with pytest.raises(ValueError):
        windows.ended_before(name, ON, 800_000)
