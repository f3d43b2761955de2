"""The page behind a figure: it adds up, says why, and opens only to those who may see customers."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import time_machine

from ledger import explanations
from ledger.models import Bundle
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, Staff
from tests.appraisal.pages import as_, manager_login, text


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def address(metric: str, number: str = smallbank.GIVER) -> str:
    return f"/managers/{number}/figures/{metric}/"


@pytest.mark.parametrize("metric", explanations.explainable())
def test_every_figure_has_a_page_whose_rows_add_up(staff: Staff, metric: str) -> None:
    window = "month" if metric.endswith("month") or metric == "deposit_month_average" else "year"
    response = as_(staff["risk"]).get(address(metric), {"window": window, "on": "2026-09-30"})
    context = response.context
    assert (response.status_code, context["found"].adds_up) == (200, True)
    for section in context["sections"]:
        shown = sum((Fraction(row["own"]) for row in section["rows"]), Fraction(0))
        counted = sum(fact["state"] == "counted" for fact in section["facts"])
        assert (counted if section["facts"] else shown) == section["value"]


def test_the_rows_say_share_days_product_and_line_of_the_file(staff: Staff) -> None:
    context = as_(staff["risk"]).get(address("deposit_daily_average"), {"window": "year"}).context
    (row,) = context["sections"][0]["rows"]
    assert (row["name"], row["attribution"], row["state"]) == (
        "让渡公司",
        "100% 至 08-14 · 90% 自 08-15",
        "counted",
    )
    assert [(span["period"], span["days"], span["share"], span["product"]) for span in row["spans"]] == [
        ("01-01 – 08-14", 226, Decimal(1), Decimal(30_000_000 * 226)),
        ("08-15 – 09-30", 47, Decimal("0.9"), Decimal(27_000_000 * 47)),
    ]
    bundle = Bundle.objects.get().pk
    assert [span["sources"] for span in row["spans"]] == [
        [f"批次 {bundle} · balances.csv 第 10 行", f"批次 {bundle} · assignments.csv 第 11 行"],
        [f"批次 {bundle} · assignments.csv 第 12 行"],
    ]


def test_a_customer_below_the_floor_is_left_out_and_says_why(staff: Staff) -> None:
    asked = {"window": "year", "floor": "50000000"}
    context = as_(staff["risk"]).get(address("deposit_daily_average"), asked).context
    (row,) = context["sections"][0]["rows"]
    assert (row["own"], row["text"]) == (0, "客户存款日均低于 5,000 万，未计")


@pytest.mark.parametrize(
    "asked",
    [
        {"window": "decade"},
        {"on": "yesterday"},
        {"on": "2020-01-01"},
        {"floor": "many"},
    ],
)
def test_what_there_is_not_is_a_page_that_says_so(staff: Staff, asked: dict[str, str]) -> None:
    response = as_(staff["risk"]).get(address("deposit_daily_average"), asked)
    assert response.status_code == 404
    assert "没有这一页" in text(response)


def test_an_unknown_metric_is_not_there(staff: Staff) -> None:
    assert as_(staff["risk"]).get(address("happiness")).status_code == 404


def test_only_those_in_scope_who_may_see_customers_get_in(staff: Staff) -> None:
    url = address("deposit_daily_average")
    seen = {
        name: as_(staff[name]).get(url).status_code for name in ("risk", "leader", "risk_west", "admin", "hr")
    }
    assert seen == {"risk": 200, "leader": 403, "risk_west": 404, "admin": 404, "hr": 200}
    assert as_(manager_login(smallbank.GIVER)).get(url).status_code == 200
    assert as_(manager_login(smallbank.STEADY)).get(url).status_code == 404
