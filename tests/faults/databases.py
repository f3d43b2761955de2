"""PostgreSQL sessions ended in the middle of COPY, and the whole server killed."""

import random
import threading
import time
from datetime import date
from pathlib import Path

import psycopg2
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError
from django.db import connection

from ledger.rules.windows import Window
from tests.faults import smallbank
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use
from tests.ledger import bank

NAP = 0.05
ROWS = 400_000
END_COPY = """
    SELECT pg_terminate_backend(p.pid) FROM pg_stat_progress_copy p
    WHERE p.datname = %s AND p.command = 'COPY FROM' AND p.tuples_processed > %s
"""


def large(folder: Path) -> Path:
    """A correction whose COPY takes a while: most of it settlements of one customer."""
    day = date(1994, 1, 28)
    rows = [("C1", day.isoformat(), "0.01")] * ROWS
    return bank.write(folder, {"settlements.csv": rows}, Window("span", day, day))


def copy_ended(asked: Asked) -> Outcome:
    """The session that loads is ended inside COPY: nothing is left, no refusal is told."""
    outcome, chance = Outcome(), asked.chance("copy")
    asked.twins.makers["large"] = large
    with Scene(asked.twins, known=["first", "first large"]) as scene:
        path = asked.twins.path("large")
        for _number in range(asked.times(short=1, full=8)):
            _load_and_end(scene, path, chance, outcome)
        asked.twins.load("large")
        connection.close()
        scene.finished(scene.run_nights(), "nights after the load")
        scene.judge("first large")
    outcome.violations += scene.violations
    return outcome


def _load_and_end(scene: Scene, path: Path, chance: random.Random, outcome: Outcome) -> None:
    use(scene.name)
    before = bank.digest_of_tables()
    told: list[str] = []
    loading = threading.Thread(target=_load, args=(path, told))
    loading.start()
    ended = _end_copy(scene, chance.randrange(ROWS // 2), loading)
    loading.join()
    connection.close()
    outcome.count("ended inside COPY", int(ended))
    outcome.repetitions += 1
    if ended and told != ["error"]:
        scene.violations.append(f"a load whose session was ended told: {told}")
    if ended and bank.digest_of_tables() != before:
        scene.violations.append("a load whose session was ended left something behind")


def _load(path: Path, told: list[str]) -> None:
    try:
        call_command("load_extract", str(path), verbosity=0)
        told.append("loaded")
    except (SystemExit, CommandError) as refusal:
        told.append(f"refused {refusal}")
    except (DatabaseError, psycopg2.Error):
        told.append("error")
    finally:
        connection.close()


def _end_copy(scene: Scene, after: int, loading: threading.Thread) -> bool:
    while loading.is_alive():
        if scene.ask(END_COPY, [scene.name, after]):
            return True
        time.sleep(0.005)
    return False


def server_killed(asked: Asked) -> Outcome:
    """kill -9 of PostgreSQL's first process while nights are worked, started again a second later."""
    outcome, chance = Outcome(), asked.chance("server")
    for _number in range(asked.times(short=1, full=3)):
        with Scene(asked.twins, known=["first"]) as scene:
            scene.beat()
            for worker in ("worker1", "worker2"):
                scene.worker(worker, nap=NAP)
            scene.wait(lambda: scene.published() > 0, "the first night")
            for _time in range(2):
                _kill_server(scene, chance, outcome)
            scene.all_published()
            scene.judge("first")
        outcome.violations += scene.violations
    return outcome


def _kill_server(scene: Scene, chance: random.Random, outcome: Outcome) -> None:
    published = scene.published()
    time.sleep(chance.random())
    scene.servers.kill(scene.servers.postgres)
    time.sleep(0.3)
    scene.servers.restart(scene.servers.postgres)
    outcome.repetitions += 1
    more = min(published + 2, len(smallbank.DAYS))
    scene.wait(lambda: scene.published() >= more, "nights go on after the server")
