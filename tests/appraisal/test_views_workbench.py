"""我的工作台: the figures are those of ledger and rulebook, and only for those who may see them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from ledger import queries as ledger
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, Reach, Staff, manager
from tests.appraisal.pages import as_, manager_login, text

YEAR = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def test_a_manager_sees_own_grade_next_period_and_verdict(staff: Staff) -> None:
    context = as_(manager_login(smallbank.RISING)).get("/me/").context
    assert (context["title"], context["ahead"], context["since"]) == (
        "四级客户经理",
        "2026 年第四季度",
        date(2020, 1, 1),
    )
    assert context["standing"].verdict.outcome == "promote"
    assert [(sheet.grade, sheet.outcome, is_next) for sheet, is_next in context["sheets"]] == [
        ("三级", "met", True),
        ("四级", "met", False),
    ]


def test_every_criterion_carries_the_exact_figure_of_the_rulebook(staff: Staff) -> None:
    context = as_(manager_login(smallbank.STEADY)).get("/me/").context
    rows = {row["name"]: row for row in context["own_sheet"].rows}
    assert rows["a 存款日均"]["value"] == Fraction(20_000_000)
    assert rows["a 存款日均"]["threshold"] == Fraction(15_000_000)
    assert (rows["a 存款日均"]["state"], rows["a 存款日均"]["remark"]) == (
        "met",
        "超出 500 万 · 预计 2,000 万",
    )
    assert rows["a 存款日均"]["url"] == (
        "/managers/1001/figures/deposit_daily_average/?on=2026-09-30&window=year&floor=500000"
    )


def test_the_planner_says_what_the_nearest_line_takes(staff: Staff) -> None:
    advice = as_(manager_login(smallbank.STEADY)).get("/me/").context["advice"]
    # 15,000,000 new on last year's 20,000,000 over 365 days, of which 273 were held at 20,000,000
    needed = Fraction(35_000_000 * 365 - 20_000_000 * 273, 92)
    assert (advice.line, advice.threshold, advice.plan.days) == ("三级新增存款标准", 15_000_000, 92)
    assert 0 <= Fraction(advice.plan.hold) - needed < Fraction(1, 100)
    assert advice.plan.increase == advice.plan.hold - Decimal(20_000_000)


def test_the_curve_ends_in_the_figure(staff: Staff) -> None:
    for number in (smallbank.STEADY, smallbank.GIVER, smallbank.SPIKE):
        context = as_(manager_login(number)).get("/me/").context
        row = next(row for row in context["own_sheet"].rows if row["name"] == "a 存款日均")
        last = context["deposit_chart"]["series"][0]["points"][-1]
        assert last[0] == "2026-09-30"
        assert abs(Fraction(last[1]) - row["value"]) <= Fraction(1, 200)


def test_contributions_add_up_to_the_reading_at_every_floor(staff: Staff) -> None:
    run = ledger.latest_run()
    assert run is not None
    for number in smallbank.IN_SCOPE:
        who = manager(number)
        rows = ledger.contributions(who.pk, start=YEAR, days=[run.business_date])[run.business_date]
        for floor in ledger.stored_floors():
            reading = ledger.readings(run, ["year"], [floor], [who.pk])[who.pk, "year", floor]
            inside = [row for row in rows if row.own_deposit >= floor * reading.days]
            assert sum((row.deposit for row in inside), Decimal(0)) == reading.deposit_product
            assert sum((row.loan for row in inside), Decimal(0)) == reading.loan_product


def test_a_customer_handed_over_in_part_shows_its_share_of_today(staff: Staff) -> None:
    context = as_(manager_login(smallbank.TAKER)).get("/me/").context
    found = {row["customer_no"]: (row["share"], row["state"]) for row in context["customers"]}
    assert found == {"C1009": (Decimal("0.100000"), "counted"), "C1010": (Decimal("1.000000"), "counted")}


def test_customers_sort_by_the_column_asked_for(staff: Staff) -> None:
    client = as_(manager_login(smallbank.TAKER))
    by = {
        key: [row["customer_no"] for row in client.get("/me/", {"sort": key}).context["customers"]]
        for key in ("deposit", "own", "nonsense")
    }
    assert by == {"deposit": ["C1010", "C1009"], "own": ["C1009", "C1010"], "nonsense": ["C1010", "C1009"]}


def test_a_manager_without_a_rulebook_still_sees_averages_and_customers(staff: Staff) -> None:
    response = as_(manager_login(smallbank.OTHER_LINE)).get("/me/")
    assert "没有适用的管理办法" in text(response)
    assert [row["deposit"] for row in response.context["customers"]] == [Fraction(20_000_000)]


def test_the_timeline_hides_the_decision_until_it_is_published(reach: Reach, staff: Staff) -> None:
    client = as_(manager_login(smallbank.STEADY))
    reach(smallbank.STEADY, "decided")
    before = client.get("/me/").context["appraisal"]
    assert (before["tag"]["text"], before["result"]) == ("已决定", None)
    assert [step["by"] for step in before["steps"]][:3] == ["人力资源", "人力资源", "人力资源"]


def test_the_published_result_is_told(reach: Reach, staff: Staff) -> None:
    reach(smallbank.STEADY, "published")
    found = as_(manager_login(smallbank.STEADY)).get("/me/").context["appraisal"]
    assert found["result"] == {"outcome": "维持", "grade": "四级", "changed": False, "up": False}
    assert [step["state"] for step in found["steps"]] == ["done"] * 6


def test_the_workbench_of_another_is_not_there_outside_ones_scope(staff: Staff) -> None:
    colleague = as_(manager_login(smallbank.STEADY))
    assert colleague.get(f"/managers/{smallbank.RISING}/").status_code == 404
    assert as_(staff["risk_west"]).get(f"/managers/{smallbank.RISING}/").status_code == 404
    assert as_(staff["admin"]).get(f"/managers/{smallbank.RISING}/").status_code == 404
    assert as_(staff["risk"]).get(f"/managers/{smallbank.RISING}/").status_code == 200


def test_the_group_sees_the_dossier_but_no_customer(staff: Staff) -> None:
    response = as_(staff["leader"]).get(f"/managers/{smallbank.RISING}/")
    assert (response.status_code, "C1003" in text(response), "高升公司" in text(response)) == (
        200,
        False,
        False,
    )


def test_whoever_is_no_manager_is_refused_in_chinese(staff: Staff) -> None:
    response = as_(staff["hr"]).get("/me/")
    assert response.status_code == 403
    assert "您的账号没有关联客户经理档案" in text(response)


def test_the_page_asks_the_database_as_often_for_one_customer_as_for_two(
    staff: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, two = as_(manager_login(smallbank.STEADY)), as_(manager_login(smallbank.TAKER))
    with CaptureQueriesContext(connection) as asked:
        one.get("/me/")
    with django_assert_num_queries(len(asked.captured_queries)):
        two.get("/me/")
