"""Writes a bank to disk with DuckDB: bundles for the product, Parquet for the rivals. Has its own process.

Everything follows from the number of an account and of a day by one hash, so that the same size gives the
same bytes (DuckDB is pinned exactly). Amounts are fen, rates ten-thousandths of a yuan, shares millionths.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bank import NORMAL, Bank, close_bundle

MACROS = """
CREATE MACRO serial(day) AS (day - DATE '2000-01-01')::BIGINT;
CREATE MACRO drawn(n, salt) AS hash(n::BIGINT * 64 + salt);
CREATE MACRO changed(n, day) AS hash(n::BIGINT, serial(day));
-- from a few yuan to some twenty million, so that every floor leaves out some customers and keeps others
CREATE MACRO magnitude(n) AS (1 + 2000 * pow((drawn(n, 1) % 1000)::DOUBLE / 1000, 4)::DECIMAL(9, 6))::BIGINT;
-- one deposit balance in two hundred is an overdraft
CREATE MACRO balance(h, size, is_loan) AS (CASE WHEN NOT is_loan AND (h >> 44) % 200 = 0 THEN -1 ELSE 1 END)
    * size * (1 + (h >> 22) % 1000000)::BIGINT;
CREATE MACRO rate4(currency, day) AS
    [70000, 78000, 9000, 91000, 470][currency] + (serial(day) * 37 + currency * 11) % (CASE currency
    WHEN 5 THEN 20 ELSE 400 END);
CREATE MACRO code(currency) AS ['CNY', 'USD', 'EUR', 'HKD', 'GBP', 'JPY'][currency + 1];
CREATE MACRO yuan(fen) AS fen::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2);
"""
#: Bucket 0 is deposit, 1 agreement deposit, 2 loan; currency 0 is CNY.
ACCOUNT = """
CREATE TABLE account AS
SELECT n::INTEGER AS account, magnitude(n) AS size,
       (CASE WHEN n < $customers THEN n ELSE drawn(n, 2) % $customers END)::INTEGER AS customer,
       (CASE WHEN drawn(n, 3) % 10 = 0 THEN 2 WHEN drawn(n, 4) % 50 = 0 THEN 1 ELSE 0 END)::TINYINT AS bucket,
       (CASE WHEN drawn(n, 5) % 100 < 3 THEN 1 + drawn(n, 6) % 5 ELSE 0 END)::TINYINT AS currency
FROM range($accounts) AS r (n)
"""
#: One customer in twenty is shared, seven tenths to three. Shares stay as they are all the time: mid-window
#: transfers would cost the rivals a join by day and us next to nothing.
SHARE = """
CREATE TABLE share AS
WITH holder AS (
    SELECT n::INTEGER AS customer, (drawn(n, 7) % $managers)::INTEGER AS manager,
           drawn(n, 8) % 20 = 0 AS shared
    FROM range($customers) AS r (n)
)
SELECT customer, manager, CASE WHEN shared THEN 700000 ELSE 1000000 END AS millionths FROM holder
UNION ALL
SELECT customer, (manager + 1) % $managers, 300000 FROM holder WHERE shared
ORDER BY customer, millionths DESC
"""


def connect(bank: Bank) -> duckdb.DuckDBPyConnection:
    """DuckDB in memory with two threads and the bank's register in it."""
    session = duckdb.connect(config={"threads": 2})
    session.execute("SET enable_progress_bar = false")
    session.execute(MACROS)
    session.execute(ACCOUNT, {"accounts": bank.accounts, "customers": bank.customers})
    session.execute(SHARE, {"customers": bank.customers, "managers": bank.managers})
    return session


