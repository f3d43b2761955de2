"""What the faults put into a product process: naps, a record of who wrote, a clock, sabotage.

Every claim and every write under a claim leaves a row, in the same transaction, with the fence held and the
database's time at which the run's row was ours: a write after a later claim is one that was not fenced out.
"""

import os
import random
import time
from typing import Any

from django.db import connection, transaction

NAP = float(os.environ.get("FAULTS_NAP") or 0)
CLOCK = float(os.environ.get("FAULTS_CLOCK") or 0)
SABOTAGE = os.environ.get("FAULTS_SABOTAGE", "")
TABLE = """
    CREATE TABLE IF NOT EXISTS faults_trace (
        id bigserial PRIMARY KEY, what text NOT NULL, run bigint NOT NULL, fence int NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        process text DEFAULT current_setting('application_name'))
"""


def trace(what: str, claim: Any) -> None:
    """Leave the row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO faults_trace (what, run, fence) VALUES (%s, %s, %s)", [what, claim.run, claim.fence]
        )


def install() -> None:
    """Set another clock and put the rest around the run protocol."""
    if CLOCK:
        _move_clock()
    from ledger.services import chunks, runs
    from tests.faults import sabotage

    sabotage.install(SABOTAGE)
    claim, renew, publish, work_chunk = runs.claim, runs.renew, runs.publish, runs.work_chunk

    def traced_claim(run: Any, **places: int) -> Any:
        with transaction.atomic():
            found = claim(run, **places)
            if found is not None:
                trace("claim", found)
            return found

    def traced_renew(held: Any) -> None:
        with transaction.atomic():
            renew(held)
            trace("write", held)

    def traced_publish(held: Any) -> Any:
        with transaction.atomic():
            run = publish(held)
            trace("publish", held)
            return run

    def slow_chunk(held: Any, stage: str) -> bool:
        time.sleep(random.random() * NAP)
        return work_chunk(held, stage)

    runs.claim, runs.renew, runs.publish = traced_claim, traced_renew, traced_publish
    runs.work_chunk = slow_chunk
    for stage in chunks.STEPS:
        chunks.STEPS[stage].insert(0, _nap)
        chunks.add_step(stage, _nap_again)


def _nap(_run: Any, _slots: Any) -> int:
    time.sleep(random.random() * NAP)
    return 0


def _nap_again(run: Any, slots: Any) -> int:
    return _nap(run, slots)


def _move_clock() -> None:
    """This process alone believes it is earlier or later; it goes on ticking."""
    from datetime import UTC, datetime, timedelta

    import time_machine

    time_machine.travel(datetime.now(UTC) + timedelta(seconds=CLOCK), tick=True).start()
