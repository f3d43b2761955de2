"""corporate-six-grades for a quarter as a programmer would write it down: thresholds in code, no reasons."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from ledger.rules.figures import MetricRef

GRADES = ("senior", "first", "second", "third", "fourth", "trainee")
MILLION = 1_000_000
#: By grade, in millions: how many of four; deposits, of one customer; loans, of one customer; settlement;
#: new deposits; then the floor in yuan.
STANDARDS: dict[str, tuple[int, ...]] = {
    "senior": (2, 250, 100, 350, 150, 30, 50, 5_000_000),
    "first": (2, 150, 30, 200, 75, 20, 30, 3_000_000),
    "second": (1, 75, 25, 180, 50, 10, 25, 1_000_000),
    "third": (1, 38, 0, 72, 0, 5, 15, 500_000),
    "fourth": (1, 15, 0, 36, 0, 10, 15, 500_000),
    "trainee": (1, 0, 0, 0, 0, 0, 10, 500_000),
}
ON_POST = {grade: 10 if grade == "trainee" else 15 for grade in GRADES}
YEAR, ZERO = "year", Decimal(0)
SHARE = MetricRef("normal_loan_share", YEAR, ZERO)
RISE = MetricRef("normal_loan_share_change", YEAR, ZERO, (("base", "previous_quarter"),))
BAD = [MetricRef(code, YEAR, ZERO) for code in ("non_performing_balance", "interest_arrears", "advances")]
BAR = MetricRef("deposit_daily_average", YEAR, Decimal(500_000))


class Ruling(NamedTuple):
    """What came out."""

    outcome: str
    proposed: str


class Questions(NamedTuple):
    """The figures a standard asks for, at its floor."""

    deposit: MetricRef
    largest_deposit: MetricRef
    loan: MetricRef
    largest_loan: MetricRef
    settlement: MetricRef
    new: MetricRef


def _questions(floor: int) -> Questions:
    amount = Decimal(floor)
    return Questions(
        MetricRef("deposit_daily_average", YEAR, amount),
        MetricRef("largest_deposit_customer", YEAR, amount),
        MetricRef("loan_daily_average", YEAR, amount),
        MetricRef("largest_loan_customer", YEAR, amount),
        MetricRef("international_settlement", YEAR, amount),
        MetricRef("new_deposit_daily_average", YEAR, amount, (("base", "customer"),)),
    )


QUESTIONS = {grade: _questions(row[-1]) for grade, row in STANDARDS.items()}


def ruling(grade: str, evidence: Mapping[MetricRef, Any]) -> Ruling:
    """Outcome and proposal of a quarter, every figure of which is there or not applicable."""
    place = GRADES.index(grade)
    above = GRADES[place - 1] if place else ""
    clean = _clean(evidence)
    if grade != "trainee" and clean is not True:
        return Ruling("vetoed" if clean is False else "undecided", grade)
    if not _meets(grade, evidence):
        return Ruling("warn", grade)
    if evidence[BAR].value < ON_POST[grade] * MILLION:
        return Ruling("warn", grade)
    if above and _meets(above, evidence) and clean is True:
        return Ruling("promote", above)
    return Ruling("keep", grade)


def _meets(grade: str, evidence: Mapping[MetricRef, Any]) -> bool:
    needed, deposit, one_deposit, loan, one_loan, settlement, new, _floor = STANDARDS[grade]
    asked = QUESTIONS[grade]
    met = int(_reaches(evidence, asked.new, new))
    if grade == "trainee":
        return met >= needed
    met += _reaches(evidence, asked.settlement, settlement)
    met += _reaches(evidence, asked.deposit, deposit) and (
        not one_deposit or _reaches(evidence, asked.largest_deposit, one_deposit)
    )
    met += _reaches(evidence, asked.loan, loan) and (
        not one_loan or _reaches(evidence, asked.largest_loan, one_loan)
    )
    return met >= needed


def _reaches(evidence: Mapping[MetricRef, Any], ref: MetricRef, millions: int) -> bool:
    value: Fraction = evidence[ref].value
    return value >= millions * MILLION


def _clean(evidence: Mapping[MetricRef, Any]) -> bool | None:
    """Whether quality holds; None where nothing of it applies."""
    found = [evidence[ref].value for ref in BAD]
    if any(value is not None and value > 0 for value in found):
        return False
    rise, share = evidence[RISE].value, evidence[SHARE].value
    if rise is not None and not (rise > 0 or share == 1):
        return False
    return None if rise is None and all(value is None for value in found) else True
