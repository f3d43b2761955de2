"""The rows of a staged file, typed once, and everything wrong with them found by SQL."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.rules.feeds import Check, Column, FeedFile
from ledger.services.refusals import BadRow

VALUE_REASONS = {
    "code": "bad_text",
    "date": "not_a_date",
    "amount": "not_an_amount",
    "unsigned": "not_an_amount",
    "rate": "not_a_rate",
    "share": "not_a_share",
    "currency": "not_a_currency",
    "label": "not_a_label",
    "measure": "not_a_measure",
}


@dataclass(frozen=True)
class Survey:
    """What one look at all rows told: how many there are, their days, and what is not plainly right."""

    rows: int
    odd: int
    first: date | None
    last: date | None
    hits: dict[Check, int]

    def suspected(self, checks: Iterable[Check]) -> list[Check]:
        """The checks to run: those that may refuse a row, and those that the survey did not make."""
        return [check for check in checks if self.hits.get(check, 1)]


def create(cursor: Any, feed: FeedFile, delivered: int) -> None:
    """`row_<file>`: every row typed and joined to what it names; `odd` where its form needs a closer look."""
    with _planned(cursor, feed, delivered):
        _create(cursor, feed)


@contextmanager
def _planned(cursor: Any, feed: FeedFile, delivered: int) -> Iterator[None]:
    """A night's few rows look their accounts up: hashing the numbers of all accounts takes twice as long."""
    cursor.execute(
        "SELECT %s * 8 < reltuples FROM pg_class WHERE oid = 'ledger_account'::regclass", [delivered]
    )
    setting = "off" if feed.joins and cursor.fetchone()[0] else "on"
    cursor.execute(f"SET LOCAL enable_hashjoin = {setting}; SET LOCAL enable_mergejoin = {setting}")
    yield
    cursor.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")


def _create(cursor: Any, feed: FeedFile) -> None:
    _run(cursor, f"CREATE TEMP TABLE row_{feed.table} ON COMMIT DROP AS {_typed(feed)}")


def _typed(feed: FeedFile) -> str:
    """A query of every row of the staged file: typed, joined, and whether it is odd."""
    texts = [f"s.{column.name} AS t_{column.name}" for column in feed.columns]
    typed = [f"{column.typed(f's.{column.name}')} AS {column.quoted}" for column in feed.columns]
    found = [f"{expression} AS {name}" for name, expression in feed.resolved]
    names = [column.quoted for column in feed.columns] + [name for name, _ in feed.resolved]
    right = " AND ".join(_plain(feed, column) for column in feed.columns)
    # OFFSET 0: each value is cast once and used twice
    return f"""
        SELECT line_no, {", ".join(names)}, ({right}) IS NOT TRUE AS odd
        FROM (
            SELECT s.line_no, {", ".join(texts + typed + found)}
            FROM stg_{feed.table} s {feed.joins} OFFSET 0
        ) AS s"""


def write_straight(cursor: Any, feed: FeedFile, checks: Sequence[Check], table: str, bundle: int) -> int:
    """Write all rows that are plainly right to `table` in one move from the staged text; how many.

    Their days stand in `plain_day`. DataError where a value is none of its type.
    """
    names = ", ".join(feed.straight)
    right = " AND ".join([f"({check.where}) IS NOT TRUE" for check in checks] + _plainly(feed))
    _run(
        cursor,
        f"INSERT INTO {table} ({names}, bundle_id, line)"
        f" SELECT {names}, {bundle}, line_no FROM ({_cast(feed)}) AS s WHERE {right}",
    )
    return int(cursor.rowcount)


def _cast(feed: FeedFile) -> str:
    """A query of every row of the staged file, joined and typed in one go, its days by a look-up."""
    texts = [f"s.{column.name} AS t_{column.name}" for column in feed.columns]
    typed = [f"{column.cast(f's.{column.name}')} AS {column.quoted}" for column in _others(feed)]
    found = [f"{expression} AS {name}" for name, expression in feed.resolved]
    return f"""
        SELECT s.line_no, d.day AS business_date, {", ".join(texts + typed + found)}
        FROM stg_{feed.table} s
        JOIN plain_day d ON d.written = s.business_date
        {feed.joins_whole or feed.joins} OFFSET 0"""


def _plainly(feed: FeedFile) -> list[str]:
    """What holds for rows that are plainly right, their days apart."""
    return [
        f"s.{feed.known[column.name]} IS NOT NULL"
        if column.name in feed.known
        else column.quick(f"s.t_{column.name}", f"s.{column.name}")
        for column in _others(feed)
    ]


def _others(feed: FeedFile) -> list[Column]:
    return [column for column in feed.columns if column.name != "business_date"]


def plain_days(cursor: Any, feed: FeedFile) -> tuple[date, date] | None:
    """The first and the last business date, all of them in `plain_day`; None where one is no plain date.

    There are few days and many rows: a day is read once, and looked up for its rows.
    """
    _run(cursor, "DROP TABLE IF EXISTS plain_day")
    _run(
        cursor,
        "CREATE TEMP TABLE plain_day ON COMMIT DROP AS SELECT written,"
        " CASE WHEN pg_input_is_valid(written, 'date') THEN written::date END AS day"
        f" FROM (SELECT DISTINCT business_date AS written FROM stg_{feed.table}) AS s",
    )
    _run(cursor, "ANALYZE plain_day")
    plain = "coalesce(length(written) = 10 AND day::text = written, false)"
    _run(cursor, f"SELECT min(day), max(day), bool_and({plain}) FROM plain_day")
    first, last, all_plain = cursor.fetchone()
    return (first, last) if all_plain else None


