"""Figures of events and targets, of what is held on a day, and of earlier windows: each case by hand."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.management import CommandError, call_command

from ledger import metrics, queries
from ledger.models import Bundle, FeedExpectation
from ledger.rules.figures import Figure, MetricRef, shown
from managers.models import ClientManager
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
Deliver = Callable[..., Bundle]
ON = date(1994, 1, 5)
EVENTS = [
    ("E1", "1994-01-02", "complaint", "1", "柜面"),
    ("E1", "1994-01-02", "complaint", "2.5", "电话"),
    ("E1", "1994-01-04", "complaint", "-0.25", ""),
    ("E1", "1994-01-04", "card-sold", "7", ""),
    ("E2", "1994-01-05", "complaint", "1", ""),
]
TARGETS = [
    ("E1", "cards", "1994-01-01", "1994-12-31", "100"),
    ("E1", "cards", "1994-01-03", "1994-01-04", "12.3456"),
]


def ask(
    code: str,
    *,
    window: str = "month",
    who: str = "E1",
    on: date = ON,
    floor: int = 0,
    as_of: datetime | None = None,
    **params: str,
) -> Figure:
    """A published figure."""
    ref = MetricRef(code, window, Decimal(floor), tuple(sorted(params.items())))
    manager = ClientManager.objects.get(employee_no=who)
    return metrics.figures(queries.run_as_of(on, as_of), [ref], [manager.pk])[manager.pk][ref]


# --- events -----------------------------------------------------------------------------------------------


def test_events_are_counted_and_summed_over_the_window(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights("1994-01-05")
    assert ask("event_count", event="complaint") == Figure.of(3, "count")
    assert ask("event_quantity", event="complaint") == Figure.of("3.25", "number")
    assert ask("event_count", event="complaint", who="E2", on=date(1994, 1, 4)) == Figure.of(0, "count")
    assert ask("event_count", event="complaint", who="E2") == Figure.of(1, "count")
    assert ask("event_count", event="complaint", on=date(1994, 1, 2)) == Figure.of(2, "count")
    assert ask("event_quantity", event="never-seen") == Figure.of(0, "number")
    assert ask("event_quantity", event="card-sold", window="01-04") == Figure.of(7, "number")
    assert ask("event_quantity", event="card-sold", window="day") == Figure.of(0, "number")
    assert shown(ask("event_quantity", event="complaint").value, "number") == "3.2500"


def test_without_the_file_events_are_not_applicable(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    expected = Figure.not_applicable("feed_not_configured", "count", feed="events.csv")
    assert ask("event_count", event="complaint") == expected


def test_a_file_without_rows_says_that_nothing_happened(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": []})
    nights("1994-01-05")
    assert ask("event_count", event="complaint") == Figure.of(0, "count")


def test_an_expected_file_that_did_not_come_leaves_events_missing(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    FeedExpectation.objects.create(file="events.csv", starts_on=date(1994, 1, 1))
    deliver({"balances.csv": []}, "1994-01-06", "1994-01-06")
    nights("1994-01-06")
    missing = Figure.missing("feed_missing", "count", feed="events.csv", date="1994-01-06")
    assert ask("event_count", event="complaint", on=date(1994, 1, 6)) == missing
    assert ask("event_count", event="complaint") == Figure.of(3, "count")


def test_events_of_a_window_before_all_data_are_missing(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights("1994-01-05")
    early = Figure.missing("history", "count", since="1994-01-01")
    assert ask("event_count", event="complaint", window="previous_year") == early


def test_a_later_bundle_replaces_and_withdraws_and_the_old_version_stands(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights("1994-01-05")
    before = queries.current_run(ON)
    changes = [("E1", "1994-01-02", "complaint", "4", "电话"), ("E1", "1994-01-02", "complaint", "0", "柜面")]
    deliver({"events.csv": changes})
    assert ask("event_quantity", event="complaint") == Figure.of("3.25", "number"), (
        "until the night is worked"
    )
    assert len(nights("1994-01-05")) == 4
    assert ask("event_count", event="complaint") == Figure.of(2, "count")
    assert ask("event_quantity", event="complaint") == Figure.of("3.75", "number")
    assert before.finished_at is not None
    old = ask("event_quantity", event="complaint", as_of=before.finished_at)
    assert old == Figure.of("3.25", "number"), "as it was published"


# --- targets ----------------------------------------------------------------------------------------------


def test_of_several_targets_for_a_day_the_latest_to_begin_holds(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"targets.csv": TARGETS})
    nights("1994-01-05")
    on = {day: ask("target_value", metric="cards", on=date(1994, 1, day)).value for day in (2, 3, 4, 5)}
    assert on == {2: 100, 3: Fraction("12.3456"), 4: Fraction("12.3456"), 5: 100}
    assert ask("target_value", metric="cards", window="01-03") == Figure.of("12.3456", "number")


def test_without_a_target_the_figure_is_missing(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"targets.csv": TARGETS})
    nights("1994-01-05")
    for asked in ({"metric": "loans"}, {"metric": "cards", "who": "E2"}):
        expected = Figure.missing("no_target", "number", metric=asked["metric"])
        assert ask("target_value", **asked) == expected
    early = Figure.missing("no_target", "number", metric="cards")
    assert ask("target_value", metric="cards", window="last_year_end") == early


def test_a_later_bundle_replaces_a_target_of_the_same_start(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"targets.csv": TARGETS})
    nights("1994-01-05")
    before = queries.current_run(ON)
    deliver({"targets.csv": [("E1", "cards", "1994-01-01", "1994-01-04", "90")]})
    assert len(nights("1994-01-05")) == 5
    assert ask("target_value", metric="cards", on=date(1994, 1, 2)).value == 90
    assert ask("target_value", metric="cards").reason == "no_target"
    assert ask("target_value", metric="cards", as_of=before.finished_at).value == 100


# --- what is held -----------------------------------------------------------------------------------------


def test_balances_and_customers_of_the_last_day(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    # C1: 1,000.00 to the 3rd, then overdrawn; E1 has seven tenths of it
    assert ask("deposit_balance", window="01-03") == Figure.of(700, "CNY")
    assert ask("deposit_balance") == Figure.of(0, "CNY")
    assert ask("loan_balance") == Figure.of(210, "CNY")
    # C3 in dollars is E2's to the 3rd; the agreement deposit of C2 is no deposit
    on = date(1994, 1, 3)
    assert ask("deposit_balance", who="E2", on=on) == Figure.of("357.91", "CNY")
    assert ask("customers_held", who="E2", on=on) == Figure.of(3, "count")
    assert ask("customers_held", who="E2") == Figure.of(2, "count")
    # over the month C1 has a daily average of 3,000 ÷ 5
    assert ask("customers_held", floor=600) == Figure.of(1, "count")
    assert ask("customers_held", floor=601) == Figure.of(0, "count")
    assert ask("loan_balance", floor=601) == Figure.of(0, "CNY")


@pytest.mark.parametrize(
    ("of", "reaching", "count"),
    [
        ("deposit", "600", 1),
        ("deposit", "600.01", 0),
        ("loan", "240", 1),
        ("loan", "240.01", 0),
        ("deposit", "0", 2),
        ("deposit", "-1", 2),
        ("deposit", "never", 0),
        ("deposit", "999999999999999", 0),
    ],
)
def test_customers_that_reach_an_amount(deliver: Deliver, of: str, reaching: str, count: int) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    assert ask("customers_reaching", who="E2", of=of, reaching=reaching) == Figure.of(count, "count")


def test_a_question_that_leaves_open_what_is_to_be_reached_is_not_answered(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    for asked in ({}, {"of": "deposit"}, {"of": "cards", "reaching": "1"}):
        assert ask("customers_reaching", **asked).state == "not_applicable"


# --- windows ----------------------------------------------------------------------------------------------


def test_a_day_of_the_year_that_lies_ahead_is_missing(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    ahead = Figure.missing("day_not_reached", "CNY", day="1994-01-06")
    assert ask("deposit_daily_average", window="01-06") == ahead
    assert ask("deposit_daily_average", window="01-03").value == 700
    early = Figure.missing("history", "CNY", since="1994-01-01")
    assert ask("deposit_daily_average", window="last_year_end") == early


def test_a_metric_of_the_month_knows_no_other_window(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    assert ask("deposit_product_month", window="day").state == "not_applicable"
    with pytest.raises(ValueError):
        ask("deposit_daily_average", window="fortnight")


def test_metrics_without_parameters_are_exported_when_named(
    deliver: Deliver, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    named = ("--metrics", "deposit_balance,customers_held,deposit_product_month", "--floors", "0")
    assert bank.exported(capsys, ON, "--windows", "01-03,month", *named) == {
        ("E1", "deposit_balance", "01-03", "0"): "700.00",
        ("E2", "deposit_balance", "01-03", "0"): "357.91",
        ("E1", "customers_held", "01-03", "0"): "1",
        ("E2", "customers_held", "01-03", "0"): "3",
        ("E1", "deposit_balance", "month", "0"): "0.00",
        ("E2", "deposit_balance", "month", "0"): "0.00",
        ("E1", "customers_held", "month", "0"): "1",
        ("E2", "customers_held", "month", "0"): "2",
        ("E1", "deposit_product_month", "month", "0"): "2100.00",
        ("E2", "deposit_product_month", "month", "0"): "1015.67",
    }
    listed = {metric for _, metric, *_ in bank.exported(capsys, ON, "--floors", "0")}
    assert listed == set(metrics.catalogue())
    with pytest.raises(CommandError):
        call_command("export_metrics", "--date", "1994-01-05", "--metrics", "event_count")


# --- earlier windows --------------------------------------------------------------------------------------


def test_an_earlier_window_is_answered_by_the_run_of_its_end(deliver: Deliver) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights("1994-01-05")
    for code, params in (("deposit_daily_average", {}), ("event_count", {"event": "complaint"})):
        then = ask(code, on=date(1994, 1, 3), window="day", **params)
        assert ask(code, window="day", ago="2", **params) == then
    assert ask("deposit_daily_average", window="day", ago="2").value == 700


def test_a_date_that_no_night_was_worked_for_answers_nothing(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05", start="1994-01-03")
    unpublished = Figure.missing("no_figures_on", "CNY", day="1994-01-02")
    assert ask("deposit_daily_average", window="day", ago="3") == unpublished
    before_all = Figure.missing("history", "CNY", since="1994-01-01")
    assert ask("deposit_daily_average", window="day", ago="5") == before_all
    assert ask("deposit_daily_average", ago="1") == before_all


def test_earlier_months_step_from_end_to_end(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    deliver({"balances.csv": [("A1", "1994-02-10", "500")]}, "1994-01-06", "1994-02-28")
    nights("1994-02-28")
    january = ask("deposit_daily_average", on=date(1994, 1, 31))
    assert january.value == Fraction(2100, 31)
    assert ask("deposit_daily_average", on=date(1994, 2, 10), ago="1") == january
    assert ask("deposit_daily_average", on=date(1994, 2, 28), ago="1") == january
    assert ask("deposit_daily_average", on=date(1994, 2, 28), ago="0").value == Fraction(350 * 19, 28)


@pytest.mark.parametrize("ago", ["-1", "x", "1.5", "999999"])
def test_an_ago_that_is_no_number_is_no_question(deliver: Deliver, ago: str) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    with pytest.raises(ValueError):
        ask("deposit_daily_average", ago=ago)


def test_a_metric_of_others_is_not_answered_whatever_its_window(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    expected = Figure.not_applicable("feed_not_configured", feed="service_months")
    assert ask("service_months", window="") == expected
    assert ask("service_months", window="", ago="1") == expected
