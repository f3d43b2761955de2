"""How points are earned is told in words, on the version's page and in print."""

from datetime import date

import pytest
from django.utils import translation

from grading import clauses
from grading.rules.schema import Rulebook
from tests.grading.language import book

LOANS = '{ metric = "loan_daily_average" }'


def sheet(item: str) -> Rulebook:
    """A book whose one item earns its points like this."""
    return book(f"""
[[scoring]]
title = "计分"
title_en = "Sheet"
window = "year"
periods = ["quarter"]
[[scoring.items]]
code = "x"
title = "甲"
title_en = "A"
cites = "第五条"
points = 20
{item}
""")


SAID = [
    (
        f"rate = {{ figure = {LOANS}, target = {{ target = \"loan_daily_average\" }}, no_more_than = 1.2 }}\n"
        'absent = "elsewhere"',
        "标准分 × 贷款日均 ÷ 计划目标“贷款日均”，倍数在 0 与 1.2 之间；"
        "没有可计量的业务或计划时，分数转到其他项",
        "full points × Daily-average loans ÷ Target of the plan “Daily-average loans”, from 0 to 1.2 times;"
        " its points move to the other items where there is nothing to measure or no plan",
    ),
    (
        f"slope = {{ figure = {LOANS}, from = 5, per = 2, up = 1, down = 3, whole_steps = true }}\n"
        "no_less_than = 0\nno_more_than = 25",
        "标准分起，贷款日均 每高于 5 一个 2 加 1 分，每低一个减 3 分，只算整步；至少 0 分；至多 25 分",
        "full points, 1 more for every 2 by which Daily-average loans is above 5, 3 fewer for every 2 below,"
        " whole steps only; at least 0 points; at most 25 points",
    ),
    (
        f"figure = {LOANS}\nbands = [{{ from = 1, points = 5 }}, {{ from = 2, points = 10 }}]",
        "按 贷款日均：满 1 得 5 分，满 2 得 10 分，以下 0 分",
        "by Daily-average loans: 5 from 1, 10 from 2, 0 below",
    ),
    (
        'events = [{ event = "late", each = -5 }, { event = "praise", each = 2 }]',
        "标准分起，事项数量“late”每一单位计 -5 分；事项数量“praise”每一单位计 2 分",
        "full points, then -5 for each of Quantity of events “late”;"
        " 2 for each of Quantity of events “praise”",
    ),
    (
        'if_met = { all = [{ metric = "advances", op = "none_of" }, '
        '{ metric = "loan_balance", op = ">=", value = 1 }] }\n'
        'needs = { metric = "certificate_valid", op = "passed" }\notherwise = -2',
        "垫款 不得发生，且贷款余额 不低于 1 的得标准分，否则 0 分；前提：岗位资格证书有效 合格；未达得 -2 分",
        "full points where Advances must not occur and Loan balance at least 1, otherwise none;"
        " provided Certificate valid passed; otherwise -2 points",
    ),
    (
        f"formula = {LOANS}\nabsent = 3",
        "得分为 贷款日均；没有可计量的业务或计划时得 3 分",
        "the points are Daily-average loans; 3 points where there is nothing to measure or no plan",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("item", "chinese", "english"), SAID, ids=[each[0].split(" ")[0] for each in SAID])
def test_how_points_are_earned_is_a_sentence(item: str, chinese: str, english: str) -> None:
    assert sheet(item).sheets[0].items[0].how == (chinese, english)


@pytest.mark.parametrize(("language", "place"), [("zh-hans", 1), ("en", 2)])
def test_the_sentence_stands_under_its_item(language: str, place: int) -> None:
    with translation.override(language):
        (found,) = clauses.sheets(sheet(SAID[2][0]), date(2026, 9, 30))
        assert [row["text"] for row in found["rows"]] == [["甲", "A"][place - 1], SAID[2][place]]
