"""A regulation that no code knows, from files of figures to the exported verdicts: points, moves, and pay."""

import json
from collections.abc import Iterable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from grading.models import Verdict
from grading.rules.verdict import Verdict as Ruling
from grading.services import rejudged
from ledger.rules.windows import Window
from managers.models import User
from tests.grading.language import frame
from tests.ledger import bank

MONTHS = Window("span", date(1994, 1, 1), date(1994, 3, 31))
SCHEME = "points"
BOOK = (
    frame(
        ("first", "一级", "First"),
        ("second", "二级", "Second"),
        code=f'"{SCHEME}"',
        cycle='"month"',
        starts_on="1994-01-01",
    )
    + """
[parameters.pass_mark]
title = "合格分"
title_en = "Pass mark"
unit = "points"
values = [{ starts_on = 1994-01-01, value = 60, cites = "第三条" }]

[[scoring]]
code = "monthly"
title = "月度考核"
title_en = "Monthly"
window = "month"
periods = ["month"]
[[scoring.items]]
code = "deposits"
title = "存款"
title_en = "Deposits"
points = 60
cites = "第四条"
rate = { figure = { metric = "deposit_month_average" }, target = { target = "deposit_month_average" } }
absent = "full"
[[scoring.items]]
code = "conduct"
title = "日常行为"
title_en = "Conduct"
points = 40
cites = "第五条"
events = [{ event = "complaint", each = -15 }]
no_less_than = 0
[[scoring.results]]
code = "passed"
title = "合格"
title_en = "Passed"
from = "pass_mark"
cites = "第三条"

[[vetoes]]
code = "rank"
grades = ["first", "second"]
title = "名次"
title_en = "Rank"
cites = "第六条"
metric = "deposit_month_average"
window = "month"
peers = "rank"
among = "all"
op = "<="
value = 2

[[transitions.month]]
result = ["passed"]
outcome = "keep"
why = "合格"
why_en = "Passed"
cites = "第七条"
[[transitions.month]]
if = { metric = "outcome_run", outcome = "warn", op = ">=", value = 1 }
outcome = "demote"
why = "连续两月不合格"
why_en = "Failed twice in a row"
cites = "第七条"
[[transitions.month]]
outcome = "warn"
why = "不合格"
why_en = "Failed"
cites = "第七条"

[pay]
[[pay.items]]
code = "bonus"
title = "绩效"
title_en = "Bonus"
cites = "第八条"
window = "month"
amount = { points_of = "monthly", times = 10 }
[pay.items.deferral]
share = 0.3
releases = [{ after_months = 12, share = 0.5 }, { after_months = 24, share = 0.5 }]
"""
)


def command(*arguments: str) -> str:
    told = StringIO()
    call_command(*arguments, stdout=told, stderr=StringIO())
    return told.getvalue()


def delivered(folder: Path) -> None:
    """Two managers: E1 has a plan and complaints, E2 neither."""
    files: dict[str, Iterable[Any]] = {
        **bank.REGISTER,
        "balances.csv": [("A1", "1994-01-01", "1000.00"), ("A2", "1994-01-01", "0")],
        "assignments.csv": [("C1", "E1", "1", "1994-01-01", ""), ("C2", "E2", "1", "1994-01-01", "")],
        "fx_rates.csv": [("USD", "1994-01-01", "5.77")],
        "settlements.csv": [],
        "loan_classes.csv": [],
        "events.csv": [
            ("E1", "1994-01-10", "complaint", "1", "甲"),
            ("E1", "1994-02-10", "complaint", "3", ""),
        ],
        "targets.csv": [("E1", "deposit_month_average", "1994-01-01", "", "2000")],
    }
    bank.loaded(bank.write(folder / "bundle", files, MONTHS))


@pytest.fixture
def months(db: None, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The exported lines of two months, by month and employee number."""
    delivered(tmp_path)
    command("run_nights", "--from", "1994-01-31", "--to", "1994-02-28")
    for name in ("maker", "second"):
        User.objects.create_user(name)
    path = tmp_path / "points.toml"
    path.write_text(BOOK, encoding="utf-8")
    command("publish_rulebook", str(path), "--effective", "1994-01-01", "--by", "maker", "--second", "second")
    found = {}
    for period in ("1994M01", "1994M02"):
        command("appraise", "--scheme", SCHEME, "--period", period)
        lines = map(
            json.loads, command("export_verdicts", "--scheme", SCHEME, "--period", period).splitlines()
        )
        found[period] = {line["employee_no"]: line for line in lines}
    return found


def test_points_follow_from_plan_and_events(months: dict[str, dict[str, Any]]) -> None:
    sheet = months["1994M01"]["E1"]["scores"]["monthly"]
    assert [(item["code"], item["points"], item["full"]) for item in sheet["items"]] == [
        ("monthly.deposits", "30.00", "60.00"),
        ("monthly.conduct", "25.00", "40.00"),
    ]
    assert (sheet["total"], sheet["result"]) == ("55.00", "")


def test_no_plan_gives_full_points_where_the_book_says_so(months: dict[str, dict[str, Any]]) -> None:
    sheet = months["1994M01"]["E2"]["scores"]["monthly"]
    assert (sheet["total"], sheet["result"], sheet["items"][0]["state"]) == ("100.00", "passed", "stood_in")


def test_a_second_month_in_a_row_demotes(months: dict[str, dict[str, Any]]) -> None:
    moved = {period: (line["E1"]["outcome"], line["E1"]["proposed_grade"]) for period, line in months.items()}
    assert moved == {
        "1994M01": ("warn", "first"),
        "1994M02": ("demote", "second"),
    }
    assert {period: line["E2"]["outcome"] for period, line in months.items()} == dict.fromkeys(months, "keep")


def test_a_rank_among_peers_is_told_with_its_value(months: dict[str, dict[str, Any]]) -> None:
    ranks = {
        number: next(reason["value"] for reason in line["reasons"] if reason["code"] == "veto.rank")
        for number, line in months["1994M01"].items()
    }
    assert ranks == {"E1": "1", "E2": "2"}


def test_pay_is_deferred_to_the_fen(months: dict[str, dict[str, Any]]) -> None:
    (bonus,) = months["1994M01"]["E1"]["pay"]
    assert [(entry["kind"], entry["due_on"], entry["amount"]) for entry in bonus["entries"]] == [
        ("paid", "1994-01-31", "385.00"),
        ("release", "1995-01-31", "82.50"),
        ("release", "1996-01-31", "82.50"),
    ]


def test_the_stored_evidence_alone_gives_the_verdict_again(months: dict[str, dict[str, Any]]) -> None:
    for stored in Verdict.objects.all():
        assert rejudged(stored) == Ruling.from_dict(stored.result)
