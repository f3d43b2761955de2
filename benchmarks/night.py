"""The product's own nights: a new change file on disk to published figures, each one committed."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks import database, floor
from benchmarks.bank import FLOORS, Bank, Night, windows
from benchmarks.measure import peak_mb, reset_peak, timed

Answer = dict[tuple[str, str, int], tuple[int, int]]


def begin(bank: Bank, folder: Path) -> dict[str, float]:
    """Load the history and publish its last day; seconds of both and the most memory held."""
    from ledger.services.extracts import load_bundle
    from ledger.services.nights import run_nights

    reset_peak()
    found = {"load history": timed(load_bundle, folder / "history")}
    found["first night"] = timed(run_nights, to=bank.eve, start=bank.eve)
    found["peak MB of history"] = peak_mb()
    database.tidy()
    return found


def measure(bank: Bank, folder: Path, night: Night) -> dict[str, float]:
    """Seconds of one night in two parts and whole, and the most memory held meanwhile."""
    from ledger.services.extracts import load_bundle
    from ledger.services.nights import run_nights

    database.rest()
    reset_peak()
    load = timed(load_bundle, folder / str(night.day))
    work = timed(run_nights, to=night.day, start=bank.eve)
    _check_published(night.day)
    return {"all": load + work, "load": load, "work": work, "peak": peak_mb()}


def measure_floor(folder: Path, night: Night) -> dict[str, float]:
    """Seconds of the bare writes of the same day."""
    database.rest()
    return floor.night(night.day, folder / str(night.day) / "balances.csv")


def _check_published(day: date) -> None:
    """A night that published nothing would be fast indeed."""
    from ledger import queries

    queries.current_run(day)
    due, _ = queries.due_dates(day + timedelta(days=1))
    if due:
        raise AssertionError(f"still due after the night of {day}: {due[0]}")


def published(bank: Bank) -> Answer:
    """The figures of the compared night as readers get them, by manager, window and floor."""
    from ledger import queries
    from managers.models import ClientManager

    numbers = dict(ClientManager.objects.values_list("id", "employee_no"))
    run = queries.current_run(bank.compared)
    readings = queries.readings(run, windows(bank.compared), [Decimal(amount) for amount in FLOORS])
    return {
        (numbers[manager], name, int(amount)): (_whole(row.deposit_product), _whole(row.loan_product))
        for (manager, name, amount), row in readings.items()
    }


def _whole(product: Any) -> int:
    """Yuan with eight places as fen times millionths; an exact conversion or an error."""
    scaled = Decimal(product).scaleb(8)
    if scaled != int(scaled):
        raise AssertionError(f"{product} is finer than fen times millionths")
    return int(scaled)
