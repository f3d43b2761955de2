"""What a correction changed: signed, exact, since when, by which bundle; between two versions of a date."""

import io
import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ledger import metrics, queries
from ledger.models import Run
from ledger.queries import differences
from ledger.queries.differences import Changed
from ledger.rules import differences as rules
from ledger.rules.differences import Cause
from ledger.rules.figures import Figure, MetricRef
from managers.models import ClientManager
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights

__all__ = ["deliver"]
ON = date(1994, 1, 5)
REF = MetricRef("deposit_daily_average", "quarter")
VALUES = st.fractions().map(lambda value: Figure.of(value, "CNY"))
FIGURES = st.one_of(
    VALUES,
    st.just(Figure.missing("history", "CNY")),
    st.just(Figure.not_applicable("no_loans", "CNY")),
)


@given(before=FIGURES, after=FIGURES)
def test_a_difference_is_there_exactly_where_the_figures_differ(before: Figure, after: Figure) -> None:
    found = list(rules.differences({REF: before}, {REF: after}))
    same = (before.state, before.value) == (after.state, after.value)
    assert len(found) == (0 if same else 1)
    for one in found:
        if one.amount is not None:
            assert before.value is not None and before.value + one.amount == after.value


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (Figure.of(0, "CNY"), Figure.of("1234.56", "CNY"), "+1,234.56"),
        (Figure.of("1234567.89", "CNY"), Figure.of(0, "CNY"), "-1,234,567.89"),
        (Figure.of("0.5", "ratio"), Figure.of("0.25", "ratio"), "-0.250000"),
        (Figure.of(0, "CNY"), Figure.of(Fraction(-1, 1000), "CNY"), "-0.00"),
        (Figure.of("1234.56", "CNY"), Figure.missing("history", "CNY"), "1,234.56 → MISSING"),
        (Figure.not_applicable("no_loans", "ratio"), Figure.of("1", "ratio"), "NA → 1.000000"),
        (Figure.not_applicable("no_loans"), Figure.missing("history"), "NA → MISSING"),
    ],
)
def test_a_difference_is_written_with_its_sign(before: Figure, after: Figure, text: str) -> None:
    (one,) = rules.differences({REF: before}, {REF: after})
    assert one.text == text


def test_a_line_says_who_what_how_much_since_when_and_by_which_bundle() -> None:
    (one,) = rules.differences({REF: Figure.of(0, "CNY")}, {REF: Figure.of("1234.56", "CNY")})
    assert rules.line("E701", one, Cause(date(1993, 8, 14), (17,))) == (
        "E701 deposit_daily_average quarter +1,234.56 since 1993-08-14, bundle 17"
    )


def text_of(found: list[Changed], *codes: str) -> list[str]:
    """Lines of some metrics, without floors and but for one window."""
    return [
        rules.line(each.manager.employee_no, one, each.cause)
        for each in found
        for one in each.differences
        if one.ref.code in codes and not one.ref.floor and one.ref.window == "month"
    ]


def between(earlier: int, later: int, on: date = ON) -> list[Changed]:
    known = {run.version: run for run in queries.versions(on)}
    return differences.changes(known[earlier], known[later])


@pytest.mark.django_db
def test_a_correction_lists_what_it_changed_for_whom(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    late = deliver({"balances.csv": [("A1", "1994-01-03", "2000")]}).pk
    nights("1994-01-05")
    # 1,000 more on the 3rd alone: the balance of the 4th was delivered already
    assert text_of(between(1, 2), "deposit_product_month", "deposit_daily_average") == [
        f"E1 deposit_daily_average month +140.00 since 1994-01-03, bundle {late}",
        f"E1 deposit_product_month month +700.00 since 1994-01-03, bundle {late}",
        f"E2 deposit_daily_average month +60.00 since 1994-01-03, bundle {late}",
        f"E2 deposit_product_month month +300.00 since 1994-01-03, bundle {late}",
    ]
    assert [each.manager.employee_no for each in between(1, 2)] == ["E1", "E2"]


@pytest.mark.django_db
def test_the_differences_are_exactly_those_of_the_figures_of_both_versions(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"balances.csv": [("L1", "1994-01-03", "600.07")], "fx_rates.csv": [("USD", "1994-01-02", "6")]})
    nights("1994-01-05")
    first, second = queries.versions(ON)
    listed = {
        (each.manager.employee_no, one.ref): one.amount
        for each in differences.changes(first, second)
        for one in each.differences
    }
    refs = differences._refs(second)
    before, after = metrics.figures(first, refs), metrics.figures(second, refs)
    names = dict(ClientManager.objects.values_list("id", "employee_no"))
    computed = {
        (names[who], ref): after[who][ref].value - before[who][ref].value
        for who in after
        for ref in refs
        if after[who][ref] != before[who][ref]
    }
    assert listed == computed
    assert len(listed) > 10


