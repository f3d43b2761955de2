"""One staged file applied: its rows checked against the bank and written, and what only shows afterwards."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import DataError, IntegrityError, transaction

from ledger import happenings, queries
from ledger.models import Bundle
from ledger.rules.feeds import Check, FeedFile
from ledger.services import rows
from ledger.services.rows import Survey
from ledger.sql import statement

#: From so many rows on it is faster to write and fail than to look for a key that comes twice.
MANY = 500_000


class _Found(Exception):
    """Rows turned out bad only after they were written; `errors` as they stand in load_error."""

    def __init__(self, errors: list[tuple[Any, ...]]) -> None:
        self.errors = errors
        super().__init__()


@dataclass(frozen=True)
class Applier:
    """Applies the files of a bundle one by one. `tolerant`: bad rows stay out and the rest goes in."""

    cursor: Any
    bundle: Bundle
    tolerant: bool

    def apply(self, feed: FeedFile, delivered: int) -> None:
        """Check the file's rows and write those that are right; what is wrong goes to load_error."""
        checks = rows.in_span(feed, self.bundle.from_on, self.bundle.to_on) + list(feed.before)
        if not self.bundle.record:
            checks += happenings.checks(feed)
        if self._straight(feed, checks, delivered):
            return
        rows.create(self.cursor, feed, delivered)
        found = rows.survey(self.cursor, feed, checks)
        if found.odd:
            rows.check_form(self.cursor, feed)
        rows.check_key(self.cursor, feed)
        # Without its parent's row a branch's own row is bad too, and so on.
        while sum([rows.run_check(self.cursor, feed, check) for check in found.suspected(checks)]):
            if not self.tolerant:
                break
        self._write_tolerantly(feed, found) if self.tolerant else self._write(feed, found)

    def _straight(self, feed: FeedFile, checks: list[Check], delivered: int) -> bool:
        """Whether a large file of days yet to be worked could be written in one move.

        False, and nothing written, where any row needs a closer look or the table met a key twice.
        """
        applied = queries.claimed_through() or date.min
        if not feed.straight or delivered < MANY or self.bundle.from_on <= applied:
            return False
        days = rows.plain_days(self.cursor, feed)
        if days is None or days[0] < self.bundle.from_on or days[1] > self.bundle.to_on:
            return False
        try:
            with transaction.atomic():
                self._fill_months(feed, checks, delivered, days)
        except (_Found, DataError, IntegrityError):
            return False
        return True

    def _fill_months(
        self, feed: FeedFile, checks: list[Check], delivered: int, days: tuple[date, date]
    ) -> None:
        """Write into the months of the days; new ones get their indexes once they are full."""
        self.cursor.execute("SELECT ledger_begin_months(%s, %s)", days)
        apart = self.cursor.fetchone()[0]
        table = f"{feed.keeps_rows_in}_new" if apart else feed.keeps_rows_in
        if rows.write_straight(self.cursor, feed, checks, table, self.bundle.id) != delivered:
            raise _Found([])
        if apart:
            self.cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
            self.cursor.execute("SELECT ledger_end_months(%s, %s)", days)

    def _write_tolerantly(self, feed: FeedFile, found: Survey) -> None:
        """Write again without the rows that turned out bad, until none does."""
        known: list[int] = []
        while True:
            try:
                with transaction.atomic():
                    if not self._write(feed, found):
                        return
                    raise _Found(self._late_errors(feed, known))
            except _Found as late:
                known += [line for _file, line, *_ in late.errors]
                self.cursor.executemany("INSERT INTO load_error VALUES (%s, %s, %s, %s, %s, %s)", late.errors)
                rows.drop_bad(self.cursor, feed)

    def _late_errors(self, feed: FeedFile, known: list[int]) -> list[tuple[Any, ...]]:
        codes = [check.reason for check in feed.after]
        self.cursor.execute(
            "SELECT * FROM load_error WHERE file = %s AND code = ANY(%s) AND line <> ALL(%s)",
            [feed.name, codes, known],
        )
        return list(self.cursor.fetchall())

    def _write(self, feed: FeedFile, found: Survey) -> int:
        """Write the rows there are; how many turned out bad by it."""
        given = {
            "bundle": self.bundle.id,
            "from": self.bundle.from_on,
            "applied": queries.claimed_through(),
            # rows outside of the span are refused, and must not have months made for them
            "first": found.first and max(found.first, self.bundle.from_on),
            "last": found.last and min(found.last, self.bundle.to_on),
        }
        for name in feed.apply:
            self.cursor.execute(statement(name, feed.package), given)
        return sum([rows.run_check(self.cursor, feed, check) for check in feed.after])
