"""Sealing the log: one head a finished day over its log entries and history events, chained and exported.

A row is in the first head whose day is not before the row's and whose horizon is above the row's transaction.
A transaction that was still open when its day was sealed is above that horizon, so its rows are in the next
head: none is missed and none counted twice, whatever the clocks said (docs/decisions/0022).
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from managers.models import AuditHead, HistoryEvent, LogEntry
from managers.rules import chain

#: The columns that are sealed, as texts that do not depend on a session's settings; columns that come later
#: belong to a later version of this list.
_AT = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
_SOURCES = {
    "log": (
        "managers_logentry",
        f"id::text, {_AT}, by_id::text, on_behalf_of_id::text, action, subject, from_state, to_state, reason,"
        " detail::text, key, request::text, transaction::text",
    ),
    "history": (
        "managers_historyevent",
        f'id::text, {_AT}, "table", "row", operation, before::text, after::text, by_id::text, context::text,'
        " request::text, transaction::text, role",
    ),
}
_INSIDE = (
    "transaction < %(horizon)s"
    " AND (at >= %(start)s AND at < %(end)s OR at < %(start)s AND transaction >= %(before)s)"
)
#: How many of the latest days are worked out again where not everything is asked for.
RECENT = 31
#: How long a head may wait to be exported before something is wrong.
PATIENCE = timedelta(minutes=10)


class Tampered(Exception):
    """The exported heads are not those of the database; nothing was written."""


@dataclass
class _Seal:
    """What one head says of its records."""

    counts: dict[str, int]
    ends: dict[str, tuple[int | None, int | None]]
    digest: str


def seal(through: date, *, told: Callable[[AuditHead], None] | None = None) -> list[AuditHead]:
    """Seal every day up to and with `through` that is not yet sealed, oldest first; the new heads.

    Each day is a transaction of its own, in which `told` hears of its head.
    """
    made = []
    while (head := _seal_next(through, told)) is not None:
        made.append(head)
    return made


def _seal_next(through: date, told: Callable[[AuditHead], None] | None) -> AuditHead | None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('managers_audithead'))")
        last = AuditHead.objects.order_by("-day").first()
        day = last.day + timedelta(days=1) if last else _first_day()
        if day is None or day > through:
            return None
        head = AuditHead(
            day=day, horizon=_horizon(), previous=last.digest if last else chain.GENESIS, digest=""
        )
        found = _work_out(head, last)
        (head.first_entry, head.last_entry) = found.ends["log"]
        (head.first_event, head.last_event) = found.ends["history"]
        head.entries, head.events, head.digest = found.counts["log"], found.counts["history"], found.digest
        head.save()
        if told is not None:
            told(head)
        return head


def _first_day() -> date | None:
    firsts = [model.objects.aggregate(at=Min("at"))["at"] for model in (LogEntry, HistoryEvent)]
    known = [timezone.localdate(at) for at in firsts if at is not None]
    return min(known, default=None)


def _horizon() -> int:
    """Every transaction with a smaller number has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _work_out(head: AuditHead, last: AuditHead | None) -> _Seal:
    counts = dict.fromkeys(_SOURCES, 0)
    ends: dict[str, tuple[int | None, int | None]] = dict.fromkeys(_SOURCES, (None, None))

    def records() -> Iterator[list[str | None]]:
        for source in _SOURCES:
            for row in _rows(source, head, last):
                number = int(row[0] or 0)
                counts[source] += 1
                ends[source] = (ends[source][0] or number, number)
                yield [source, *row]

    header = [head.day.isoformat(), str(head.horizon)]
    return _Seal(counts, ends, chain.digest(head.previous, header, records()))


def _rows(source: str, head: AuditHead, last: AuditHead | None) -> Iterator[tuple[str | None, ...]]:
    table, columns = _SOURCES[source]
    given: dict[str, Any] = {
        "horizon": head.horizon,
        "before": last.horizon if last else 0,
        "start": _midnight(head.day),
        "end": _midnight(head.day + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE {_INSIDE} ORDER BY id", given)
        while batch := cursor.fetchmany(2000):
            yield from batch


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# --- Export ------------------------------------------------------------------------------------------------


def exported_file() -> Path:
    """Where the heads of this database are exported to."""
    return Path(settings.AUDIT_DIR) / f"{connection.settings_dict['NAME']}.jsonl"


def told_of(head: AuditHead) -> dict[str, Any]:
    """A head as it is exported."""
    return {
        "day": head.day.isoformat(),
        "entries": [head.entries, head.first_entry, head.last_entry],
        "events": [head.events, head.first_event, head.last_event],
        "horizon": head.horizon,
        "previous": head.previous,
        "digest": head.digest,
    }


def export() -> int:
    """Add the heads that are not in the file yet, one line each; how many were added.

    What stands in the file is never overwritten: Tampered where it is not what the database says. The file
    is replaced in one move and on the disk when this returns.
    """
    file = exported_file()
    heads = [_text(head) for head in AuditHead.objects.order_by("day")]
    there = _exported(file)
    if heads[: len(there)] != there:
        raise Tampered(str(file))
    if len(heads) > len(there):
        _replace(file, "".join(f"{line}\n" for line in heads))
    return len(heads) - len(there)


def _text(head: AuditHead) -> str:
    return json.dumps(told_of(head), separators=(",", ":"))


def _exported(file: Path) -> list[str]:
    return file.read_text(encoding="ascii").splitlines() if file.exists() else []


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with new.open("w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- What must hold (I06) ----------------------------------------------------------------------------------


def flaws(*, full: bool) -> tuple[int, list[str]]:
    """How many days are sealed, and what is wrong with the chain; `full` works out every day again."""
    heads = list(AuditHead.objects.order_by("day"))
    pairs = list(zip([None, *heads], heads, strict=False))
    found = [flaw for last, head in pairs for flaw in _unlinked(last, head)]
    again = pairs if full else pairs[-RECENT:]
    found += [flaw for last, head in again for flaw in _unlike(last, head)]
    return len(heads), found + _unlike_export(heads)


def _unlinked(last: AuditHead | None, head: AuditHead) -> Iterator[str]:
    if last is not None and head.day != last.day + timedelta(days=1):
        yield f"{head.day}: no head for {last.day + timedelta(days=1)}"
    if head.previous != (last.digest if last else chain.GENESIS):
        yield f"{head.day}: previous is not the digest of the day before"


def _unlike(last: AuditHead | None, head: AuditHead) -> Iterator[str]:
    found = _work_out(head, last)
    now = (found.counts["log"], found.counts["history"])
    if found.digest != head.digest:
        yield f"{head.day}: {head.entries} + {head.events} records sealed, {now[0]} + {now[1]} found"


def _unlike_export(heads: list[AuditHead]) -> list[str]:
    there = _exported(exported_file())
    late = timezone.now() - PATIENCE
    hits = [
        f"{head.day}: the exported head differs"
        for head, line in zip(heads, there, strict=False)
        if line != _text(head)
    ]
    hits += [f"{head.day}: not exported" for head in heads[len(there) :] if head.sealed_at < late]
    hits += [f"{json.loads(line)['day']}: exported and not here" for line in there[len(heads) :]]
    return hits
