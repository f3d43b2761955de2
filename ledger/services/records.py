"""Facts made inside the bank, entered as bundles of their own: by the code that loads the core system's.

So they are versioned, corrected, explained and closed like every other fact. A bundle of ours covers no day
that was not covered before, and configures no feed.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ledger import happenings, queries
from ledger.happenings import Happened
from ledger.models import Bundle
from ledger.services.extracts import load_delivery, lock_ledger
from ledger.services.manifest import DeliveredFile, Delivery
from ledger.services.refusals import Refused
from ledger.sql import statement
from managers.models import User
from managers.services.stepping import Refusal

EVENT_COLUMNS = ("employee_no", "business_date", "code", "quantity", "note")


@dataclass(frozen=True)
class Table:
    """The rows of one file, in the order of its columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def content(self) -> bytes:
        """The file as a core system would deliver it."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue().encode()


def enter(
    record: str,
    files: Mapping[str, Table],
    *,
    by: User | None,
    first: date | None = None,
    last: date | None = None,
) -> Bundle:
    """Load the files as the bundle `record` ("classification:12"), dated from `first` to `last`.

    Within the caller's transaction. The days must be covered already; left out they are the last covered
    one. Raises Refusal, with the loader's own words, where a row is not accepted, and LookupError where
    nothing was ever loaded.
    """
    lock_ledger()
    covered = queries.covered_through()
    first, last = first or covered, last or covered
    if last > covered or first < queries.history_start():
        words = {"day": last, "covered": covered}
        raise Refusal(_("%(day)s 的数据尚未入库（已到 %(covered)s）；请待当日数据入库后办理。") % words)
    delivered = {name: _file(name, record, table) for name, table in files.items()}
    try:
        return load_delivery(Delivery(record, first, last, delivered, record=record), by=by).bundle
    except Refused as refused:
        found = refused.shown[0]
        raise Refusal(
            _("不能登记（%(value)s）：%(why)s") % {"value": found.value or found.file, "why": found.text}
        ) from refused


def _file(name: str, record: str, table: Table) -> DeliveredFile:
    """Two records may say the same words at different times: their name is part of what they are."""
    content = table.content
    digest = hashlib.sha256(f"{record}\n".encode() + content).hexdigest()
    return DeliveredFile(name, digest, "UTF8", 0, len(table.rows), lambda: io.BytesIO(content))


# --- Events: what happens to managers in the bank's own procedures ---------------------------------------


def enter_events(*, to: date) -> Bundle | None:
    """Enter what happened up to `to`, once for every day the deliveries have reached; None: nothing new.

    What was entered before and is no longer so is withdrawn, and so is what another system delivers by now.
    Harmless when repeated.
    """
    with transaction.atomic():
        lock_ledger()
        try:
            start, reached = queries.history_start(), min(queries.covered_through(), to)
        except LookupError:
            return None
        name = f"events:{reached}"
        if Bundle.objects.filter(record=name).exists():
            return None
        rows = _news(start, reached)
        if not rows:
            return None
        days = [row.business_date for row in rows]
        table = Table(EVENT_COLUMNS, rows)
        return enter(name, {happenings.FILE: table}, by=None, first=min(days), last=max(days))


def _news(start: date, reached: date) -> list[Happened]:
    """What the figures do not know yet, and what they know that is no longer so."""
    known, elsewhere = _entered(), happenings.delivered()
    now = {
        (each.employee_no, each.business_date, each.code, each.note): each.quantity
        for each in happenings.events()
        if start <= each.business_date <= reached and each.code not in elsewhere
    }
    changed = {key: quantity for key, quantity in now.items() if known.get(key, 0) != quantity}
    gone = {key: 0 for key, quantity in known.items() if quantity and key not in now}
    return [
        Happened(who, day, code, quantity, note)
        for (who, day, code, note), quantity in sorted({**gone, **changed}.items())
    ]


def _entered() -> dict[tuple[str, date, str, str], int]:
    """The events entered by us, as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(statement("events_entered"))
        return {(who, day, code, note): int(quantity) for who, day, code, note, quantity in cursor.fetchall()}