def write_bank(bank: Bank, folder: Path) -> None:
    """The history bundle, a bundle for every night, and the same as Parquet under `folder/parquet`."""
    session = connect(bank)
    (folder / "parquet" / "change").mkdir(parents=True, exist_ok=True)
    _write_register(session, bank, folder)
    opening = f"(SELECT *, changed(account, DATE '{bank.first}') AS h FROM account)"
    _write_changes(session, folder, "0-opening", opening, bank.first)
    for month, (start, end) in enumerate(_spans(bank)):
        _write_changes(session, folder, f"1-{month:03}", _drawn_changes(start, end, NORMAL), None)
    _write_balances(session, folder, "[01]-*", folder / "history")
    _write_rates(session, bank.first, bank.eve, folder / "history")
    close_bundle(folder / "history", bank.first, bank.eve)
    for night in bank.nights:
        rows = _drawn_changes(night.day, night.day, night.changed)
        _write_changes(session, folder, f"2-{night.day}", rows, None)
        _write_balances(session, folder, f"2-{night.day}", folder / str(night.day))
        _write_rates(session, night.day, night.day, folder / str(night.day))
        close_bundle(folder / str(night.day), night.day, night.day)


def _spans(bank: Bank) -> list[tuple[date, date]]:
    """The days after the first one up to the eve, in pieces that DuckDB sorts in memory."""
    starts = range(1, bank.days, 30)
    return [
        (bank.first + timedelta(days=n), min(bank.first + timedelta(days=n + 29), bank.eve)) for n in starts
    ]


def _drawn_changes(start: date, end: date, millionths: int) -> str:
    """The accounts whose balance changes on each of some days, with the hash their balance follows from."""
    days = f"(SELECT DATE '{start}' + k::INTEGER AS day FROM range({(end - start).days + 1}) AS r (k))"
    return (
        f"(SELECT * FROM (SELECT account.*, day, changed(account, day) AS h FROM {days}, account)"
        f" WHERE h % 1000000 < {millionths})"
    )


def _write_changes(session: Any, folder: Path, name: str, rows: str, day: date | None) -> None:
    """One piece of the change list: account, day and balance in fen, by day and account."""
    on = f"DATE '{day}'" if day else "day"
    session.execute(f"""
        COPY (SELECT account, {on} AS day, balance(h, size, bucket = 2) AS fen FROM {rows}
              ORDER BY day, account)
        TO '{folder}/parquet/change/{name}.parquet' (FORMAT parquet)""")


def _csv(session: Any, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    session.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER true)")


def _write_balances(session: Any, folder: Path, names: str, bundle: Path) -> None:
    """Pieces of the change list as the core system delivers them."""
    _csv(
        session,
        "SELECT 'A' || account AS account_no, day AS business_date, yuan(fen) AS balance"
        f" FROM read_parquet('{folder}/parquet/change/{names}.parquet')",
        bundle / "balances.csv",
    )


def _write_rates(session: Any, start: date, end: date, bundle: Path) -> None:
    """A rate of every currency for every day."""
    _csv(
        session,
        "SELECT code(c) AS currency, DATE '2000-01-01' + k::INTEGER AS business_date,"
        " rate4(c, DATE '2000-01-01' + k::INTEGER)::DECIMAL(12, 0) * 0.0001::DECIMAL(4, 4) AS rate"
        f" FROM range(serial(DATE '{start}'), serial(DATE '{end}') + 1) AS r (k), range(1, 6) AS s (c)"
        " ORDER BY k, c",
        bundle / "fx_rates.csv",
    )


def _write_register(session: Any, bank: Bank, folder: Path) -> None:
    """Branches, managers, customers, accounts and shares; accounts, shares and rates as Parquet too."""
    history, parquet = folder / "history", folder / "parquet"
    for name, query in _register(bank).items():
        _csv(session, query, history / name)
    session.execute(
        f"COPY (SELECT account, customer, bucket, currency FROM account ORDER BY account)"
        f" TO '{parquet}/account.parquet'"
    )
    session.execute(f"COPY share TO '{parquet}/share.parquet'")
    session.execute(f"""
        COPY (SELECT c::TINYINT AS currency, DATE '{bank.first}' + k::INTEGER AS day,
                     rate4(c, DATE '{bank.first}' + k::INTEGER)::BIGINT AS rate4
              FROM range({(bank.compared - bank.first).days + 1}) AS r (k), range(1, 6) AS s (c))
        TO '{parquet}/rate.parquet'""")


