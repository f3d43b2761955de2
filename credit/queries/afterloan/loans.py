"""What is known of loans on a day, and which are open, handled by whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from ledger import queries as ledger
from ledger.models import Account
from ledger.queries import handovers
from ledger.sql import statement

FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan account as known on a day; what was not delivered is None, or "" for words."""

    account: int
    account_no: str
    customer: int
    currency: str
    opened_on: date
    closed_on: date | None
    amount: Decimal | None
    issued_on: date | None
    matures_on: date | None
    security: str | None
    balance: Decimal | None
    loan_class: str
    arrears: Decimal | None
    rate: Decimal | None

    @property
    def is_open(self) -> bool:
        """Whether something of it is, or may be, outstanding."""
        return self.closed_on is None and self.balance != 0

    @property
    def began_on(self) -> date:
        """The day it was issued; where that was not delivered, the day its account was opened."""
        return self.issued_on or self.opened_on

    @property
    def in_yuan(self) -> Decimal | None:
        """What is outstanding, in CNY; what was agreed where no balance is known."""
        worth = self.amount if self.balance is None else self.balance
        if worth is None or self.rate is None:
            return None
        return (worth * self.rate).quantize(FEN, ROUND_HALF_UP)


def known_on(on: date) -> date:
    """The last day something is known of: today, or the last one the core system has delivered."""
    try:
        return min(on, ledger.covered_through())
    except LookupError:  # nothing was ever delivered
        return on


def loans(accounts: Iterable[int], on: date) -> dict[int, Loan]:
    """What is known of some loan accounts on a day, by account, in the order of their numbers."""
    given: dict[str, Any] = {"accounts": list(accounts), "day": known_on(on)}
    with connection.cursor() as cursor:
        cursor.execute(statement("loans_known", "credit.sql"), given)
        return {row[0]: Loan(*row) for row in cursor.fetchall()}


def loan(account: int, on: date) -> Loan:
    """What is known of one loan."""
    return loans([account], on)[account]


def open_accounts(on: date, *, size: int) -> Iterator[list[int]]:
    """Loan accounts that are not closed on a day, in chunks by their keys; each chunk is read when asked."""
    found = Account.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on), product__kind="loan")
    last = 0
    while chunk := list(found.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield chunk
        last = chunk[-1]


def handled_by(manager: int, on: date) -> list[int]:
    """The loan accounts, closed ones too, whose customers' loans a manager handles on a day."""
    with connection.cursor() as cursor:
        cursor.execute(statement("loans_handled", "credit.sql"), {"manager": manager, "day": on})
        return [row[0] for row in cursor.fetchall()]


def handlers(found: Iterable[Loan], on: date) -> dict[int, set[int]]:
    """By account the managers who handle the loans of its customer on a day."""
    rows = list(found)
    by_customer = handovers.handlers({row.customer for row in rows}, on)
    return {row.account: by_customer[row.customer] for row in rows}
