"""What arrives late changes every published date it concerns, and no other: each case worked by hand."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from ledger import metrics, queries
from ledger.models import Bundle, LedgerState, Run
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window
from ledger.services.nights import run_nights
from managers.models import ClientManager
from tests.ledger import bank

pytestmark = pytest.mark.django_db
Deliver = Callable[..., Bundle]


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Load some files as a bundle over a span."""

    def load(files: bank.Files, start: str = "1994-01-01", end: str = "1994-01-05") -> Bundle:
        span = Window("span", date.fromisoformat(start), date.fromisoformat(end))
        folder = tmp_path / str(Bundle.objects.count())
        return bank.loaded(bank.write(folder, files, span)).bundle

    return load


def nights(to: str, start: str | None = None) -> list[str]:
    """Run the nights; the dates and versions published."""
    outcome = run_nights(to=date.fromisoformat(to), start=date.fromisoformat(start) if start else None)
    return [str(run) for run in outcome.runs]


def figure(code: str, on: str, *, who: str = "E1", window: str = "month", **params: str) -> Figure:
    """A published figure."""
    ref = MetricRef(code, window, queries.FLOORS[0], tuple(params.items()))
    manager = ClientManager.objects.get(employee_no=who)
    return metrics.figures(queries.current_run(date.fromisoformat(on)), [ref], [manager.pk])[manager.pk][ref]


