"""Scoring, transitions and pay: each way of earning points, of moving a grade, and of paying, by cases."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.rules import verdict
from grading.rules.paying import shared_out
from tests.grading.language import book, cases, document, judged

HEAD = """
[[scoring]]
code = "monthly"
title = "百分考核"
title_en = "100 points"
window = "month"
periods = ["quarter"]
"""
DEPOSITS = '{ metric = "deposit_daily_average" }'


def item(code: str, text: str) -> str:
    named = f'code = "{code}"\ntitle = "{code}"\ntitle_en = "{code}"\ncites = "第九条"'
    return f"[[scoring.items]]\n{named}\n{text}\n"


def points(text: str, **figures: Any) -> Fraction | None:
    result = judged(book(HEAD + item("x", f"points = 30\n{text}")), figures)
    return result.scores[0].items[0].points.value


RATE = f"rate = {{ figure = {DEPOSITS}, target = 100 }}"
NEEDS = '\nneeds = { metric = "deposit_daily_average", op = ">=", value = 50 }'
EARNED = document("scoring_cases.toml")["earned"]


@pytest.mark.parametrize("row", cases(EARNED))
def test_every_way_of_earning_points(row: dict[str, Any]) -> None:
    assert points(row["item"], deposit_daily_average=row["deposits"]) == Fraction(row["points"])


def test_events_take_points_away_down_to_a_floor() -> None:
    text = 'events = [{ event = "late", each = -2 }, { event = "praise", each = 1 }]\nno_less_than = 20'
    taken = {"event_quantity@month[event=late]": 3, "event_quantity@month[event=praise]": 1}
    assert points(text, **taken) == 25
    assert points(text, **{**taken, "event_quantity@month[event=late]": 30}) == 20


PLAN = f'rate = {{ figure = {DEPOSITS}, target = {{ target = "deposit_daily_average" }} }}\nabsent = '
LOANS = 'points = 70\nrate = { figure = { metric = "loan_daily_average" }, target = 10 }'


@pytest.mark.parametrize(
    ("absent", "state", "expected", "total"),
    [
        ('"full"', "stood_in", 30, 65),
        ('"zero"', "stood_in", 0, 35),
        ("12", "stood_in", 12, 47),
        ('"elsewhere"', "left_out", None, 50),
        ('"undecided"', "undecided", None, None),
    ],
)
def test_what_a_missing_target_means(absent: str, state: str, expected: Any, total: Any) -> None:
    rulebook = book(HEAD + item("plan", f"points = 30\n{PLAN}{absent}") + item("loans", LOANS))
    figures = {"deposit_daily_average": 1, "target_value": "no_target", "loan_daily_average": 5}
    (sheet,) = judged(rulebook, figures).scores
    assert (sheet.items[0].state, sheet.items[0].points.value, sheet.total.value) == (state, expected, total)


def test_what_rests_on_an_item_moved_elsewhere_does_not_wait_for_its_plan() -> None:
    """A floor that holds where deposits score full; without a plan there is neither."""
    floor = 'no_less_than = { if = { points_of = "plan", op = ">=", value = 30 }, then = 15, else = 7 }'
    plan, loans = item("plan", f'points = 30\n{PLAN}"elsewhere"'), item("loans", f"{LOANS}\n{floor}")
    figures = {"deposit_daily_average": 1, "target_value": "no_target", "loan_daily_average": 0}
    (sheet,) = judged(book(HEAD + plan + loans), figures).scores
    assert [(each.points.value, each.points.reason) for each in sheet.items] == [
        (None, "no_target"),
        (10, ""),
    ]
    late = judged(book(HEAD + plan + loans), figures | {"target_value": "missing"}).scores[0]
    assert [each.state for each in late.items] == ["undecided", "undecided"]


def test_a_feed_that_is_late_is_never_filled_in() -> None:
    rulebook = book(HEAD + item("plan", f'points = 30\n{PLAN}"full"'))
    (sheet,) = judged(rulebook, {"deposit_daily_average": "missing", "target_value": 1}).scores
    assert (sheet.total.value, sheet.total.reason) == (None, "feed_missing")


RESULTS = """
[[scoring.results]]
code = "good"
title = "优"
title_en = "Good"
from = 90
cites = "第十条"
[[scoring.results]]
code = "fair"
title = "中"
title_en = "Fair"
from = 60
cites = "第十条"
"""
BY_RESULT = """
[[transitions.quarter]]
result = ["good"]
outcome = "promote"
why = "优"
why_en = "Good"
cites = "第十条"
[[transitions.quarter]]
result = ["fair"]
outcome = "keep"
why = "中"
why_en = "Fair"
cites = "第十条"
[[transitions.quarter]]
if = { points_of = "monthly", op = "<", value = 40 }
outcome = "demote"
why = "差"
why_en = "Poor"
cites = "第十条"
[[transitions.quarter]]
outcome = "warn"
why = "预警"
why_en = "Warning"
cites = "第十条"
"""


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (90, ("promote", "upper")),
        (89.99, ("keep", "middle")),
        (60, ("keep", "middle")),
        (59, ("warn", "middle")),
        (40, ("warn", "middle")),
        (39, ("demote", "lower")),
        ("missing", ("undecided", "middle")),
    ],
)
def test_a_score_moves_a_grade(total: Any, expected: tuple[str, str]) -> None:
    rulebook = book(HEAD + item("x", f"points = 100\nformula = {DEPOSITS}") + RESULTS, transitions=BY_RESULT)
    result = judged(rulebook, {"deposit_daily_average": total})
    assert (result.outcome, result.proposed_grade) == expected


def test_one_item_may_rest_on_another() -> None:
    bonus = 'formula = { if = { points_of = "x", op = ">=", value = 30 }, then = 5 }'
    rulebook = book(HEAD + item("x", f"points = 30\n{RATE}") + item("bonus", bonus))
    assert judged(rulebook, {"deposit_daily_average": 100}).scores[0].total.value == 35
    assert judged(rulebook, {"deposit_daily_average": 99}).scores[0].total.value == Fraction(297, 10)


def moving(*rules: str) -> str:
    words = 'why = "因"\nwhy_en = "why"\ncites = "第十一条"\n'
    return "".join(f"[[transitions.quarter]]\n{rule}\n{words}" for rule in (*rules, 'outcome = "keep"'))


TWICE_WARNED = 'if = { metric = "outcome_run", outcome = "warn", op = ">=", value = 2 }'
THRICE_PROMOTED = 'if = { metric = "outcome_count", outcome = "promote", op = ">=", value = 3 }'
RATCHET = moving(f'{TWICE_WARNED}\noutcome = "demote"', f'{THRICE_PROMOTED}\noutcome = "promote"\nsteps = 2')


def test_times_in_a_row_and_within_the_year() -> None:
    rulebook = book(transitions=RATCHET)
    plain = {"outcome_run": 1, "outcome_count": 2}
    assert judged(rulebook, plain).outcome == "keep"
    assert judged(rulebook, {**plain, "outcome_run": 2}).proposed_grade == "lower"
    assert judged(rulebook, {**plain, "outcome_count": 3}, grade="lower").proposed_grade == "upper"


LADDER = "".join(
    f'''
[[standards]]
grades = ["{grade}"]
window = "year"
metric = "deposit_daily_average"
op = ">="
value = {bar}
cites = "x"
'''
    for grade, bar in (("upper", 100), ("middle", 50), ("lower", 10))
)


@pytest.mark.parametrize(
    ("deposits", "grade", "expected"),
    [
        (100, "lower", ("promote", "upper")),
        (50, "upper", ("demote", "middle")),
        (50, "middle", ("keep", "middle")),
        (0, "upper", ("demote", "lower")),
        ("missing", "upper", ("undecided", "upper")),
    ],
)
def test_the_grade_may_follow_from_the_figures_alone(
    deposits: Any, grade: str, expected: tuple[str, str]
) -> None:
    rulebook = book(standards=LADDER, transitions=moving('outcome = "adjust"\nto = "reached"'))
    result = judged(rulebook, {"deposit_daily_average": deposits}, grade=grade)
    assert (result.outcome, result.proposed_grade) == expected


def test_too_short_a_history_is_not_ranked() -> None:
    rulebook = book(
        transitions=moving(
            'if = { metric = "periods_appraised", op = "<", value = 2 }\noutcome = "not_ranked"'
        )
    )
    assert judged(rulebook, {"periods_appraised": 1}).outcome == "not_ranked"
    assert judged(rulebook, {"periods_appraised": 2}).outcome == "keep"


PAY = """
[pay]
[[pay.items]]
code = "bonus"
title = "奖金"
title_en = "Bonus"
cites = "第十二条"
periods = ["quarter"]
"""


def paid(text: str, **figures: Any) -> Any:
    (award,) = judged(book(PAY + text), figures).pay
    return award


def test_pay_is_rounded_once_to_the_fen() -> None:
    assert paid(
        f'amount = {{ ratio = [{DEPOSITS}, 3] }}\nwindow = "year"', deposit_daily_average=100
    ).amount == Decimal("33.33")


DEFERRED = """window = "year"
amount = { metric = "deposit_daily_average", times = 0.001 }
[pay.items.deferral]
share = 0.4
releases = [
  { after_months = 12, share = 0.3333 },
  { after_months = 24, share = 0.3333 },
  { after_months = 36, share = 0.3334 },
]
claw_back = { metric = "advances", window = "year", op = ">", value = 0, cites = "第十三条" }
"""


def test_a_deferral_is_released_in_vintages_that_add_up() -> None:
    award = paid(DEFERRED, deposit_daily_average=100_010, advances=0)
    assert [(entry.kind, entry.due_on, entry.amount) for entry in award.entries] == [
        ("paid", date(2026, 9, 30), Decimal("60.01")),
        ("release", date(2027, 9, 30), Decimal("13.33")),
        ("release", date(2028, 9, 30), Decimal("13.33")),
        ("release", date(2029, 9, 30), Decimal("13.34")),
    ]
    assert (award.amount, award.clawed_back.outcome) == (Decimal("100.01"), "not_met")
    assert paid(DEFERRED, deposit_daily_average=1, advances=1).clawed_back.outcome == "met"


@pytest.mark.parametrize(
    ("earned", "before", "expected"),
    [(-30, 0, ("0.00", "-30.00")), (50, -30, ("20.00", "0.00")), (500, 0, ("100.00", "400.00"))],
)
def test_shortfall_and_surplus_go_on_to_the_next_period(
    earned: int, before: int, expected: tuple[str, str]
) -> None:
    text = f'window = "year"\namount = {DEPOSITS}\ncarry = "both"\ncap = 100'
    award = paid(text, deposit_daily_average=earned, pay_carried=before)
    assert (str(award.amount), str(award.carried)) == expected


@given(amount=st.decimals(0, 10**9, places=2), shares=st.lists(st.integers(1, 999), min_size=1, max_size=6))
@settings(max_examples=200)
def test_parts_always_add_up_to_the_fen(amount: Decimal, shares: list[int]) -> None:
    parts = shared_out(amount, [Decimal(share) / 1000 for share in shares])
    assert sum(parts) == amount


def test_scores_pay_and_rules_survive_being_stored() -> None:
    rulebook = book(
        HEAD + item("x", f"points = 30\n{RATE}{NEEDS}") + RESULTS, PAY + DEFERRED, transitions=BY_RESULT
    )
    result = judged(rulebook, {"deposit_daily_average": 100, "advances": 0})
    assert verdict.Verdict.from_dict(result.to_dict()) == result


def two(first: str, second: str) -> Any:
    """The sheet of two items: plain deposits of 10, no plan for anything."""
    rulebook = book(HEAD + item("one", first) + item("two", second))
    return judged(rulebook, {"deposit_daily_average": 10, "target_value": "no_target"}).scores[0]


NO_PLAN = 'rate = { figure = 5, target = { target = "deposit_daily_average" } }'
PLAIN = f"rate = {{ figure = {DEPOSITS}, target = 10 }}"
NO_BANDS = """figure = { target = "deposit_daily_average" }
bands = [{ from = 60, points = 10 }, { from = 90, points = 25 }]
absent = "full"
"""
NO_BAR = """points = 40
if_met = { metric = "deposit_daily_average", op = ">=", value = { target = "x" } }
absent = "full"
"""
ELSEWHERE, SIXTY = f'points = 40\n{NO_PLAN}\nabsent = "elsewhere"', f"points = 60\n{PLAIN}"


@pytest.mark.parametrize(
    ("first", "second", "total"),
    [
        # what moves, and what stands in, is what the item is worth: full points × times
        (
            f'points = 100\ntimes = 0.4\n{NO_PLAN}\nabsent = "elsewhere"',
            f"points = 100\ntimes = 0.6\n{PLAIN}",
            100,
        ),
        (f'points = 50\ntimes = 0.4\n{NO_PLAN}\nabsent = "full"', SIXTY, 80),
        # nothing is left to be scored; a stand-in takes nothing in; bands are worth their highest one
        (ELSEWHERE, f'points = 60\n{NO_PLAN}\nabsent = "elsewhere"', None),
        (ELSEWHERE, f"points = 60\n{NO_PLAN}\nabsent = 18", 18),
        (NO_BANDS, SIXTY, 85),
        # a condition that waits for a plan never made is absent, not open
        (NO_BAR, SIXTY, 100),
    ],
)
def test_what_stands_in_for_what_was_never_planned(first: str, second: str, total: Any) -> None:
    assert two(first, second).total.value == total


def test_a_carry_is_not_lost_while_a_period_is_open() -> None:
    text = f'window = "year"\namount = {DEPOSITS}\ncarry = "both"\ncap = 100'
    award = paid(text, deposit_daily_average="missing", pay_carried=-60)
    assert (award.amount, award.carried) == (None, Decimal("-60.00"))


def test_less_than_nothing_is_not_deferred() -> None:
    award = paid(DEFERRED, deposit_daily_average=-1000, advances=0)
    assert [(entry.kind, entry.amount) for entry in award.entries] == [("paid", Decimal("-1.00"))]
