"""A database of the benchmark's own on the server of DATABASE_URL, and that server at rest."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2

NAME = f"cmbank_bench_{os.getpid()}"


@contextmanager
def own_server() -> Iterator[None]:
    """Django set up on a database that is dropped in the end."""
    server = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{NAME}").geturl()
    os.environ["DJANGO_SETTINGS_MODULE"] = "cmbank.settings"
    os.environ["STATEMENT_TIMEOUT_SECONDS"] = "3600"  # the rivals take their time
    import django

    django.setup()
    try:
        yield
    finally:
        _on_server(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        os.environ["DATABASE_URL"] = server


def empty_database() -> None:
    """The database made anew, with the product's tables."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    _on_server(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    _on_server(server, f"CREATE DATABASE {NAME} TEMPLATE template0")
    call_command("migrate", verbosity=0)


def _on_server(url: str, command: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True  # databases are made and dropped outside of transactions
    with connection.cursor() as cursor:
        cursor.execute(command)
    connection.close()


def tidy() -> None:
    """Statistics and visibility after a large load, as the hours before a night would bring them."""
    execute("VACUUM (ANALYZE)")


def rest() -> None:
    """Write out what is pending: a night begins hours after the last one, not in the middle of its writes."""
    execute("CHECKPOINT")


def execute(command: str) -> None:
    """One statement outside of transactions."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(command)


def rows(query: str, given: Any = None) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()


def settings() -> dict[str, str]:
    """The server's version and the settings that bear on speed."""
    names = [
        "server_version",
        "shared_buffers",
        "work_mem",
        "max_wal_size",
        "synchronous_commit",
        "jit",
        "fsync",
    ]
    return {name: rows(f"SHOW {name}")[0][0] for name in names}


def copy_in(table: str, path: Any) -> None:
    """COPY a CSV file with a header into a table."""
    from django.db import connection

    with connection.cursor() as cursor, path.open("rb") as file:
        cursor.cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv, HEADER true)", file)
