"""A reader beside everything: polls runs, chunks and figures, and writes down every time the status lied."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg2

EVERY_SECONDS = 0.1
#: What a reader of each current date gets, as one digest, whatever version it is and whoever the ids are.
DIGESTS = """
    SELECT r.business_date, md5(string_agg(concat_ws('|', m.employee_no, x.window, x.days, x.base_days,
        x.deposit_product, x.loan_product, x.settlement_usd, x.largest_deposit_product,
        x.largest_loan_product, x.base_product, x.base_gap), E'\n' ORDER BY m.employee_no, x.window))
    FROM ledger_run r
    LEFT JOIN ledger_reading x ON x.run_id = r.id
    LEFT JOIN managers_clientmanager m ON m.id = x.manager_id
    WHERE r.is_current
    GROUP BY r.business_date
"""
#: Each row is a lie of one moment.
LIES = """
    WITH chunk AS (
        SELECT run_id, count(*) FILTER (WHERE done_at IS NULL) AS undone FROM ledger_chunk GROUP BY run_id
    ), current AS (
        SELECT * FROM ledger_run WHERE is_current
    ), expected AS (
        SELECT 3 * count(*) AS readings FROM managers_clientmanager
    )
    SELECT r.id || ' is ' || r.status || ' with chunks undone'
    FROM ledger_run r LEFT JOIN chunk c ON c.run_id = r.id
    WHERE r.status IN ('succeeded', 'unchanged') AND coalesce(c.undone, 1) > 0
  UNION ALL
    SELECT r.id || ' succeeded, but readers see another or none' FROM ledger_run r
    LEFT JOIN current c USING (business_date)
    WHERE r.status = 'succeeded' AND r.version > coalesce(c.version, 0)
  UNION ALL
    SELECT r.id || ' is current and ' || r.status FROM current r WHERE r.status <> 'succeeded'
  UNION ALL
    SELECT business_date || ' has ' || count(*) || ' current versions' FROM current
    GROUP BY business_date HAVING count(*) > 1
  UNION ALL
    SELECT r.id || ' is read with readings missing' FROM current r, expected e
    WHERE (SELECT count(*) FROM ledger_reading x WHERE x.run_id = r.id) <> e.readings
       OR (SELECT count(*) FROM credit_qualityreading x WHERE x.run_id = r.id) <> e.readings
  UNION ALL
    SELECT id || ' runs without a lease' FROM ledger_run WHERE status = 'running' AND lease_until IS NULL
  UNION ALL
    SELECT id || ' failed without saying why' FROM ledger_run WHERE status = 'failed' AND error = ''
  UNION ALL
    SELECT id || ' ended in the wrong order: ' || concat_ws(', ', created_at, started_at, finished_at, now())
    FROM ledger_run
    WHERE created_at > started_at OR started_at > finished_at OR finished_at > clock_timestamp()
       OR lease_until > clock_timestamp() + interval '31 seconds'
"""
STATES = "SELECT id, business_date, version, status, is_current, fence FROM ledger_run"
DONE = "SELECT id FROM ledger_chunk WHERE done_at IS NOT NULL"
DAY = timedelta(days=1)
FINAL = {"succeeded", "unchanged", "failed", "waived"}


class Watcher(threading.Thread):
    """Watches one database until `leave`; `lies` are what no reader may ever see.

    `known` gives the digests a date may show; None lets every figure pass.
    """

    def __init__(self, url: str, known: dict[Any, set[str]] | None) -> None:
        super().__init__(daemon=True)
        self.url, self.known = url, known
        self.lies: set[str] = set()
        self.polls = 0
        self._left = threading.Event()
        self._runs: dict[int, Any] = {}
        self._seen: dict[Any, int] = {}
        self._done: set[int] = set()

    def run(self) -> None:
        """Poll; a server that is away is asked again."""
        connection = None
        while not self._left.wait(EVERY_SECONDS):
            try:
                connection = connection or self._connect()
                self.lies |= set(self._poll(connection))
                self.polls += 1
            except psycopg2.Error:
                connection = None
        if connection is not None:
            connection.close()

    def leave(self) -> None:
        """Look a last time and end."""
        time.sleep(2 * EVERY_SECONDS)
        self._left.set()
        self.join()

    def _connect(self) -> Any:
        connection = psycopg2.connect(self.url, application_name="watcher")
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        return connection

    def _poll(self, connection: Any) -> Iterator[str]:
        with connection, connection.cursor() as cursor:
            cursor.execute(LIES)
            yield from [row[0] for row in cursor.fetchall()]
            cursor.execute(DIGESTS)
            yield from self._figures(dict(cursor.fetchall()))
            cursor.execute(STATES)
            yield from self._states(cursor.fetchall())
            cursor.execute(DONE)
            yield from self._chunks({number for (number,) in cursor.fetchall()})

    def _figures(self, found: dict[Any, str]) -> Iterator[str]:
        for day, digest in found.items():
            if self.known is not None and digest not in self.known.get(day, set()):
                yield f"{day} showed figures that no quiet run ever had"

    def _states(self, rows: list[Any]) -> Iterator[str]:
        """What has ended stays as it is, fences only rise, and a reader's version is never taken back."""
        current = {row[1]: row[2] for row in rows if row[4]}
        for day, version in self._seen.items():
            if current.get(day, 0) < version:
                yield f"{day} went back from version {version} to {current.get(day)}"
        for day in current.keys() - self._seen.keys():
            if day - DAY not in current and min(current) < day:
                yield f"{day} was published before the day before it"
        before, self._runs, self._seen = self._runs, {row[0]: row for row in rows}, self._seen | current
        for number, was in before.items():
            now = self._runs.get(number)
            if now is None or (was[3] in FINAL and was[3] != now[3]) or was[5] > now[5]:
                yield f"run {number} was {was[3]} with fence {was[5]}, then {now and (now[3], now[5])}"

    def _chunks(self, done: set[int]) -> Iterator[str]:
        if lost := self._done - done:
            yield f"chunks {sorted(lost)} were done, then not"
        self._done = done
