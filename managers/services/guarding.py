"""What the programs' own database role may not do: change or delete what is append-only."""

from collections.abc import Iterator

import pgtrigger
from django.apps import apps
from django.db import connection, models
from psycopg2 import sql


def guarded() -> dict[str, tuple[str, ...]]:
    """Per table of ours the privileges that nobody but its owner has, read off its triggers.

    A table that refuses every UPDATE or DELETE loses those privileges, and TRUNCATE with them.
    """
    found = {}
    for model in apps.get_models():
        taken = tuple(_refused(model))
        if taken:
            found[model._meta.db_table] = (*taken, "TRUNCATE")
    return found


def _refused(model: type[models.Model]) -> Iterator[str]:
    kept = [
        str(trigger.operation)
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect) and trigger.condition is None
    ]
    for operation in ("UPDATE", "DELETE"):
        if any(operation in each.split(" OR ") for each in kept):
            yield operation


def guard(role: str) -> int:
    """Take those privileges from a role; how many tables are guarded now, none where there is no such role.

    Only the owner of the tables can, so this belongs to the migration.
    """
    tables = guarded()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return 0
        for table, privileges in tables.items():
            cursor.execute(
                sql.SQL("REVOKE {} ON {} FROM {}").format(
                    sql.SQL(", ").join(map(sql.SQL, privileges)), sql.Identifier(table), sql.Identifier(role)
                )
            )
    return len(tables)
