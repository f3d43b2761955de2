"""A large plain bank written as extract bundles: as many accounts and days as asked for, never in memory."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

FIRST = date(2025, 1, 1)
CURRENCIES = ("USD", "EUR", "HKD", "GBP")
CHANGED_A_DAY = 0.08
FOREIGN = 0.03
SHARED = 0.05


@dataclass(frozen=True)
class Size:
    """How large: accounts, and days of history before the night that is measured."""

    accounts: int
    days: int

    @property
    def customers(self) -> int:
        """0.43 customers an account."""
        return max(self.accounts * 43 // 100, 1)

    @property
    def managers(self) -> int:
        """About 200 accounts each."""
        return max(self.accounts // 200, 2)

    @property
    def last(self) -> date:
        """The business date of the measured night."""
        return FIRST + timedelta(days=self.days)


def write_history(folder: Path, size: Size) -> Path:
    """Register and balances of all days before the measured one, as one bundle."""
    bundle = Writer(folder, FIRST, size.last - timedelta(days=1))
    bundle.add("branches.csv", ("code", "name", "kind", "parent_code"), [("HO", "总行", "head_office", "")])
    bundle.add("managers.csv", MANAGER, (manager(number) for number in range(size.managers)))
    bundle.add(
        "customers.csv",
        ("customer_no", "name", "kind", "branch_code"),
        ((f"C{n}", f"客户{n}", "corporate", "HO") for n in range(size.customers)),
    )
    bundle.add("accounts.csv", ACCOUNT, (account(number, size) for number in range(size.accounts)))
    bundle.add(
        "assignments.csv", ("customer_no", "employee_no", "share", "starts_on", "ends_on"), assignments(size)
    )
    bundle.add("fx_rates.csv", RATE, rates(FIRST, size.days))
    bundle.add("balances.csv", BALANCE, history(size))
    return bundle.close()


def write_day(folder: Path, size: Size) -> Path:
    """The change file of the measured day."""
    bundle = Writer(folder, size.last, size.last)
    bundle.add("fx_rates.csv", RATE, rates(size.last, 1))
    bundle.add("balances.csv", BALANCE, changes(size, size.days))
    return bundle.close()


MANAGER = (
    "employee_no",
    "name",
    "branch_code",
    "line",
    "hired_on",
    "post_started_on",
    "grade_code",
    "education",
    "title_level",
)
ACCOUNT = ("account_no", "customer_no", "kind", "product", "currency", "opened_on", "closed_on")
BALANCE = ("account_no", "business_date", "balance")
RATE = ("currency", "business_date", "rate")


def manager(number: int) -> tuple[Any, ...]:
    """One manager of the second grade."""
    return (f"E{number}", f"经理{number}", "HO", "corporate", "2015-01-01", "2020-01-01", "second", "", "")


def account(number: int, size: Size) -> tuple[Any, ...]:
    """Nine in ten are deposits; a few are foreign."""
    pick = Random(number)
    kind = "loan" if number % 10 == 9 else "deposit"
    currency = pick.choice(CURRENCIES) if pick.random() < FOREIGN else "CNY"
    product = "working_capital" if kind == "loan" else ("agreement" if number % 50 == 0 else "demand")
    return (f"A{number}", f"C{number % size.customers}", kind, product, currency, FIRST, "")


def assignments(size: Size) -> Iterator[tuple[Any, ...]]:
    """Every customer has a manager; one in twenty is shared with the next."""
    for number in range(size.customers):
        holder = number % size.managers
        if number % round(1 / SHARED):
            yield f"C{number}", f"E{holder}", "1", FIRST, ""
        else:
            yield f"C{number}", f"E{holder}", "0.7", FIRST, ""
            yield f"C{number}", f"E{(holder + 1) % size.managers}", "0.3", FIRST, ""


def rates(start: date, days: int) -> Iterator[tuple[Any, ...]]:
    """A rate a day for every currency."""
    for offset in range(days):
        for place, currency in enumerate(CURRENCIES):
            yield currency, start + timedelta(days=offset), f"{5 + place + (offset % 50) / 1000:.4f}"


def history(size: Size) -> Iterator[tuple[Any, ...]]:
    """An opening balance for every account, then each day's changes."""
    pick = Random(0)
    for number in range(size.accounts):
        yield f"A{number}", FIRST, f"{pick.randrange(1, 10**9) / 100:.2f}"
    for offset in range(1, size.days):
        yield from changes(size, offset)


def changes(size: Size, offset: int) -> Iterator[tuple[Any, ...]]:
    """The accounts whose balance changes on one day."""
    pick = Random(offset)
    day = FIRST + timedelta(days=offset)
    for number in sorted(pick.sample(range(size.accounts), round(size.accounts * CHANGED_A_DAY))):
        yield f"A{number}", day, f"{pick.randrange(1, 10**9) / 100:.2f}"


class Writer:
    """Writes a bundle file by file and its manifest at the end."""

    def __init__(self, folder: Path, start: date, end: date) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.span = {"from": start.isoformat(), "to": end.isoformat()}
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write one file."""
        count = 0
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for row in rows:
                writer.writerow(row)
                count += 1
        with (self.folder / name).open("rb") as written:
            self.files[name] = {"rows": count, "sha256": hashlib.file_digest(written, "sha256").hexdigest()}

    def close(self) -> Path:
        """Write the manifest; the bundle's folder."""
        text = json.dumps(self.span | {"files": self.files}, indent=1)
        (self.folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
        return self.folder
