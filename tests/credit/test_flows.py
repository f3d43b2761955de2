"""Loans issued, recovered and interest received: by hand, at the day's share and rate, and taken apart."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from credit.models import LoanTerms, Repayment
from ledger import metrics, queries
from ledger.explanations import explain
from ledger.models import Bundle, Run
from ledger.rules.figures import Figure, MetricRef
from managers.models import ClientManager
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
Deliver = Callable[..., Bundle]
ON = date(1994, 1, 5)
#: 10.01 dollars at the rate of the 3rd.
DOLLARS = Decimal("57.91")
BANK = bank.REGISTER | {
    "accounts.csv": [
        *bank.REGISTER["accounts.csv"],
        ("L2", "C3", "loan", "loan", "USD", "1994-01-01", ""),
    ],
    "loans.csv": [
        ("L1", "300.00", "1994-01-02", "1994-12-31", "guarantee", "5.5", "E1"),
        ("L2", "10.01", "1994-01-03", "1994-06-30", "credit", "", ""),
    ],
    "schedules.csv": [("L1", "1994-06-30", "150", "8.25"), ("L1", "1994-12-31", "150", "8.25")],
    "repayments.csv": [
        ("L1", "1994-01-03", "r1", "100.00", "1.11"),
        ("L1", "1994-01-03", "r2", "0", "0.10"),
        ("L1", "1994-01-05", "r1", "50.00", "0"),
        ("L2", "1994-01-04", "", "1.05", "0.33"),
    ],
}


def ask(code: str, *, who: str = "E1", window: str = "month", on: date = ON, floor: int = 0) -> Figure:
    ref = MetricRef(code, window, Decimal(floor))
    manager = ClientManager.objects.get(employee_no=who)
    return metrics.figures(queries.current_run(on), [ref], [manager.pk])[manager.pk][ref]


def test_sums_at_the_share_and_rate_of_the_day(deliver: Deliver) -> None:
    deliver(BANK)
    nights("1994-01-05")
    assert ask("loans_issued") == Figure.of(Decimal("210.00"), "CNY")
    assert ask("loans_recovered") == Figure.of(Decimal("105.00"), "CNY")
    assert ask("interest_received") == Figure.of(Decimal("0.847"), "CNY")
    # C3 was E2's until the 3rd: the dollars of the 3rd count at 5.7855, those of the 4th are nobody's
    assert ask("loans_issued", who="E2") == Figure.of(90 + DOLLARS, "CNY")
    assert ask("loans_recovered", who="E2") == Figure.of(Decimal("45.00"), "CNY")
    assert ask("loans_recovered", window="day") == Figure.of(Decimal("35.00"), "CNY")
    assert ask("loans_recovered", on=date(1994, 1, 2)) == Figure.of(Decimal(0), "CNY")


def test_a_floor_leaves_small_customers_out(deliver: Deliver) -> None:
    deliver(BANK)
    nights("1994-01-05")
    # C1 held 1,000 on three of five days
    assert ask("loans_recovered", floor=600) == Figure.of(Decimal("105.00"), "CNY")
    assert ask("loans_recovered", floor=601) == Figure.of(Decimal(0), "CNY")
    assert ask("loans_issued", who="E2", floor=1) == Figure.of(90 + DOLLARS, "CNY")


def test_without_the_files_nothing_is_said(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    for code, file in (("loans_issued", "loans.csv"), ("interest_received", "repayments.csv")):
        assert ask(code) == Figure.not_applicable("feed_not_configured", "CNY", feed=file)


@pytest.mark.parametrize("code", ["loans_issued", "loans_recovered", "interest_received"])
@pytest.mark.parametrize("floor", [0, 600, 601])
def test_every_figure_adds_up_from_its_rows(deliver: Deliver, code: str, floor: int) -> None:
    deliver(BANK)
    nights("1994-01-05")
    for manager in ClientManager.objects.all():
        found = explain(manager, code, on=ON, window="month", floor=Decimal(floor))
        assert found.explanation.value == found.figure.value
    first = ClientManager.objects.get(employee_no="E1")
    section = explain(first, code, on=ON, window="month").explanation.sections[0]
    lines = [line for part in section.customers for line in part.lines]
    file = "loans.csv" if code == "loans_issued" else "repayments.csv"
    assert {source.file for line in lines for source in line.sources} == {file, "assignments.csv"}


def test_a_correction_is_a_new_version_and_the_old_one_stays(deliver: Deliver) -> None:
    deliver(BANK)
    nights("1994-01-05")
    before = Run.objects.get(business_date=ON, is_current=True)
    taken_back = ("L1", "1994-01-03", "r1", "0", "0")
    deliver({"repayments.csv": [taken_back, ("L1", "1994-01-05", "r1", "50.00", "0")]})
    nights("1994-01-05")
    after = Run.objects.get(business_date=ON, is_current=True)
    assert after.version == before.version + 1
    assert ask("loans_recovered") == Figure.of(Decimal("35.00"), "CNY")
    ref = MetricRef("loans_recovered", "month", Decimal(0))
    manager = ClientManager.objects.get(employee_no="E1")
    before.as_published = True
    assert metrics.figures(before, [ref], [manager.pk])[manager.pk][ref].value == Fraction(105)
    assert Repayment.objects.filter(reference="r1", business_date="1994-01-03").count() == 2


def test_an_extension_changes_no_figure(deliver: Deliver) -> None:
    deliver(BANK)
    nights("1994-01-05")
    deliver({"loans.csv": [("L1", "300.00", "1994-01-02", "1995-12-31", "guarantee", "5.5", "E1")]})
    nights("1994-01-05")
    assert Run.objects.get(business_date=ON, is_current=True).version == 1
    terms = LoanTerms.objects.filter(account__account_no="L1").order_by("bundle_id")
    assert [str(each.matures_on) for each in terms] == ["1994-12-31", "1995-12-31"]


@pytest.mark.parametrize(
    ("file", "row", "code"),
    [
        ("loans.csv", ("A1", "300", "1994-01-02", "1994-12-31", "credit", "", ""), "not_a_loan"),
        ("loans.csv", ("L1", "0", "1994-01-02", "1994-12-31", "credit", "", ""), "amount_not_positive"),
        ("loans.csv", ("L1", "9", "1994-01-02", "1993-12-31", "credit", "", ""), "matures_before_issue"),
        ("loans.csv", ("L1", "9", "1994-01-02", "1994-12-31", "trust", "", ""), "not_a_choice"),
        ("loans.csv", ("L1", "9", "1994-01-02", "1994-12-31", "credit", "", "E9"), "unknown_manager"),
        ("repayments.csv", ("L9", "1994-01-02", "x", "1", "0"), "unknown_account"),
        ("repayments.csv", ("L1", "1995-01-02", "x", "1", "0"), "outside_span"),
        ("repayments.csv", ("L1", "1994-01-02", "x", "NaN", "0"), "not_an_amount"),
        ("schedules.csv", ("L1", "1994-06-30", "-1", "0"), "not_an_amount"),
    ],
)
def test_bad_rows_refuse_the_bundle(tmp_path: Path, file: str, row: tuple[str, ...], code: str) -> None:
    errors = bank.refused(bank.write(tmp_path / "b", bank.REGISTER | {file: [row]}, bank.SPAN))
    assert [(at, line, why) for at, line, _column, _value, why in errors] == [(file, 2, code)]
