"""Servers of the faults' own, PostgreSQL, broker and cache on a scratch directory."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from cmbank.local import servers
from cmbank.local.sharing import prepare

#: A laptop's shortcut would lose acknowledged commits with the server, as production must not.
servers.POSTGRES_OPTIONS |= {
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_compression": "off",
}
BASE_DIR = Path(__file__).resolve().parents[2]


class Servers:
    """The three servers; `kill` and `restart` are faults."""

    def __init__(self) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="cmbank-faults-", dir=servers.SHARED_PLACE))
        self.data_dir.chmod(0o711)
        prepare(self.data_dir)
        self.postgres = servers.PostgreSQL("postgres", self.data_dir)
        self.broker, self.cache = servers.broker(self.data_dir), servers.cache(self.data_dir)

    def __enter__(self) -> "Servers":
        for server in (self.postgres, self.broker, self.cache):
            server.start()
        for server in (self.postgres, self.broker, self.cache):
            server.wait()
        os.environ |= self.environment("cmbank", 0)
        return self

    def __exit__(self, *_exception: Any) -> None:
        for server in (self.postgres, self.broker, self.cache):
            server.stop()
        shutil.rmtree((self.data_dir / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def environment(self, database: str, queue: int) -> dict[str, str]:
        """What a process needs to work on one database, with a broker database of its own."""
        return {
            "SECRET_KEY": servers.secret(self.data_dir / "secret_key"),
            "FIELD_KEYS": servers.field_keys(self.data_dir / "field_key"),
            "DATA_DIR": str(self.data_dir),
            "INSECURE_HTTP": "1",
            "STATIC_FROM_SOURCE": "1",
            "DJANGO_SETTINGS_MODULE": "cmbank.settings",
            "DATABASE_URL": self.postgres.address(database),
            "BROKER_URL": urlsplit(self.broker.url)._replace(path=f"/{queue}").geturl(),
            "CACHE_URL": self.cache.url,
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
            "LOG_LEVEL": "WARNING",
        }

    def copy_database(self, name: str, template: str) -> None:
        """A new database with everything `template` holds; nobody may be connected to that."""
        connection = psycopg2.connect(self.postgres.address("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.close()

    def kill(self, server: servers.Server) -> None:
        """End a server as a power cut would."""
        assert server.process is not None
        server.process.kill()
        server.process.wait()

    def restart(self, server: servers.Server) -> None:
        """Start it again at its old address; PostgreSQL waits until the old one's last child has gone."""
        for attempt in range(50):
            server.start()
            try:
                return server.wait()
            except servers.ServerError:
                if attempt == 49:
                    raise
                time.sleep(0.2)
