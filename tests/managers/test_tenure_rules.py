"""Tenure and leave: counted from postings, limited by dated rules; plans and quarters by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from managers.rules import tenure, training
from managers.rules.tenure import Limit, Served

ON = date(2026, 11, 22)
THREE_YEARS = Limit("place", "", 36, 0, date(2020, 1, 1), "制度")


def post(branch: int, start: str, end: str = "", position: str = "") -> Served:
    last = date.fromisoformat(end) if end else None
    return Served(branch, position, date.fromisoformat(start), last)


CASES = [
    ("one posting", [post(1, "2024-01-01")], "2024-01-01", "2024-01-01"),
    (
        "a new position in the same outlet",
        [post(1, "2022-01-01", "2023-12-31"), post(1, "2024-01-01", position="审查")],
        "2022-01-01",
        "2024-01-01",
    ),
    (
        "away for a month begins anew",
        [post(1, "2020-01-01", "2023-12-31"), post(2, "2024-01-01", "2024-01-31"), post(1, "2024-02-01")],
        "2024-02-01",
        "2024-02-01",
    ),
    (
        "a day between two postings begins anew",
        [post(1, "2020-01-01", "2023-12-30"), post(1, "2024-01-01")],
        "2024-01-01",
        "2024-01-01",
    ),
    ("not yet there", [post(1, "2027-01-01")], None, None),
    ("gone", [post(1, "2020-01-01", "2026-11-21")], None, None),
]


@pytest.mark.parametrize(("posts", "place", "seat"), [each[1:] for each in CASES], ids=[c[0] for c in CASES])
def test_since_when_somebody_is_there(posts: list[Served], place: str | None, seat: str | None) -> None:
    found = [tenure.since(posts, ON, post=False), tenure.since(posts, ON, post=True)]
    assert [each and each.isoformat() for each in found] == [place, seat]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_however_it_is_cut_into_postings_an_unbroken_time_counts_whole(lengths: list[int]) -> None:
    start, posts = date(2015, 1, 1), []
    for number, days in enumerate(lengths):
        end = None if number == len(lengths) - 1 else start + timedelta(days=days - 1)
        posts.append(Served(1, str(number % 2), start, end))
        start = start + timedelta(days=days)
    assert tenure.since(posts, ON, post=False) == date(2015, 1, 1)


def test_the_limit_of_a_position_goes_before_that_of_all_and_a_later_one_before_an_earlier() -> None:
    limits = [
        THREE_YEARS,
        Limit("place", "", 60, 0, date(2026, 1, 1), "新制度"),
        Limit("place", "审查", 24, 0, date(2021, 1, 1), "审查岗"),
        Limit("place", "", 12, 0, date(2027, 1, 1), "尚未开始"),
    ]
    found = [tenure.limit(limits, "place", position, ON) for position in ("", "审查", "营销")]
    assert [each and each.months for each in found] == [60, 24, 60]
    lifted = [*limits, Limit("place", "审查", 0, 0, date(2026, 6, 1), "取消")]
    assert tenure.limit(lifted, "place", "审查", ON) is None


def test_what_falls_due_names_its_kind_its_day_and_its_rule() -> None:
    limits = [THREE_YEARS, Limit("leave", "", 12, 5, date(2020, 1, 1), "休假制度")]
    posts = [post(1, "2024-02-29")]
    leaves = [(date(2025, 3, 1), date(2025, 3, 5)), (date(2026, 1, 1), date(2026, 1, 4))]
    found = tenure.falls_due(posts, leaves, limits, ON)
    assert [(each.kind, each.due_on.isoformat(), each.cites) for each in found] == [
        ("leave", "2026-03-05", "休假制度"),  # The later leave was a day too short.
        ("place", "2027-02-28", "制度"),
    ]
    assert [each.soon(ON) for each in found] == [True, False]
    assert found[1].soon(date(2026, 11, 30))
    assert tenure.falls_due([], [], limits, ON) == []


def test_plans_meet_on_their_days_and_quarters_end_on_theirs() -> None:
    week = training.meetings(date(2026, 11, 2), date(2026, 11, 16), weekly=True)
    assert [day.isoformat() for day in week] == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert training.meetings(date(2026, 11, 2), date(2026, 12, 2), weekly=False) == [date(2026, 11, 2)]
    assert training.covers([], ["first"], line="corporate", grade="first")
    assert not training.covers(["micro"], [], line="corporate", grade="first")
    for day in (date(2026, 1, 1), date(2026, 3, 31), date(2026, 12, 31)):
        assert training.quarter(training.quarter_end(training.quarter(day))) == training.quarter(day)
    with pytest.raises(ValueError, match="2026Q5"):
        training.quarter_end("2026Q5")
