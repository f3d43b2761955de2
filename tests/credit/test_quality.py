"""Loan quality worked out by hand: shares of normal loans, their change, peaks, and what is not known."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from credit.models import Exposure
from credit.rules.quality import normal_share
from ledger import metrics, queries
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window
from ledger.services.nights import run_nights
from managers.models import ClientManager
from tests.ledger import bank

ON = date(1994, 4, 3)
SPAN = Window("span", date(1993, 12, 30), ON)
BANK: bank.Files = {
    "branches.csv": bank.REGISTER["branches.csv"],
    "managers.csv": bank.REGISTER["managers.csv"],
    "customers.csv": bank.REGISTER["customers.csv"],
    "accounts.csv": [
        ("D1", "C1", "deposit", "demand", "CNY", "1993-12-30", ""),
        ("L1", "C1", "loan", "loan", "CNY", "1993-12-30", ""),
        ("L2", "C1", "loan", "loan", "USD", "1993-12-30", ""),
        ("L3", "C2", "loan", "loan", "CNY", "1993-12-30", "1994-04-01"),
        ("D3", "C3", "deposit", "agreement", "CNY", "1993-12-30", ""),
    ],
    "assignments.csv": [
        ("C1", "E1", "0.6", "1993-12-30", "1994-03-31"),
        ("C1", "E2", "0.4", "1993-12-30", ""),
        ("C1", "E1", "0.5", "1994-04-01", ""),
        ("C2", "E1", "1", "1993-12-30", ""),
        ("C3", "E1", "0.01", "1993-12-30", "1994-04-01"),
    ],
    "fx_rates.csv": [("USD", "1993-12-30", "5.00"), ("USD", "1994-04-03", "6.00")],
    "balances.csv": [
        ("D1", "1994-01-01", "-30.00"),
        ("D1", "1994-01-02", "500000.00"),
        ("L1", "1993-12-30", "700.00"),
        ("L2", "1993-12-30", "60.00"),
        ("L3", "1993-12-30", "1000.00"),
        ("D3", "1994-04-01", "-40.00"),
        ("D3", "1994-04-02", "-90.00"),
    ],
    "loan_classes.csv": [
        ("L1", "1993-12-30", "normal", ""),
        ("L2", "1993-12-30", "special_mention", "0"),
        ("L3", "1993-12-30", "normal", ""),
        ("L1", "1994-04-02", "substandard", "1.50"),
        ("L1", "1994-04-03", "normal", ""),
        ("L3", "1994-02-01", "normal", "9.00"),
        ("L3", "1994-02-03", "normal", "0"),
    ],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def worked(folder: Path, **changes: bank.Rows | None) -> None:
    """Load the bank, some files of it replaced, and publish its last date."""
    files = BANK | {f"{name}.csv": rows for name, rows in changes.items()}
    bank.loaded(
        bank.write(folder / "bundle", {name: rows for name, rows in files.items() if rows is not None}, SPAN)
    )
    run_nights(to=ON, start=ON)


def figure(code: str, window: str = "month", *, who: str = "E1", floor: int = 0, **params: str) -> Figure:
    ref = MetricRef(code, window, Decimal(floor), tuple(params.items()))
    manager = ClientManager.objects.get(employee_no=who)
    return metrics.figures(queries.current_run(ON), [ref], [manager.pk])[manager.pk][ref]


def test_the_share_is_of_the_last_days_balances_at_that_days_shares_and_rate(folder: Path) -> None:
    worked(folder)
    # L3 is closed; L1 700 normal, L2 60 USD at 6.00, both at one half
    assert figure("normal_loan_share").value == Fraction(700, 700 + 360)
    assert figure("normal_loan_share", "previous_month").value == Fraction(420 + 1000, 420 + 180 + 1000)


def test_the_change_is_against_the_end_of_the_quarter_before_the_window_ends(folder: Path) -> None:
    worked(folder)
    now, march = Fraction(700, 1060), Fraction(1420, 1600)
    assert figure("normal_loan_share_change").value == now - march
    assert figure("normal_loan_share_change", "year").value == now - march
    # March and the first quarter ended on the same day and are compared with the end of 1993
    assert figure("normal_loan_share_change", "previous_month").value == 0
    assert figure("normal_loan_share_change", "previous_quarter").value == 0
    assert figure("normal_loan_share_change", base="previous_year").value == now - march
    # 1993 itself would be compared with September, which nobody delivered
    assert figure("normal_loan_share_change", "previous_year").reason == "history"


def test_peaks_are_the_highest_day_over_the_customers_held_that_day_whole_amounts(folder: Path) -> None:
    worked(folder)
    assert figure("non_performing_balance").value == 700
    assert figure("interest_arrears").value == Fraction("1.50")
    assert figure("interest_arrears", "year").value == 9
    # C3 was given up on the 2nd, when its overdraft rose to 90; C1 was overdrawn on New Year's Day
    assert (figure("advances").value, figure("advances", "year").value) == (40, 40)
    assert figure("advances", "year", who="E2").value == 30
    assert figure("non_performing_balance", "previous_quarter").value == 0


def test_a_floor_leaves_a_customer_out_of_everything(folder: Path) -> None:
    worked(folder)
    # C1 averages 500,000 in April and less over the year, whose first day it was overdrawn
    assert figure("normal_loan_share", floor=500_000).value == Fraction(700, 1060)
    assert figure("normal_loan_share", "year", floor=500_000).reason == "no_loans"
    assert figure("non_performing_balance", floor=500_001).value == 0


def test_no_loans_now_or_then_is_not_applicable(folder: Path) -> None:
    worked(folder, balances=[("L1", "1994-04-02", "700.00")])
    assert figure("normal_loan_share_change").reason == "no_loans_at_base"
    assert figure("normal_loan_share", "previous_month").state == "not_applicable"
    assert figure("normal_loan_share", "previous_month").reason == "no_loans"


def test_a_loan_without_a_class_leaves_the_share_open_and_a_clean_veto_too(folder: Path) -> None:
    classes = [row for row in BANK["loan_classes.csv"] if row[0] != "L2"]
    worked(folder, loan_classes=classes)
    assert (figure("normal_loan_share").state, figure("normal_loan_share").reason) == (
        "missing",
        "loans_unclassified",
    )
    assert figure("normal_loan_share_change").reason == "loans_unclassified"
    assert figure("non_performing_balance").value == 700, "a veto that is known stays known"
    assert figure("non_performing_balance", "previous_month").reason == "loans_unclassified"


def test_a_bank_without_the_feed_has_nothing_to_measure(folder: Path) -> None:
    worked(folder, loan_classes=None)
    for code in (
        "normal_loan_share",
        "normal_loan_share_change",
        "non_performing_balance",
        "interest_arrears",
    ):
        assert (figure(code).state, figure(code).reason) == ("not_applicable", "feed_not_configured")
    assert figure("advances").value == 40


def test_exposures_are_the_spans_of_days_on_which_something_is_wrong(folder: Path) -> None:
    worked(folder)
    assert exposures() == [
        ("C1", date(1994, 1, 1), date(1994, 1, 1), 0, 0, 30),
        ("C1", date(1994, 4, 2), date(1994, 4, 2), 700, Decimal("1.50"), 0),
        ("C2", date(1994, 2, 1), date(1994, 2, 2), 0, 9, 0),
        ("C3", date(1994, 4, 1), date(1994, 4, 1), 0, 0, 40),
        ("C3", date(1994, 4, 2), None, 0, 0, 90),
    ]


def exposures() -> list[tuple[object, ...]]:
    return list(
        Exposure.objects.order_by("customer__customer_no", "since").values_list(
            "customer__customer_no", "since", "until", "non_performing", "interest_arrears", "advances"
        )
    )


def test_a_correction_of_a_class_takes_the_exposure_away_again(folder: Path) -> None:
    worked(folder)
    mended = {"loan_classes.csv": [("L1", "1994-04-02", "normal", "0")]}
    bank.loaded(bank.write(folder / "mended", mended, SPAN))
    assert [str(run) for run in run_nights(to=ON).runs] == ["1994-04-03 v2"]
    assert (figure("non_performing_balance").value, figure("interest_arrears").value) == (0, 0)


def test_a_share_of_nothing_is_not_known() -> None:
    assert normal_share(Decimal(0), Decimal(0)) is None
    assert normal_share(Decimal(1), Decimal(3)) == Fraction(1, 3)
