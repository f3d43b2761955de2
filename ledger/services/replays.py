"""What HR decides about quarantined rows: replay them as a bundle of their own, or dismiss them."""

import csv
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import feeds
from ledger.models import Bundle, QuarantinedRow
from ledger.services import quarantine
from ledger.services.extracts import Loaded, load_delivery, lock_ledger
from ledger.services.manifest import DeliveredFile, Delivery
from ledger.services.quarantine import Headers
from ledger.sql import statement
from managers.models import LogEntry, User
from managers.services import deadlines

MOST_REASON = 1000
Status = QuarantinedRow.Status


class NotPossible(Exception):
    """The row cannot be decided on like this; the text says why and what to do."""


class _NothingLoaded(Exception):
    """No row could be loaded; the bundle made for them must not stay."""


def replay_row(
    pk: int, *, by: User, at: datetime, reason: str, values: Mapping[str, str] | None = None
) -> Loaded:
    """Load one row, with `values` in place of those delivered, as a bundle of its own.

    Raises NotPossible where somebody has decided already, and Refused, with what is still wrong; then
    nothing has changed. The bundle covers the days of the one that delivered the row, so no day counts as
    delivered because of it.
    """
    reason = _reason(reason)
    with transaction.atomic(), TemporaryDirectory() as folder:
        # the same order as every load: the ledger first, then its rows
        lock_ledger()
        row = _open_row(pk)
        row.corrected = _corrections(row, values or {}) or None
        writer = _Files(Path(folder))
        writer.add(row)
        loaded = load_delivery(writer.delivery(row.bundle, f"row {row.pk}"), by=by)
        _decide(row, Status.REPLAYED, by=by, at=at, reason=reason, replay=loaded.bundle)
    return loaded


def replay_bundle(bundle: Bundle, *, by: User | None, at: datetime, reason: str) -> tuple[Loaded | None, int]:
    """Load all open rows of a bundle that are right by now, as they were delivered; how many stay open.

    The bundle that brings them is None where not one of them is. `by` is empty on the command line.
    """
    reason = _reason(reason)
    settle = partial(_settle, bundle, by, at, reason)
    try:
        with transaction.atomic(), TemporaryDirectory() as folder:
            lock_ledger()
            writer = _Files(Path(folder))
            for row in _open_rows(bundle).select_for_update(of=("self",)).iterator():
                writer.add(row)
            if not writer.rows:
                return None, 0
            loaded = load_delivery(writer.delivery(bundle, f"all {at.isoformat()}"), by=by, settle=settle)
    except _NothingLoaded:
        return None, _open_rows(bundle).count()
    return loaded, _open_rows(bundle).count()


def dismiss(pk: int, *, by: User, at: datetime, reason: str) -> QuarantinedRow:
    """Give a row up for good, for a reason. Raises NotPossible where somebody has decided already."""
    reason = _reason(reason)
    with transaction.atomic():
        return _decide(_open_row(pk), Status.DISMISSED, by=by, at=at, reason=reason)


def _reason(reason: str) -> str:
    reason = reason.strip()[:MOST_REASON]
    if not reason:
        raise NotPossible(_("请写明原因。"))
    return reason


def _open_rows(bundle: Bundle) -> Any:
    return QuarantinedRow.objects.filter(bundle=bundle, status=Status.OPEN).order_by("file", "line")


def _open_row(pk: int) -> QuarantinedRow:
    """The row, locked: whoever comes second waits here and finds it decided."""
    row = QuarantinedRow.objects.select_for_update().get(pk=pk)
    if row.status != Status.OPEN:
        raise NotPossible(_("该行已处理（%(status)s）；请刷新页面。") % {"status": row.get_status_display()})
    return row


def _corrections(row: QuarantinedRow, values: Mapping[str, str]) -> dict[str, str]:
    """What differs from what was delivered, in columns that are read."""
    return {name: value for name, value in values.items() if name in row.raw and row.raw[name] != value}


def _decide(
    row: QuarantinedRow, status: Status, *, by: User, at: datetime, reason: str, replay: Bundle | None = None
) -> QuarantinedRow:
    row.status, row.decided_by, row.decided_at, row.reason, row.replay = status, by, at, reason, replay
    row.save(update_fields=["status", "decided_by", "decided_at", "reason", "replay", "corrected"])
    detail = {"raw": row.raw, "corrected": row.corrected, "replay": replay.pk if replay else None}
    LogEntry.objects.create(
        by=by, action=f"{status.value}_row", subject=row.subject, reason=reason, detail=detail
    )
    deadlines.refresh("quarantine", [row.bundle_id], on=timezone.localdate(at))
    return row


def _settle(
    bundle: Bundle, by: User | None, at: datetime, reason: str, cursor: Any, loaded: Loaded, headers: Headers
) -> None:
    """Close the rows that were loaded; the others stay open, with what is wrong now."""
    given = {
        "bundle": bundle.pk,
        "replay": loaded.bundle.pk,
        "by": by.pk if by else None,
        "at": at,
        "reason": reason,
    }
    cursor.execute(statement("quarantine_replayed"), given)
    done = dict(cursor.fetchall())
    if not done:
        raise _NothingLoaded
    for feed in feeds.files():
        if feed.name in headers:
            quarantine.explain_waiting(cursor, bundle, feed.before)
    loaded.rows = {name: done.get(name, 0) for name in loaded.rows}
    LogEntry.objects.create(
        by=by,
        action="replayed_rows",
        subject=f"bundle:{bundle.pk}",
        reason=reason,
        detail={"replay": loaded.bundle.pk, "rows": done},
    )
    deadlines.refresh("quarantine", [bundle.pk], on=timezone.localdate(at))


class _Files:
    """The rows to replay as extract files of their own, one line a row, in the order given."""

    def __init__(self, folder: Path) -> None:
        self.rows: dict[str, int] = {}
        self._folder = folder
        self._columns = {feed.name: [column.name for column in feed.columns] for feed in feeds.files()}

    def add(self, row: QuarantinedRow) -> None:
        """One more line; the first one of a file says which of the known columns it has."""
        new = row.file not in self.rows
        names = [name for name in self._columns[row.file] if name in row.raw]
        with (self._folder / row.file).open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(names)
            writer.writerow([row.values[name] for name in names])
        self.rows[row.file] = self.rows.get(row.file, 0) + 1

    def delivery(self, bundle: Bundle, what: str) -> Delivery:
        """The files as a delivery of the bundle's days, with digests that no other replay has."""
        files = {name: self._delivered(name, f"quarantine {bundle.pk} {what} {name}") for name in self.rows}
        return Delivery(f"quarantine-{bundle.pk}", bundle.from_on, bundle.to_on, files)

    def _delivered(self, name: str, identity: str) -> DeliveredFile:
        # Two equal rows are two rows: what identifies them is where they came from, not what they say.
        digest = hashlib.sha256(identity.encode()).hexdigest()
        path = self._folder / name
        return DeliveredFile(name, digest, "UTF8", 0, self.rows[name], lambda: path.open("rb"))
