"""What can be calculated in a rulebook: each kind of operand by cases, and what figures not there do."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.grading.language import cases, document, outcome, value

DEPOSITS = '{ metric = "deposit_daily_average" }'
LOANS = '{ metric = "loan_daily_average" }'
OPERANDS = document("operand_cases.toml")


@pytest.mark.parametrize("row", cases(OPERANDS["cases"]))
def test_a_calculation_is_exact(row: dict[str, Any]) -> None:
    assert value(row["operand"], OPERANDS["figures"]).value == Fraction(row["comes_to"])


PAST = {f"deposit_month_average@month[ago={ago}]": amount for ago, amount in ((1, 20), (2, 30), (3, 99))}
OBSERVED = '{ metric = "deposit_month_average", window = "month" }'
MONTHS = f'{{ observed = {OBSERVED}, each = "month", last = 3, take = "mean" }}'


def test_the_mean_of_month_averages_looks_back_month_by_month() -> None:
    assert value(MONTHS, {"deposit_month_average@month": 10, **PAST}).value == 20


def test_a_month_that_is_not_there_leaves_the_mean_open() -> None:
    given = {"deposit_month_average@month": 10, **PAST, "deposit_month_average@month[ago=2]": "missing"}
    assert value(MONTHS, given).state == "missing"


def test_all_months_since_new_year() -> None:
    since = MONTHS.replace("last = 3", 'last = "year"').replace('"mean"', '"sum"')
    given = {f"deposit_month_average@month[ago={ago}]": 1 for ago in range(1, 12)}
    assert value(since, {"deposit_month_average@month": 1, **given}).value == 9


@pytest.mark.parametrize(
    ("first", "expected"),
    [(7, "value 7"), ("na", "value 4"), ("no_target", "value 4"), ("missing", "missing None")],
)
def test_a_fallback_passes_over_what_is_not_there_and_waits_for_what_is_awaited(
    first: Any, expected: str
) -> None:
    found = value(
        f"{{ first = [{DEPOSITS}, {LOANS}] }}", {"deposit_daily_average": first, "loan_daily_average": 4}
    )
    assert f"{found.state} {found.value}" == expected


def test_what_cannot_be_measured_weighs_more_than_what_is_awaited() -> None:
    given = {"deposit_daily_average": "missing", "loan_daily_average": "na"}
    assert value(f"{{ sum = [{DEPOSITS}, {LOANS}] }}", given).state == "not_applicable"
    assert value(f"{{ sum = [{DEPOSITS}, {LOANS}] }}", {**given, "loan_daily_average": 1}).state == "missing"


def test_nothing_is_divided_by_zero() -> None:
    found = value(
        f"{{ ratio = [{LOANS}, {DEPOSITS}] }}", {"deposit_daily_average": 0, "loan_daily_average": 1}
    )
    assert (found.state, found.reason) == ("not_applicable", "nothing_to_divide")


#: A threshold of its own for June and December, a number per branch, and one that changes in the year.
NUMBERS = """
[parameters.share]
title = "比例"
title_en = "Share"
unit = "CNY"
values = [{ starts_on = 2026-01-01, value = 100, cites = "第六条" }]
[parameters.share.by_month]
6 = [{ starts_on = 2026-01-01, value = 4, cites = "第六条" }]
12 = [{ starts_on = 2026-01-01, value = 8, cites = "第六条" }]
[parameters.share.by_branch]
B01 = [{ starts_on = 2026-01-01, value = 50, cites = "支行补充规定" }]
B02 = { upper = [{ starts_on = 2026-01-01, value = 70, cites = "支行补充规定" }] }
[parameters.weight]
title = "权重"
title_en = "Weight"
unit = "number"
values = [
  { starts_on = 2026-01-01, value = 10, cites = "第七条" },
  { starts_on = 2026-08-31, value = 40, cites = "第七条（修订）" },
]
"""


@pytest.mark.parametrize(
    ("month", "branch", "grade", "expected"),
    [
        (9, "", "middle", 100),
        (6, "", "middle", 4),
        (12, "", "middle", 8),
        (9, "B01", "middle", 50),
        (6, "B01", "middle", 50),
        (9, "B02", "middle", 100),
        (9, "B02", "upper", 70),
        (9, "B03", "upper", 100),
    ],
)
def test_a_number_of_the_month_or_of_the_branch_goes_before_the_common_one(
    month: int, branch: str, grade: str, expected: int
) -> None:
    more = {"on": date(2026, month, 30), "branch": branch, "grade": grade}
    assert value('{ number = "share" }', {}, NUMBERS, **more).value == expected


def test_a_weight_that_changes_inside_the_period_counts_by_days() -> None:
    """Of the 92 days of the quarter, 61 have 10 and 31 have 40."""
    found = value('{ mean_in_force = "weight", window = "quarter" }', {}, NUMBERS)
    assert found.value == Fraction(61 * 10 + 31 * 40, 92)


CONDITIONS = document("condition_cases.toml")


@pytest.mark.parametrize("row", cases(CONDITIONS["cases"]))
def test_a_comparison_with_something_else_than_a_number(row: dict[str, Any]) -> None:
    assert outcome(row["condition"], row["figures"], CONDITIONS["named"]) == row["outcome"]
