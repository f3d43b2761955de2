"""Loading a large bundle with every check, beside a bare COPY and a typed INSERT of the same file."""

import shutil
from datetime import timedelta
from pathlib import Path

from benchmarks import database
from benchmarks.bank import LAST_NIGHT, Bank
from benchmarks.measure import elsewhere, peak_mb, reset_peak, timed


def measure(bank: Bank, folder: Path, rows: int) -> tuple[dict[str, list[float]], float]:
    """Seconds of loads into a new month, of more into the same, and of bare ones; the most memory held."""
    found: dict[str, list[float]] = {"load": [], "load, open month": [], "bare load": []}
    peak, month = 0.0, LAST_NIGHT + timedelta(days=1)
    for _ in range(bank.repeats):
        start = month
        for kind in ("load", "load, open month"):
            bundle = folder / f"load-{start}"
            days = elsewhere("benchmarks.generate", "write_load", bank, bundle, rows, start)
            found["bare load"].append(_bare(bundle))
            seconds, held = _ours(bundle)
            found[kind].append(seconds)
            peak, start = max(peak, held), start + timedelta(days=days)
            shutil.rmtree(bundle)
        month = (start + timedelta(days=31)).replace(day=1)
    return found, peak


def _ours(bundle: Path) -> tuple[float, float]:
    from ledger.services.extracts import load_bundle

    database.rest()
    reset_peak()
    return timed(load_bundle, bundle), peak_mb()


def _bare(bundle: Path) -> float:
    """Text into a temporary table, then every row typed into a plain one that is there already."""
    database.execute("DROP TABLE IF EXISTS bare_load")
    database.execute("CREATE TABLE bare_load (account_no text, business_date date, balance numeric(20, 2))")
    database.rest()
    return timed(_copy_and_type, bundle / "balances.csv")


def _copy_and_type(balances: Path) -> None:
    from django.db import transaction

    with transaction.atomic():
        database.execute("CREATE TEMP TABLE bare_rows (a text, d text, b text) ON COMMIT DROP")
        database.copy_in("bare_rows", balances)
        database.execute("INSERT INTO bare_load SELECT a, d::date, b::numeric FROM bare_rows")
