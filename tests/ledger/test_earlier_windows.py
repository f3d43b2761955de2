"""Earlier windows that begin before the first day known are missing; those to date count what is known."""

import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from ledger import metrics, queries
from ledger.rules.figures import Figure, MetricRef
from managers.models import ClientManager
from tests.ledger import bank
from tests.ledger.test_corrections import LONG, deliver, nights
from tests.ledger.test_personal_metrics import Deliver, ask

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
COMPLAINTS = {"event": "complaint"}
CARDS = {"metric": "cards"}

#: A bank that has 3,100 yuan with E1 from the 20th of December on, and two complaints about him.
DECEMBER: bank.Files = {
    "branches.csv": bank.REGISTER["branches.csv"],
    "managers.csv": bank.REGISTER["managers.csv"],
    "customers.csv": bank.REGISTER["customers.csv"],
    "accounts.csv": [
        ("A1", "C1", "deposit", "demand", "CNY", "1993-12-20", ""),
        ("L1", "C1", "loan", "loan", "CNY", "1993-12-20", ""),
    ],
    "assignments.csv": [("C1", "E1", "1", "1990-01-01", "")],
    "balances.csv": [("A1", "1993-12-20", "3100.00"), ("L1", "1993-12-20", "310.00")],
    "loan_classes.csv": [("L1", "1993-12-20", "normal", "")],
    "settlements.csv": [("C1", "1993-12-31", "50.00")],
    "events.csv": [
        ("E1", "1993-12-31", "complaint", "1", "柜面"),
        ("E1", "1994-01-02", "complaint", "2", "电话"),
    ],
    "targets.csv": [("E1", "cards", "1993-12-01", "1993-12-31", "9")],
}
#: What December comes to, asked of any day of January.
WHOLE: dict[tuple[str, tuple[tuple[str, str], ...]], Figure] = {
    ("deposit_daily_average", ()): Figure.of(1200, "CNY"),
    ("loan_daily_average", ()): Figure.of(120, "CNY"),
    ("largest_deposit_customer", ()): Figure.of(1200, "CNY"),
    ("deposit_month_average", ()): Figure.of(1200, "CNY"),
    ("deposit_product_month", ()): Figure.of(37200, "CNY-days"),
    ("deposit_balance", ()): Figure.of(3100, "CNY"),
    ("loan_balance", ()): Figure.of(310, "CNY"),
    ("customers_held", ()): Figure.of(1, "count"),
    ("customers_reaching", (("of", "deposit"), ("reaching", "1200"))): Figure.of(1, "count"),
    ("international_settlement", ()): Figure.of(50, "USD"),
    ("normal_loan_share", ()): Figure.of(1, "ratio"),
    ("advances", ()): Figure.of(0, "CNY"),
    ("event_count", tuple(COMPLAINTS.items())): Figure.of(1, "count"),
    ("event_quantity", tuple(COMPLAINTS.items())): Figure.of(1, "number"),
}


def answers(window: str, *, on: date = date(1994, 1, 5), ago: str = "") -> dict[Any, Figure]:
    """State, value and reason of every metric above, without what is noted beside it."""
    manager = ClientManager.objects.get(employee_no="E1")
    more = (("ago", ago),) if ago else ()
    refs = {key: MetricRef(key[0], window, params=tuple(sorted((*key[1], *more)))) for key in WHOLE}
    found = metrics.figures(queries.current_run(on), refs.values(), [manager.pk])[manager.pk]
    plain = {key: found[ref] for key, ref in refs.items()}
    return {key: Figure(f.state, f.value, f.unit, f.reason, f.params) for key, f in plain.items()}


def unknown(since: str) -> dict[Any, Figure]:
    return {key: Figure.missing("history", figure.unit, since=since) for key, figure in WHOLE.items()}


@pytest.mark.parametrize("asked", [{"window": "previous_month"}, {"window": "month", "ago": "1"}])
def test_a_whole_month_is_answered_where_its_first_day_is_known(
    deliver: Deliver, asked: dict[str, str]
) -> None:
    deliver(DECEMBER, "1993-12-01", "1994-01-05")
    nights("1994-01-05", start="1993-12-31")
    assert answers(**asked) == WHOLE


@pytest.mark.parametrize("asked", [{"window": "previous_month"}, {"window": "month", "ago": "1"}])
def test_a_month_whose_first_day_is_not_known_is_missing_in_every_figure(
    deliver: Deliver, asked: dict[str, str]
) -> None:
    deliver(DECEMBER, "1993-12-02", "1994-01-05")
    nights("1994-01-05", start="1993-12-31")
    assert answers(**asked) == unknown("1993-12-02")
    assert answers("month", on=date(1993, 12, 31)) == WHOLE, "to date: nothing was held before the first day"


@pytest.mark.parametrize("window", ["previous_quarter", "previous_half_year", "previous_year"])
def test_so_is_any_other_whole_window(deliver: Deliver, window: str) -> None:
    deliver(DECEMBER, "1993-12-01", "1994-01-05")
    nights("1994-01-05", start="1994-01-05")
    monthly = ("deposit_month_average", "deposit_product_month")
    expected = unknown("1993-12-01")
    if window == "previous_half_year":
        expected |= {(code, ()): Figure.not_applicable("feed_not_configured", feed=code) for code in monthly}
    found = {key: figure for key, figure in answers(window).items() if key[0] not in monthly}
    assert found == {key: figure for key, figure in expected.items() if key[0] not in monthly}


