"""Files as they must not come: torn, altered, mixed, poisoned; and good ones twice or late."""

import contextlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection

from ledger.rules.windows import Window
from tests.faults import smallbank
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use
from tests.ledger import bank

DAY = smallbank.DAYS[3]
SPAN = Window("span", DAY, DAY)
HEADER = b"account_no,business_date,balance\n"


def balance(amount: str) -> Callable[[Path], Path]:
    """One balance that is no amount of money, beside good ones."""
    rows = [("AC1", DAY.isoformat(), "1.00"), ("AC2", DAY.isoformat(), amount)]
    return lambda folder: bank.write(folder, {"balances.csv": rows}, SPAN)


def raw(name: str, data: bytes) -> Callable[[Path], Path]:
    """A file of these bytes under a manifest that fits them."""
    return lambda folder: bank.write(folder, {name: data}, SPAN)


def torn(folder: Path) -> Path:
    """Cut off in the middle of a row after the manifest was written."""
    path = balance("2.00")(folder) / "balances.csv"
    path.write_bytes(path.read_bytes()[:-9])
    return folder


def torn_and_sealed(folder: Path) -> Path:
    """Cut off before the manifest was written: only the row itself tells."""
    return bank.seal(torn(folder), SPAN)


def torn_zip(folder: Path) -> Path:
    """A zip that was not sent to its end."""
    path = bank.zipped(balance("2.00")(folder), folder.with_suffix(".zip"))
    path.write_bytes(path.read_bytes()[:-40])
    return path


def wrong_digest(folder: Path) -> Path:
    """One digit of one amount changed on the way."""
    path = balance("2.00")(folder) / "balances.csv"
    path.write_bytes(path.read_bytes().replace(b"2.00", b"3.00"))
    return folder


MIXED = "客户".encode() + "客户经理".encode("gb18030") + b"\xff"
REFUSED: dict[str, Callable[[Path], Path]] = {
    "torn": torn,
    "torn and sealed": torn_and_sealed,
    "torn zip": torn_zip,
    "wrong digest": wrong_digest,
    "NaN": balance("NaN"),
    "nan": balance("nan"),
    "Infinity": balance("Infinity"),
    "1e400": balance("1e400"),
    "1e5": balance("1e5"),
    "17 digits": balance("12345678901234567.00"),
    "mixed encodings": raw(
        "customers.csv", b"customer_no,name,kind,branch_code\nC1," + MIXED + b",corporate,B01\n"
    ),
    "NUL bytes": raw("balances.csv", HEADER + b"AC1," + DAY.isoformat().encode() + b",1\x00.00\n"),
    "unknown account": raw("balances.csv", HEADER + b"NOBODY," + DAY.isoformat().encode() + b",1.00\n"),
    "no header": raw("balances.csv", b""),
}


def load(path: Path) -> int:
    """load_extract as the bank's scheduler calls it: its exit status."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            call_command("load_extract", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as error:
        return error.returncode
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def bad_files(asked: Asked) -> Outcome:
    """Every kind is refused with 2 and without a trace, before, between and after the nights; they go on."""
    outcome = Outcome()
    with Scene(asked.twins, known=["first"]) as scene:
        _refuse_all(scene, "before", outcome)
        people = scene.run_nights(nap=0.05)
        _refuse_all(scene, "between", outcome, alone=False)
        scene.finished(people, "nights beside refused files")
        _refuse_all(scene, "after", outcome)
        _load_twice(scene, asked, outcome)
        scene.judge("first")
    outcome.violations += scene.violations
    return outcome


def _refuse_all(scene: Scene, when: str, outcome: Outcome, *, alone: bool = True) -> None:
    use(scene.name)
    before = bank.digest_of_tables() if alone else {}
    for name, make in REFUSED.items():
        status = load(make(scene.folder / when / name.replace(" ", "_")))
        outcome.repetitions += 1
        if status != 2:
            scene.violations.append(f"{name} {when} the nights: exit {status}")
        if alone and bank.digest_of_tables() != before:
            scene.violations.append(f"{name} {when} the nights left something behind")
            before = bank.digest_of_tables()
    connection.close()


def _load_twice(scene: Scene, asked: Asked, outcome: Outcome) -> None:
    """The bundle that is there already, again: nothing changes and nobody complains."""
    use(scene.name)
    before = bank.digest_of_tables()
    status = load(asked.twins.path("first"))
    if status or bank.digest_of_tables() != before:
        scene.violations.append(f"a duplicate: exit {status}, or something changed")
    outcome.count("duplicates")
    connection.close()


def late_files(asked: Asked) -> Outcome:
    """Days delivered out of order: nights wait at the gap, then catch up to the same figures."""
    outcome = Outcome()
    gap = len(smallbank.DAYS)
    history = "first day3 day1 day2"
    with Scene(asked.twins, known=["first", history]) as scene:
        scene.beat()
        scene.worker("worker")
        for name, nights in {"day3": gap, "day1": gap + 1, "day2": gap + 3}.items():
            use(scene.name)
            if load(asked.twins.path(name)):
                scene.violations.append(f"{name} was refused")
            connection.close()
            scene.all_published(nights)
            outcome.repetitions += 1
        last = smallbank.LAST + timedelta(days=3)
        if scene.ask("SELECT max(business_date) FROM ledger_run WHERE is_current") != [(last,)]:
            scene.violations.append("the late days were not caught up")
        scene.judge(history)
    outcome.violations += scene.violations
    return outcome
