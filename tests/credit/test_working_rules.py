"""Commitments, periods of plans and spreads of answers, without a database."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.rules import working
from credit.rules.working import Facts, judged

D = Decimal


@pytest.mark.parametrize(
    ("kind", "threshold", "facts", "verdict", "actual"),
    [
        ("deposit_share", D(40), Facts(deposits=D(40), all_deposits=D(100)), "met", Fraction(40)),
        (
            "deposit_share",
            D(40),
            Facts(deposits=D("39.99"), all_deposits=D(100)),
            "not_met",
            Fraction(3999, 100),
        ),
        ("deposit_share", D(40), Facts(deposits=D(40)), "not_known", None),
        ("deposit_share", D(40), Facts(all_deposits=D(100)), "not_known", None),
        # what the customer states cannot be less than what we hold, and of nothing there is no share
        ("deposit_share", D(40), Facts(deposits=D(40), all_deposits=D(39)), "not_known", None),
        ("deposit_share", D(40), Facts(deposits=D(0), all_deposits=D(0)), "not_known", None),
        ("deposit_average", D(100), Facts(deposits=D(100)), "met", Fraction(100)),
        ("loan_limit", D(100), Facts(loans=D(101)), "not_met", Fraction(101)),
        ("loan_limit", D(100), Facts(loans=D(0)), "met", Fraction(0)),
        ("debt_ratio", D(60), Facts(debt_ratio=D(60)), "met", Fraction(60)),
        ("current_ratio", D(120), Facts(), "not_known", None),
        ("payroll", D(5), Facts(payroll=D(0)), "not_met", Fraction(0)),
        ("other", None, Facts(), "in_words", None),
    ],
)
def test_a_commitment_is_kept_broken_or_not_known(
    kind: str, threshold: Decimal | None, facts: Facts, verdict: str, actual: Fraction | None
) -> None:
    found = judged(kind, threshold, facts)
    assert (found.verdict, found.actual) == (verdict, actual)


def test_deposits_follow_loans() -> None:
    stated = {"all_deposits": D(100), "all_loans": D(200)}
    assert judged("deposit_follows_loans", None, Facts(D(50), D(100), **stated)).verdict == "met"
    assert judged("deposit_follows_loans", None, Facts(D(49), D(100), **stated)).verdict == "not_met"
    assert judged("deposit_follows_loans", None, Facts(D(0), D(0), all_deposits=D(100))).verdict == "met"
    unknown = judged("deposit_follows_loans", None, Facts(D(50), D(100), all_deposits=D(100)))
    assert (unknown.verdict, unknown.actual, unknown.lacking) == ("not_known", 50, ("all_loans",))


@given(st.integers(1990, 2100))
def test_the_quarters_of_a_plan_are_its_year(year: int) -> None:
    quarters = [working.days_of(year, f"q{number}") for number in range(1, 5)]
    assert (quarters[0][0], quarters[-1][1]) == working.days_of(year, "year")
    assert all(before[1] + timedelta(days=1) == after[0] for before, after in pairwise(quarters))


@given(st.lists(st.fractions(1, 5), max_size=12))
def test_few_answers_stay_unseen_and_many_lie_between_their_ends(values: list[Fraction]) -> None:
    found = working.spread(values)
    if len(values) < working.LEAST_ANSWERS:
        assert found is None
    else:
        assert found is not None
        assert found.low <= found.middle <= found.high
        assert found.low <= found.mean <= found.high


@pytest.mark.parametrize(
    ("counts", "shown"),
    [([5, 4], True), ([5, 2], False), ([5, 2, 1], True), ([2, 0], False), ([1, 1], False), ([0], True)],
)
def test_a_total_does_not_tell_what_is_hidden(counts: list[int], shown: bool) -> None:
    assert working.total_may_show(counts) is shown
