"""Staging: one file copied as text, and everything wrong with its rows found by SQL."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, Any

import psycopg2
from django.db import connection, transaction
from psycopg2 import sql

from ledger.rules.feeds import Check, Column, FeedFile
from ledger.services.manifest import DeliveredFile
from ledger.services.refusals import BadRow, Refused

VALUE_REASONS = {
    "code": "bad_text",
    "date": "not_a_date",
    "amount": "not_an_amount",
    "unsigned": "not_an_amount",
    "rate": "not_a_rate",
    "share": "not_a_share",
    "currency": "not_a_currency",
}
FIELD_LIMIT = 1 << 16


def prepare(cursor: Any, feeds: Iterable[FeedFile]) -> None:
    """Create what lives as long as the load: errors found, effects on past days, and all business so far."""
    # A second load in one outer transaction finds the first one's tables still there.
    cursor.execute("DISCARD TEMP")
    cursor.execute("""
        CREATE TEMP TABLE load_error (file text, line bigint, col text, value text, code text, detail text)
            ON COMMIT DROP;
        CREATE TEMP TABLE effect (customer_id bigint, since date, products boolean NOT NULL DEFAULT true)
            ON COMMIT DROP;
        CREATE TEMP TABLE delivered_grade (manager_id bigint, grade_code text, effective_on date)
            ON COMMIT DROP
    """)
    selects = " UNION ALL ".join(feed.business for feed in feeds if feed.business)
    cursor.execute(f"CREATE TEMP VIEW business (account_id, customer_id, business_date) AS {selects}")


def stage(cursor: Any, feed: FeedFile, delivered: DeliveredFile) -> int:
    """Copy the file as text into its staging table, one identity number a line; return the row count."""
    with delivered.open() as stream:
        header = _header(feed, delivered, stream)
        names = [name if name in feed.column_names else f"ignored_{i}" for i, name in enumerate(header)]
        _create(cursor, feed, names)
        _copy(cursor, feed, delivered, names, stream)
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(f"stg_{feed.table}")))
    rows = cursor.fetchone()[0]
    if delivered.rows is not None and delivered.rows != rows:
        raise Refused([BadRow(feed.name, 0, "", str(rows), "wrong_row_count", f"{delivered.rows} / {rows}")])
    return rows


def columns_of(feed: FeedFile, delivered: DeliveredFile) -> list[str]:
    """The columns the file has, known or not."""
    with delivered.open() as stream:
        return _header(feed, delivered, stream)


def _header(feed: FeedFile, delivered: DeliveredFile, stream: IO[bytes]) -> list[str]:
    """The column names of the first line; leaves `stream` at the second line."""
    raw = stream.readline(FIELD_LIMIT)[delivered.skip :]
    encoding = "utf-8" if delivered.encoding == "UTF8" else "gb18030"
    names = next(csv.reader([raw.decode(encoding).strip("\r\n")]), [])
    names = [name.strip() for name in names]
    if not any(names):
        raise Refused([BadRow(feed.name, 1, "", "", "no_header")])
    twice = [
        BadRow(feed.name, 1, name, name, "duplicate_column")
        for i, name in enumerate(names)
        if name in names[:i]
    ]
    missing = [
        BadRow(feed.name, 1, column.name, "", "missing_column")
        for column in feed.columns
        if column.name not in names and not column.optional
    ]
    if twice or missing:
        raise Refused(twice + missing)
    return names


def _create(cursor: Any, feed: FeedFile, names: list[str]) -> None:
    absent = [column.name for column in feed.columns if column.name not in names]
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(n)) for n in names + absent)
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE {} (line_no bigint GENERATED ALWAYS AS IDENTITY (START 2), {}) ON COMMIT DROP"
        ).format(sql.Identifier(f"stg_{feed.table}"), columns)
    )


def _copy(cursor: Any, feed: FeedFile, delivered: DeliveredFile, names: list[str], stream: IO[bytes]) -> None:
    """COPY in the file's own encoding; where PostgreSQL stops at a torn row, list every torn row."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, ENCODING {})").format(
        sql.Identifier(f"stg_{feed.table}"),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.Literal(delivered.encoding),
    )
    try:
        with transaction.atomic():
            cursor.cursor.copy_expert(statement.as_string(connection.connection), stream)
    except psycopg2.Error as error:
        torn = list(_torn_rows(feed, delivered, len(names)))
        message = str(error).splitlines()[0]
        raise Refused(torn or [BadRow(feed.name, 0, "", "", "unreadable_row", message)]) from None


