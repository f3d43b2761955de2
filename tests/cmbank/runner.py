"""Runs the local servers in a data directory of their own, for the tests that need them whole."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
SERVER_VARIABLES = {"DATABASE_URL", "BROKER_URL", "CACHE_URL", "SECRET_KEY", "FIELD_KEYS", "DATA_DIR"}
ASK = """
import os, psycopg2, sys
connection = psycopg2.connect(os.environ["DATABASE_URL"])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(sys.argv[1])
print(cursor.fetchone()[0] if cursor.description else "done")
"""


class Local:
    """Runs `python -m cmbank.local` on one data directory, as somebody at a fresh terminal would."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.mark = f"CMBANK_TEST_MARK={data_dir.name}"
        inherited = {name: value for name, value in os.environ.items() if name not in SERVER_VARIABLES}
        self.environment = {**inherited, "CMBANK_TEST_MARK": data_dir.name}

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        """Start `exec -- command`, apart from this terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "cmbank.local", "exec", "--data-dir", self.data_dir, "--", *command],
            cwd=BASE_DIR,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def ask(self, sql: str) -> str:
        """What the database answers."""
        asking = self.start("python", "-c", ASK, sql)
        answer, errors = asking.communicate(timeout=90)
        assert asking.returncode == 0, errors
        return answer.strip()

    def processes(self) -> list[str]:
        """Every process that was started for this data directory and still runs."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (
                    process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                variables = process.joinpath("environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if command and (str(self.data_dir) in command or self.mark in variables.split("\0")):
                found.append(f"{process.name} {command}")
        return found

    def settled(self, seconds: float = 10) -> list[str]:
        """The processes that are left when nobody waits for their end any more."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


def forget(data_dir: Path) -> None:
    """Remove PostgreSQL's data where it had to be placed elsewhere."""
    if (data_dir / "postgres").is_symlink():
        shutil.rmtree((data_dir / "postgres").resolve())
