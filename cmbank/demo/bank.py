"""The demo bank as a whole: writes its bundles and says who and what is in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from random import Random
from types import MappingProxyType

from cmbank.demo import cast as roles
from cmbank.demo import loanbook, people
from cmbank.demo.accounts import Account
from cmbank.demo.bundles import Delivery, decimal
from cmbank.demo.cast import DemoUser
from cmbank.demo.customers import Assignment, Customer, portfolio
from cmbank.demo.days import FIRST, ISO, LAST, PERIOD, YEAR_DAYS, YEAR_START, number_of
from cmbank.demo.histories import History, history
from cmbank.demo.lending import Loan
from cmbank.demo.people import Person


@dataclass(frozen=True)
class CastMember:
    """Somebody worth looking at: the situation, who it is, how to log in, and what there is to see."""

    situation: str
    employee_no: str
    name: str
    username: str
    story: str


@dataclass(frozen=True)
class DemoBank:
    """What was written: bundles in load order, logins, the cast by situation, and the business dates."""

    bundles: tuple[Path, ...]
    users: tuple[DemoUser, ...]
    cast: Mapping[str, str]
    members: tuple[CastMember, ...]
    first_date: date = FIRST
    last_date: date = LAST
    period: str = PERIOD


def build(directory: Path, *, size: str = "small", seed: int = 1) -> DemoBank:
    """Write the bank's bundles below `directory` and describe them.

    `size` is small (24 managers), medium (240) or large (2,400). The same size and seed give the same
    bytes. Raises ValueError for another size.
    """
    if size not in people.FACTOR:
        raise ValueError(f"unknown size {size!r}: use one of {', '.join(people.FACTOR)}")
    with Delivery(directory) as delivery:
        _write_units(delivery, size)
        means = _write_rates(delivery, seed)
        for person in chain(roles.roster(seed), people.crowd(size, seed)):
            _write_person(delivery, person)
            _write_portfolio(delivery, person, seed, means)
    return _description(delivery.paths, seed)


def _description(bundles: tuple[Path, ...], seed: int) -> DemoBank:
    cast = roles.players(roles.roster(seed))
    return DemoBank(
        bundles=bundles,
        users=roles.users(cast),
        cast=MappingProxyType({situation: person.employee_no for situation, person in cast.items()}),
        members=tuple(
            CastMember(situation, person.employee_no, person.name, person.username, story)
            for situation, story in roles.STORIES.items()
            for person in (cast[situation],)
        ),
    )


def _write_units(delivery: Delivery, size: str) -> None:
    for unit in people.units(size):
        row = f"{unit.code},{unit.name},{unit.kind},{unit.parent_code}"
        delivery.put("branches.csv", number_of(unit.known_from), row)


def _write_rates(delivery: Delivery, seed: int) -> dict[str, float]:
    """Write every rate; answer the mean of the appraised year per currency."""
    courses = loanbook.rates(seed)
    for currency, course in courses.items():
        delivery.put_dated(
            "fx_rates.csv",
            (
                (day, f"{currency},{ISO[day]},{rate // 10_000}.{rate % 10_000:04d}")
                for day, rate in enumerate(course)
            ),
        )
    means = {currency: sum(course[YEAR_START:]) / YEAR_DAYS / 10_000 for currency, course in courses.items()}
    return {"CNY": 1.0, **means}


def _write_person(delivery: Delivery, person: Person) -> None:
    row = (
        person.employee_no,
        person.name,
        person.branch_code,
        person.line,
        str(person.hired_on),
        str(person.post_started_on),
        person.grade,
        person.education,
        person.title_level,
    )
    delivery.put("managers.csv", number_of(person.known_from), ",".join(row))


def _write_portfolio(delivery: Delivery, person: Person, seed: int, means: dict[str, float]) -> None:
    rng = Random(f"{seed}/history/{person.number}")  # nosec B311  # made-up data, the same again
    for customer in portfolio(person, seed):
        row = f"{customer.customer_no},{customer.name},{customer.kind},{customer.branch_code}"
        delivery.put("customers.csv", number_of(customer.known_from), row)
        for assignment in customer.assignments:
            _write_assignment(delivery, assignment)
        for account in customer.accounts:
            changes = _write_account(delivery, account, rng, means[account.currency])
            if account.kind == "loan":
                _write_loan(delivery, Loan.of(account, changes, seed), person)
        delivery.put_dated("settlements.csv", _settlements(customer, rng))


def _write_assignment(delivery: Delivery, found: Assignment) -> None:
    row = f"{found.customer_no},{found.employee_no},{found.share},{found.starts_on}"
    delivery.put_master("assignments.csv", row, since=number_of(found.starts_on), until=found.ends_on)


def _write_account(delivery: Delivery, account: Account, rng: Random, rate: float) -> History:
    """Write the account; its balance changes."""
    number = account.account_no
    closed_on = None if account.closed is None else date.fromisoformat(ISO[account.closed])
    row = (
        number,
        account.customer_no,
        account.kind,
        account.product,
        account.currency,
        str(account.opened_on),
    )
    delivery.put_master("accounts.csv", ",".join(row), since=account.start, until=closed_on)
    changes = history(account, rng, rate=rate)
    delivery.put_dated(
        "balances.csv", ((day, f"{number},{ISO[day]},{decimal(amount)}") for day, amount in changes)
    )
    if account.kind == "loan":
        delivery.put_dated(
            "loan_classes.csv",
            (
                (day, f"{number},{ISO[day]},{name},{decimal(arrears)}")
                for day, name, arrears in loanbook.classes(account)
            ),
        )
    return changes


def _write_loan(delivery: Delivery, loan: Loan, person: Person) -> None:
    """What was agreed, due and paid on a loan; `person` issued it."""
    number, start = loan.account.account_no, loan.account.start
    terms = f"{loan.account.opened_on},{loan.matures_on},{loan.security},{loan.rate / 100}"
    delivery.put("loans.csv", start, f"{number},{decimal(loan.amount)},{terms},{person.employee_no}")
    for day, principal, interest in loan.schedule():
        delivery.put("schedules.csv", start, f"{number},{day},{decimal(principal)},{decimal(interest)}")
    delivery.put_dated(
        "repayments.csv",
        (
            (day, f"{number},{ISO[day]},{place},{decimal(principal)},{decimal(interest)}")
            for place, (day, principal, interest) in enumerate(loan.payments(), 1)
        ),
    )


def _settlements(customer: Customer, rng: Random) -> Iterator[tuple[int, str]]:
    for day, cents in loanbook.settlements(customer, rng):
        yield day, f"{customer.customer_no},{ISO[day]},{decimal(cents)}"
