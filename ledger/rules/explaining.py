"""A figure taken apart: sections, customers, accounts and spans of days that add up to it exactly.

This is the same arithmetic as the ledger's SQL, done the slow and obvious way from delivered facts; a test
holds the two equal.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from operator import attrgetter
from typing import Literal, NamedTuple

from ledger.rules.windows import Window

ONE_DAY = timedelta(days=1)
NIL = Decimal(0)
_WHOLE, _FEN = Decimal(1), Decimal("0.01")
_DAY = attrgetter("day")
#: Products of delivered amounts and rates have 38 digits at most: nothing is lost before the one rounding.
_EXACT, _ROUNDING = Context(prec=60, traps=[Inexact, InvalidOperation]), Context(prec=60)
Combination = Literal["sum", "ratio", "ratio_change"]


class Source(NamedTuple):
    """Where a fact came from: the bundle, its file and the physical line in it."""

    bundle: int
    file: str
    line: int


class Dated(NamedTuple):
    """An amount that holds from `day` on."""

    day: date
    amount: Decimal
    source: Source


class Held(NamedTuple):
    """A share of a customer on the days from `start` to `end`, both included."""

    start: date
    end: date
    share: Decimal
    source: Source


@dataclass(frozen=True)
class AccountHistory:
    """An account with its balances and, for a foreign currency, the rates; both ascending by day."""

    account_no: str
    product: str
    bucket: str
    currency: str
    closed_on: date | None
    balances: tuple[Dated, ...]
    rates: tuple[Dated, ...] = ()


class Line(NamedTuple):
    """Some days on which an account was worth the same: `value` × `share` × days is its contribution.

    `balance` is in the account's currency, `value` in yuan. `counts` is False where the line is shown
    but belongs to no bucket of the metric (`note` says why).
    """

    account_no: str
    product_code: str
    currency: str
    start: date
    end: date
    balance: Decimal
    rate: Decimal | None
    value: Decimal
    share: Decimal
    sources: tuple[Source, ...]
    counts: bool = True
    note: str = ""

    @property
    def days(self) -> int:
        """Days of the span, both ends included."""
        return (self.end - self.start).days + 1

    @property
    def amount(self) -> Decimal:
        """What the line contributes (积数 at the manager's share), exact."""
        return self.value * self.share * self.days


@dataclass(frozen=True)
class CustomerPart:
    """One customer's contribution, or why it has none; `own_product`, the customer's all, meets the floor."""

    customer_no: str
    name: str
    own_product: Decimal
    counted: bool
    reason: str
    held: tuple[Held, ...]
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        """What the customer adds to the section."""
        return self.worth if self.counted else Decimal(0)

    @property
    def worth(self) -> Decimal:
        """What the lines come to, whether the customer counts or not."""
        return sum((line.amount for line in self.lines if line.counts), Decimal(0))


@dataclass(frozen=True)
class Fact:
    """A delivered row, or a whole customer, that adds `amount` to a figure or is shown with why it does not.

    `quantity` in `unit` is what it says itself; `label` names it, `text` is what was noted with it; `reason`
    is a code, "" where it counts. `start` and `end` (empty: open) are the days it is about.
    """

    label: str
    start: date
    end: date | None
    quantity: Fraction
    unit: str
    amount: Decimal
    reason: str = ""
    text: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is part of the figure."""
        return not self.reason


@dataclass(frozen=True)
class Section:
    """A sum over customers or facts, divided by `divisor` (days of an average, else 1), taken with `sign`."""

    code: str
    window: Window
    divisor: int
    customers: tuple[CustomerPart, ...]
    sign: int = 1
    facts: tuple[Fact, ...] = ()

    @property
    def total(self) -> Decimal:
        """Sum of what the customers and the facts add."""
        whole = sum((part.amount for part in self.customers), Decimal(0))
        return whole + sum((fact.amount for fact in self.facts if fact.counts), Decimal(0))

    @property
    def value(self) -> Fraction:
        """The section's part of the figure."""
        return self.sign * Fraction(self.total) / self.divisor


@dataclass(frozen=True)
class Explanation:
    """A figure and the sections that give it. `combination`: their sum, first ÷ second, or the
    difference of two such ratios. `of_facts`: its sections list facts in place of customers."""

    metric: str
    unit: str
    window: Window
    floor: Decimal
    sections: tuple[Section, ...]
    combination: Combination = "sum"
    of_facts: bool = False

    @property
    def value(self) -> Fraction | None:
        """What the parts come to; None where there are none, or a ratio has nothing below the line."""
        if not self.sections:
            return None
        if self.combination == "sum":
            return sum((section.value for section in self.sections), Fraction(0))
        ratios = [_ratio(a, b) for a, b in zip(self.sections[::2], self.sections[1::2], strict=True)]
        if None in ratios:
            return None
        return ratios[0] if self.combination == "ratio" else ratios[0] - ratios[1]  # type: ignore[operator]


def _ratio(upper: Section, lower: Section) -> Fraction | None:
    return Fraction(upper.total) / Fraction(lower.total) if lower.total else None


def latest(entries: Sequence[Dated], on: date) -> Dated | None:
    """The entry that holds on a day: the last one not after it; `entries` ascend."""
    place = bisect_right(entries, on, key=_DAY)
    return entries[place - 1] if place else None


def worth(balance: Decimal, rate: Decimal | None, bucket: str) -> Decimal:
    """Yuan of a balance: converted and rounded half up per account and day; a deposit below zero is 0."""
    value = balance if rate is None else _converted(balance, rate)
    return value if bucket == "loan" else max(value, NIL)


def _converted(balance: Decimal, rate: Decimal) -> Decimal:
    """Exact until it is rounded once; never "-0"."""
    value = _EXACT.multiply(balance, rate).quantize(_FEN, ROUND_HALF_UP, _ROUNDING)
    return value if value else abs(value)


def _stretches(
    account: AccountHistory, start: date, end: date
) -> Iterator[tuple[date, date, Dated, Dated | None, Decimal]]:
    """The account's days from `start` to `end` on which it had a balance: the first and the last of equal
    worth, the balance and the rate that make it, and the worth in yuan."""
    points = _points(account, start, end)
    foreign = account.currency != "CNY"
    for first, after in zip(points, [*points[1:], end + ONE_DAY], strict=True):
        if account.closed_on is not None and first > account.closed_on:
            break
        balance = latest(account.balances, first)
        if balance is None or not balance.amount:
            continue
        rate = latest(account.rates, first) if foreign else None
        value = worth(balance.amount, rate.amount if rate else None, account.bucket)
        yield first, after - ONE_DAY, balance, rate, value


def spans(account: AccountHistory, start: date, end: date, bucket: str) -> Iterator[Line]:
    """The account's days from `start` to `end` in spans of equal worth, at the whole share."""
    counts = account.bucket == bucket
    note = "" if counts else account.bucket
    for first, last, balance, rate, value in _stretches(account, start, end):
        yield Line(
            account.account_no,
            account.product,
            account.currency,
            first,
            last,
            balance.amount,
            rate.amount if rate else None,
            value,
            _WHOLE,
            (balance.source, rate.source) if rate else (balance.source,),
            counts,
            "overdrawn" if counts and balance.amount < 0 and bucket != "loan" else note,
        )


def _points(account: AccountHistory, start: date, end: date) -> list[date]:
    """The days on which the account's worth may change, the first day included."""
    days = {start} | {entry.day for entry in account.balances}
    if account.currency != "CNY":
        days |= {entry.day for entry in account.rates}
    if account.closed_on is not None:
        days.add(account.closed_on + ONE_DAY)
    return sorted(day for day in days if start <= day <= end)


def credited(lines: Iterable[Line], held: Sequence[Held]) -> Iterator[Line]:
    """The lines cut to the days a share was held, each at that share."""
    for line in lines:
        for piece in held:
            first, last = max(line.start, piece.start), min(line.end, piece.end)
            if first <= last:
                yield Line(
                    line.account_no,
                    line.product_code,
                    line.currency,
                    first,
                    last,
                    line.balance,
                    line.rate,
                    line.value,
                    piece.share,
                    (*line.sources, piece.source),
                    line.counts,
                    line.note,
                )


def own_product(accounts: Iterable[AccountHistory], start: date, end: date, bucket: str) -> Decimal:
    """The whole customer's product in a bucket, whoever holds it."""
    return sum(
        (
            value * ((last - first).days + 1)
            for account in accounts
            if account.bucket == bucket
            for first, last, _balance, _rate, value in _stretches(account, start, end)
        ),
        NIL,
    )
