"""Load an extract bundle: all of it or nothing, once, with every error listed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from ledger import feeds, queries
from ledger.models import Bundle, BundleFile, Feed, LedgerState
from ledger.rules.feeds import FeedFile
from ledger.services import manifest, staging
from ledger.services.refusals import BadRow, Refused, Report
from ledger.sql import statement
from managers.models import User
from managers.services import write_pinyin

YEAR = timedelta(days=365)


@dataclass
class Loaded:
    """What a load did. `already` is set where the same bundle was loaded before and nothing changed."""

    bundle: Bundle
    already: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def load_bundle(
    path: Path, *, by: User | None = None, manifest_required: bool = True, report: Report | None = None
) -> Loaded:
    """Load the bundle at `path` (a directory or zip) in one transaction.

    The same bundle again changes nothing. Raises Refused with every error found (all of them go to
    `report` as well); then nothing has changed. Columns and rules: `ledger/feeds.py`.
    """
    try:
        with manifest.opened(path) as found:
            delivery = manifest.read(path, found, manifest_required=manifest_required)
            with transaction.atomic():
                state = lock_ledger()
                known = Bundle.objects.filter(digest=delivery.digest).first()
                if known is not None:
                    _check_counts(known, delivery)
                    return Loaded(known, already=True)
                return _load(delivery, state, by=by, report=report)
    except Refused as refusal:
        if report is not None:
            refusal.tell(report)
        raise


def _check_counts(known: Bundle, delivery: manifest.Delivery) -> None:
    """The same files under a manifest that counts other rows are not the same delivery."""
    rows = dict(known.files.values_list("name", "rows"))
    wrong = [
        BadRow(name, 0, "", str(rows[name]), "wrong_row_count", f"{file.rows} / {rows[name]}")
        for name, file in delivery.files.items()
        if file.rows is not None and file.rows != rows[name]
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


def _load(
    delivery: manifest.Delivery, state: LedgerState, *, by: User | None, report: Report | None
) -> Loaded:
    with connection.cursor() as cursor:
        staging.prepare(cursor, feeds.files())
        present = [feed for feed in feeds.files() if feed.name in delivery.files]
        rows = _stage(cursor, delivery, present)
        for feed in present:
            staging.check_values(cursor, feed)
        start, end = _span(cursor, delivery, present, report)
        bundle = Bundle.objects.create(
            digest=delivery.digest, name=delivery.name, from_on=start, to_on=end, loaded_by=by
        )
        cursor.execute(statement("history_start"), {"bundle": bundle.id, "from": start})
        loaded = Loaded(bundle, rows=rows, remarks=_remarks(delivery, present))
        for feed in present:
            _apply(cursor, feed, bundle, state, delivery.files[feed.name], loaded)
        _refuse_if_any(cursor, report)
        _finish(cursor, bundle, state, loaded, delivery)
    return loaded


def _stage(cursor: Any, delivery: manifest.Delivery, present: Sequence[FeedFile]) -> dict[str, int]:
    """Copy every file into its staging table; Refused with all files that cannot be read."""
    rows: dict[str, int] = {}
    broken: list[BadRow] = []
    for feed in present:
        try:
            rows[feed.name] = staging.stage(cursor, feed, delivery.files[feed.name])
        except Refused as refusal:
            broken += refusal.kept
    if broken:
        raise Refused(broken)
    return rows


def _span(
    cursor: Any, delivery: manifest.Delivery, present: Sequence[FeedFile], report: Report | None
) -> tuple[date, date]:
    """The manifest's span; without a manifest that of the rows."""
    if delivery.start is not None and delivery.end is not None:
        _check_manifest_dates(cursor, delivery.start, delivery.end, present)
        return delivery.start, delivery.end
    dates = _dates(cursor, present)
    if dates is None:
        _refuse_if_any(cursor, report)
        raise Refused([BadRow(delivery.name, 0, "", "", "nothing_dated")])
    return dates


def _dates(cursor: Any, present: Sequence[FeedFile]) -> tuple[date, date] | None:
    """The first and the last business date of all rows."""
    parts = [f"SELECT business_date FROM row_{feed.table}" for feed in present if feed.dated]
    if not parts:
        return None
    cursor.execute(f"SELECT min(business_date), max(business_date) FROM ({' UNION ALL '.join(parts)}) AS d")
    first, last = cursor.fetchone()
    return None if first is None else (first, last)


