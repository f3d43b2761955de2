"""The pure judgement: scope, jumps, seats and decisions, by examples and by properties."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules import decisions, flags, procedure, scope
from appraisal.rules.decisions import Case
from appraisal.rules.scope import Bounds, Candidate

LADDER = ["senior", "first", "second", "third", "fourth", "trainee"]
END = date(2026, 9, 30)
BOUNDS = Bounds(["corporate"], [], LADDER, END)
AMOUNTS = st.fractions(min_value=0, max_value=10**12)


def candidate(**changes: object) -> Candidate:
    usual = {
        "line": "corporate",
        "status": "on_post",
        "post_started_on": date(2020, 1, 1),
        "branch_path": "/HO/B1/S1/",
        "grade": "third",
    }
    return Candidate(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"status": "trainee"}, ""),
        ({"post_started_on": END}, ""),
        ({"line": "micro"}, "other_line"),
        ({"status": "left"}, "not_on_post"),
        ({"status": "candidate"}, "not_on_post"),
        ({"post_started_on": date(2026, 10, 1)}, "not_yet_on_post"),
        ({"grade": ""}, "no_grade"),
        ({"grade": "junior"}, "grade_not_on_ladder"),
    ],
)
def test_who_is_left_out_and_why(changes: dict[str, object], reason: str) -> None:
    assert scope.left_out(candidate(**changes), BOUNDS) == reason


@pytest.mark.parametrize(
    ("branch", "reason"), [("B1", ""), ("S1", ""), ("B", "other_branch"), ("B2", "other_branch")]
)
def test_a_scheme_of_some_branches_covers_what_is_below_them(branch: str, reason: str) -> None:
    bounds = Bounds(["corporate"], [branch], LADDER, END)
    assert scope.left_out(candidate(), bounds) == reason


@given(AMOUNTS, st.fractions(min_value=Fraction(1, 10**6), max_value=10**12))
def test_a_jump_is_a_fifth_or_more_above_the_quarter(last: Fraction, quarter: Fraction) -> None:
    assert flags.jumped(last, quarter) == (last * 100 / quarter - 100 >= 20)


def test_the_edges_of_a_jump() -> None:
    average = Fraction(100, 3)
    assert flags.jumped(average * Fraction(6, 5), average)
    assert not flags.jumped(average * Fraction(6, 5) - Fraction(1, 10**9), average)
    assert flags.jumped(Fraction(1), Fraction(0))
    assert not flags.jumped(Fraction(0), Fraction(0))


@pytest.mark.parametrize("step", list(procedure.STEPS))
def test_seats_conflict_exactly_when_they_differ(step: str) -> None:
    for earlier in procedure.STEPS:
        differ = procedure.STEPS[earlier].seat != procedure.STEPS[step].seat
        assert procedure.conflicting(step, ["open", earlier][1:]) == (earlier if differ else "")
    assert procedure.conflicting(step, []) == ""


@given(
    st.sampled_from(range(6)),
    st.sampled_from(["keep", "promote", "demote"]),
    st.booleans(),
    st.text(max_size=3),
)
def test_whatever_may_be_decided_is_one_step_at_most_and_explained(
    place: int, outcome: decisions.Outcome, vetoed: bool, reason: str
) -> None:
    above, below = (LADDER[place - 1] if place else ""), (LADDER[place + 1] if place < 5 else "")
    case = Case(LADDER[place], above, below, LADDER[place], vetoed)
    if decisions.objection(outcome, case, reason=reason):
        return
    after = LADDER.index(decisions.grade_after(outcome, case))
    assert abs(after - place) <= 1
    assert after == place or reason.strip()
    assert not (vetoed and after < place)


def test_whoever_joined_inside_the_period_may_be_left_out_by_the_rulebook() -> None:
    who, whole = candidate(post_started_on=date(2026, 7, 2)), replace(BOUNDS, joined_by=date(2026, 7, 1))
    assert (scope.left_out(who, BOUNDS), scope.left_out(who, whole)) == ("", "joined_in_period")
    assert scope.left_out(replace(who, post_started_on=date(2026, 7, 1)), whole) == ""