def _register(bank: Bank) -> dict[str, str]:
    """The master files of the history bundle, each as a query."""
    opened = f"DATE '{bank.first}'"
    return {
        "branches.csv": "SELECT 'HO' AS code, '总行' AS name, 'head_office' AS kind, NULL AS parent_code",
        "managers.csv": "SELECT 'E' || n AS employee_no, '经理' || n AS name, 'HO' AS branch_code,"
        " 'corporate' AS line, DATE '2015-01-01' AS hired_on, DATE '2020-01-01' AS post_started_on,"
        f" 'second' AS grade_code, NULL AS education, NULL AS title_level"
        f" FROM range({bank.managers}) AS r (n)",
        "customers.csv": "SELECT 'C' || n AS customer_no, '客户' || n AS name, 'corporate' AS kind,"
        f" 'HO' AS branch_code FROM range({bank.customers}) AS r (n)",
        "accounts.csv": "SELECT 'A' || account AS account_no, 'C' || customer AS customer_no,"
        " CASE bucket WHEN 2 THEN 'loan' ELSE 'deposit' END AS kind,"
        " ['demand', 'agreement', 'working_capital'][bucket + 1] AS product, code(currency) AS currency,"
        f" {opened} AS opened_on, NULL AS closed_on FROM account ORDER BY account",
        "assignments.csv": "SELECT 'C' || customer AS customer_no, 'E' || manager AS employee_no,"
        f" yuan(millionths // 10000) AS share, {opened} AS starts_on, NULL AS ends_on FROM share",
    }


def write_snapshots(bank: Bank, folder: Path) -> None:
    """A Parquet file a day of the compared year, as far as the history goes: every account at its value.

    `value` is fen after the day's rate, a deposit below zero already counted as nothing: the scan has nothing
    left to do but to add up.
    """
    session = connect(bank)
    place = folder / "parquet" / "snapshot"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    session.execute(f"""
        CREATE TABLE change AS SELECT * FROM read_parquet('{folder}/parquet/change/*.parquet') ORDER BY day;
        CREATE TABLE state AS SELECT account, 0::BIGINT AS fen FROM account""")
    for offset in range((bank.compared - bank.first).days + 1):
        day = bank.first + timedelta(days=offset)
        session.execute(f"""
            CREATE OR REPLACE TABLE state AS SELECT account, coalesce(c.fen, s.fen) AS fen
            FROM state s LEFT JOIN (FROM change WHERE day = DATE '{day}') AS c USING (account)""")
        if day.year == bank.compared.year:
            _write_snapshot(session, day, place / f"{day}.parquet")


def _write_snapshot(session: Any, day: date, path: Path) -> None:
    session.execute(f"""
        COPY (SELECT account, customer, DATE '{day}' AS day, bucket,
                     CASE WHEN bucket < 2 AND fen < 0 THEN 0 WHEN currency = 0 THEN fen
                          ELSE (fen * rate4(currency, DATE '{day}') + 5000) // 10000 END::BIGINT AS value
              FROM state JOIN account USING (account))
        TO '{path}' (FORMAT parquet)""")


def write_load(bank: Bank, folder: Path, rows: int, start: date) -> int:
    """A bundle of so many balances, every account's on every day from `start` on; days in it."""
    session = connect(bank)
    days = -(-rows // bank.accounts)
    on = f"DATE '{start}' + (n // {bank.accounts})::INTEGER"
    amount = f"balance(changed(n % {bank.accounts}, {on}), 1, true)"
    _csv(
        session,
        f"SELECT 'A' || (n % {bank.accounts}) AS account_no, {on} AS business_date,"
        f" yuan({amount}) AS balance FROM range({rows}) AS r (n)",
        folder / "balances.csv",
    )
    close_bundle(folder, start, start + timedelta(days=days - 1))
    return days