def _check_manifest_dates(cursor: Any, start: date, end: date, present: Sequence[FeedFile]) -> None:
    """A whole year without a row at either end of what is known so far: a date mistyped or altered.

    Nothing else would notice, and the nights would publish years of nothing. Inside what is known a wide
    span with few rows is a correction like any other.
    """
    dates = _dates(cursor, present) if end - start >= YEAR else None
    if dates is None:
        return
    known = Bundle.objects.aggregate(first=Min("from_on"), last=Max("to_on"))
    errors = []
    if dates[0] - start >= YEAR and start < (known["first"] or date.max):
        errors.append(BadRow(manifest.MANIFEST, 0, "from", str(start), "year_without_rows", str(dates[0])))
    if end - dates[1] >= YEAR and end > (known["last"] or date.min):
        errors.append(BadRow(manifest.MANIFEST, 0, "to", str(end), "year_without_rows", str(dates[1])))
    if errors:
        raise Refused(errors)


def _remarks(delivery: manifest.Delivery, present: Sequence[FeedFile]) -> list[str]:
    """Columns nobody reads, named once."""
    return [
        f"{feed.name}: {column}"
        for feed in present
        for column in staging.columns_of(feed, delivery.files[feed.name])
        if column not in feed.column_names
    ]


def _apply(
    cursor: Any,
    feed: FeedFile,
    bundle: Bundle,
    state: LedgerState,
    delivered: manifest.DeliveredFile,
    loaded: Loaded,
) -> None:
    """Check one file against the bank, write it, and check what only shows afterwards."""
    earlier = None if feed.repeatable else _same_file(feed, delivered)
    if earlier is not None:
        loaded.remarks.append(f"{feed.name} = {earlier.bundle_id}")
        return
    if feed.dated:
        staging.check_span(cursor, feed, bundle.from_on, bundle.to_on)
    for check in feed.before:
        staging.run_check(cursor, feed, check)
    given = {"bundle": bundle.id, "from": bundle.from_on, "applied": queries.claimed_through()}
    for name in feed.apply:
        cursor.execute(statement(name, feed.package), given)
    for check in feed.after:
        staging.run_check(cursor, feed, check)


def _same_file(feed: FeedFile, delivered: manifest.DeliveredFile) -> BundleFile | None:
    """An earlier bundle that already brought exactly this file with rows in it."""
    same = BundleFile.objects.filter(name=feed.name, sha256=delivered.sha256, rows__gt=0)
    return same.order_by("id").first()


def _refuse_if_any(cursor: Any, report: Report | None) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM load_error)")
    if cursor.fetchone()[0]:
        raise Refused(staging.errors(cursor, [feed.name for feed in feeds.files()]), report)


def _finish(
    cursor: Any, bundle: Bundle, state: LedgerState, loaded: Loaded, delivery: manifest.Delivery
) -> None:
    """Counts, feeds now configured, days to work out again, and what other apps make of the bundle."""
    BundleFile.objects.bulk_create(
        BundleFile(bundle=bundle, name=name, sha256=delivery.files[name].sha256, rows=rows, loaded=rows)
        for name, rows in loaded.rows.items()
    )
    codes = _configured(delivery)
    Feed.objects.bulk_create([Feed(code=code, first_bundle=bundle) for code in codes], ignore_conflicts=True)
    write_pinyin()
    cursor.execute(statement("late_changes"), {"bundle": bundle.id, "applied": queries.claimed_through()})
    feeds.run_hooks(bundle)
    cursor.execute("SELECT min(since) FROM effect")
    bundle.affects_from = cursor.fetchone()[0]
    bundle.remarks = loaded.remarks
    bundle.save(update_fields=["affects_from", "remarks"])
    # Freshly filled tables have no statistics, and the nights that follow would be planned blindly.
    cursor.execute("ANALYZE ledger_account, ledger_balancechange, ledger_fxrate, managers_assignment")


def _configured(delivery: manifest.Delivery) -> list[str]:
    """Codes of the feeds this bundle brings: the file is there and the column that carries it too."""
    return [
        code
        for feed in feeds.files()
        if feed.name in delivery.files
        for code, column in feed.feeds.items()
        if column in staging.columns_of(feed, delivery.files[feed.name])
    ]
