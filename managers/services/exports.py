"""Exports: every file of rows that leaves the bank carries who, when, why and until when, and is in the log.

A small one is answered at once. A large one is stored for its owner alone, under a link that expires; the
file is deleted when it has (`remove_expired`, every quarter of an hour).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import LogEntry, StoredExport, User
from managers.rules import sheets
from managers.rules.sheets import Cell
from managers.services import watermarks

#: How many rows are answered at once; more are stored.
AT_ONCE = 5_000
#: How many rows an export has at most: whoever needs more asks in parts.
MOST = 200_000
LEAST_REASON = 4
#: How long a stored file can be fetched.
FETCHED_FOR = timedelta(days=1)


class Refused(ValueError):
    """No export; the text says why and what to do."""


@dataclass(frozen=True)
class Answered:
    """An export small enough to be the answer itself."""

    content: bytes
    rows: int


def export(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    by: User,
    at: datetime,
    reason: str,
) -> Answered | StoredExport:
    """Make a file of the rows for `by`. Refused without a reason and for more rows than MOST.

    The caller has checked that `by` may see every row.
    """
    reason = reason.strip()
    if len(reason) < LEAST_REASON:
        raise Refused(_("请写明导出的用途（至少 %(count)s 个字）。") % {"count": LEAST_REASON})
    mark = watermark(by=by, at=at, reason=reason)
    left = iter(rows)
    first = list(islice(left, AT_ONCE + 1))
    with transaction.atomic():
        if len(first) > AT_ONCE:
            return _store(title, mark, header, _chained(first, left), by=by, at=at, reason=reason)
        _log(by, title, len(first), reason, "")
    content = "".join(sheets.lines(mark, header, first)).encode()
    return Answered(content, len(first))


def watermark(*, by: User, at: datetime, reason: str) -> str:
    """The line at the top and the bottom of every export."""
    what = _("导出人 %(who)s（%(login)s）· %(at)s · 用途：%(why)s") % {
        "who": by,
        "login": by.username,
        "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M"),
        "why": " ".join(reason.split()),
    }
    return watermarks.watermark(what, at=at, keeping=watermarks.Keeping.DESTROYED)


def _chained(first: list[Sequence[Cell]], left: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield from first
    for number, row in enumerate(left, len(first) + 1):
        if number > MOST:
            raise Refused(_("结果超过 %(most)s 行；请缩小范围后分次导出。") % {"most": MOST})
        yield row


def _store(
    title: str,
    mark: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    by: User,
    at: datetime,
    reason: str,
) -> StoredExport:
    stored = StoredExport(
        owner=by, title=title, reason=reason, rows=0, made_at=at, expires_at=at + FETCHED_FOR
    )
    file = file_of(stored)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        # One line of watermark at either end, and one of names.
        stored.rows = _written(file, sheets.lines(mark, header, rows)) - 3
        stored.save(force_insert=True)
        _log(by, title, stored.rows, reason, str(stored.pk))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return stored


def _written(file: Path, lines: Iterable[str]) -> int:
    """How many lines were written; nobody else on the machine can read them."""
    file.touch(mode=0o600)
    with file.open("w", encoding="utf-8", newline="") as stream:
        return sum(1 for line in lines if stream.write(line))


def file_of(stored: StoredExport) -> Path:
    """Where the file of a stored export lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"{stored.pk}.csv"


def fetch(stored: StoredExport, *, by: User, at: datetime) -> Path:
    """The file, for its owner and in time; Refused otherwise. Every fetch is in the log."""
    if stored.owner_id != by.pk or stored.removed_at is not None or stored.expires_at <= at:
        raise Refused(_("链接已失效；如仍需要，请重新导出。"))
    LogEntry.objects.create(by=by, action="fetch_export", subject=f"export:{stored.pk}")
    return file_of(stored)


def remove_expired(at: datetime) -> int:
    """Delete the files that have expired; how many."""
    with transaction.atomic():
        gone = list(
            StoredExport.objects.select_for_update(skip_locked=True).filter(
                removed_at=None, expires_at__lte=at
            )
        )
        for stored in gone:
            file_of(stored).unlink(missing_ok=True)
        StoredExport.objects.filter(pk__in=[stored.pk for stored in gone]).update(removed_at=at)
    return len(gone)


def _log(by: User, title: str, rows: int, reason: str, stored: str) -> None:
    LogEntry.objects.create(
        by=by,
        action="export_rows",
        subject=f"export:{stored}" if stored else "export",
        reason=reason,
        detail={"title": title, "rows": rows},
    )
