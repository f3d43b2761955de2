"""Positions of accounts and customers side by side in columns, and one day forward over all of them at once.

Amounts are whole fen, balances of accounts hundredths of their currency, days numbers (`day_number`). Arrays
are 64 bits wide; what does not fit raises OverflowError instead of wrapping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Numbers, mostly of 64 bits.
Array = NDArray[Any]
Columns = dict[str, Array]

#: The balance of an account of which none was delivered yet.
NOTHING = int(np.iinfo(np.int64).min)
#: The last day of an account that is open.
OPEN = int(np.iinfo(np.int32).max)
#: Since when a customer stands at nothing.
EVER = -730_119
#: `acquired_on` of most: no account older than the history came to be known later.
KNOWN = int(np.iinfo(np.int32).min)
#: Buckets in the order in which `positions_registered.sql` counts them.
DEPOSIT, AGREEMENT, LOAN = range(3)
CNY = b"CNY"
#: Digits behind the point of a rate.
RATE = 10**8
#: What a sum of floats must stay below for that of the numbers to fit.
LIMIT = float(2**63) * (1 - 2**-40)

#: What is known of an account, and where it stands; `owner` is its customer's place among the customers.
REGISTER = {"account": "i8", "owner": "i4", "bucket": "i1", "currency": "S3", "closed_on": "i4"}
STANDING = {"balance": "i8", "value": "i8"}
#: What a customer holds since when and the products of all days before; see `ledger.models.CustomerProduct`.
HELD = ("deposit", "agreement", "loan", "overdraft")
AMOUNTS = tuple(name for held in HELD for name in (held, f"{held}_product"))
#: Products of all days before the month, quarter or year that `since` lies in, and before the year before it.
MARKS = {
    "deposit": ("month", "quarter", "year", "last_year"),
    "loan": ("month", "quarter", "year"),
}
MARK_NAMES = tuple(f"{held}_{span}" for held, spans in MARKS.items() for span in spans)
CUSTOMER = {"since": "i4"} | dict.fromkeys((*AMOUNTS, *MARK_NAMES), "i8") | {"acquired_on": "i4"}


@dataclass(frozen=True)
class Positions:
    """Accounts in the order of their numbers and customers in the order of theirs, a column for each fact."""

    customer: Array
    accounts: Columns
    customers: Columns

    @classmethod
    def empty(cls) -> "Positions":
        """Of nobody."""
        none = np.zeros(0, np.int64)
        accounts = {name: np.zeros(0, kind) for name, kind in (REGISTER | STANDING).items()}
        return cls(none, accounts, {name: np.zeros(0, kind) for name, kind in CUSTOMER.items()})


@dataclass(frozen=True)
class Day:
    """A day, and the first days of its month, quarter and year and of the year before."""

    day: int
    month: int
    quarter: int
    year: int
    last_year: int


@dataclass(frozen=True)
class Delivered:
    """What a day brings: accounts (ascending) with their balances, the currencies with a rate, all rates."""

    account: Array
    balance: Array
    new_rates: frozenset[bytes]
    rates: Mapping[bytes, int]


@dataclass(frozen=True)
class Changes:
    """Places of the accounts whose worth may change, their balances, and which had none before."""

    at: Array
    balance: Array
    first: NDArray[np.bool_]


def day_number(day: date) -> int:
    """Days since 2000-01-01, as PostgreSQL counts them."""
    return day.toordinal() - _EPOCH


_EPOCH = date(2000, 1, 1).toordinal()


def find(sorted_numbers: Array, wanted: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Places of wanted numbers, and whether they are there at all (else the place is any)."""
    if not len(sorted_numbers):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    at = np.searchsorted(sorted_numbers, wanted)
    at[at == len(sorted_numbers)] = 0
    return at, sorted_numbers[at] == wanted


# --- A day forward -----------------------------------------------------------------------------------------


def changes(accounts: Columns, day: int, given: Delivered) -> Changes:
    """Accounts with a balance of the day, in a currency with a new rate, or closed on the day before."""
    at, known = find(accounts["account"], given.account)
    delivered = np.zeros(len(accounts["account"]), bool)
    delivered[at[known]] = True
    balance = accounts["balance"].astype(np.int64)
    first = delivered & (balance == NOTHING)
    balance[at[known]] = given.balance[known]
    revalued = np.isin(accounts["currency"], [each for each in given.new_rates if each != CNY])
    touched = delivered | ((revalued | (accounts["closed_on"] == day - 1)) & (balance != NOTHING))
    places = np.flatnonzero(touched)
    return Changes(places, balance[places], first[places])


def worth(accounts: Columns, at: Array, balance: Array, day: int, rates: Mapping[bytes, int]) -> Array:
    """What balances are worth in fen at the end of a day: nothing after the last day of an account.

    A currency without a rate is a LookupError that names it.
    """
    value = balance.copy()
    currency = accounts["currency"][at]
    for name in np.unique(currency):
        if name != CNY:
            of = currency == name
            value[of] = _converted(balance[of], _rate(rates, bytes(name)))
    value[(accounts["closed_on"][at] < day) | (balance == NOTHING)] = 0
    return value