def _plain(feed: FeedFile, column: Column) -> str:
    """SQL that holds for most well-formed values and for no other."""
    if column.name in feed.known:
        return f"s.{feed.known[column.name]} IS NOT NULL"
    quick = column.quick(f"s.t_{column.name}", f"s.{column.name}")
    empty = f"coalesce(s.t_{column.name}, '') = ''"
    return f"(NOT {empty} AND {quick})" if column.needed else f"({empty} OR {quick})"


def survey(cursor: Any, feed: FeedFile, checks: Sequence[Check]) -> Survey:
    """One look at all rows; makes those of `checks` that the row alone decides."""
    cheap = [check for check in checks if check.cheap]
    dates = ["min(business_date)", "max(business_date)"] if feed.dated else ["NULL::date", "NULL::date"]
    counts = [f"count(*) FILTER (WHERE {where})" for where in ["odd"] + [check.where for check in cheap]]
    cursor.execute(f"SELECT count(*), {', '.join(dates + counts)} FROM row_{feed.table} s")
    rows, first, last, odd, *hits = cursor.fetchone()
    return Survey(rows, odd, first, last, dict(zip(cheap, hits, strict=True)))


def days(cursor: Any, feed: FeedFile) -> tuple[date, date] | None:
    """The first and the last business date in a staged file."""
    column = next(column for column in feed.columns if column.name == "business_date")
    _run(
        cursor,
        f"SELECT min(day), max(day) FROM (SELECT {column.typed('t')} AS day FROM"
        f" (SELECT DISTINCT business_date AS t FROM stg_{feed.table}) AS s WHERE {column.exact('t')}) AS d",
    )
    first, last = cursor.fetchone()
    return None if first is None else (first, last)


def check_form(cursor: Any, feed: FeedFile) -> None:
    """Every column of the odd rows: empty where a value is needed, or not of the column's form."""
    for column in feed.columns:
        code = "not_a_choice" if column.choices else VALUE_REASONS[column.kind]
        _run(
            cursor,
            f"""
            INSERT INTO load_error
            SELECT '{feed.name}', s.line_no, '{column.name}', left(s.{column.name}, 200),
                   CASE WHEN coalesce(s.{column.name}, '') = '' THEN 'empty' ELSE '{code}' END,
                   '{", ".join(column.choices)}'
            FROM stg_{feed.table} s
            JOIN row_{feed.table} r ON r.line_no = s.line_no AND r.odd
            WHERE CASE WHEN coalesce(s.{column.name}, '') = '' THEN {column.needed}
                       ELSE NOT {column.exact(f"s.{column.name}")} END
            """,
        )
    drop_bad(cursor, feed)


def check_key(cursor: Any, feed: FeedFile) -> None:
    """Of several rows with one key all but the first."""
    key = ", ".join(column.quoted for column in feed.columns if column.name in feed.key)
    if not key or not _any_key_twice(cursor, feed, key):
        return
    cursor.execute(
        f"""
        INSERT INTO load_error
        SELECT %s, line_no, %s, concat_ws(', ', {key}), 'duplicate_key', first::text
        FROM (
            SELECT line_no, {key}, min(line_no) OVER (PARTITION BY {key}) AS first FROM row_{feed.table}
        ) AS s
        WHERE line_no > first
        """,
        [feed.name, feed.key[0]],
    )
    drop_bad(cursor, feed)


def _any_key_twice(cursor: Any, feed: FeedFile, key: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM row_{feed.table} GROUP BY {key} HAVING count(*) > 1)")
    return bool(cursor.fetchone()[0])


def in_span(feed: FeedFile, start: date, end: date) -> list[Check]:
    """Business dates must lie inside the manifest's span."""
    if not feed.dated:
        return []
    where = f"s.business_date NOT BETWEEN '{start}' AND '{end}'"
    return [Check("business_date", "outside_span", where, f"'{start} – {end}'")]


def run_check(cursor: Any, feed: FeedFile, check: Check) -> int:
    """Write the rows that `check` refuses to load_error and go on without them; how many."""
    cursor.execute(
        f"""
        INSERT INTO load_error
        SELECT %s, s.line_no, %s, s.{check.column}::text, %s, {check.detail}
        FROM row_{feed.table} s WHERE {check.where}
        """,
        [feed.name, check.column, check.reason],
    )
    found = int(cursor.rowcount)
    if found:
        drop_bad(cursor, feed)
    return found


def drop_bad(cursor: Any, feed: FeedFile) -> None:
    """Go on without the rows that have an error."""
    cursor.execute(
        f"DELETE FROM row_{feed.table} WHERE line_no IN (SELECT line FROM load_error WHERE file = %s)",
        [feed.name],
    )


def errors(cursor: Any, order: list[str]) -> Iterator[BadRow]:
    """All errors found, causes before consequences: in the order the files load, then by line."""
    cursor.execute(
        "SELECT file, line, col, value, code, detail FROM load_error"
        " ORDER BY array_position(%s, file), line, col",
        [order],
    )
    while portion := cursor.fetchmany(10_000):
        for file, line, column, value, code, detail in portion:
            yield BadRow(file, line, column, value or "", code, detail or "")


def _run(cursor: Any, statement: str) -> None:
    """Without parameters, so that a % in it stands for itself."""
    cursor.execute(statement)
