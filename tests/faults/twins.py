"""The undisturbed twins: the same bundles, one quiet run, and what readers may see of it."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from tests.faults import hooks, smallbank
from tests.faults.servers import Servers
from tests.faults.watcher import DIGESTS

LATER = [smallbank.LAST + timedelta(days=n) for n in (1, 2, 3)]
#: Ids in steps, so that thirty customers and six managers fall into all chunks.
SPREAD = """
    ALTER TABLE managers_customer ALTER COLUMN id SET INCREMENT BY 37;
    ALTER TABLE managers_clientmanager ALTER COLUMN id SET INCREMENT BY 171;
"""


class Twins:
    """Makes each twin once. A history is a list of bundle names, in the order of their loading."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.servers, self.folder = servers, folder
        self._numbers = iter(range(1, 10_000))
        self._exports: dict[tuple[str, ...], dict[str, str]] = {}
        self._digests: dict[tuple[str, ...], dict[date, str]] = {}
        self.makers: dict[str, Callable[[Path], Path]] = {
            "first": smallbank.first_bundle,
            "older": smallbank.older,
            **{f"day{n}": _day(day) for n, day in enumerate(LATER, 1)},
            **{f"correction{n}": _correction(n) for n in range(1, 10)},
        }

    def next_number(self) -> int:
        """Of the next scene."""
        return next(self._numbers)

    def prepare(self) -> None:
        """Two databases to copy from: `empty` with the tables, `bank` with the first bundle loaded."""
        self.servers.copy_database("empty", "template1")
        self._on("empty", self._tables)
        self.servers.copy_database("bank", "empty")
        self._on("bank", lambda: self.load("first"))

    def _tables(self) -> None:
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(SPREAD + hooks.TABLE)

    def path(self, name: str) -> Path:
        """The bundle of this name, written once."""
        folder = self.folder / "bundles" / name
        return folder if folder.exists() else self.makers[name](folder)

    def load(self, name: str) -> Any:
        """Load it here and now."""
        from ledger.services.extracts import load_bundle

        return load_bundle(self.path(name))

    def exports(self, history: str) -> dict[str, str]:
        """export_metrics of every date of the twin, by date."""
        return self._known(history)[0]

    def permitted(self, histories: Iterable[str]) -> dict[date, set[str]]:
        """What each date may show a reader while the world moves through these histories."""
        found: dict[date, set[str]] = {}
        for history in histories:
            for day, digest in self._known(history)[1].items():
                found.setdefault(day, set()).add(digest)
        return found

    def _known(self, history: str) -> tuple[dict[str, str], dict[date, str]]:
        key = tuple(history.split())
        if key not in self._exports:
            name = f"twin_{len(self._exports)}"
            self.servers.copy_database(name, "bank" if key[0] == "first" else "empty")
            self._on(name, lambda: self._play(key))
        return self._exports[key], self._digests[key]

    def _play(self, key: tuple[str, ...]) -> None:
        from ledger.services.nights import run_nights
        from tests.faults.scene import exports

        for name in key:
            self.load(name)
        run_nights(to=LATER[-1])
        self._exports[key] = exports()
        with connection.cursor() as cursor:
            cursor.execute(DIGESTS)
            self._digests[key] = dict(cursor.fetchall())

    def _on(self, name: str, work: Callable[[], object]) -> None:
        before = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            work()
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before


def _day(day: date) -> Callable[[Path], Path]:
    return lambda folder: smallbank.one_day(folder, day)


def _correction(number: int) -> Callable[[Path], Path]:
    days = smallbank.DAYS[number % 5 : number % 5 + 4]
    return lambda folder: smallbank.correction(folder, number, days=days)
