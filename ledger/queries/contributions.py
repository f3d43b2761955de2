"""What each customer brings a manager, for curves and tables: look-ups in the prefix sums."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledger.sql import statement


class Contribution(NamedTuple):
    """What one customer brings a manager from a first day to `day`: products (CNY-days), balances (CNY).

    `own_…` and `…_balance` are the whole customer's; `deposit` and `loan` are credited at the shares of the
    days. `share` is the one held on `day`, None for a customer handed over before it.
    """

    day: date
    customer_id: int
    customer_no: str
    name: str
    own_deposit: Decimal
    own_loan: Decimal
    deposit: Decimal
    loan: Decimal
    deposit_balance: Decimal
    loan_balance: Decimal
    share: Decimal | None


def contributions(manager: int, *, start: date, days: Sequence[date]) -> dict[date, list[Contribution]]:
    """Per day of `days` every customer held on some day from `start` to it, the largest deposits first."""
    found: dict[date, list[Contribution]] = {day: [] for day in days}
    with connection.cursor() as cursor:
        cursor.execute(statement("contributions"), {"manager": manager, "start": start, "days": list(days)})
        for row in cursor.fetchall():
            found[row[0]].append(Contribution(*row))
    return found
