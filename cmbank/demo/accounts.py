"""Accounts of one customer: how its deposits and loans spread over products and currencies."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from cmbank.demo.days import DATES, MERGER, WORKDAYS, next_workday, number_of

MILLION = 1_000_000


@dataclass(frozen=True)
class Account:
    """One account and what its history shall average.

    `amount` is the daily average in CNY over the appraised year (of a closed account: its first
    balance), `ratio` last year's average over it. `start` is the day number of the first delivered
    balance, `closed` that of the last. `event` names what goes wrong or stands out.
    """

    account_no: str
    customer_no: str
    kind: str
    product: str
    currency: str
    opened_on: date
    start: int
    amount: float
    ratio: float
    closed: int | None = None
    event: str = ""
    lively: float = 0.3


@dataclass(frozen=True)
class Business:
    """What one customer does with the bank: averages in CNY, growth as last year over this year."""

    customer_no: str
    personal: bool
    deposit: float
    ratio: float
    loan: float = 0
    start: int = 0
    counted: bool = True
    foreign: bool = False
    agreement: bool = False
    deposit_event: str = ""
    loan_event: str = ""


def accounts(business: Business, rng: Random) -> tuple[Account, ...]:
    """Every account of a customer, deposits first."""
    return _deposits(business, rng) + _loans(business, rng)


def _deposits(business: Business, rng: Random) -> tuple[Account, ...]:
    parts = _parts(business, rng)
    whole = sum(weight for _product, _currency, weight in parts)
    first_seen = _opening(business, rng)
    found = [
        _account(
            business,
            number,
            business.deposit * weight / whole,
            first_seen,
            kind="deposit",
            product=product,
            currency=currency,
            event=business.deposit_event if number == 0 else "",
        )
        for number, (product, currency, weight) in enumerate(parts)
    ]
    if business.agreement:
        found.append(
            _account(
                business, len(found), business.deposit * 0.25, first_seen, kind="deposit", product="agreement"
            )
        )
    if business.start == 0 and business.counted and rng.random() < 0.12:
        found.append(_matured(business, len(found), rng))
    return tuple(found)


def _parts(business: Business, rng: Random) -> list[tuple[str, str, float]]:
    parts = [("demand", "CNY", 0.55)]
    large = business.deposit > 3 * MILLION
    if business.counted and rng.random() < (0.42 if large else 0.25):
        parts.append(("time", "CNY", 0.35))
    if large and rng.random() < 0.2:
        parts.append(("notice", "CNY", 0.15))
    if business.foreign:
        parts.append(("demand", rng.choices(("USD", "EUR", "HKD"), (6, 2, 2))[0], 0.12))
    return parts


def _loans(business: Business, rng: Random) -> tuple[Account, ...]:
    if not business.loan:
        return ()
    products = [("mortgage", 1.0)] if business.personal else [("working_capital", 1.0)]
    if not business.personal and business.loan > 60 * MILLION:
        products = [("working_capital", 0.6), ("fixed_asset", 0.4)]
    first_seen = _opening(business, rng, loan=True)
    if not business.start and not business.loan_event and rng.random() < 0.25:
        granted = next_workday(rng.randint(60, 420))  # a new loan, its opening day within the span
        first_seen = DATES[granted], granted
    return tuple(
        _account(
            business,
            number,
            business.loan * weight,
            first_seen,
            kind="loan",
            product=product,
            event=business.loan_event if number == 0 else "",
        )
        for number, (product, weight) in enumerate(products)
    )


def _account(
    business: Business,
    number: int,
    amount: float,
    first_seen: tuple[date, int],
    *,
    kind: str,
    product: str,
    currency: str = "CNY",
    event: str = "",
) -> Account:
    opened_on, start = first_seen
    return Account(
        account_no=f"{'62' if kind == 'deposit' else '70'}{business.customer_no}{number + 1:02d}",
        customer_no=business.customer_no,
        kind=kind,
        product=product,
        currency=currency,
        opened_on=opened_on,
        start=start,
        amount=amount,
        ratio=business.ratio,
        event=event,
        lively=_lively(business),
    )


def _lively(business: Business) -> float:
    if business.personal:
        return 0.08
    return 0.3 if business.deposit > 5 * MILLION else 0.2 if business.counted else 0.1


def _opening(business: Business, rng: Random, *, loan: bool = False) -> tuple[date, int]:
    """Opening date and day of the first balance: both the same, or long ago and the start of the books."""
    if business.start and business.start != number_of(MERGER):
        return DATES[business.start], business.start
    year = rng.randint(2022, 2024) if loan else rng.randint(2013, 2023)
    day = date(year, rng.randint(1, 12), rng.randint(1, 28))
    return day - timedelta(days=max(0, day.weekday() - 4)), business.start


def _matured(business: Business, number: int, rng: Random) -> Account:
    """A small time deposit that ran out in 2025: history without weight in the appraised year."""
    first_seen = _opening(business, rng)
    found = _account(business, number, 0.04 * business.deposit, first_seen, kind="deposit", product="time")
    return replace(found, closed=next_workday(rng.randint(40, WORKDAYS[200])))
