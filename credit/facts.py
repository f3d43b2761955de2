"""Loan quality worked out from delivered facts as known to a bundle, day by day and account by account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db import connection

from ledger import facts
from ledger.books import Book, account_histories
from ledger.models import Run
from ledger.rules.explaining import AccountHistory, Line, Source, spans
from ledger.rules.windows import Window
from ledger.sql import statement

NON_PERFORMING = ("substandard", "doubtful", "loss")
COLUMNS = ("non_performing", "interest_arrears", "advances")
NIL = Decimal(0)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Classed:
    """The class of a loan from a day on, and the arrears delivered with it."""

    day: date
    loan_class: str
    interest_arrears: Decimal
    source: Source


def class_histories(customers: Iterable[int], span: Window, bundle: int) -> dict[str, list[Classed]]:
    """Per account number the class carried into the span and every later one, as known to a bundle."""
    given: dict[str, Any] = {
        "customers": list(customers),
        "start": span.start,
        "end": span.end,
        "bundle": bundle,
    }
    found: dict[str, list[Classed]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement("explain_classes", "credit.sql"), given)
        for number, day, loan_class, arrears, source, line in cursor.fetchall():
            found[number].append(Classed(day, loan_class, arrears, Source(source, "loan_classes.csv", line)))
    return found


def classes_on(customers: Iterable[int], day: date, bundle: int) -> dict[str, Classed]:
    """The class of each loan of some customers on a day, by account number, as known to a bundle."""
    histories = class_histories(customers, Window("day", day, day), bundle)
    return {number: classes[-1] for number, classes in histories.items()}


def overdrafts(account: AccountHistory, start: date, end: date) -> Iterator[Line]:
    """A deposit account below zero, as a positive amount: its worth as if it were a loan of that size."""
    if account.bucket == "loan":
        return
    for line in spans(replace(account, bucket="loan"), start, end, "loan"):
        if line.balance < 0:
            yield line._replace(value=-line.value, note="overdrawn")


#: From a day to a day, both included, so much of one of COLUMNS.
_Piece = tuple[date, date, str, Decimal]


def _pieces(account: AccountHistory, classes: Sequence[Classed], span: Window) -> Iterator[_Piece]:
    """What is wrong at one account within a span."""
    for line in overdrafts(account, span.start, span.end):
        yield line.start, line.end, "advances", line.value
    last = min(account.closed_on or span.end, span.end)
    for known, after in zip_longest(classes, classes[1:]):
        first, until = max(known.day, span.start), min(last, after.day - ONE_DAY if after else last)
        if first > until:
            continue
        if known.interest_arrears > 0:
            yield first, until, "interest_arrears", known.interest_arrears
        if known.loan_class in NON_PERFORMING and account.bucket == "loan":
            worth = (line for line in spans(account, first, until, "loan") if line.value > 0)
            yield from ((line.start, line.end, "non_performing", line.value) for line in worth)


def exposures(book: Book) -> dict[int, dict[date, dict[str, Decimal]]]:
    """Per customer and day of the book's window what is wrong at it, in CNY; nothing where nothing is."""
    span = book.window
    classes = class_histories(book.customers, span, book.bundle)
    found: dict[int, dict[date, dict[str, Decimal]]] = {}
    for customer, accounts in book.histories(span).items():
        days: dict[date, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(COLUMNS, NIL))
        for account in accounts:
            for first, until, column, amount in _pieces(account, classes.get(account.account_no, ()), span):
                for number in range((until - first).days + 1):
                    days[first + timedelta(days=number)][column] += amount
        found[customer] = days
    return found


def daily(book: Book, floor: Decimal) -> dict[date, dict[str, Decimal]]:
    """The totals of each day over the customers that reach the floor and were held on it, whole amounts."""
    totals: dict[date, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(COLUMNS, NIL))
    for customer, days in exposures(book).items():
        if book.deposits[customer] < floor * book.window.days:
            continue
        for day, amounts in days.items():
            if book.held(customer, Window("day", day, day)):
                for column, amount in amounts.items():
                    totals[day][column] += amount
    return totals


@dataclass(frozen=True)
class _Loans:
    """The loans of one day at the manager's shares, of the customers that reach a floor."""

    normal: Decimal
    total: Decimal
    unclassified: int


def _loans(book: Book, day: date, floors: Sequence[Decimal]) -> list[_Loans]:
    """The loans of a day, an entry per floor."""
    only = Window("day", day, day)
    histories = account_histories(book.customers, only, book.bundle)
    classes = classes_on(book.customers, day, book.bundle)
    found = [
        (book.deposits[customer], classes.get(line.account_no), line.value * held.share)
        for customer in book.held_on(day)
        for held in book.held(customer, only)
        for account in histories.get(customer, ())
        for line in spans(account, day, day, "loan")
        if line.counts and line.balance > 0
    ]
    return [
        _summed([(known, worth) for own, known, worth in found if own >= floor * book.window.days])
        for floor in floors
    ]


def _summed(loans: Sequence[tuple[Classed | None, Decimal]]) -> _Loans:
    normal = (worth for known, worth in loans if known is not None and known.loan_class == "normal")
    return _Loans(
        sum(normal, NIL),
        sum((worth for _known, worth in loans), NIL),
        sum(known is None for known, _worth in loans),
    )


def rows(
    run: Run,
    bundle: int,
    start: date,
    spans_and_bases: Iterable[tuple[Window, date]],
    floors: Iterable[Decimal],
    managers: Sequence[int],
) -> Iterator[tuple[Any, ...]]:
    """Readings in the order of `queries.QualityRow`; each span with the day its shares are compared with."""
    ascending = sorted(floors)
    for span, base_day in spans_and_bases:
        for book, _span in facts.books(run, bundle, [span], managers):
            yield from _rows(book, base_day if base_day >= start else None, ascending)


def _rows(book: Book, base_day: date | None, floors: Sequence[Decimal]) -> Iterator[tuple[Any, ...]]:
    now = _loans(book, book.window.end, floors)
    before = _loans(book, base_day, floors) if base_day else [None] * len(floors)
    for floor, loans, base in zip(floors, now, before, strict=True):
        totals = daily(book, floor).values()
        peaks = [max((each[column] for each in totals), default=NIL) for column in COLUMNS]
        compared = (base.normal, base.total, base.unclassified) if base else (None, None, None)
        key = (book.run.pk, book.manager.pk, book.window.name, floor)
        yield (*key, loans.normal, loans.total, loans.unclassified, *compared, *peaks)
