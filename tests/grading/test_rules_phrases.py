"""Calculations without a title of their own read as words."""

import pytest

from grading.rules.phrases import phrase
from tests.grading.language import book

DEPOSITS, LOANS = '{ metric = "deposit_daily_average" }', '{ metric = "loan_daily_average" }'
SAID = [
    (
        f"{{ sum = [{DEPOSITS}, {{ metric = \"loan_daily_average\", times = 0.3 }}] }}",
        "存款日均（不含协议存款） + 贷款日均 × 0.3",
        "Daily-average deposits (no agreement deposits) + Daily-average loans × 0.3",
    ),
    (
        f"{{ ratio = [{{ minus = [{LOANS}, 5] }}, {LOANS}] }}",
        "（贷款日均 − 5） ÷ 贷款日均",
        "(Daily-average loans − 5) ÷ Daily-average loans",
    ),
    (
        '{ metric = "loan_daily_average", peers = "mean", among = "grade", times = 1.3 }',
        "贷款日均（同组平均） × 1.3",
        "Daily-average loans (mean of peers) × 1.3",
    ),
    (
        f'{{ ratio = [{LOANS}, {{ target = "loan_daily_average" }}], peers = "rank", among = "branch" }}',
        "贷款日均 ÷ 计划目标“贷款日均”（同组名次）",
        "Daily-average loans ÷ Target of the plan “Daily-average loans” (rank among peers)",
    ),
    (
        '{ target = "loan_daily_average", ago = 1 }',
        "往前 1 期计划目标“贷款日均”",
        "Target of the plan “Daily-average loans”, 1 periods before",
    ),
    (
        '{ observed = { metric = "loan_daily_average" }, each = "month", last = 3, take = "mean" }',
        "贷款日均（近 3 月平均）",
        "Daily-average loans (mean of the last 3 months)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("operand", "chinese", "english"), SAID)
def test_a_calculation_in_words(operand: str, chinese: str, english: str) -> None:
    rulebook = book(
        standards=f'[[standards]]\ngrades = ["upper", "middle", "lower"]\nwindow = "year"\ncites = "x"\n'
        f'sum = [{operand}]\nop = ">="\nvalue = 0\n'
    )
    (inner,) = rulebook.standards["middle"].operands()[0].parts()
    assert phrase(inner, rulebook.parameters) == (chinese, english)


def test_a_comparison_without_a_title_is_called_by_what_it_compares() -> None:
    rulebook = book(
        standards='[[standards]]\ngrades = ["upper", "middle", "lower"]\nwindow = "year"\ncites = "x"\n'
        "all = ["
        '{ metric = "interest_received", op = ">=", value = { event = "own_pay", times = 4 } }]\n'
    )
    (leaf,) = rulebook.standards["middle"].parts()
    assert (leaf.label.title, leaf.label.title_en) == (
        "实收利息，对比事项数量“own_pay” × 4",
        "Interest received against Quantity of events “own_pay” × 4",
    )
