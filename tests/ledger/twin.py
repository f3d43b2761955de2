"""The naive twin of the ledger: what the bank knows of any day, straight from the delivered rows.

Written from the definitions alone; shares no code with the product. Amounts are whole fen, shares exact
fractions; nothing is kept between days. The figures that follow are in `twin_figures`.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

DAY = timedelta(days=1)
NEVER = date.max
BAD = ("substandard", "doubtful", "loss")
Files = Mapping[str, Sequence[Sequence[Any]]]


def day_of(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def days(start: date, end: date) -> Iterator[date]:
    while start <= end:
        yield start
        start += DAY


@dataclass
class Account:
    customer: str
    kind: str
    product: str
    currency: str
    opened_on: date
    closed_on: date


@dataclass
class Twin:
    """What the bank knows after the bundles loaded so far, and what follows from it for any day."""

    managers: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    assignments: dict[tuple[str, str, date], tuple[Fraction, date]] = field(default_factory=dict)
    balances: dict[str, dict[date, int]] = field(default_factory=dict)
    rates: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    classes: dict[str, dict[date, tuple[str, int]]] = field(default_factory=dict)
    settlements: list[tuple[str, date, int]] = field(default_factory=list)
    settled: list[list[Sequence[Any]]] = field(default_factory=list)
    feeds: set[str] = field(default_factory=set)
    spans: list[tuple[date, date]] = field(default_factory=list)

    # --- loading ------------------------------------------------------------------------------------------

    def with_bundle(self, files: Files, start: date, end: date) -> "Twin":
        """What is known once this bundle is in as well."""
        other = Twin(
            **{name: deepcopy(value) for name, value in vars(self).items() if not name.startswith("_")}
        )
        other.spans.append((start, end))
        other._masters(files)
        other._facts(files)
        return other

    def _masters(self, files: Files) -> None:
        self.managers += [r[0] for r in files.get("managers.csv", ()) if r[0] not in self.managers]
        self.customers += [r[0] for r in files.get("customers.csv", ()) if r[0] not in self.customers]
        for no, customer, kind, product, currency, opened, closed in files.get("accounts.csv", ()):
            self.accounts[no] = Account(
                customer, kind, product, currency, date.fromisoformat(opened), day_of(closed) or NEVER
            )
        for customer, manager, share, starts, ends in files.get("assignments.csv", ()):
            key = customer, manager, date.fromisoformat(starts)
            self.assignments[key] = Fraction(share), day_of(ends) or NEVER

    def _facts(self, files: Files) -> None:
        for no, on, amount in files.get("balances.csv", ()):
            self.balances.setdefault(no, {})[date.fromisoformat(on)] = fen(amount)
        for currency, on, rate in files.get("fx_rates.csv", ()):
            self.rates.setdefault(currency, {})[date.fromisoformat(on)] = Decimal(rate)
        for no, on, loan_class, arrears in files.get("loan_classes.csv", ()):
            self.classes.setdefault(no, {})[date.fromisoformat(on)] = loan_class, fen(arrears or "0")
        # a row is one settlement and has no key, so the very same file again is known by its content
        if files.get("settlements.csv") and list(files["settlements.csv"]) not in self.settled:
            self.settled.append(list(files["settlements.csv"]))
            for customer, on, amount in files["settlements.csv"]:
                self.settlements.append((customer, date.fromisoformat(on), fen(amount)))
        if "settlements.csv" in files:
            self.feeds.add("settlements")
        if "loan_classes.csv" in files:
            self.feeds |= {"loan_classes", "interest_arrears"}

    def problems(self, files: Files) -> set[str]:
        """Why the bundle just loaded into this twin had to be refused, by reason code."""
        found = set()
        for no, on, _amount in files.get("balances.csv", ()):
            if self.accounts[no].closed_on < date.fromisoformat(on):
                found.add("account_closed")
        touched = {row[0] for name in ("accounts.csv", "balances.csv") for row in files.get(name, ())}
        for no in touched:
            account = self.accounts[no]
            rates = self.rates.get(account.currency, {})
            if account.currency != "CNY" and any(
                not any(rated <= on for rated in rates) for on in self.balances.get(no, {})
            ):
                found.add("currency_without_rate")
        for customer in {row[0] for row in files.get("assignments.csv", ())}:
            found |= self._assignment_problems(customer)
        return found

    def _assignment_problems(self, customer: str) -> set[str]:
        own = [(m, s, e, share) for (c, m, s), (share, e) in self.assignments.items() if c == customer]
        found = set()
        for i, (manager, start, end, _share) in enumerate(own):
            if any(m == manager and s <= end and start <= e for m, s, e, _ in own[i + 1 :]):
                found.add("overlapping_assignment")
            if sum(share for _, s, e, share in own if s <= start <= e) > 1:
                found.add("shares_above_one")
        return found

    # --- what is known of the days ------------------------------------------------------------------------

    @property
    def history_start(self) -> date:
        return min(start for start, _ in self.spans)

    @property
    def covered_through(self) -> date:
        reached = self.history_start
        while any(start <= reached + DAY <= end for start, end in self.spans):
            reached += DAY
        return reached

    def value(self, no: str, on: date) -> int:
        """v(a, d) in fen."""
        account = self.accounts[no]
        rows = [day for day in self.balances.get(no, {}) if day <= on]
        if on > account.closed_on or not rows:
            return 0
        balance = self.balances[no][max(rows)]
        if account.currency == "CNY":
            return balance
        rates = self.rates[account.currency]
        rate = rates[max(day for day in rates if day <= on)]
        return int((balance * rate).quantize(Decimal(1), ROUND_HALF_UP))

    def deposit(self, customer: str, on: date) -> int:
        return sum(
            max(self.value(no, on), 0)
            for no, a in self.accounts.items()
            if (a.customer, a.kind) == (customer, "deposit") and a.product != "agreement"
        )

    def overdraft(self, customer: str, on: date) -> int:
        return sum(
            max(-self.value(no, on), 0)
            for no, a in self.accounts.items()
            if (a.customer, a.kind) == (customer, "deposit")
        )

    def loan(self, customer: str, on: date) -> int:
        return sum(self.value(no, on) for no in self._loans(customer))

    def _loans(self, customer: str) -> list[str]:
        return [no for no, a in self.accounts.items() if (a.customer, a.kind) == (customer, "loan")]

    def loan_class(self, no: str, on: date) -> tuple[str, int]:
        rows = self.classes.get(no, {})
        dated = [day for day in rows if day <= on]
        return rows[max(dated)] if dated else ("", 0)

    def non_performing(self, customer: str, on: date) -> int:
        return sum(
            max(self.value(no, on), 0) for no in self._loans(customer) if self.loan_class(no, on)[0] in BAD
        )

    def arrears(self, customer: str, on: date) -> int:
        return sum(
            self.loan_class(no, on)[1] for no in self._loans(customer) if on <= self.accounts[no].closed_on
        )

    def share(self, manager: str, customer: str, on: date) -> Fraction | None:
        """The share held that day; None where the customer is not held."""
        for (c, m, start), (share, end) in self.assignments.items():
            if (c, m) == (customer, manager) and start <= on <= end:
                return share
        return None


def fen(amount: str) -> int:
    return int(Decimal(amount) * 100)
