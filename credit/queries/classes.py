"""Loans of a day by class at the shares held, as known to a bundle."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.sql import set_wise, statement


class ClassBalance(NamedTuple):
    """What one customer owes in one class at a manager's share, in CNY; the class is "" where unknown."""

    manager: int
    customer: int
    loan_class: str
    amount: Decimal


def class_balances(day: date, managers: Sequence[int], *, bundle: int) -> list[ClassBalance]:
    """The loans at the end of a day of the customers held on it."""
    given: dict[str, Any] = {"day": day, "managers": list(managers), "bundle": bundle}
    with set_wise() as cursor:
        cursor.execute(statement("class_balances", "credit.sql"), given)
        return [ClassBalance(*row) for row in cursor.fetchall()]
