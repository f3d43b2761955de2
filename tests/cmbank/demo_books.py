"""The demo bank's bundles read back, and every figure of a manager worked out day by day, the slow way."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from cmbank.demo import DemoBank

FIRST, LAST, YEAR = date(2025, 1, 1), date(2026, 9, 30), date(2026, 1, 1)
QUARTER, BEFORE = date(2026, 7, 1), date(2026, 6, 30)
FILES = (
    "branches",
    "managers",
    "customers",
    "accounts",
    "assignments",
    "balances",
    "fx_rates",
    "loan_classes",
    "settlements",
    "loans",
    "schedules",
    "repayments",
)
KEYS = {
    "branches": ("code",),
    "managers": ("employee_no",),
    "customers": ("customer_no",),
    "accounts": ("account_no",),
    "assignments": ("customer_no", "employee_no", "starts_on"),
    "balances": ("account_no", "business_date"),
    "fx_rates": ("currency", "business_date"),
    "loan_classes": ("account_no", "business_date"),
    "loans": ("account_no",),
    "schedules": ("account_no", "due_on"),
    "repayments": ("account_no", "business_date", "reference"),
}
MILLION = 1_000_000
# grade: m of 4, deposits, largest, loans, largest, settlements in USD, new deposits, floor (source A art. 10)
BARS = {
    "senior": (2, 250, 100, 350, 150, 30, 50, 5),
    "first": (2, 150, 30, 200, 75, 20, 30, 3),
    "second": (1, 75, 25, 180, 50, 10, 25, 1),
    "third": (1, 38, 0, 72, 0, 5, 15, Fraction(1, 2)),
    "fourth": (1, 15, 0, 36, 0, 10, 15, Fraction(1, 2)),
}
LADDER = ("trainee", "fourth", "third", "second", "first", "senior")


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


@dataclass(frozen=True)
class Figures:
    """One manager's year at one floor; `new` is None when the base is missing."""

    deposit: Fraction
    loan: Fraction
    largest_deposit: Fraction
    largest_loan: Fraction
    settlement: Fraction
    new: Fraction | None

    def met(self, grade: str) -> list[bool | None]:
        _m, deposit, largest, loan, largest_loan, settlement, new, _floor = BARS[grade]
        return [
            self.deposit >= deposit * MILLION and self.largest_deposit >= largest * MILLION,
            self.loan >= loan * MILLION and self.largest_loan >= largest_loan * MILLION,
            self.settlement >= settlement * MILLION,
            None if self.new is None else self.new >= new * MILLION,
        ]


