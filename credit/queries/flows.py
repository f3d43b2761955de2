"""What was issued, recovered and received on loans: sums at the manager's share, and the rows behind them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ledger import facts
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules.explaining import Source
from ledger.rules.windows import Window
from ledger.sql import set_wise, statement

CODES = ("interest_received", "loans_issued", "loans_recovered")


class Flow(NamedTuple):
    """What one customer brought a manager, in CNY; `place` is that of the question."""

    place: int
    manager: int
    customer: int
    amount: Decimal


class Paid(NamedTuple):
    """A payment on a loan, or its issue, in the account's currency."""

    account_no: str
    day: date
    principal: Decimal
    interest: Decimal
    source: Source


def flows(asked: Sequence[tuple[str, Window]], managers: Sequence[int], *, bundle: int) -> list[Flow]:
    """The sums of each question (code of CODES, span), as known to a bundle; nothing where nothing flowed."""
    if not asked:
        return []
    given: dict[str, Any] = {
        "codes": [code for code, _ in asked],
        "starts": [span.start for _, span in asked],
        "ends": [span.end for _, span in asked],
        "managers": list(managers),
        "bundle": bundle,
    }
    with set_wise() as cursor:
        cursor.execute(statement("flows", "credit.sql"), given)
        return [Flow(place - 1, *row) for place, *row in cursor.fetchall()]


def own_deposits(
    run: Run, span: Window, customers: Iterable[int], managers: Sequence[int]
) -> dict[int, Decimal]:
    """The own whole product of deposits (yuan-days) of customers over a span: what a floor looks at."""
    if not ledger.answers_live(run):
        return _from_facts(run, span, managers)
    given: dict[str, Any] = {"customers": sorted(set(customers)), "start": span.start, "end": span.end}
    with set_wise() as cursor:
        cursor.execute(statement("own_deposits", "credit.sql"), given)
        return {customer: Decimal(fen) / 100 for customer, fen in cursor.fetchall()}


def _from_facts(run: Run, span: Window, managers: Sequence[int]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for book, _span in facts.books(run, ledger.known_through(run), [span], managers):
        found |= book.deposits
    return found


def payments(customers: Iterable[int], span: Window, bundle: int) -> list[Paid]:
    """The payments on the loans of some customers within a span, as known to a bundle."""
    rows = _rows("explain_repayments", customers, span, bundle)
    return [
        Paid(account, day, principal, interest, Source(source, "repayments.csv", line))
        for account, day, principal, interest, source, line, _reference in rows
    ]


def issues(customers: Iterable[int], span: Window, bundle: int) -> list[Paid]:
    """The loans issued to some customers within a span; the amount stands as principal."""
    return [
        Paid(account, day, amount, Decimal(0), Source(source, "loans.csv", line))
        for account, day, amount, source, line in _rows("explain_issued", customers, span, bundle)
    ]


def _rows(name: str, customers: Iterable[int], span: Window, bundle: int) -> list[Any]:
    given: dict[str, Any] = {
        "customers": list(customers),
        "start": span.start,
        "end": span.end,
        "bundle": bundle,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(name, "credit.sql"), given)
        return list(cursor.fetchall())
