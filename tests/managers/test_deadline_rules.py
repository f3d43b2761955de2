"""Deadlines as plain arithmetic: when owners are reminded, when the next head is told, and who."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from managers.rules import deadlines
from managers.rules.deadlines import ESCALATE_EVERY, Stage, Telling

SINCE = date(2026, 10, 1)
days = st.integers(0, 400)
people = st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=3), max_size=4)


def after(count: int) -> date:
    return SINCE + timedelta(days=count)


@settings(max_examples=60)
@given(days, days)
def test_the_level_counts_the_spans_gone_by_since_the_due_day(length: int, gone: int) -> None:
    due_on = deadlines.due(SINCE, length)
    stage = deadlines.stage(SINCE, due_on, after(gone))
    late = gone - length
    assert stage.overdue == (late > 0)
    assert stage.level == (-(-late // ESCALATE_EVERY) if late > 0 else 0)
    assert stage.reminded == (gone >= max(1, length - 2) or late > 0)


@settings(max_examples=60)
@given(days, days)
def test_a_day_later_nothing_is_taken_back(length: int, gone: int) -> None:
    due_on = deadlines.due(SINCE, length)
    today, tomorrow = (deadlines.stage(SINCE, due_on, after(gone + more)) for more in (0, 1))
    assert tomorrow.reminded >= today.reminded
    assert tomorrow.level - today.level in (0, 1)


@settings(max_examples=60)
@given(st.booleans(), st.integers(0, 5), people)
def test_everybody_down_to_the_level_is_told_one_thing(
    reminded: bool, level: int, levels: list[list[int]]
) -> None:
    told = deadlines.tellings(Stage(reminded or level > 0, level), levels)
    reached = levels[: level + 1]
    assert set(told) == {person for each in reached for person in each}
    owners = set(reached[0]) if reached else set()
    assert {who for who, telling in told.items() if telling.tone != "escalation"} == owners


def test_what_is_told_stage_by_stage() -> None:
    due_on = deadlines.due(SINCE, 5)
    told = [
        deadlines.tellings(deadlines.stage(SINCE, due_on, after(gone)), [[1], [2], [3]]) for gone in range(12)
    ]
    todo, soon = {1: Telling("todo", "")}, {1: Telling("reminder", "soon")}
    late = {1: Telling("reminder", "late1"), 2: Telling("escalation", "up1")}
    later = {
        1: Telling("reminder", "late2"),
        2: Telling("escalation", "up1"),
        3: Telling("escalation", "up2"),
    }
    assert told == [todo] * 3 + [soon] * 3 + [late] * 5 + [later]


def test_what_expires_is_told_before_and_never_after() -> None:
    told = [
        deadlines.expiry(deadlines.stage(SINCE, after(14), after(gone)), [1]) for gone in (0, 11, 12, 14, 15)
    ]
    first, soon = {1: Telling("news", "")}, {1: Telling("news", "soon")}
    assert told == [first, first, soon, soon, {}]
