"""DuckDB on Parquet: the same figures from daily snapshots, and from the change list. Has its own process.

Every figure comes back as a whole number of fen-days times millionths of a share.
"""

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bank import FLOORS, Bank, windows
from benchmarks.measure import timed

#: As the Parquet files number them.
BUCKETS = {"deposit": 0, "loan": 2}
#: Every row is read once: the month, the quarter before it, the year before that. (One pass that tells them
#: apart row by row took a quarter longer, six conditional sums a half.)
SNAPSHOTS = """
WITH line AS (
    SELECT customer, bucket, 2 AS depth, sum(value)::BIGINT AS product
    FROM read_parquet($snapshots) WHERE day >= $month AND day <= $on AND bucket <> 1 GROUP BY ALL
  UNION ALL
    SELECT customer, bucket, 1, sum(value)::BIGINT
    FROM read_parquet($snapshots) WHERE day >= $quarter AND day < $month AND bucket <> 1 GROUP BY ALL
  UNION ALL
    SELECT customer, bucket, 0, sum(value)::BIGINT
    FROM read_parquet($snapshots) WHERE day >= $year AND day < $quarter AND bucket <> 1 GROUP BY ALL
)"""
#: A balance stands until the next change. In yuan that is one multiplication a change and window; a foreign
#: one is worth something else every day, so its days are spread out and rounded one by one.
CHANGES = """
WITH step AS (
    SELECT account, fen, day AS since,
           lead(day, 1, $on + 1) OVER (PARTITION BY account ORDER BY day) AS until
    FROM read_parquet($changes) WHERE day <= $on
), held AS (
    SELECT a.customer, a.bucket, a.currency, greatest(s.since, $year) AS since, s.until,
           CASE WHEN a.bucket = 0 THEN greatest(s.fen, 0) ELSE s.fen END AS fen
    FROM step s JOIN read_parquet($account) a USING (account)
    WHERE a.bucket <> 1 AND s.until > $year
), daily AS (
    SELECT customer, bucket, currency, fen, since + unnest(range(until - since))::INTEGER AS day
    FROM held WHERE currency <> 0
), line AS (
    SELECT customer, bucket, since, until, fen FROM held WHERE currency = 0
  UNION ALL
    SELECT customer, bucket, day, day + 1, (fen * rate4 + 5000) // 10000
    FROM daily JOIN read_parquet($rate) USING (currency, day)
)"""
#: Each customer's own products, then shares and floors: added up per manager and share first, so that the
#: wide multiplication is made once for each of them.
ROLLUP = """
, own AS (
    SELECT customer, {own} FROM line GROUP BY customer
), credited AS (
    SELECT s.manager, s.millionths, {credits}
    FROM own o JOIN read_parquet($share) s USING (customer) GROUP BY s.manager, s.millionths
)
SELECT manager, {columns} FROM credited GROUP BY manager"""
#: The summand of one window: a snapshot's rows by how deep they lie, a change by its days within.
SUMMANDS = {
    "snapshots": "CASE WHEN depth >= {depth} THEN product ELSE 0 END",
    "changes": "fen * greatest(until - greatest(since, ${name}), 0)",
}


def statement(bank: Bank, kind: str) -> str:
    """The whole statement: one row per manager, a column per window, floor and bucket."""
    spans = windows(bank.compared)
    depths = {"month": 2, "quarter": 1, "year": 0}
    own = [
        f"coalesce(sum({SUMMANDS[kind].format(name=name, depth=depths[name])})"
        f" FILTER (bucket = {number}), 0)::BIGINT AS {bucket}_{name}"
        for name in spans
        for bucket, number in BUCKETS.items()
    ]
    credits = [
        f"coalesce(sum({bucket}_{name}) FILTER (deposit_{name} >= {floor * 100 * days}), 0)"
        for name, (_, days) in spans.items()
        for floor in FLOORS
        for bucket in BUCKETS
    ]
    named = [f"{credit} AS c{number}" for number, credit in enumerate(credits)]
    columns = [f"sum(c{number} * millionths)" for number in range(len(credits))]
    rollup = ROLLUP.format(own=", ".join(own), credits=", ".join(named), columns=", ".join(columns))
    return {"snapshots": SNAPSHOTS, "changes": CHANGES}[kind] + rollup


def measure(bank: Bank, folder: Path, kind: str) -> tuple[list[float], list[tuple[int, ...]]]:
    """Seconds of every repeat, and the answer; `kind` is "snapshots" or "changes"."""
    session = duckdb.connect(config={"threads": 2})
    session.execute("SET enable_progress_bar = false")
    text = statement(bank, kind)
    given = {name: value for name, value in _given(bank, folder).items() if f"${name}" in text}
    found: list[tuple[int, ...]] = []

    def work() -> None:
        found[:] = session.execute(text, given).fetchall()

    return [timed(work) for _ in range(bank.repeats)], found


def _given(bank: Bank, folder: Path) -> dict[str, Any]:
    """Parameters of the statements: days and files."""
    place = folder / "parquet"
    starts = {name: start for name, (start, _) in windows(bank.compared).items()}
    files = {name: f"{place}/{name}.parquet" for name in ("account", "share", "rate")}
    many = {"snapshots": f"{place}/snapshot/*.parquet", "changes": f"{place}/change/*.parquet"}
    return {"on": bank.compared} | starts | files | many
