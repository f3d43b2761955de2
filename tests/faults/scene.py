"""A scene: a database of its own with the bank loaded, watched all along, and judged in the end."""

import contextlib
import io
import time
from collections.abc import Callable
from typing import Any

import psycopg2
import redis
from django.core.management import call_command
from django.db import connection

from tests.faults import smallbank, workers
from tests.faults.twins import Twins
from tests.faults.watcher import Watcher
from tests.faults.workers import Process

LEASE_SECONDS = 3
SETTINGS = {
    "NIGHT_LEASE_SECONDS": str(LEASE_SECONDS),
    "NIGHT_CHUNK_CHANGES": "3",
    "NIGHT_CHUNK_ASSIGNMENTS": "8",
}
PATIENCE = 240.0
#: A write that was not fenced out, and a claim that was given twice.
UNFENCED = """
    SELECT 'a ' || w.what || ' under fence ' || w.fence || ' of run ' || w.run || ' after claim ' || c.fence
    FROM faults_trace w JOIN faults_trace c ON c.run = w.run AND c.what = 'claim' AND c.fence > w.fence
     AND c.at < w.at
    WHERE w.what <> 'claim'
  UNION
    SELECT 'fence ' || fence || ' of run ' || run || ' was given ' || count(*) || ' times'
    FROM faults_trace WHERE what = 'claim' GROUP BY run, fence HAVING count(*) > 1
  UNION
    SELECT 'run ' || run || ' was published ' || count(*) || ' times' FROM faults_trace WHERE what = 'publish'
    GROUP BY run HAVING count(*) > 1
"""


