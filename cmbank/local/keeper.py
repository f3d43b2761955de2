"""The one process that owns the local servers of a data directory.

It runs apart from every terminal and ends its servers when no command uses them any more, however those
commands ended: the kernel lets go of a killed command's lock.
"""

import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from cmbank.local.servers import PostgreSQL, Server, ServerError, broker, cache

LOOK_EVERY_SECONDS = 0.5


def acquire(lock: IO[str] | int, kind: int) -> bool:
    """Take a lock of `kind` (fcntl.LOCK_EX or LOCK_SH) without waiting; whether that worked."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_lock(data_dir: Path, name: str) -> IO[str]:
    """The file that carries the lock `name` of a data directory."""
    return (data_dir / "locks" / name).open("w")


def start_all(data_dir: Path) -> dict[str, Server]:
    """Start the three servers side by side and wait until each answers. By variable name."""
    servers: dict[str, Server] = {
        "DATABASE_URL": PostgreSQL("postgres", data_dir),
        "BROKER_URL": broker(data_dir),
        "CACHE_URL": cache(data_dir),
    }
    try:
        for server in servers.values():
            server.start()
        for server in servers.values():
            server.wait()
    except BaseException:
        stop_all(servers)
        raise
    return servers


def stop_all(servers: dict[str, Server]) -> None:
    """End every server that runs."""
    for server in servers.values():
        server.stop()


def announce(state: Path, servers: dict[str, Server]) -> None:
    """Write the addresses for the commands to read, all at once."""
    new = state.with_suffix(".new")
    new.touch(mode=0o600)
    urls = {name: server.url for name, server in servers.items()}
    new.write_text(json.dumps({"keeper": os.getpid(), "urls": urls}))
    new.rename(state)


def watch(data_dir: Path, servers: dict[str, Server]) -> None:
    """Return when nobody uses the servers; start again any server that died, at its old address."""
    users = open_lock(data_dir, "users")
    while not acquire(users, fcntl.LOCK_EX):
        for server in servers.values():
            if not server.alive():
                print(f"{server.name} died; starting it again", file=sys.stderr, flush=True)
                server.start()
                server.wait()
        time.sleep(LOOK_EVERY_SECONDS)


def end(number: int, frame: FrameType | None) -> None:
    """Signal handler: leave through every `finally`, once; a second signal changes nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def keep(data_dir: Path) -> None:
    """Start the servers, keep them while they are used, end them. Raises ServerError."""
    # A bare descriptor, never closed: the lock must last until the kernel has ended this process.
    alone = os.open(data_dir / "locks" / "keeper", os.O_CREAT | os.O_WRONLY)
    if not acquire(alone, fcntl.LOCK_EX):
        raise ServerError(f"the servers of {data_dir} have a keeper already")
    state = data_dir / "servers.json"
    state.unlink(missing_ok=True)
    servers = start_all(data_dir)
    try:
        announce(state, servers)
        watch(data_dir, servers)
    finally:
        state.unlink(missing_ok=True)
        stop_all(servers)


if __name__ == "__main__":
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    try:
        keep(Path(sys.argv[1]))
    except ServerError as error:
        sys.exit(f"{error}")