def _torn_rows(feed: FeedFile, delivered: DeliveredFile, width: int) -> Iterator[BadRow]:
    """Rows whose number of fields is not the header's."""
    encoding = "utf-8-sig" if delivered.encoding == "UTF8" else "gb18030"
    with delivered.open() as stream:
        reader = csv.reader(io.TextIOWrapper(stream, encoding=encoding, newline=""))
        try:
            for row in reader:
                if len(row) != width:
                    yield BadRow(
                        feed.name,
                        reader.line_num,
                        "",
                        ",".join(row)[:80],
                        "torn_row",
                        f"{len(row)} / {width}",
                    )
        except csv.Error as error:
            yield BadRow(feed.name, reader.line_num, "", "", "unreadable_row", str(error))


def check_values(cursor: Any, feed: FeedFile) -> None:
    """Every column's form, then keys; what is wrong goes to load_error."""
    for column in feed.columns:
        _check_form(cursor, feed, column)
    _create_view(cursor, feed)
    if feed.key:
        _check_key(cursor, feed)


def _check_form(cursor: Any, feed: FeedFile, column: Column) -> None:
    """Empty where a value is needed, or not of the column's form (a real date, a plain decimal, …)."""
    bad = sql.SQL("{c} !~ %(pattern)s").format(c=sql.Identifier(column.name))
    if column.kind == "date":
        bad = sql.SQL("({bad} OR NOT pg_input_is_valid({c}, 'date'))").format(
            bad=bad, c=sql.Identifier(column.name)
        )
    code = "not_a_choice" if column.choices else VALUE_REASONS[column.kind]
    cursor.execute(
        sql.SQL("""
            INSERT INTO load_error
            SELECT %(file)s, line_no, %(column)s, left({c}, 200),
                   CASE WHEN coalesce({c}, '') = '' THEN 'empty' ELSE %(code)s END, %(detail)s
            FROM {table}
            WHERE CASE WHEN coalesce({c}, '') = '' THEN %(needed)s ELSE {bad} END
        """).format(c=sql.Identifier(column.name), table=sql.Identifier(f"stg_{feed.table}"), bad=bad),
        {
            "file": feed.name,
            "column": column.name,
            "code": code,
            "pattern": column.pattern,
            "needed": not (column.nullable or column.optional),
            "detail": ", ".join(column.choices),
        },
    )


def _create_view(cursor: Any, feed: FeedFile) -> None:
    """`row_<file>`: the rows without an error so far, typed. CASE keeps a bad value from being cast."""
    columns = sql.SQL(", ").join(
        sql.SQL("CASE WHEN {c} <> '' AND {ok} THEN {c}::{t} END AS {c}").format(
            c=sql.Identifier(column.name),
            t=sql.SQL(column.sql_type),
            ok=sql.SQL("pg_input_is_valid({c}, {t})").format(
                c=sql.Identifier(column.name), t=sql.Literal(column.sql_type)
            )
            if column.sql_type != "text"
            else sql.SQL("true"),
        )
        for column in feed.columns
    )
    cursor.execute(
        sql.SQL("""
            CREATE TEMP VIEW {view} AS
            SELECT line_no, {columns} FROM {table} s
            WHERE NOT EXISTS (SELECT FROM load_error e WHERE e.file = {file} AND e.line = s.line_no)
        """).format(
            view=sql.Identifier(f"row_{feed.table}"),
            columns=columns,
            table=sql.Identifier(f"stg_{feed.table}"),
            file=sql.Literal(feed.name),
        )
    )


def _check_key(cursor: Any, feed: FeedFile) -> None:
    key = sql.SQL(", ").join(map(sql.Identifier, feed.key))
    cursor.execute(
        sql.SQL("""
            INSERT INTO load_error
            SELECT %(file)s, line_no, %(column)s, concat_ws(', ', {key}), 'duplicate_key', first::text
            FROM (SELECT line_no, {key}, min(line_no) OVER (PARTITION BY {key}) AS first FROM {view}) AS s
            WHERE line_no > first
        """).format(key=key, view=sql.Identifier(f"row_{feed.table}")),
        {"file": feed.name, "column": feed.key[0]},
    )


def check_span(cursor: Any, feed: FeedFile, start: date, end: date) -> None:
    """Business dates must lie inside the manifest's span."""
    run_check(
        cursor,
        feed,
        Check(
            "business_date",
            "outside_span",
            f"s.business_date NOT BETWEEN '{start}' AND '{end}'",
            f"'{start} – {end}'",
        ),
    )


def run_check(cursor: Any, feed: FeedFile, check: Check) -> None:
    """Write the rows that `check` refuses to load_error."""
    cursor.execute(
        f"""
        INSERT INTO load_error
        SELECT %s, s.line_no, %s, s.{check.column}::text, %s, {check.detail}
        FROM row_{feed.table} s WHERE {check.where}
        """,
        [feed.name, check.column, check.reason],
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
