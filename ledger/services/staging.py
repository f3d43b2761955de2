"""Staging: each file of a delivery copied as text into a temporary table, line by line."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

import psycopg2
from django.db import connection, transaction
from psycopg2 import sql

from ledger.rules.feeds import FeedFile
from ledger.services.manifest import DeliveredFile
from ledger.services.refusals import BadRow, Refused

FIELD_LIMIT = 1 << 16


def prepare(cursor: Any, feeds: Iterable[FeedFile]) -> None:
    """Create what lives as long as the load: errors found, effects on past days, and all business so far."""
    # A second load in one outer transaction finds the first one's tables still there.
    cursor.execute("DISCARD TEMP")
    # Values are compared with how they print. Triggers ask for `pgtrigger.ignore` row by row; unset, that is
    # an error caught, and each makes PostgreSQL look through all foreign keys still to be checked.
    cursor.execute("""
        SET LOCAL datestyle = 'ISO, YMD';
        SET LOCAL jit = off;
        SET LOCAL pgtrigger.ignore = '{}';
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
        rows = _copy(cursor, feed, delivered, names, stream)
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
            "CREATE TEMP TABLE {} (line_no bigint GENERATED ALWAYS AS IDENTITY (START 2 CACHE 1000),"
            " {}) ON COMMIT DROP"
        ).format(sql.Identifier(f"stg_{feed.table}"), columns)
    )


def _copy(cursor: Any, feed: FeedFile, delivered: DeliveredFile, names: list[str], stream: IO[bytes]) -> int:
    """COPY in the file's own encoding, rows; where PostgreSQL stops at a torn row, list every torn row."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, ENCODING {})").format(
        sql.Identifier(f"stg_{feed.table}"),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.Literal(delivered.encoding),
    )
    try:
        with transaction.atomic():
            cursor.cursor.copy_expert(statement.as_string(connection.connection), stream)
            return int(cursor.cursor.rowcount)
    except psycopg2.Error as error:
        if not isinstance(error, psycopg2.DataError):
            raise  # the database broke, not the file
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
