"""The chain of days: one digest over a day's records and over the digest of the day before."""

import hashlib
import json
from collections.abc import Iterable, Sequence

#: What stands before the first day.
GENESIS = "0" * 64


def line(values: Sequence[str | None]) -> bytes:
    """One record in its canonical form: its values as texts in a fixed order, as compact JSON in UTF-8.

    Absent stays absent: `null` is another record than the empty text.
    """
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode()


def digest(previous: str, header: Sequence[str | None], records: Iterable[Sequence[str | None]]) -> str:
    """SHA-256 (hex) over the previous digest, the header of the day and its records, a line each."""
    sha = hashlib.sha256(previous.encode() + b"\n")
    sha.update(line(header) + b"\n")
    for record in records:
        sha.update(line(record) + b"\n")
    return sha.hexdigest()