def test_a_late_balance_reruns_its_day_and_all_after_it(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    assert nights("1994-01-05") == [f"1994-01-0{day} v1" for day in range(1, 6)]
    assert figure("deposit_product_month", "1994-01-05").value == 2100
    deliver({"balances.csv": [("A1", "1994-01-03", "2000")]})
    assert nights("1994-01-05") == [f"1994-01-0{day} v2" for day in (3, 4, 5)]
    assert figure("deposit_product_month", "1994-01-05").value == 2800
    assert Run.objects.get(business_date=date(1994, 1, 3), version=2).reason.startswith("bundle ")


def test_a_late_balance_that_says_the_same_reruns_nothing(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    assert deliver({"balances.csv": [("A1", "1994-01-02", "1000.00")]}).affects_from is None
    assert nights("1994-01-05") == []


def test_a_late_rate_reruns_from_its_day(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"fx_rates.csv": [("USD", "1994-01-02", "6.00")]})
    assert nights("1994-01-05") == [f"1994-01-0{day} v2" for day in (2, 3, 4, 5)]
    # 10.01 USD: 60.06 on the 2nd, 57.91 on the 3rd, when E2 holds C3 for the last time
    own = figure("deposit_product_month", "1994-01-03", who="E2").value
    assert own == Fraction(3000 * 3, 10) + Fraction("60.06") + Fraction("57.91")


def test_closing_an_account_backdated_reruns_from_the_day_after(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    closed = ("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", "1994-01-02")
    assert deliver({"accounts.csv": [closed]}).affects_from == date(1994, 1, 3)
    assert nights("1994-01-05") == [f"1994-01-0{day} v2" for day in (3, 4, 5)]
    assert figure("deposit_product_month", "1994-01-05").value == 1400
    assert figure("advances", "1994-01-05").value == 0, "the overdraft of the 4th is gone with the account"


def test_a_transfer_known_late_moves_only_the_days_it_is_about(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    rows = [
        ("C1", "E1", "0.7", "1994-01-01", "1994-01-03"),
        ("C1", "E2", "0.3", "1994-01-01", "1994-01-03"),
        ("C1", "E2", "1", "1994-01-04", ""),
    ]
    with pytest.raises(AssertionError, match="overlapping"):
        deliver({"assignments.csv": [rows[0], rows[2]]})
    assert deliver({"assignments.csv": rows}).affects_from == date(1994, 1, 4)
    assert nights("1994-01-05") == [f"1994-01-0{day} v2" for day in (4, 5)]


def test_history_from_before_the_first_day_makes_every_published_date_due(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-02", start="1994-01-01")
    assert figure("normal_loan_share_change", "1994-01-02").reason == "history"
    empty = {"settlements.csv": [("C1", "1993-12-31", "5")]}
    assert deliver(empty, "1993-12-31", "1993-12-31").affects_from == date(1993, 12, 31)
    assert nights("1994-01-02") == ["1994-01-01 v2", "1994-01-02 v2"]
    assert figure("normal_loan_share_change", "1994-01-02").reason == "no_loans_at_base"


def test_history_without_a_single_row_that_matters_makes_them_due_too(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-02", start="1994-01-01")
    deliver({"fx_rates.csv": [("HKD", "1993-12-31", "0.7")]}, "1993-12-31", "1993-12-31")
    assert nights("1994-01-02") == ["1994-01-01 v2", "1994-01-02 v2"]


def test_a_first_night_asked_for_later_leaves_no_published_date_behind(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-03")
    assert nights("1994-01-05", start="1994-01-05") == ["1994-01-04 v1", "1994-01-05 v1"]
    assert LedgerState.objects.get().first_night is None
    deliver({"balances.csv": [("A1", "1994-01-02", "5")]})
    assert nights("1994-01-05") == [f"1994-01-0{day} v2" for day in (2, 3, 4, 5)]


def test_an_earlier_first_night_adds_the_dates_before(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    assert nights("1994-01-05", start="1994-01-04") == ["1994-01-04 v1", "1994-01-05 v1"]
    assert nights("1994-01-05", start="1994-01-03") == ["1994-01-03 v1"]


def test_a_gap_in_what_was_delivered_stops_the_nights_until_it_is_filled(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    deliver({"balances.csv": [("A1", "1994-01-08", "9")]}, "1994-01-08", "1994-01-09")
    outcome = run_nights(to=date(1994, 1, 9))
    assert (str(outcome.runs[-1]), outcome.waiting_for) == ("1994-01-05 v1", date(1994, 1, 6))
    deliver({"balances.csv": [("A1", "1994-01-06", "8")]}, "1994-01-06", "1994-01-07")
    assert nights("1994-01-09") == [f"1994-01-0{day} v1" for day in (6, 7, 8, 9)]


def test_dates_published_before_a_later_first_night_stay_looked_after(deliver: Deliver) -> None:
    masters = {name: rows for name, rows in bank.REGISTER.items() if name in bank.FILES[:5]}
    rate = {"fx_rates.csv": [("USD", "1994-01-08", "5.77")]}
    deliver(masters | rate, "1994-01-08", "1994-01-09")
    assert nights("1994-01-09", start="1994-01-08") == ["1994-01-08 v1", "1994-01-09 v1"]
    deliver(bank.REGISTER)
    assert nights("1994-01-05") == [f"1994-01-0{day} v1" for day in range(1, 6)]
    deliver({"balances.csv": [("A1", "1994-01-06", "7")]}, "1994-01-06", "1994-01-07")
    deliver({"balances.csv": [("A1", "1994-01-02", "5")]})
    assert nights("1994-01-09") == [
        *(f"1994-01-0{day} v2" for day in (2, 3, 4, 5)),
        *("1994-01-06 v1", "1994-01-07 v1", "1994-01-08 v2", "1994-01-09 v2"),
    ]


ARREARS = {"loan_classes.csv": [("L2", "1994-01-02", "normal", "12.00")]}
NEW_LOAN = {"accounts.csv": [("L2", "C3", "loan", "loan", "CNY", "1994-01-01", "")]}


def test_arrears_of_a_loan_without_any_balance_move_with_its_account(deliver: Deliver) -> None:
    deliver(
        bank.REGISTER
        | {"loan_classes.csv": []}
        | ARREARS
        | {"accounts.csv": [*bank.REGISTER["accounts.csv"], *NEW_LOAN["accounts.csv"]]}
    )
    nights("1994-01-05")
    assert figure("interest_arrears", "1994-01-03").state == "missing"
    moved = ("L2", "C1", "loan", "loan", "CNY", "1994-01-01", "")
    assert deliver({"accounts.csv": [moved]}).affects_from == date(1994, 1, 2)
    nights("1994-01-05")
    assert figure("interest_arrears", "1994-01-03").value == 12


def test_arrears_of_a_loan_without_any_balance_move_with_its_customer(deliver: Deliver) -> None:
    customer = {"customers.csv": [*bank.REGISTER["customers.csv"], ("C4", "丁", "personal", "B01")]}
    loan = {
        "accounts.csv": [
            *bank.REGISTER["accounts.csv"],
            ("L2", "C4", "loan", "loan", "CNY", "1994-01-01", ""),
        ]
    }
    deliver(bank.REGISTER | customer | loan | ARREARS)
    nights("1994-01-05")
    taken = deliver({"assignments.csv": [("C4", "E1", "1", "1994-01-01", "")]})
    assert taken.affects_from == date(1994, 1, 2)
    assert nights("1994-01-05") == [f"1994-01-0{day} v2" for day in (2, 3, 4, 5)]
    assert figure("interest_arrears", "1994-01-03").value == 12


LONG = bank.REGISTER | {
    "accounts.csv": [("A1", "C1", "deposit", "demand", "CNY", "1993-03-01", "")],
    "balances.csv": [("A1", "1993-03-01", "365")],
    "fx_rates.csv": [("USD", "1993-01-01", "5.77")],
    "loan_classes.csv": (),
    "settlements.csv": (),
}


def new_deposit(on: str, window: str = "month", **params: str) -> tuple[str, Fraction | None, str]:
    found = figure("new_deposit_daily_average", on, window=window, **params)
    return found.state, found.value, found.reason


def test_new_deposits_against_last_years_average_at_todays_share(deliver: Deliver) -> None:
    deliver(LONG, "1993-01-01", "1994-01-05")
    nights("1994-01-05", start="1994-01-04")
    # 365 yuan on 306 of 365 days make 306; now 365; E1 has held 70 % since New Year
    assert new_deposit("1994-01-05") == ("value", Fraction(7, 10) * (365 - 306), "")
    assert new_deposit("1994-01-05", base="manager") == ("value", Fraction(7, 10) * 365, "")
    # a window that ended last year is compared with the year before that
    assert new_deposit("1994-01-05", "previous_month") == ("missing", None, "history")
    assert new_deposit("1994-01-05", "previous_quarter", base="manager") == ("missing", None, "history")


def test_an_account_found_to_be_older_than_the_history_leaves_its_base_unknown(deliver: Deliver) -> None:
    deliver(LONG, "1993-01-01", "1994-01-05")
    nights("1994-01-05", start="1994-01-04")
    older = ("A1", "C1", "deposit", "demand", "CNY", "1992-12-31", "")
    assert deliver({"accounts.csv": [older]}).affects_from == date(1993, 3, 1)
    assert nights("1994-01-05") == ["1994-01-04 v2", "1994-01-05 v2"]
    assert new_deposit("1994-01-05") == ("missing", None, "history_of_accounts")
    deliver({"balances.csv": [("A1", "1993-01-01", "0")]}, "1993-01-01", "1993-01-01")
    assert nights("1994-01-05") == ["1994-01-04 v3", "1994-01-05 v3"]
    assert new_deposit("1994-01-05")[0] == "value"


def test_what_begins_later_says_nothing_about_an_earlier_date(deliver: Deliver) -> None:
    old = ("A2", "C1", "deposit", "demand", "CNY", "1992-12-31", "")
    accounts = {"accounts.csv": [*LONG["accounts.csv"], old]}
    balances = {"balances.csv": [*LONG["balances.csv"], ("A2", "1994-01-05", "1")]}
    deliver(LONG | accounts | balances, "1993-01-01", "1994-01-05")
    nights("1994-01-05", start="1994-01-04")
    assert new_deposit("1994-01-04")[0] == "value"
    assert new_deposit("1994-01-05") == ("missing", None, "history_of_accounts")


def test_a_date_changed_by_many_bundles_still_has_a_reason_that_fits(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-01")
    for number in range(60):
        deliver({"balances.csv": [("A1", "1994-01-01", str(number))]})
    assert nights("1994-01-01") == ["1994-01-01 v2"]
    reason = queries.current_run(date(1994, 1, 1)).reason
    assert reason.endswith(", …") and reason.count(",") == 10


def test_a_first_night_of_later_data_says_nothing_about_older_data_beyond_a_gap(deliver: Deliver) -> None:
    deliver({**bank.REGISTER}, "1994-01-01", "1994-01-05")
    assert nights("1994-01-05", start="1994-01-05") == ["1994-01-05 v1"]
    deliver({"balances.csv": []}, "1993-01-01", "1993-01-02")
    assert nights("1993-01-02") == ["1993-01-01 v1", "1993-01-02 v1"]
