"""Product processes of a scene: workers, beats and commands, each ended by its own process id."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cmbank.local.processes import die_with_parent
from tests.faults.servers import BASE_DIR

PATIENCE = 60.0


@dataclass
class Process:
    """One process that the harness started. `name` is also what PostgreSQL calls its sessions."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def alive(self) -> bool:
        """Whether it runs, or is stopped."""
        return self.process.poll() is None

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """SIGSTOP."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Politely, then by force."""
        if not self.alive():
            return
        self.go_on()
        self.process.terminate()
        try:
            self.process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            self.kill()

    def finish(self) -> int:
        """Wait for its own end; its status."""
        return self.process.wait(timeout=PATIENCE)


def start(name: str, arguments: list[str], environment: dict[str, str], folder: Path) -> Process:
    """Start `python -m …`; its output goes to a log of its name."""
    log = folder / f"{name}.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=BASE_DIR,
            env=environment | {"PGAPPNAME": name},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 (one call, and it takes no lock)
        )
    return Process(name, process, log)


IN_CHUNK = """
    SELECT EXISTS (SELECT FROM pg_stat_activity a JOIN pg_locks l USING (pid)
                   WHERE a.application_name = %s AND l.relation = 'ledger_chunk'::regclass
                     AND l.mode = 'RowShareLock')
"""


class Asking(Protocol):
    """Whoever can ask the database something."""

    def ask(self, text: str, given: Any = None) -> list[Any]:
        """Rows."""


def stop_inside(scene: Asking, process: Process, limit: float, *, inside: bool = True) -> bool:
    """Freeze it at this very moment if that lies inside a chunk (or outside), else a moment later.

    False if it never did.
    """
    deadline = time.monotonic() + limit
    while process.alive() and time.monotonic() < deadline:
        process.stop()
        time.sleep(0.01)
        if scene.ask(IN_CHUNK, [process.name])[0][0] == inside:
            return True
        process.go_on()
        time.sleep(0.02)
    return False
