"""Who took up the post inside a period: figures brought to the whole of it, and the least days."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.rules import newcomers
from grading.rules.schema import Procedure
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef

ON, SEPTEMBER = date(2026, 9, 30), date(2026, 9, 1)
PRO_RATA = Procedure(newcomers="pro_rata")
AVERAGE = MetricRef("deposit_daily_average", "quarter")


def figures(**values: int) -> dict[MetricRef, Figure]:
    return {MetricRef(code, "quarter"): Figure.of(value, "CNY") for code, value in values.items()}


def test_a_daily_average_becomes_that_of_the_days_served() -> None:
    found = newcomers.projected(figures(deposit_daily_average=300), PRO_RATA, since=SEPTEMBER, on=ON)
    assert found[AVERAGE].value == 300 * Fraction(92, 30)
    assert found[AVERAGE].detail == {"measured": "300.00", "served": "30", "days_of_window": "92"}


@pytest.mark.parametrize(
    ("code", "window", "scaled"),
    [
        ("loans_issued", "quarter", True),
        ("loans_issued", "year", True),
        ("loans_issued", "month", False),  # the month began with the post
        ("loans_issued", "previous_quarter", False),
        ("deposit_balance", "day", False),
        ("normal_loan_share", "quarter", False),
        ("violations", "quarter", False),
    ],
)
def test_only_what_grows_with_the_days_of_a_window_begun_before_is_scaled(
    code: str, window: str, scaled: bool
) -> None:
    ref = MetricRef(code, window)
    found = newcomers.projected({ref: Figure.of(12, "CNY")}, PRO_RATA, since=SEPTEMBER, on=ON)
    assert ("served" in found[ref].detail) is scaled


def test_the_rulebook_may_name_what_is_scaled_itself() -> None:
    book = Procedure(newcomers="pro_rata", pro_rata=("event_count",))
    known = {AVERAGE: Figure.of(3, "CNY"), MetricRef("event_count", "quarter"): Figure.of(3, "count")}
    found = newcomers.projected(known, book, since=date(2026, 8, 16), on=ON)
    assert [each.value for each in found.values()] == [3, 6]


def test_what_is_missing_stays_missing_and_peers_are_not_scaled_again() -> None:
    peers = MetricRef("deposit_daily_average", "quarter", params=(("peers", "mean"),))
    known = {AVERAGE: Figure.missing(), peers: Figure.of(5, "CNY")}
    assert newcomers.projected(known, PRO_RATA, since=SEPTEMBER, on=ON) == known


@given(st.dates(date(2025, 1, 1), ON), st.integers(-(10**9), 10**9))
def test_whoever_served_the_whole_window_keeps_the_figure_and_nobody_else_loses(
    since: date, value: int
) -> None:
    known = figures(deposit_daily_average=value)
    quarter = windows.window("quarter", ON)
    found = newcomers.projected(known, PRO_RATA, since=since, on=ON)[AVERAGE].value
    served = min((ON - since).days + 1, quarter.days)
    assert found is not None and found * served == value * quarter.days
    for other in (Procedure(), Procedure(newcomers="excluded")):
        assert newcomers.projected(known, other, since=since, on=ON) == known


def test_how_late_one_may_come() -> None:
    period = windows.period("2026Q3")
    latest = {
        "whole": date.max,
        "excluded": period.start,
        "pro_rata": period.end - timedelta(days=44),
    }
    for kind, day in latest.items():
        assert newcomers.on_post_by(Procedure(newcomers=kind, least_days=45), period) == day
    assert newcomers.on_post_by(PRO_RATA, period) == date.max
