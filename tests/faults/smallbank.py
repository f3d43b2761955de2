"""A small bank with something in every chunk: thirty customers, nine nights over a month's edge."""

import random
from datetime import date, timedelta
from pathlib import Path

from ledger.rules.windows import Window
from tests.ledger import bank

FIRST, LAST = date(1994, 1, 28), date(1994, 2, 5)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
MANAGERS = [f"E{n}" for n in range(1, 7)]
CUSTOMERS = [f"C{n}" for n in range(1, 31)]
CLASSES = ("normal", "special_mention", "substandard", "loss")
HANDED_OVER = date(1994, 1, 31)


def accounts() -> list[tuple[str, ...]]:
    """A deposit for every customer, some in dollars, and a loan for every third."""
    rows = []
    for number, customer in enumerate(CUSTOMERS):
        currency = "USD" if number % 7 == 0 else "CNY"
        product = "agreement" if number % 5 == 0 else "demand"
        rows.append((f"A{customer}", customer, "deposit", product, currency, FIRST.isoformat(), ""))
        if number % 3 == 0:
            rows.append((f"L{customer}", customer, "loan", "loan", "CNY", FIRST.isoformat(), ""))
    return rows


def assignments() -> list[tuple[str, ...]]:
    """Whole customers, some shared by two, some handed over within the nights, some unclaimed."""
    rows = []
    for number, customer in enumerate(CUSTOMERS):
        first, second = MANAGERS[number % 6], MANAGERS[(number + 1) % 6]
        if number % 5 == 1:
            rows += [(customer, first, "0.7", "1994-01-01", ""), (customer, second, "0.3", "1994-01-01", "")]
        elif number % 5 == 2:
            before = HANDED_OVER - timedelta(days=1)
            rows += [(customer, first, "1", "1994-01-01", before.isoformat())]
            rows += [(customer, second, "1", HANDED_OVER.isoformat(), "")]
        elif number % 11:
            rows.append((customer, first, "1", "1994-01-01", ""))
    return rows


def balances(days: list[date], chance: random.Random, a_day: int) -> list[tuple[str, ...]]:
    """Some accounts' new balances on each day; of all of them on the first."""
    names = [row[0] for row in accounts()]
    return [
        (name, day.isoformat(), f"{chance.randrange(-20_000, 900_000_000) / 100:.2f}")
        for day in days
        for name in (names if day == FIRST else chance.sample(names, a_day))
    ]


def first_bundle(folder: Path) -> Path:
    """The register and all nine days."""
    chance = random.Random(1)
    files: dict[str, bank.Rows | bytes] = {
        "branches.csv": bank.REGISTER["branches.csv"],
        "managers.csv": [
            (no, f"经理{no}", "B01", "corporate", "1990-01-01", "1992-01-01", "first", "", "")
            for no in MANAGERS
        ],
        "customers.csv": [(no, f"客户{no}", "corporate", "B01") for no in CUSTOMERS],
        "accounts.csv": accounts(),
        "assignments.csv": assignments(),
        "balances.csv": balances(DAYS, chance, 14),
        **_dated(DAYS, chance),
    }
    return bank.write(folder, files, Window("span", FIRST, LAST))


def _dated(days: list[date], chance: random.Random) -> dict[str, bank.Rows]:
    loans = [row[0] for row in accounts() if row[2] == "loan"]
    return {
        "fx_rates.csv": [("USD", day.isoformat(), f"5.{chance.randrange(7000, 9000)}") for day in days[::2]],
        "loan_classes.csv": [
            (loan, day.isoformat(), chance.choice(CLASSES), "") for day in days[:4] for loan in loans[::2]
        ],
        "settlements.csv": [
            (chance.choice(CUSTOMERS), day.isoformat(), f"{chance.randrange(1, 10**6) / 100:.2f}")
            for day in days
        ],
    }


def correction(folder: Path, seed: int, *, days: list[date]) -> Path:
    """Other balances and rates than were known, for days delivered before."""
    chance = random.Random(1000 + seed)
    rows = {row[:2]: row for row in balances(days, chance, 3) if row[1] != FIRST.isoformat()}
    files: dict[str, bank.Rows | bytes] = {
        "balances.csv": [*rows.values(), ("AC2", days[0].isoformat(), f"{7_000_000 + seed}.00")],
        "fx_rates.csv": [("USD", days[0].isoformat(), f"6.{chance.randrange(1000, 9999)}")],
    }
    files["balances.csv"] = list({row[:2]: row for row in files["balances.csv"]}.values())
    return bank.write(folder, files, Window("span", days[0], days[-1]))


def one_day(folder: Path, day: date) -> Path:
    """What a day after the nine brings."""
    chance = random.Random(day.toordinal())
    files: dict[str, bank.Rows | bytes] = {"balances.csv": balances([day], chance, 14)}
    return bank.write(folder, files, Window("span", day, day))


def older(folder: Path) -> Path:
    """Days from before everything: they move the first known day, and the accounts have a past now."""
    days = [FIRST - timedelta(days=n) for n in range(12, 0, -1)]
    chance = random.Random(3)
    opened = days[0].isoformat()
    files: dict[str, bank.Rows | bytes] = {
        "accounts.csv": [(*row[:5], opened, row[6]) for row in accounts()],
        "balances.csv": balances(days, chance, 4),
        "fx_rates.csv": [("USD", day.isoformat(), "5.7001") for day in days[::6]],
    }
    return bank.write(folder, files, Window("span", days[0], days[-1]))
