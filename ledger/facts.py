"""Readings worked out from delivered facts as known to a bundle: what products of today cannot answer.

Slow and obvious, manager by manager; for versions that something has overtaken.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.books import Book
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.explaining import AccountHistory, Held, Line, credited, own_product, spans
from ledger.rules.figures import MetricRef
from ledger.rules.windows import Window
from ledger.sql import statement
from managers.models import ClientManager

NIL = Decimal(0)


@dataclass(frozen=True)
class _Brought:
    """What one customer brings a manager over a window; own products are the whole customer's."""

    own_deposit: Decimal
    own_loan: Decimal
    deposit: Decimal
    loan: Decimal
    settlement: Decimal
    held: bool
    base: Decimal
    acquired: bool


def books(
    run: Run, bundle: int, spans: Iterable[Window], managers: Sequence[int]
) -> Iterator[tuple[Book, Window]]:
    """A book for every manager and span."""
    people = ClientManager.objects.in_bulk(managers)
    for span in spans:
        for manager in managers:
            yield Book(people[manager], run, MetricRef("", span.name), bundle, span), span


def rows(
    run: Run,
    bundle: int,
    start: date,
    spans: Iterable[Window],
    floors: Iterable[Decimal],
    managers: Sequence[int],
) -> Iterator[tuple[Any, ...]]:
    """Readings in the order of `queries.ReadingRow`; `start` is the first known day."""
    ascending = sorted(floors)
    for book, span in books(run, bundle, spans, managers):
        found = list(_customers(book, start))
        gap = "history" if windows.base_year(span.end).start < start else ""
        yield from (_row(book, floor, found, gap) for floor in ascending)


@dataclass(frozen=True)
class Holding:
    """A customer held on a span's last day: share, own products over the span, balances of the day."""

    share: Decimal
    own_deposit: Decimal
    own_loan: Decimal
    deposit_balance: Decimal
    loan_balance: Decimal


def holdings(
    run: Run, bundle: int, span: Window, managers: Sequence[int]
) -> Iterator[tuple[int, list[Holding]]]:
    """By manager the customers held on the last day of a span, as known to a bundle."""
    for book, _ in books(run, bundle, [span], managers):
        yield book.manager.pk, list(held(book).values())


def held(book: Book) -> dict[int, Holding]:
    """The customers with a share on the last day of the book's window."""
    span = book.window
    last = Window("last", span.end, span.end)
    histories = book.histories(span)
    found = {}
    for customer in book.held_on(span.end):
        share, accounts = book.held(customer, last)[0].share, histories.get(customer, [])
        if share:
            found[customer] = Holding(
                share,
                book.deposits[customer],
                own_product(accounts, span.start, span.end, "loan"),
                own_product(accounts, span.end, span.end, "deposit"),
                own_product(accounts, span.end, span.end, "loan"),
            )
    return found


def _row(book: Book, floor: Decimal, found: list[_Brought], gap: str) -> tuple[Any, ...]:
    span, base = book.window, windows.base_year(book.window.end)
    counted = [each for each in found if each.own_deposit >= floor * span.days]
    held = [each for each in counted if each.held]
    gap = gap or ("accounts" if any(each.acquired for each in held) else "")
    return (
        book.run.pk,
        book.manager.pk,
        span.name,
        floor,
        span.days,
        base.days,
        sum((each.deposit for each in counted), NIL),
        sum((each.loan for each in counted), NIL),
        sum((each.settlement for each in counted), NIL),
        max((each.own_deposit for each in held), default=NIL),
        max((*(each.own_loan for each in held), NIL)),
        None if gap else sum((each.base for each in held), NIL),
        gap,
    )


def _customers(book: Book, start: date) -> Iterator[_Brought]:
    """Every customer held on some day of the window."""
    span, year = book.window, windows.base_year(book.window.end)
    now, before = book.histories(span), book.histories(year)
    settlements, acquired = book.settlements(), _acquired(book, start)
    last = Window("last", span.end, span.end)
    for customer in book.customers:
        held = book.held(customer, span)
        if not held:
            continue
        accounts = now.get(customer, [])
        today = book.held(customer, last)
        share = today[0].share if today else NIL
        yield _Brought(
            book.deposits[customer],
            own_product(accounts, span.start, span.end, "loan"),
            _credited(accounts, span, "deposit", held),
            _credited(accounts, span, "loan", held),
            total(credited(settlements.get(customer, ()), held)),
            bool(today),
            share * own_product(before.get(customer, ()), year.start, year.end, "deposit"),
            acquired.get(customer, date.min) > year.start,
        )


def _credited(accounts: list[AccountHistory], span: Window, bucket: str, held: Sequence[Held]) -> Decimal:
    lines = (line for account in accounts for line in spans(account, span.start, span.end, bucket))
    return total(credited((line for line in lines if line.counts), held))


def total(lines: Iterable[Line]) -> Decimal:
    """What lines come to."""
    return sum((line.amount for line in lines), NIL)


def _acquired(book: Book, start: date) -> dict[int, date]:
    """Per customer the day before which something of it is not known."""
    given: dict[str, Any] = {
        "customers": list(book.customers),
        "bundle": book.bundle,
        "end": book.window.end,
        "history_start": start,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("explain_acquired"), given)
        return dict(cursor.fetchall())
