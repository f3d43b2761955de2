"""Nights at the same time, beside loads, and killed in the middle: the figures are those of one quiet run."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from ledger.models import LateChange, Run
from ledger.rules.windows import Window
from ledger.services import nights, verification
from tests.ledger import bank
from tests.ledger.histories import compare
from tests.ledger.twin import Twin, days
from tests.ledger.twin_figures import View

FIRST, LAST = date(1994, 1, 1), date(1994, 1, 25)
SPAN = Window("span", FIRST, LAST)
CORRECTION: bank.Files = {"balances.csv": [("A1", "1994-01-02", "31.00"), ("L1", "1994-01-09", "5000")]}
PATIENCE = 120


def manage(*arguments: str) -> "subprocess.Popen[bytes]":
    """A command in a process of its own, on this test's database."""
    address = "{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    environment = {**os.environ, "DATABASE_URL": f"postgres://{address}"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(
        command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(process: "subprocess.Popen[bytes]") -> None:
    """The process ended well."""
    _out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error.decode()


@pytest.fixture
def twin(transactional_db: None, tmp_path: Path) -> Iterator[Twin]:
    """A loaded bank with 25 nights to work, and what it must come to."""
    bank.loaded(bank.write(tmp_path / "first", bank.REGISTER, SPAN))
    yield Twin().with_bundle(bank.REGISTER, SPAN.start, SPAN.end)


def until_running(after: int) -> None:
    """Wait until more than `after` nights have begun and one is being worked."""
    limit = time.monotonic() + PATIENCE
    while not (Run.objects.count() > after and Run.objects.filter(status="running").exists()):
        assert time.monotonic() < limit
        time.sleep(0.002)


def check(twin: Twin, *, through: date = LAST) -> None:
    """Every date published once and current, every figure the twin's, every invariant true."""
    current = Run.objects.filter(is_current=True).order_by("business_date")
    assert [run.business_date for run in current] == list(days(FIRST, through))
    assert not Run.objects.filter(status="running").exists()
    assert not LateChange.objects.filter(applied_at=None).exists()
    view = View(twin)
    for run in current:
        compare(run, view)
    assert {i.code: r.hits for i, r in verification.verify(full=True) if r.hits} == {}


def test_two_processes_at_once_work_each_night_once(twin: Twin) -> None:
    for process in [manage("run_nights", "--to", LAST.isoformat()) for _ in range(2)]:
        ended(process)
    check(twin)
    succeeded = Counter(Run.objects.filter(status="succeeded").values_list("business_date", flat=True))
    assert set(succeeded.values()) == {1}
    assert set(Run.objects.exclude(status="succeeded").values_list("error", flat=True)) <= {
        "中途停止，已由另一进程接手"
    }


def test_a_correction_loaded_while_nights_run_reaches_every_date_it_concerns(
    twin: Twin, tmp_path: Path
) -> None:
    process = manage("run_nights", "--to", LAST.isoformat())
    until_running(5)
    bank.loaded(bank.write(tmp_path / "correction", CORRECTION, SPAN))
    ended(process)
    check(twin.with_bundle(CORRECTION, SPAN.start, SPAN.end))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_in_the_middle_and_run_again(twin: Twin, seed: int) -> None:
    chance = random.Random(seed)
    kills = 0
    for _ in range(3):
        process = manage("run_nights", "--to", LAST.isoformat())
        until_running(Run.objects.count() + chance.randrange(4))
        time.sleep(chance.random() / 20)
        process.kill()
        process.communicate()
        # the server ends what the killed process left open, and with it the night
        kills += Run.objects.filter(status="running").count()
    ended(manage("run_nights", "--to", LAST.isoformat()))
    check(twin)
    failed = Run.objects.filter(status="failed")
    assert [(run.error, run.is_current) for run in failed] == [("中途停止，已由另一进程接手", False)] * len(
        failed
    )
    assert all(run.readings.count() == 0 for run in failed)
    assert kills == 0 or failed.exists()


def test_a_run_that_another_process_began_is_worked_by_whoever_has_the_lock(twin: Twin) -> None:
    """The interleaving that a race leaves to chance, step by step."""
    begun, mine = nights._claim(FIRST, 1, 1)
    found, also_mine = nights._claim(FIRST, 1, 1)
    assert (mine, also_mine, found) == (True, False, begun)
    with transaction.atomic():
        taken_over = nights._work(found, mine=False)
    assert taken_over is not None
    assert (taken_over.version, taken_over.status, taken_over.is_current) == (2, "succeeded", True)
    begun.refresh_from_db()
    assert (begun.status, begun.error) == ("failed", "中途停止，已由另一进程接手")
    with transaction.atomic():
        assert nights._work(begun, mine=True) is None
    assert nights._claim(FIRST, 1, 1) is None
    nights.run_nights(to=FIRST + timedelta(days=1))
    check(twin, through=FIRST + timedelta(days=1))


def test_a_night_that_breaks_off_leaves_nothing_but_its_reason(twin: Twin, monkeypatch: Any) -> None:
    def broken(run: Run, first_day: date) -> None:
        raise ZeroDivisionError("the step broke\nin two lines")

    monkeypatch.setattr(nights, "_STEPS", [*nights._STEPS, broken])
    before = bank.digest_of_tables(leave_out=["ledger_run"])
    with pytest.raises(nights.NightFailed, match="1994-01-01: the step broke"):
        nights.run_nights(to=LAST)
    [run] = Run.objects.all()
    assert (run.status, run.error, run.is_current) == ("failed", "the step broke", False)
    assert run.finished_at is not None
    assert bank.digest_of_tables(leave_out=["ledger_run"]) == before
    monkeypatch.undo()
    assert nights.run_nights(to=FIRST).runs[0].version == 2