def _rate(rates: Mapping[bytes, int], currency: bytes) -> int:
    if currency not in rates:
        raise LookupError(currency.decode())
    return rates[currency]


def _converted(balance: Array, rate: int) -> Array:
    """Half up (away from zero), in integers of any size."""
    exact = np.abs(balance).astype(object) * (2 * rate) + RATE
    return np.sign(balance) * (exact // (2 * RATE)).astype(np.int64)


def step(positions: Positions, day: Day, found: Changes, value: Array, acquired: Array) -> Array:
    """Move accounts to their new balance and worth, and customers by the difference; places of those moved.

    A moved customer's products are brought up to the day before, and its marks set where this is the first
    change within their span. `acquired` are places of customers whose past is unknown before the day.
    """
    accounts, customers = positions.accounts, positions.customers
    before = accounts["value"][found.at]
    accounts["balance"][found.at], accounts["value"][found.at] = found.balance, value
    owner, bucket = accounts["owner"][found.at], accounts["bucket"][found.at]
    difference = _differences(len(positions.customer), owner, bucket, before, value)
    moved = np.zeros(len(positions.customer), bool)
    moved[acquired] = True
    for each in difference.values():
        moved |= each != 0
    at = np.flatnonzero(moved)
    _advance(customers, at, day)
    for held, by in difference.items():
        customers[held][at] += by[at]
    customers["since"][at] = day.day
    customers["acquired_on"][acquired] = day.day
    return at


def _differences(count: int, owner: Array, bucket: Array, before: Array, after: Array) -> dict[str, Array]:
    """Per customer and bucket; a deposit below zero counts as nothing there and as an overdraft instead."""
    parts = {
        "deposit": (bucket == DEPOSIT, np.maximum(after, 0) - np.maximum(before, 0)),
        "agreement": (bucket == AGREEMENT, np.maximum(after, 0) - np.maximum(before, 0)),
        "loan": (bucket == LOAN, after - before),
        "overdraft": (bucket != LOAN, np.maximum(-after, 0) - np.maximum(-before, 0)),
    }
    return {held: sum_by(owner[of], by[of], count) for held, (of, by) in parts.items()}


def _advance(customers: Columns, at: Array, day: Day) -> None:
    """Marks, then products, of some customers up to the end of the day before."""
    since = customers["since"][at]
    starts = {"month": day.month, "quarter": day.quarter, "year": day.year, "last_year": day.last_year}
    for held, spans in MARKS.items():
        amount, product = customers[held][at], customers[f"{held}_product"][at]
        turned = {span: grown(product, amount, starts[span] - since) for span in spans}
        if "last_year" in spans:
            of_year = customers[f"{held}_year"][at]
            kept = np.where(since < day.year, of_year, customers[f"{held}_last_year"][at])
            customers[f"{held}_last_year"][at] = np.where(since < day.last_year, turned["last_year"], kept)
        for span in ("month", "quarter", "year"):
            name = f"{held}_{span}"
            customers[name][at] = np.where(since < starts[span], turned[span], customers[name][at])
    for held in HELD:
        product = customers[f"{held}_product"]
        product[at] = grown(product[at], customers[held][at], day.day - since)


def grown(product: Array, amount: Array, days: Array) -> Array:
    """A product after some more days of an amount; OverflowError where it does not fit."""
    if len(product) and np.abs(product + amount.astype(float) * days).max() >= LIMIT:
        raise OverflowError("product of balance and days")
    return product + amount * days


def added(one: Array, other: Array) -> Array:
    """Sums place by place; OverflowError where one does not fit."""
    if one.size and np.abs(one.astype(float) + other).max() >= LIMIT:
        raise OverflowError("sum")
    return one + other


def sum_by(group: Array, amount: Array, count: int) -> Array:
    """Sums per group 0 … count − 1, exact; OverflowError where one does not fit."""
    if not len(amount) or np.abs(amount.astype(float)).sum() < LIMIT:
        total = np.zeros(count, np.int64)
        np.add.at(total, group, amount)
        return total
    exact = np.zeros(count, object)
    np.add.at(exact, group, amount.astype(object))
    return exact.astype(np.int64)


# --- What it says ------------------------------------------------------------------------------------------


def untied(positions: Positions) -> tuple[int, ...]:
    """Customers whose balances are not what their accounts are worth together."""
    accounts = positions.accounts
    nothing = np.zeros(len(accounts["account"]), np.int64)
    totals = _differences(
        len(positions.customer), accounts["owner"], accounts["bucket"], nothing, accounts["value"]
    )
    differ = np.zeros(len(positions.customer), bool)
    for held, total in totals.items():
        differ |= positions.customers[held] != total
    return tuple(int(number) for number in positions.customer[differ])


def product_before(customers: Columns, held: str, start: int, mark: str) -> Array:
    """Products of all days before `start`, the first day of the span `mark` the newest change may lie in."""
    since = customers["since"]
    turned = grown(customers[f"{held}_product"], customers[held], start - since)
    return np.where(since < start, turned, customers[f"{held}_{mark}"])


# --- Who there is ------------------------------------------------------------------------------------------


def register(positions: Positions, news: Columns, mine: NDArray[np.bool_]) -> Positions:
    """Accounts that are new or have changed (`customer`, and the columns of REGISTER) taken in.

    Those not `mine` belong to customers of another block by now and leave. An account keeps where it stands;
    a customer stays, for its history does.
    """
    at, known = find(positions.accounts["account"], news["account"])
    stays = np.ones(len(positions.accounts["account"]), bool)
    stays[at[known]] = False
    old = {name: column[stays] for name, column in positions.accounts.items()}
    new = {name: column[mine] for name, column in news.items()}
    standing = {"balance": NOTHING, "value": 0}
    for name, nothing in standing.items():
        before = np.full(len(known), nothing, np.int64)
        before[known] = positions.accounts[name][at[known]]
        new[name] = before[mine]
    owner = np.concatenate([positions.customer[old.pop("owner")], new.pop("customer")])
    customer = np.union1d(positions.customer, owner)
    accounts: Columns = {name: np.concatenate([column, new[name]]) for name, column in old.items()}
    accounts["owner"] = np.searchsorted(customer, owner).astype("i4")
    order = np.argsort(accounts["account"], kind="stable")
    accounts = {name: accounts[name][order].astype(kind) for name, kind in (REGISTER | STANDING).items()}
    return Positions(customer, accounts, _with_room(positions, customer))


def _with_room(positions: Positions, customer: Array) -> Columns:
    """The customers' columns with rows of nothing for those who are new."""
    at = np.searchsorted(customer, positions.customer)
    found: Columns = {}
    for name, kind in CUSTOMER.items():
        nothing = {"since": EVER, "acquired_on": KNOWN}.get(name, 0)
        found[name] = np.full(len(customer), nothing, kind)
        found[name][at] = positions.customers[name]
    return found


def stand(positions: Positions, accounts: Columns, customers: Columns) -> None:
    """Put some accounts (by `account`) and customers (by `customer`) where they are said to stand.

    LookupError where the worth of an account is unknown for want of a rate.
    """
    if (accounts["value"] == NOTHING).any():
        raise LookupError("rate")
    at, known = find(positions.accounts["account"], accounts["account"])
    for name in STANDING:
        positions.accounts[name][at[known]] = accounts[name][known]
    at, known = find(positions.customer, customers["customer"])
    for name in CUSTOMER:
        positions.customers[name][at[known]] = customers[name][known]


def parts(positions: Positions, part: Array, count: int) -> list[Positions]:
    """Cut by the part (0 … count − 1) that each customer belongs to."""
    found = []
    for number in range(count):
        here = part == number
        place = np.cumsum(here) - 1
        owned = here[positions.accounts["owner"]]
        accounts = {name: column[owned] for name, column in positions.accounts.items()}
        accounts["owner"] = place[accounts["owner"]].astype("i4")
        customers = {name: column[here] for name, column in positions.customers.items()}
        found.append(Positions(positions.customer[here], accounts, customers))
    return found


def joined(parts: Sequence[Positions]) -> Positions:
    """Parts of a bank as one."""
    customer = np.concatenate([part.customer for part in parts])
    order = np.argsort(customer, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    begins = np.cumsum([0, *(len(part.customer) for part in parts)])
    owner = [part.accounts["owner"] + begin for part, begin in zip(parts, begins[:-1], strict=True)]
    accounts = {
        name: np.concatenate([part.accounts[name] for part in parts]) for name in (*REGISTER, *STANDING)
    }
    accounts["owner"] = place[np.concatenate(owner)].astype("i4")
    by_number = np.argsort(accounts["account"], kind="stable")
    customers = {name: np.concatenate([part.customers[name] for part in parts])[order] for name in CUSTOMER}
    return Positions(
        customer[order], {name: column[by_number] for name, column in accounts.items()}, customers
    )


def astray(positions: Positions, accounts: Columns, customers: Columns) -> set[int]:
    """Customers of whom something differs from what is said of them, or of one of their accounts.

    One who ever held anything and is not there at all is astray too.
    """
    at, known = find(positions.customer, customers["customer"])
    found = set(customers["customer"][~known & (customers["since"] != EVER)].tolist())
    for name in CUSTOMER:
        differ = positions.customers[name][at[known]] != customers[name][known]
        found |= set(positions.customer[at[known][differ]].tolist())
    at, known = find(positions.accounts["account"], accounts["account"])
    for name in STANDING:
        differ = positions.accounts[name][at[known]] != accounts[name][known]
        found |= set(positions.customer[positions.accounts["owner"][at[known][differ]]].tolist())
    return found


def others(key: str, known: Columns, rows: Columns) -> NDArray[np.bool_]:
    """Which rows are not among the known ones (in the order of `key`) just as they are."""
    at, same = find(known[key], rows[key])
    found = ~same
    for name, column in rows.items():
        found[same] |= known[name][at[same]] != column[same]
    return found


def differing(key: str, known: Columns, rows: Columns) -> set[int]:
    """Customers of the rows that are not among the known ones."""
    return set(rows["customer_id"][others(key, known, rows)].tolist())
