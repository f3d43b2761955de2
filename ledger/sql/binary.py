"""Columns of numbers in and out of PostgreSQL by its binary COPY, without an object for every value."""

import io
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
#: PostgreSQL's number of the type bigint.
_BIGINT = 20


def fetch(cursor: Any, query: str, given: Mapping[str, Any], kinds: Mapping[str, str]) -> Columns:
    """The rows of a query as a column each. No value may be NULL, or of another length than its kind says.

    Kinds are those of numpy: i8 for bigint, i4 for integer and date (days since 2000), S3 for three bytes.
    """
    found = _copied(cursor, query, given)
    row = _row(kinds)
    size = len(found) - len(_BEGIN) - len(_END)
    rows = np.frombuffer(found, row, size // row.itemsize, len(_BEGIN))
    lengths = {name: np.dtype(kind).itemsize for name, kind in kinds.items()}
    fit = all((rows[f"{name} length"] == length).all() for name, length in lengths.items())
    if size % row.itemsize or not fit:
        raise TypeError(f"not a column of {dict(kinds)} each")
    return {name: rows[name].astype(kind) for name, kind in kinds.items()}


def write(cursor: Any, table: str, columns: Columns) -> int:
    """Append columns of one length to a table; a column of two dimensions is one of arrays of bigint."""
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    rows = np.zeros(count, _row({name: _kind(column) for name, column in columns.items()}))
    rows["fields"] = len(columns)
    for name, column in columns.items():
        rows[f"{name} length"] = rows.dtype[name].itemsize
        if column.ndim == 1:
            rows[name] = column
        else:
            _fill_arrays(rows[name], column)
    _append(cursor, table, list(columns), [rows.view(np.uint8).data])
    return count


def _row(kinds: Mapping[str, Any]) -> np.dtype[Any]:
    """A row as it travels: how many fields, and of each its length and its bytes, the highest first."""
    fields: list[Any] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} length", ">i4"), (name, np.dtype(kind).newbyteorder(">"))]
    return np.dtype(fields)


def _kind(column: NDArray[Any]) -> Any:
    if column.ndim == 1:
        return column.dtype
    head = [(name, ">i4") for name in ("dimensions", "nulls", "type", "count", "first")]
    return np.dtype([*head, ("entries", [("length", ">i4"), ("entry", ">i8")], (column.shape[1],))])


def _fill_arrays(rows: NDArray[Any], column: NDArray[Any]) -> None:
    """As PostgreSQL sends arrays of bigint: one dimension, no NULL, from 1 on."""
    rows["dimensions"], rows["type"], rows["count"], rows["first"] = 1, _BIGINT, column.shape[1], 1
    rows["entries"]["length"], rows["entries"]["entry"] = 8, column


# --- Rows of a few large values -------------------------------------------------------------------------


def fetch_blobs(cursor: Any, query: str, given: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, each value as its bytes."""
    found = _copied(cursor, query, given)
    at = len(_BEGIN)
    while (fields := struct.unpack_from(">h", found, at)[0]) >= 0:
        at += 2
        values = []
        for _field in range(fields):
            (length,) = struct.unpack_from(">i", found, at)
            values.append(found[at + 4 : at + 4 + length])
            at += 4 + length
        yield tuple(values)


def write_blobs(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes]]) -> None:
    """Append rows whose values are given as their bytes."""
    _append(cursor, table, columns, (part for row in rows for part in _framed(row)))


def _framed(row: Sequence[bytes]) -> Iterator[bytes]:
    yield struct.pack(">h", len(row))
    for value in row:
        yield struct.pack(">i", len(value))
        yield value


def _copied(cursor: Any, query: str, given: Mapping[str, Any]) -> memoryview:
    into = io.BytesIO()
    cursor.cursor.copy_expert(
        f"COPY ({cursor.cursor.mogrify(query, given).decode()}) TO STDOUT (FORMAT binary)", into
    )
    return into.getbuffer()


def _append(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[bytes | memoryview]) -> None:
    cursor.cursor.copy_expert(
        f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)",
        _Stream(chain([_BEGIN], rows, [_END])),
        size=1 << 20,
    )


class _Stream:
    """What COPY reads from: parts one after the other, never all of them at once."""

    def __init__(self, parts: Iterable[bytes | memoryview]) -> None:
        self.parts, self.rest = iter(parts), memoryview(b"")

    def read(self, size: int) -> bytes:
        found = []
        while size and (len(self.rest) or self._next()):
            found.append(self.rest[:size])
            size -= len(found[-1])
            self.rest = self.rest[len(found[-1]) :]
        return b"".join(found)

    def _next(self) -> bool:
        """Whether there is another part; one without bytes is passed over by the next call."""
        for part in self.parts:
            self.rest = memoryview(part)
            return True
        return False
