"""One night and one load, beside what PostgreSQL needs for the bare writes of the same rows.

    python -m benchmarks.night [--accounts 100000] [--days 30] [--repeats 3]

Works in a database of its own on the server of DATABASE_URL and prints a table of medians and ratios,
then the same as one JSON object.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from benchmarks.bank import Size, write_day, write_history

DATABASE = "cmbank_bench"


def main() -> None:
    """Build, load, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    size = Size(options.accounts, options.days)
    own_database()
    with tempfile.TemporaryDirectory() as folder:
        report(size, measure(Path(folder), size, options.repeats))


def own_database() -> None:
    """An empty database of the benchmark's own, and Django set up on it."""
    import django
    from django.core.management import call_command

    url = urlsplit(os.environ["DATABASE_URL"])
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True  # databases are made and dropped outside of transactions
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    connection.close()
    os.environ["DATABASE_URL"] = url._replace(path=f"/{DATABASE}").geturl()
    os.environ["DJANGO_SETTINGS_MODULE"] = "cmbank.settings"
    os.environ["STATEMENT_TIMEOUT_SECONDS"] = "3600"
    django.setup()
    call_command("migrate", verbosity=0)


def measure(folder: Path, size: Size, repeats: int) -> dict[str, float]:
    """Seconds of each step; nights and floors as medians, each repeat undone by a rollback."""
    from ledger.services.extracts import load_bundle
    from ledger.services.nights import run_nights

    history, day = write_history(folder / "history", size), write_day(folder / "day", size)
    found = {"load history": timed(lambda: load_bundle(history))}
    found["bare copy of history"] = timed(lambda: bare_load(history / "balances.csv"))
    before = size.last - timedelta(days=1)
    found["first night"] = timed(lambda: run_nights(to=before, start=before))
    found["bare writes of a day"] = median(repeats, lambda: bare_night(day / "balances.csv"))

    def night() -> None:
        load_bundle(day)
        run_nights(to=size.last)

    found["load and night of a day"] = median(repeats, night)
    return found


def median(repeats: int, work: Callable[[], Any]) -> float:
    """The median of several tries, each rolled back so that all start from the same state."""
    from django.db import transaction

    def tried() -> float:
        with transaction.atomic():
            seconds = timed(work)
            transaction.set_rollback(True)
        return seconds

    return statistics.median(tried() for _ in range(repeats))


def timed(work: Callable[[], Any]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare_load(balances: Path) -> None:
    """COPY of the balances as text and one typed insert, without any check or index."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        copy_text(cursor, balances)
        cursor.execute(
            "CREATE TEMP TABLE bare (account text, day date, balance numeric(20, 2)) ON COMMIT DROP"
        )
        cursor.execute("INSERT INTO bare SELECT a, d::date, b::numeric FROM bare_text")


def bare_night(balances: Path) -> None:
    """The floor: COPY of the changes, insert of the history rows, one scan of the customers' products."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        copy_text(cursor, balances)
        cursor.execute(
            "INSERT INTO ledger_balancechange (account_id, business_date, balance, bundle_id, line)"
            " SELECT x.id, t.d::date, t.b::numeric, (SELECT max(id) FROM ledger_bundle), 1"
            " FROM bare_text t JOIN ledger_account x ON x.account_no = t.a"
        )
        cursor.execute("SELECT sum(balance), sum(product_before) FROM ledger_customerproduct")


def copy_text(cursor: Any, balances: Path) -> None:
    """The file as text in a temporary table."""
    cursor.execute("DROP TABLE IF EXISTS bare_text")
    cursor.execute("CREATE TEMP TABLE bare_text (a text, d text, b text) ON COMMIT DROP")
    with balances.open("rb") as file:
        cursor.cursor.copy_expert("COPY bare_text FROM STDIN (FORMAT csv, HEADER true)", file)


def report(size: Size, found: dict[str, float]) -> None:
    """The table, then JSON."""
    ratios = {
        "load / bare copy": found["load history"] / found["bare copy of history"],
        "night / bare writes": found["load and night of a day"] / found["bare writes of a day"],
    }
    print(f"{size.accounts:,} accounts, {size.customers:,} customers, {size.days} days of history")
    for name, seconds in found.items():
        print(f"  {name:<26}{seconds:>9.2f} s")
    for name, ratio in ratios.items():
        print(f"  {name:<26}{ratio:>9.1f} ×")
    print(json.dumps({"accounts": size.accounts, "days": size.days, "seconds": found, "ratios": ratios}))


if __name__ == "__main__":
    main()
