"""Balance and share of any loan class: by hand, beside the share of normal loans, and taken apart."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ledger.explanations import explain
from managers.models import ClientManager
from tests.credit.test_quality import BANK, ON, figure, worked

pytestmark = pytest.mark.django_db
SPECIAL = {"loan_class": "special_mention"}


def test_each_class_has_its_balance_and_share_of_the_last_day(tmp_path: Path) -> None:
    worked(tmp_path)
    # L1 700 normal, L2 60 USD at 6.00 special mention, both at one half
    assert figure("class_balance", **SPECIAL).value == 180
    assert figure("class_share", **SPECIAL).value == Fraction(360, 1060)
    assert figure("class_share", loan_class="loss").value == 0
    assert figure("class_share", "previous_month", **SPECIAL).value == Fraction(180, 1600)
    assert figure("class_balance", floor=500_001, **SPECIAL).value == 0
    assert figure("class_share", floor=500_001, **SPECIAL).reason == "no_loans"
    assert figure("class_share", loan_class="unheard-of").reason == "nothing_to_measure"


@pytest.mark.parametrize("who", ["E1", "E2"])
@pytest.mark.parametrize("window", ["month", "quarter", "previous_month"])
@pytest.mark.parametrize("floor", [0, 500_000])
def test_the_normal_class_agrees_with_the_metric_of_its_own(
    tmp_path: Path, who: str, window: str, floor: int
) -> None:
    worked(tmp_path)
    own = figure("normal_loan_share", window, who=who, floor=floor)
    assert figure("class_share", window, who=who, floor=floor, loan_class="normal") == own


def test_a_loan_without_a_class_leaves_both_open(tmp_path: Path) -> None:
    worked(tmp_path, loan_classes=[row for row in BANK["loan_classes.csv"] if row[0] != "L2"])
    assert figure("class_share", **SPECIAL).reason == "loans_unclassified"
    assert figure("class_balance", **SPECIAL).state == "missing"


@pytest.mark.parametrize("code", ["class_share", "class_balance"])
def test_it_is_taken_apart_down_to_the_class_of_each_loan(tmp_path: Path, code: str) -> None:
    worked(tmp_path)
    manager = ClientManager.objects.get(employee_no="E1")
    found = explain(manager, code, on=ON, window="month", params=tuple(SPECIAL.items()))
    assert found.adds_up and found.figure.value == found.explanation.value != Decimal(0)
    lines = [line for part in found.explanation.sections[0].customers for line in part.lines]
    assert [(line.account_no, line.note, line.counts) for line in lines] == [
        ("L1", "normal", False),
        ("L2", "special_mention", True),
    ]