@pytest.mark.django_db
def test_versions_further_apart_add_up_and_name_every_bundle(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    one = deliver({"balances.csv": [("A1", "1994-01-03", "2000")]}).pk
    nights("1994-01-05")
    two = deliver({"balances.csv": [("A1", "1994-01-02", "900")]}).pk
    nights("1994-01-05")
    assert text_of(between(2, 3), "deposit_product_month") == [
        f"E1 deposit_product_month month -70.00 since 1994-01-02, bundle {two}",
        f"E2 deposit_product_month month -30.00 since 1994-01-02, bundle {two}",
    ]
    assert text_of(between(1, 3), "deposit_product_month") == [
        f"E1 deposit_product_month month +630.00 since 1994-01-02, bundle {one}, {two}",
        f"E2 deposit_product_month month +270.00 since 1994-01-02, bundle {one}, {two}",
    ]


@pytest.mark.django_db
def test_a_corrected_share_is_listed_for_both_sides(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    rows = [("C1", "E1", "0.7", "1994-01-01", "1994-01-02"), ("C1", "E2", "0.3", "1994-01-01", "1994-01-02")]
    moved = deliver({"assignments.csv": [*rows, ("C1", "E2", "1", "1994-01-03", "")]}).pk
    nights("1994-01-05")
    assert text_of(between(1, 2), "deposit_product_month") == [
        f"E1 deposit_product_month month -700.00 since 1994-01-03, bundle {moved}",
        f"E2 deposit_product_month month +700.00 since 1994-01-03, bundle {moved}",
    ]


@pytest.mark.django_db
def test_a_value_that_appears_or_goes_is_a_difference(deliver: Any) -> None:
    files = {name: rows for name, rows in bank.REGISTER.items() if name not in ("settlements.csv",)}
    deliver(files)
    nights("1994-01-05")
    deliver({"settlements.csv": [("C2", "1994-01-05", "10")]})
    nights("1994-01-05")
    lines = text_of(between(1, 2), "international_settlement")
    assert [line.split(" since")[0] for line in lines] == [
        "E1 international_settlement month NA → 0.00",
        "E2 international_settlement month NA → 10.00",
    ]


@pytest.mark.django_db
def test_only_managers_whose_rows_differ_are_looked_at(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"balances.csv": [("A3", "1994-01-03", "400")]})
    nights("1994-01-05")
    first, second = queries.versions(ON)
    names = dict(ClientManager.objects.values_list("id", "employee_no"))
    assert [names[each] for each in differences.differing(first, second)] == ["E2"]
    assert differences.differing(second, second) == []


@pytest.mark.django_db
def test_a_stored_row_altered_behind_the_back_shows_as_a_difference(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"balances.csv": [("A3", "1994-01-03", "400")]})
    nights("1994-01-05")
    second = Run.objects.get(business_date=ON, version=2)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_reading DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE ledger_reading SET loan_product[1] = loan_product[1] + 0.01 WHERE run_id = %s"
            " AND manager_id = (SELECT id FROM managers_clientmanager WHERE employee_no = 'E1')",
            [second.pk],
        )
    assert [each.manager.employee_no for each in between(1, 2)] == ["E1", "E2"]


@pytest.mark.django_db
def test_the_command_lists_lines_and_facts(deliver: Any, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    late = deliver({"balances.csv": [("A1", "1994-01-03", "2000")]}).pk
    nights("1994-01-05")
    call_command("differences", "--date", "1994-01-05", "--json")
    out = capsys.readouterr().out
    assert f"E1 deposit_product_month month +700.00 since 1994-01-03, bundle {late}" in out.splitlines()
    facts = json.loads(out.splitlines()[-1])
    assert (facts["date"], facts["earlier"], facts["later"]) == ("1994-01-05", 1, 2)
    assert [each["employee_no"] for each in facts["managers"]] == ["E1", "E2"]
    (one,) = [
        each
        for each in facts["managers"][0]["differences"]
        if (each["metric"], each["window"], each["floor"]) == ("deposit_daily_average", "year", "0.00")
    ]
    assert one == {
        "metric": "deposit_daily_average",
        "window": "year",
        "floor": "0.00",
        "unit": "CNY",
        "before": "420.00",
        "after": "560.00",
        "difference": "140.00",
        "exact": "140",
    }
    call_command("differences", "--date", "1994-01-05", "--version", "1", "--against", "2")
    assert "-700.00" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--date", "1994-01-05"], "没有可比较的前一版"),
        (["--date", "1994-01-05", "--version", "7"], "已发布的版本：1"),
        (["--date", "1994-01-05", "--against", "7"], "已发布的版本：1"),
        (["--date", "1995-01-05"], "没有已发布的日终"),
        (["--period", "1994Q1"], "还没有关账"),
        (["--period", "Q1"], "不是有效期间"),
    ],
)
def test_a_wrong_question_is_answered_with_what_there_is(
    deliver: Any, arguments: list[str], says: str
) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    with pytest.raises(CommandError, match=says):
        call_command("differences", *arguments, stdout=io.StringIO())
