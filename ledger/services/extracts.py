"""Load an extract bundle: all of it or nothing, once, with every error listed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ledger import feeds, queries
from ledger.models import Bundle, BundleFile, Feed, LedgerState
from ledger.rules.feeds import FeedFile
from ledger.services import manifest, quarantine, rows, spans, staging
from ledger.services.applying import Applier
from ledger.services.memory import given_back
from ledger.services.quarantine import Headers
from ledger.services.refusals import BadRow, Refused, Report
from ledger.sql import statement
from managers.models import User
from managers.services import deadlines, record_postings, write_pinyin

#: Rows of one file from which on sorting and joining them needs more memory than is usual.
LARGE = 500_000
#: How a remark begins that names a handover.
HANDOVER = "handover"


@dataclass
class Loaded:
    """What a load did. `already` is set where the same bundle was loaded before and nothing changed.

    `rows` are those delivered, by file; `quarantined` those of them that were kept apart.
    """

    bundle: Bundle
    already: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


#: What becomes of the errors in load_error where bad rows do not refuse the bundle; gets the files' headers.
Settle = Callable[[Any, Loaded, Headers], None]


@given_back()
def load_bundle(
    path: Path,
    *,
    by: User | None = None,
    manifest_required: bool = True,
    report: Report | None = None,
    keep_bad: bool = False,
) -> Loaded:
    """Load the bundle at `path` (a directory or zip) in one transaction.

    The same bundle again changes nothing. Raises Refused with every error found (all of them go to
    `report` as well); then nothing has changed. With `keep_bad` bad rows are kept apart and the others
    load; a broken manifest and files that cannot be read row by row are refused all the same. Columns and
    rules: `ledger/feeds.py`.
    """
    try:
        with manifest.opened(path) as found:
            delivery = manifest.read(path, found, manifest_required=manifest_required)
            with transaction.atomic():
                lock_ledger()
                known = Bundle.objects.filter(digest=delivery.digest).first()
                if known is not None:
                    _check_counts(known, delivery)
                    return Loaded(known, already=True)
                return load_delivery(delivery, by=by, report=report, settle=_keep if keep_bad else None)
    except Refused as refusal:
        if report is not None:
            refusal.tell(report)
        raise


def _check_counts(known: Bundle, delivery: manifest.Delivery) -> None:
    """The same files under a manifest that counts other rows are not the same delivery."""
    counts = dict(known.files.values_list("name", "rows"))
    wrong = [
        BadRow(name, 0, "", str(counts[name]), "wrong_row_count", f"{file.rows} / {counts[name]}")
        for name, file in delivery.files.items()
        if file.rows is not None and file.rows != counts[name]
    ]
    if wrong:
        raise Refused(wrong)


def lock_ledger() -> LedgerState:
    """Lock the ledger: loads and nights take turns, so a night sees whole bundles only."""
    with connection.cursor() as cursor:
        # Waiting one's turn behind a large night or load is no failure.
        cursor.execute("SET LOCAL lock_timeout = '30min'")
    LedgerState.objects.bulk_create([LedgerState(id=1)], ignore_conflicts=True)
    return LedgerState.objects.select_for_update().get(id=1)


def load_delivery(
    delivery: manifest.Delivery,
    *,
    by: User | None,
    report: Report | None = None,
    settle: Settle | None = None,
) -> Loaded:
    """Load what was found on disk, or written for the purpose, inside a transaction that holds the ledger.

    Bad rows refuse it all, unless `settle` says what becomes of them.
    """
    with connection.cursor() as cursor:
        staging.prepare(cursor, feeds.files())
        present = [feed for feed in feeds.files() if feed.name in delivery.files]
        delivered = _stage(cursor, delivery, present)
        start, end = _span(cursor, delivery, present, report)
        bundle = Bundle.objects.create(
            digest=delivery.digest,
            name=delivery.name,
            from_on=start,
            to_on=end,
            loaded_by=by,
            handover_id=delivery.handover,
            record=delivery.record,
        )
        cursor.execute(statement("history_start"), {"bundle": bundle.id, "from": start})
        loaded = Loaded(bundle, rows=delivered, remarks=_remarks(delivery, present))
        applier = Applier(cursor, bundle, tolerant=settle is not None)
        for feed in present:
            _apply(applier, feed, delivery.files[feed.name], loaded)
        if settle is None:
            _refuse_if_any(cursor, report)
        else:
            settle(cursor, loaded, _headers(delivery, present))
        loaded.remarks += _handed_over(cursor, delivery)
        _finish(cursor, loaded, delivery)
    return loaded


def _handed_over(cursor: Any, delivery: manifest.Delivery) -> list[str]:
    """Handovers that some delivered rows know nothing of, and how many rows: they stay as handed over."""
    if "assignments.csv" not in delivery.files:
        return []
    cursor.execute("SELECT handover_id, count(*) FROM assignment_handed GROUP BY 1 ORDER BY 1")
    return [f"{HANDOVER} {handover}: {rows}" for handover, rows in cursor.fetchall()]


def _keep(cursor: Any, loaded: Loaded, headers: Headers) -> None:
    """Bad rows go to the quarantine."""
    present = [feed for feed in feeds.files() if feed.name in headers]
    loaded.quarantined = quarantine.keep(cursor, loaded.bundle, present, headers)
    if any(loaded.quarantined.values()):
        deadlines.refresh("quarantine", [loaded.bundle.pk], on=timezone.localdate(loaded.bundle.loaded_at))


def _headers(delivery: manifest.Delivery, present: Sequence[FeedFile]) -> Headers:
    return {feed.name: staging.columns_of(feed, delivery.files[feed.name]) for feed in present}


def _stage(cursor: Any, delivery: manifest.Delivery, present: Sequence[FeedFile]) -> dict[str, int]:
    """Copy every file into its staging table; Refused with all files that cannot be read."""
    found: dict[str, int] = {}
    broken: list[BadRow] = []
    for feed in present:
        try:
            found[feed.name] = staging.stage(cursor, feed, delivery.files[feed.name])
        except Refused as refusal:
            broken += refusal.kept
    if broken:
        raise Refused(broken)
    if max(found.values(), default=0) >= LARGE:
        cursor.execute("SET LOCAL work_mem = '256MB'")
    return found


def _span(
    cursor: Any, delivery: manifest.Delivery, present: Sequence[FeedFile], report: Report | None
) -> tuple[date, date]:
    """The days the delivery covers, or Refused where nothing tells them."""
    span = spans.span_of(cursor, delivery, present)
    if span is not None:
        return span
    for feed in present:
        rows.create(cursor, feed, 0)
        rows.check_form(cursor, feed)
        rows.check_key(cursor, feed)
    _refuse_if_any(cursor, report)
    raise Refused([BadRow(delivery.name, 0, "", "", "nothing_dated")])


def _remarks(delivery: manifest.Delivery, present: Sequence[FeedFile]) -> list[str]:
    """Columns nobody reads, named once."""
    return [
        f"{feed.name}: {column}"
        for feed in present
        for column in staging.columns_of(feed, delivery.files[feed.name])
        if column not in feed.column_names
    ]


def _apply(applier: Applier, feed: FeedFile, delivered: manifest.DeliveredFile, loaded: Loaded) -> None:
    """Apply one file, unless its rows have no key and an earlier bundle brought exactly this file."""
    earlier = None if feed.repeatable else _same_file(feed, delivered)
    if earlier is None:
        applier.apply(feed, loaded.rows[feed.name])
    else:
        loaded.remarks.append(f"{feed.name} = {earlier.bundle_id}")


def _same_file(feed: FeedFile, delivered: manifest.DeliveredFile) -> BundleFile | None:
    """An earlier bundle that already brought exactly this file with rows in it."""
    same = BundleFile.objects.filter(name=feed.name, sha256=delivered.sha256, rows__gt=0)
    return same.order_by("id").first()


def _refuse_if_any(cursor: Any, report: Report | None) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM load_error)")
    if cursor.fetchone()[0]:
        raise Refused(rows.errors(cursor, [feed.name for feed in feeds.files()]), report)


def _finish(cursor: Any, loaded: Loaded, delivery: manifest.Delivery) -> None:
    """Counts, feeds now configured, days to work out again, and what other apps make of the bundle."""
    bundle = loaded.bundle
    BundleFile.objects.bulk_create(
        BundleFile(
            bundle=bundle,
            name=name,
            sha256=delivery.files[name].sha256,
            rows=rows,
            loaded=rows - loaded.quarantined.get(name, 0),
            quarantined=loaded.quarantined.get(name, 0),
        )
        for name, rows in loaded.rows.items()
    )
    codes = [] if delivery.record else _configured(delivery)
    Feed.objects.bulk_create([Feed(code=code, first_bundle=bundle) for code in codes], ignore_conflicts=True)
    write_pinyin()
    record_postings(bundle.from_on)
    cursor.execute(statement("late_changes"), {"bundle": bundle.id, "applied": queries.claimed_through()})
    feeds.run_hooks(bundle)
    cursor.execute("SELECT min(since) FROM effect")
    bundle.affects_from = cursor.fetchone()[0]
    bundle.remarks = loaded.remarks
    bundle.save(update_fields=["affects_from", "remarks"])
    _tell_planner(cursor)


def _tell_planner(cursor: Any) -> None:
    """Statistics of the tables that this bundle has filled for a good part: the nights must not plan blindly.

    The others keep theirs; sampling the whole history for one night's rows would cost more than the load.
    """
    cursor.execute(statement("grown_tables"))
    for (table,) in cursor.fetchall():
        cursor.execute(f"ANALYZE {table}")


def _configured(delivery: manifest.Delivery) -> list[str]:
    """Codes of the feeds this bundle brings: the file is there and the column that carries it too."""
    return [
        code
        for feed in feeds.files()
        if feed.name in delivery.files
        for code, column in feed.feeds.items()
        if column in staging.columns_of(feed, delivery.files[feed.name])
    ]
