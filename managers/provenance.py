"""Provenance: who is behind the changes being made, told to the database before each statement that writes.

`pghistory.context(reason=…)` adds to what is said while inside `acting`. The library's own way of telling
puts bound parameters in front of the statement, which breaks composed and repeated statements and those
with a literal `%`; this one does not (docs/decisions/0022).
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.backends.base.base import BaseDatabaseWrapper
from pghistory import runtime

#: Beginnings of statements that change no row, or that nothing may stand in front of.
SILENT = (
    *("select", "savepoint", "release", "rollback", "set ", "show", "declare", "fetch", "close", "begin"),
    *("vacuum", "analyze", "reindex", "cluster", "create", "alter", "drop", "discard", "commit", "lock"),
    *("truncate", "explain"),
)
TOLD = (
    "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true);"
)
_process: dict[str, Any] = {}


@contextmanager
def acting(**facts: Any) -> Iterator[None]:
    """Every change inside carries these facts and one number that binds them; inner facts add to outer ones.

    A fact that can be called is asked when it is first needed: nobody has to be read for a page that writes
    nothing.
    """
    if outer := _said():
        outer.metadata.update(facts)
        yield
        return
    runtime._tracker.value = runtime.Context(id=uuid.uuid4(), metadata=facts)
    try:
        yield
    finally:
        del runtime._tracker.value


def of_process(**facts: Any) -> None:
    """What changes carry that nobody else accounts for, in every thread: the command that this process is."""
    _process.update(facts=runtime.Context(id=uuid.uuid4(), metadata=facts))


def _said() -> Any:
    return getattr(runtime._tracker, "value", None)


def tell(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's wrapper around every statement: in front of one that writes, say who is behind it."""
    said = _said() or _process.get("facts")
    if said is None or not writes(sql):
        return execute(sql, params, many, context)
    cursor = context["cursor"].cursor
    words = cursor.mogrify(TOLD, [str(said.id), _json(said.metadata)]).decode()
    if many or not isinstance(sql, str):
        cursor.execute(words)
        return execute(sql, params, many, context)
    return execute((words.replace("%", "%%") if params is not None else words) + sql, params, many, context)


def writes(sql: Any) -> bool:
    """Whether a statement may change rows."""
    return not isinstance(sql, str) or not sql.lstrip().lower().startswith(SILENT)


def _json(metadata: dict[str, Any]) -> str:
    known = {key: value() if callable(value) else value for key, value in metadata.items()}
    return json.dumps({key: value for key, value in known.items() if value}, cls=DjangoJSONEncoder)


def listen(*, connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """A new connection to the database: from now on it is told."""
    if tell not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell)
