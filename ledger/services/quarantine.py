"""Bad rows kept apart while the good ones load: as delivered, with what is wrong, until HR decides."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger.models import Bundle
from ledger.rules.feeds import Check, FeedFile
from ledger.sql import statement

Headers = Mapping[str, Sequence[str]]
Kept = dict[str, int]


def keep(cursor: Any, bundle: Bundle, present: Sequence[FeedFile], headers: Headers) -> Kept:
    """Move every row with an error of the load at hand to the quarantine; rows kept apart, by file."""
    kept = {feed.name: _keep(cursor, bundle, feed, headers[feed.name]) for feed in present}
    for feed in present:
        if kept[feed.name]:
            explain_waiting(cursor, bundle, feed.before)
    return kept


def explain_waiting(cursor: Any, bundle: Bundle, checks: Iterable[Check]) -> None:
    """A row that lacks what another quarantined row would bring says that it waits for it."""
    for check in checks:
        if check.master is not None:
            file, key = check.master
            given = {"bundle": bundle.id, "master": file, "key": key, "code": check.reason}
            cursor.execute(statement("quarantine_waiting"), given)


def _keep(cursor: Any, bundle: Bundle, feed: FeedFile, header: Sequence[str]) -> int:
    cursor.execute("SELECT EXISTS (SELECT FROM load_error WHERE file = %s)", [feed.name])
    if not cursor.fetchone()[0]:
        return 0
    staged = [name if name in feed.column_names else f"ignored_{i}" for i, name in enumerate(header)]
    text = statement("quarantine_keep").format(
        cells=", ".join(f"coalesce(s.{name}, '')" for name in staged), staged=f"stg_{feed.table}"
    )
    cursor.execute(text, {"bundle": bundle.id, "file": feed.name, "names": list(header)})
    return int(cursor.rowcount)
