"""Lets any number of commands use the servers of one data directory at the same time.

Three locks, all held by the kernel, so none outlives its process:
`users` is shared by every command and taken alone by whoever may end the servers; `keeper` is held by the
process that owns them; `door` makes entering and leaving happen one command at a time.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cmbank.local.keeper import acquire, open_lock
from cmbank.local.servers import ServerError, field_keys, secret, tail

BASE_DIR = Path(__file__).resolve().parent.parent.parent
URLS = ("DATABASE_URL", "BROKER_URL", "CACHE_URL")


def prepare(data_dir: Path) -> None:
    """Make the data directory and its folders, if need be."""
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        # Others may walk through (PostgreSQL runs as nobody when we are root), not look around.
        data_dir.chmod(0o711)
    for name in ("locks", "logs"):
        (data_dir / name).mkdir(exist_ok=True)


@contextmanager
def environment(data_dir: Path) -> Iterator[dict[str, str]]:
    """The variables of `cmbank.settings`, with the local servers up wherever no address is set.

    Raises ServerError if a server cannot be started.
    """
    prepare(data_dir)
    defaults = {
        "SECRET_KEY": secret(data_dir / "secret_key"),
        "FIELD_KEYS": field_keys(data_dir / "field_key"),
        "DATA_DIR": str(data_dir),
        "INSECURE_HTTP": "1",
        # The demo bank is signed in to by password alone, however old it is.
        "SECOND_FACTOR": "off",
        "PASSWORD_DAYS": "0",  # nosec B105  # days a password lasts
        "STATIC_FROM_SOURCE": "1",
        "DJANGO_SETTINGS_MODULE": "cmbank.settings",
    }
    programs = {"PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"}
    if all(os.environ.get(name) for name in URLS):
        yield {**defaults, **os.environ, **programs}
        return
    with shared_servers(data_dir) as urls:
        given = {name: value for name, value in os.environ.items() if value}
        yield {**defaults, **urls, **given, **programs}


@contextmanager
def shared_servers(data_dir: Path) -> Iterator[dict[str, str]]:
    """The addresses of the running servers, by variable name; the last user ends them."""
    users, door = open_lock(data_dir, "users"), open_lock(data_dir, "door")
    with users, door:
        try:
            yield enter(data_dir, users=users, door=door)
        finally:
            leave(data_dir, users=users, door=door)


def enter(data_dir: Path, *, users: IO[str], door: IO[str]) -> dict[str, str]:
    """Become a user of the servers, starting them if nobody has."""
    fcntl.flock(door, fcntl.LOCK_EX)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        state = data_dir / "servers.json"
        if keeper_gone(data_dir):
            start_keeper(data_dir, state)
        urls: dict[str, str] = json.loads(state.read_text())["urls"]
        return urls
    finally:
        fcntl.flock(door, fcntl.LOCK_UN)


def leave(data_dir: Path, *, users: IO[str], door: IO[str]) -> None:
    """Stop using the servers; the last user ends them and waits for their end."""
    fcntl.flock(door, fcntl.LOCK_EX)
    fcntl.flock(users, fcntl.LOCK_UN)
    last = acquire(users, fcntl.LOCK_EX)
    if not last and acquire(users, fcntl.LOCK_SH):
        return  # others go on
    # Here we are the last, or the keeper saw before us that nobody is left and is ending the servers.
    while not keeper_gone(data_dir):
        if last:
            end_keeper(data_dir)
        time.sleep(0.02)


def keeper_gone(data_dir: Path) -> bool:
    """Whether no process owns servers of this data directory."""
    with open_lock(data_dir, "keeper") as lock:
        return acquire(lock, fcntl.LOCK_EX)


def start_keeper(data_dir: Path, state: Path) -> None:
    """Start the keeper in a session of its own and wait until its servers answer."""
    state.unlink(missing_ok=True)
    log_path = data_dir / "logs" / "keeper.log"
    with log_path.open("wb") as log:
        keeper = subprocess.Popen(  # nosec B603  # the house's own programs
            [sys.executable, "-m", "cmbank.local.keeper", str(data_dir)],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while not state.exists():
            if keeper.poll() is not None:
                raise ServerError(f"The local servers did not start.\n{tail(log_path)}")
            time.sleep(0.02)
    except BaseException:
        keeper.terminate()
        keeper.wait()
        raise


def end_keeper(data_dir: Path) -> None:
    """Ask the keeper to end its servers now; it may have gone by itself."""
    try:
        keeper = int(json.loads((data_dir / "servers.json").read_text())["keeper"])
        os.kill(keeper, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        return