def test_a_single_day_is_known_from_the_first_one_on(deliver: Deliver) -> None:
    deliver(DECEMBER, "1993-12-20", "1994-01-05")
    nights("1994-01-05", start="1993-12-31")
    for window in ("last_year 12-20", "last_month_end", "last_quarter_end", "last_year_end"):
        assert ask("deposit_balance", window=window) == Figure.of(3100, "CNY")
    early = Figure.missing("history", "CNY", since="1993-12-20")
    assert ask("deposit_balance", window="last_year 12-19") == early
    assert ask("deposit_balance", window="day", ago="5") == Figure.of(3100, "CNY")
    assert ask("deposit_balance", window="day", ago="17") == early


def test_a_window_of_its_own_that_looks_back_is_missing_as_it_was_then(deliver: Deliver) -> None:
    deliver(DECEMBER, "1993-12-20", "1994-01-05")
    nights("1994-01-05", start="1993-12-31")
    early = Figure.missing("history", "CNY", since="1993-12-20")
    for window in ("previous_month", "last_month_end", "last_quarter_end", "last_year 12-31"):
        assert ask("deposit_balance", window=window, ago="1") == early
    assert ask("deposit_balance", window="quarter", ago="1") == early
    assert ask("deposit_balance", window="12-31", ago="1") == Figure.of(3100, "CNY")


def test_a_target_says_itself_which_days_it_is_for(deliver: Deliver) -> None:
    deliver(DECEMBER, "1993-12-20", "1994-01-05")
    nights("1994-01-05", start="1993-12-31")
    for asked in ({"window": "previous_month"}, {"window": "last_year 12-01"}, {"ago": "1"}):
        assert ask("target_value", **asked, **CARDS) == Figure.of(9, "number")


def test_without_its_feed_a_metric_is_not_applicable_however_early(deliver: Deliver) -> None:
    feeds = ("events.csv", "settlements.csv", "loan_classes.csv")
    deliver({name: rows for name, rows in DECEMBER.items() if name not in feeds}, "1993-12-20", "1994-01-05")
    nights("1994-01-05", start="1994-01-05")
    for code, feed in (
        ("event_count", "events.csv"),
        ("international_settlement", "settlements.csv"),
        ("normal_loan_share", "loan_classes.csv"),
    ):
        figure = ask(code, window="previous_month", **COMPLAINTS)
        assert (figure.state, figure.params) == ("not_applicable", {"feed": feed})
    assert ask("deposit_daily_average", window="previous_month").reason == "history"


def test_an_account_that_came_with_a_branch_leaves_the_months_before_as_they_were(deliver: Deliver) -> None:
    """Its holder is credited with what was held then; only the base of new deposits asks for its past."""
    old = ("A2", "C1", "deposit", "demand", "CNY", "1992-12-31", "")
    accounts = {"accounts.csv": [*LONG["accounts.csv"], old]}
    balances = {"balances.csv": [*LONG["balances.csv"], ("A2", "1994-01-05", "5")]}
    deliver(LONG | accounts | balances, "1993-01-01", "1994-01-05")
    nights("1994-01-05", start="1994-01-04")
    for window in ("previous_month", "previous_year"):
        assert ask("deposit_daily_average", window=window) == ask(
            "deposit_daily_average", window=window, on=date(1994, 1, 4)
        )
        assert ask("deposit_daily_average", window=window).state == "value"
    assert ask("new_deposit_daily_average").reason == "history_of_accounts"
    assert ask("new_deposit_daily_average", window="previous_year").reason == "history"


# --- taken apart ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [("--window=previous_month",), ("--window=month", "--param=ago=1")])
@pytest.mark.parametrize("code", ["deposit_daily_average", "deposit_balance", "event_count"])
def test_a_part_of_a_window_is_not_taken_apart_but_named_with_its_reason(
    deliver: Deliver, capsys: pytest.CaptureFixture[str], code: str, asked: tuple[str, ...]
) -> None:
    deliver(DECEMBER, "1993-12-20", "1994-01-05")
    nights("1994-01-05", start="1993-12-31")
    words = ("E1", code, "--date=1994-01-05", *asked, "--param=event=complaint")
    out = io.StringIO()
    call_command("explain", *words, "--json", stdout=out)
    found = json.loads(out.getvalue().strip().splitlines()[-1])
    assert {key: found[key] for key in ("state", "reason", "reason_params", "from", "to", "sections")} == {
        "state": "missing",
        "reason": "history",
        "reason_params": {"since": "1993-12-20"},
        "from": "1993-12-01",
        "to": "1993-12-31",
        "sections": [],
    }
    call_command("explain", *words)
    text = capsys.readouterr().out
    assert "= missing (history since=1993-12-20)" in text
    assert "1993-12-01 – 1993-12-31 (31)" in text and "一致" not in text


def test_the_window_to_date_is_taken_apart_though_its_base_is_not_known(
    deliver: Deliver, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(DECEMBER, "1993-12-20", "1994-01-05")
    nights("1994-01-05", start="1994-01-05")
    call_command("explain", "E1", "new_deposit_daily_average", "--date=1994-01-05", "--window=month")
    text = capsys.readouterr().out
    assert "missing (history since=1993-12-20)" in text and "A1 demand 1994-01-01 – 1994-01-05 (5)" in text