class Books:
    """The delivered rows as a bank would hold them after all bundles, and day-by-day sums over them."""

    def __init__(self, bank: DemoBank) -> None:
        self.rows: dict[str, list[tuple[int, dict[str, str]]]] = {name: [] for name in FILES}
        for number, bundle in enumerate(bank.bundles):
            for name in FILES:
                with (bundle / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                    self.rows[name] += [(number, row) for row in csv.DictReader(file)]

    def table(self, name: str) -> dict[tuple[str, ...], dict[str, str]]:
        return {tuple(row[column] for column in KEYS[name]): row for _bundle, row in self.rows[name]}

    @cached_property
    def managers(self) -> dict[str, dict[str, str]]:
        return {row["employee_no"]: row for row in self.table("managers").values()}

    @cached_property
    def accounts(self) -> dict[str, dict[str, str]]:
        return {row["account_no"]: row for row in self.table("accounts").values()}

    @cached_property
    def rates(self) -> dict[tuple[str, date], Decimal]:
        return {
            (row["currency"], date.fromisoformat(row["business_date"])): Decimal(row["rate"])
            for row in self.table("fx_rates").values()
        }

    @cached_property
    def changes(self) -> dict[str, dict[date, Decimal]]:
        found: dict[str, dict[date, Decimal]] = defaultdict(dict)
        for row in self.table("balances").values():
            found[row["account_no"]][date.fromisoformat(row["business_date"])] = Decimal(row["balance"])
        return found

    def daily(self, account_no: str) -> dict[date, Decimal]:
        """Balance in CNY on every day, rounded half up day by day."""
        account, balance, found = self.accounts[account_no], Decimal(0), {}
        for day in days(FIRST, LAST):
            balance = self.changes[account_no].get(day, balance)
            if account["closed_on"] and day > date.fromisoformat(account["closed_on"]):
                balance = Decimal(0)
            rate = Decimal(1) if account["currency"] == "CNY" else self.rates[account["currency"], day]
            found[day] = (balance * rate).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        return found

    @cached_property
    def values(self) -> dict[tuple[str, str], dict[date, Decimal]]:
        """(customer, bucket) to daily values."""
        found: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for number, account in self.accounts.items():
            bucket = "agreement" if account["product"] == "agreement" else account["kind"]
            for day, value in self.daily(number).items():
                counted = value if account["kind"] == "loan" else max(value, Decimal(0))
                found[account["customer_no"], bucket][day] += counted
        return found

    @cached_property
    def shares(self) -> dict[str, dict[str, dict[date, Fraction]]]:
        """employee to customer to day to share."""
        found: dict[str, dict[str, dict[date, Fraction]]] = defaultdict(lambda: defaultdict(dict))
        for row in self.table("assignments").values():
            ends_on = date.fromisoformat(row["ends_on"]) if row["ends_on"] else LAST
            for day in days(date.fromisoformat(row["starts_on"]), ends_on):
                assert day not in found[row["employee_no"]][row["customer_no"]]
                found[row["employee_no"]][row["customer_no"]][day] = Fraction(row["share"])
        return found

    def own(self, customer_no: str, bucket: str, first: date, last: date) -> Fraction:
        values = self.values[customer_no, bucket]
        return Fraction(sum((values[day] for day in days(first, last)), Decimal(0))) / (
            (last - first).days + 1
        )

    def credited(self, employee_no: str, customer_no: str, bucket: str) -> Fraction:
        values, share = self.values[customer_no, bucket], self.shares[employee_no][customer_no]
        year = days(YEAR, LAST)
        return sum((Fraction(values[day]) * share.get(day, 0) for day in year), Fraction(0)) / len(year)

    def base_missing(self, customer_no: str) -> bool:
        """An account existed in the base year, yet its first balance came after that year."""
        return any(
            account["opened_on"] < "2026-01-01"
            and min(self.changes[number]) > max(date.fromisoformat(account["opened_on"]), FIRST)
            for number, account in self.accounts.items()
            if account["customer_no"] == customer_no
        )

    def figures(self, employee_no: str, floor: Fraction) -> Figures:
        counted = {
            customer
            for customer in self.shares[employee_no]
            if self.own(customer, "deposit", YEAR, LAST) >= floor * MILLION
        }
        held = {
            customer: self.shares[employee_no][customer][LAST]
            for customer in counted
            if LAST in self.shares[employee_no][customer]
        }
        deposit = sum((self.credited(employee_no, customer, "deposit") for customer in counted), Fraction(0))
        base = sum(
            (
                share * self.own(customer, "deposit", FIRST, date(2025, 12, 31))
                for customer, share in held.items()
            ),
            Fraction(0),
        )
        return Figures(
            deposit,
            sum((self.credited(employee_no, customer, "loan") for customer in counted), Fraction(0)),
            max((self.own(customer, "deposit", YEAR, LAST) for customer in held), default=Fraction(0)),
            max((self.own(customer, "loan", YEAR, LAST) for customer in held), default=Fraction(0)),
            self.settled(employee_no, counted),
            None if any(self.base_missing(customer) for customer in held) else deposit - base,
        )

    def settled(self, employee_no: str, counted: set[str]) -> Fraction:
        total = Fraction(0)
        for _bundle, row in self.rows["settlements"]:
            day = date.fromisoformat(row["business_date"])
            if row["customer_no"] in counted and day >= YEAR:
                total += Fraction(row["usd_amount"]) * self.shares[employee_no][row["customer_no"]].get(
                    day, 0
                )
        return total

    @cached_property
    def classes(self) -> dict[str, dict[date, tuple[str, Decimal]]]:
        """Loan account to day to class and arrears then known."""
        told: dict[str, dict[date, tuple[str, Decimal]]] = defaultdict(dict)
        for _bundle, row in self.rows["loan_classes"]:
            day = date.fromisoformat(row["business_date"])
            told[row["account_no"]][day] = (row["loan_class"], Decimal(row["interest_arrears"]))
        found: dict[str, dict[date, tuple[str, Decimal]]] = defaultdict(dict)
        for number, changes in told.items():
            for day in days(min(changes), LAST):
                found[number][day] = changes.get(day, found[number].get(day - timedelta(days=1)))
        return found

    def loans(self, employee_no: str, day: date) -> list[str]:
        """Loan accounts with a class, of the customers held that day."""
        held = {customer for customer, share in self.shares[employee_no].items() if day in share}
        return [
            number
            for number in self.classes
            if self.accounts[number]["customer_no"] in held and day in self.classes[number]
        ]

    def normal_share(self, employee_no: str, day: date) -> Fraction | None:
        loans = {number: Fraction(self.daily(number)[day]) for number in self.loans(employee_no, day)}
        normal = sum(
            (loan for number, loan in loans.items() if self.classes[number][day][0] == "normal"), Fraction()
        )
        return normal / sum(loans.values()) if sum(loans.values()) else None

    def bad(self, employee_no: str) -> set[str]:
        """The vetoes that fire in the quarter."""
        found = set()
        for day in days(QUARTER, LAST):
            for number in self.loans(employee_no, day):
                name, arrears = self.classes[number][day]
                found |= {"npl"} if name in ("substandard", "doubtful", "loss") else set()
                found |= {"arrears"} if arrears > 0 else set()
        for number, account in self.accounts.items():
            share = self.shares[employee_no].get(account["customer_no"], {})
            if account["kind"] == "deposit" and any(
                balance < 0 and day in share for day, balance in self.changes[number].items()
            ):
                found.add("advance")
        return found

    def outcome(self, employee_no: str) -> str:
        grade = self.managers[employee_no]["grade_code"]
        own = self.judge(employee_no, grade)
        if own is None:
            return "undecided"
        if self.bad(employee_no) or not self.quality(employee_no):
            return "vetoed" if own else "warned"
        higher = LADDER[LADDER.index(grade) + 1 : LADDER.index(grade) + 2]
        if not own:
            return "warned"
        return "promoted" if any(self.judge(employee_no, one) for one in higher) else "kept"

    def judge(self, employee_no: str, grade: str) -> bool | None:
        if grade == "trainee":
            new = self.figures(employee_no, Fraction(1, 2)).new
            return None if new is None else new >= 10 * MILLION
        met = self.figures(employee_no, Fraction(BARS[grade][7])).met(grade)
        sure, possible = (
            met.count(True) >= BARS[grade][0],
            met.count(True) + met.count(None) >= BARS[grade][0],
        )
        return sure if sure == possible else None

    def quality(self, employee_no: str) -> bool:
        now, then = self.normal_share(employee_no, LAST), self.normal_share(employee_no, BEFORE)
        return now is None or then is None or now == 1 or now > then