class Scene:
    """One database and the processes on it; `violations` says all that went wrong."""

    def __init__(self, twins: Twins, *, template: str = "bank", known: list[str] | None = None) -> None:
        self.twins, self.servers = twins, twins.servers
        self.number = twins.next_number()
        self.name = f"scene_{self.number}"
        self.folder = twins.folder / self.name
        self.folder.mkdir()
        self.violations: list[str] = []
        self.processes: list[Process] = []
        self.servers.copy_database(self.name, template)
        self.url = self.servers.postgres.address(self.name)
        self.broker_url = self.servers.environment(self.name, self.number % 60 + 1)["BROKER_URL"]
        digests = None if known is None else twins.permitted(known)
        self.watcher = Watcher(self.url, digests)
        self._asking: Any = None

    def __enter__(self) -> "Scene":
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.broker_url) as client:
            client.flushdb()
        use(self.name)
        self.watcher.start()
        return self

    def __exit__(self, *_exception: Any) -> None:
        for process in self.processes:
            process.end()
        self.watcher.leave()
        self.violations += sorted(self.watcher.lies)
        connection.close()
        if self._asking is not None:
            self._asking.close()

    # --- processes ----------------------------------------------------------------------------------------

    def start(self, name: str, *arguments: str, **hooks: object) -> Process:
        """A hooked product process on this scene's database."""
        environment = self.servers.environment(self.name, self.number % 60 + 1) | SETTINGS
        environment |= {f"FAULTS_{key.upper()}": str(value) for key, value in hooks.items()}
        process = workers.start(name, list(arguments), environment, self.folder)
        self.processes.append(process)
        return process

    def worker(self, name: str, **hooks: object) -> Process:
        """A Celery worker of one process."""
        command = (
            f"celery -A tests.faults.bootstrap worker --pool solo --hostname {name}@%h --loglevel WARNING"
        )
        return self.start(name, *command.split(), "--without-mingle", "--without-gossip", **hooks)

    def beat(self, name: str = "beat", **hooks: object) -> Process:
        """A Celery beat sixty times as fast."""
        schedule = self.folder / f"{name}.schedule"
        command = [
            "celery",
            "-A",
            "tests.faults.bootstrap",
            "beat",
            "--pidfile=",
            "--schedule",
            str(schedule),
        ]
        return self.start(name, *command, "--loglevel", "WARNING", **hooks)

    def manage(self, name: str, *arguments: str, **hooks: object) -> Process:
        """A `manage.py` command."""
        return self.start(name, "tests.faults.manage", *arguments, **hooks)

    def run_nights(self, name: str = "manual", **hooks: object) -> Process:
        """What a person does by hand."""
        return self.manage(name, "run_nights", "--to", smallbank.LAST.isoformat(), **hooks)

    def finished(self, process: Process, what: str) -> None:
        """Wait for a command's own end; a bad one is a violation, with the last it said."""
        if process.finish():
            told = process.log.read_text(errors="replace").strip().splitlines()[-1:]
            self.violations.append(f"{what} failed: {''.join(told)[:300]}")

    # --- looking ------------------------------------------------------------------------------------------

    def ask(self, text: str, given: Any = None) -> list[Any]:
        """Rows of a question to the scene's database, on a connection of the harness' own."""
        if self._asking is None or self._asking.closed:
            self._asking = psycopg2.connect(self.url)
            self._asking.autocommit = True
        with self._asking.cursor() as cursor:
            cursor.execute(text, given)
            return cursor.fetchall() if cursor.description else []

    def published(self) -> int:
        """How many dates readers see."""
        return int(self.ask("SELECT count(*) FROM ledger_run WHERE is_current")[0][0])

    def wait(self, until: Callable[[], bool], what: str, *, limit: float = PATIENCE) -> bool:
        """Wait; not in time is a violation."""
        deadline = time.monotonic() + limit
        while not self.look(until):
            if time.monotonic() > deadline:
                self.violations.append(f"not within {limit:.0f} s: {what}")
                return False
            time.sleep(0.1)
        return True

    def look(self, until: Callable[[], bool]) -> bool:
        """Whether it is so; a server that is away says nothing."""
        try:
            return until()
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return False

    def all_published(self, nights: int = len(smallbank.DAYS)) -> bool:
        """Every night published and none due again, by waiting for it."""

        def done() -> bool:
            (open_runs,) = self.ask("SELECT count(*) FROM ledger_run WHERE status IN ('pending', 'running')")[
                0
            ]
            (stale,) = self.ask(STALE)[0]
            return (self.published(), open_runs, stale) == (nights, 0, 0)

        return self.wait(done, f"{nights} nights published")

    # --- judging ------------------------------------------------------------------------------------------

    def judge(self, twin: str) -> None:
        """End everything, then: invariants, fences, and every figure that of the undisturbed twin."""
        for process in self.processes:
            process.end()
        use(self.name)
        self.violations += [row[0] for row in self.ask(UNFENCED)]
        self.violations += broken_invariants()
        expected, found = self.twins.exports(twin), exports()
        self.violations += [
            f"{day}: not the twin's figures, first {first_difference(expected, found, day)}"
            for day in sorted(set(expected) | set(found))
            if expected.get(day) != found.get(day)
        ]
        connection.close()


STALE = """
    SELECT count(*) FROM ledger_run r WHERE r.is_current AND EXISTS (
        SELECT FROM ledger_bundle b WHERE b.id > r.confirmed_through_id AND b.affects_from <= r.business_date)
"""


def use(database: str) -> None:
    """Have this process' own Django work on a database."""
    connection.close()
    connection.settings_dict["NAME"] = database


def broken_invariants() -> list[str]:
    """`verify --strict --full`, and what it said where it is not content."""
    told = io.StringIO()
    try:
        with contextlib.redirect_stdout(told):
            call_command("verify", "--strict", "--full", stdout=told)
    except SystemExit:
        return [f"verify: {line.strip()}" for line in told.getvalue().splitlines() if line.startswith("  ")]
    return []


def exports() -> dict[str, str]:
    """export_metrics of every published date."""
    from ledger.models import Run

    days = (
        Run.objects.filter(is_current=True).order_by("business_date").values_list("business_date", flat=True)
    )
    return {day.isoformat(): exported(day.isoformat()) for day in days}


def exported(day: str) -> str:
    """What the command prints for one date."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        call_command("export_metrics", "--date", day)
    return told.getvalue()


def first_difference(expected: dict[str, str], found: dict[str, str], day: str) -> str:
    """The first line in which two exports differ."""
    lines = [sorted(each.get(day, "").splitlines()) for each in (expected, found)]
    pairs = zip(*lines, strict=False)
    return next((f"{theirs} / {ours}" for theirs, ours in pairs if theirs != ours), "the number of lines")
