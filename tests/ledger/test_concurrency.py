"""Nights at the same time, beside loads, and killed in the middle: the figures are those of one quiet run."""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from ledger import queries
from ledger.models import BorrowerClass, Chunk, LateChange, Run
from ledger.rules.windows import Window
from ledger.services import chunks, nights, runs, verification
from managers.models import User
from tests.ledger import bank
from tests.ledger.histories import compare
from tests.ledger.twin import Twin, days
from tests.ledger.twin_figures import View

FIRST, LAST = date(1994, 1, 1), date(1994, 1, 25)
SPAN = Window("span", FIRST, LAST)
CORRECTION: bank.Files = {"balances.csv": [("A1", "1994-01-02", "31.00"), ("L1", "1994-01-09", "5000")]}
PATIENCE = 120
#: A killed process' nights are taken over after this.
LEASE_SECONDS = 1


def manage(*arguments: str) -> "subprocess.Popen[bytes]":
    """A command in a process of its own, on this test's database."""
    address = "{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{address}",
        "NIGHT_LEASE_SECONDS": str(LEASE_SECONDS),
    }
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
    """Wait until more than `after` nights are published and one is being worked."""
    limit = time.monotonic() + PATIENCE
    while not (
        Run.objects.filter(is_current=True).count() > after and Run.objects.filter(status="running").exists()
    ):
        assert time.monotonic() < limit
        time.sleep(0.002)


def check(twin: Twin, *, first: date = FIRST, through: date = LAST) -> None:
    """Every date published once and current, every figure the twin's, every invariant true."""
    current = Run.objects.filter(is_current=True).order_by("business_date")
    assert [run.business_date for run in current] == list(days(first, through))
    assert not Run.objects.filter(status="running").exists()
    assert not LateChange.objects.filter(applied_at=None, products=True).exists()
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
    assert list(Run.objects.exclude(error="").values_list("error", flat=True)) == []


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
    for number in range(3):
        process = manage("run_nights", "--to", LAST.isoformat())
        until_running(5 * number + chance.randrange(4))
        time.sleep(chance.random() / 20)
        process.kill()
        process.communicate()
    ended(manage("run_nights", "--to", LAST.isoformat()))
    check(twin)
    # whoever takes a night over goes on with the same version, under a higher fence
    assert set(Run.objects.values_list("version", "status", "error")) == {(1, "succeeded", "")}


def claimed(day: date) -> runs.Claim:
    """The night of a day, ensured and claimed by somebody."""
    due, _waiting = runs.ensure(day)
    claim = runs.claim(due[-1])
    assert claim is not None
    return claim


def lapsed(claim: runs.Claim) -> None:
    """Nothing was heard of the one who holds it for longer than a lease."""
    past = Run.objects.get(pk=claim.run).lease_until
    assert past is not None
    Run.objects.filter(pk=claim.run).update(lease_until=past - timedelta(hours=1))


def test_however_often_a_night_was_killed_whoever_runs_it_next_publishes_it(twin: Twin) -> None:
    for _number in range(Run.ATTEMPTS):
        lapsed(claimed(FIRST))
    assert [run.version for run in nights.run_nights(to=FIRST).runs] == [2]
    spent = Run.objects.get(business_date=FIRST, version=1)
    assert (spent.status, spent.error) == ("failed", f"执行 {Run.ATTEMPTS} 次均中断")
    check(twin, through=FIRST)


def test_whoever_was_silent_too_long_is_fenced_out(twin: Twin) -> None:
    """The interleaving that a race leaves to chance, step by step."""
    silent = claimed(FIRST)
    assert runs.claim(Run.objects.get(pk=silent.run)) is None
    lapsed(silent)
    successor = runs.claim(Run.objects.get(pk=silent.run))
    assert successor == runs.Claim(silent.run, silent.fence + 1)
    with pytest.raises(runs.Fenced):
        runs.work_chunk(silent, Chunk.Stage.PRODUCTS)
    assert not Chunk.objects.exclude(done_at=None).exists()
    assert runs.work_chunk(successor, Chunk.Stage.PRODUCTS)
    while runs.work_chunk(successor, Chunk.Stage.READINGS):
        pass
    with pytest.raises(runs.Fenced):
        runs.publish(silent)
    assert runs.publish(successor).status == "succeeded"
    with pytest.raises(runs.Fenced):
        runs.publish(successor)
    check(twin, through=FIRST)


def test_only_one_night_is_worked_at_a_time_and_a_silent_one_is_fenced_out(twin: Twin) -> None:
    """Two at once, of whatever dates, would move the same positions."""
    silent = claimed(FIRST)
    (_, next_night), _waiting = runs.ensure(FIRST + timedelta(days=1))
    assert runs.claim(next_night) is None
    lapsed(silent)
    assert runs.claim(next_night) == runs.Claim(next_night.pk, 1)
    with pytest.raises(runs.Fenced):
        runs.work_chunk(silent, Chunk.Stage.PRODUCTS)


def test_a_claim_from_an_old_copy_keeps_what_the_first_claim_pinned(twin: Twin, tmp_path: Path) -> None:
    due, _waiting = runs.ensure(FIRST)
    first = runs.claim(Run.objects.get(pk=due[0].pk))
    assert first is not None
    pinned = Run.objects.get(pk=first.run)
    lapsed(first)
    bank.loaded(bank.write(tmp_path / "correction", CORRECTION, SPAN))
    assert runs.claim(due[0]) == runs.Claim(first.run, 2)
    again = Run.objects.get(pk=first.run)
    assert (again.through_bundle_id, again.started_at) == (pinned.through_bundle_id, pinned.started_at)


def test_a_date_published_while_another_looks_what_is_due_is_not_worked_again(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(FIRST)
    for stage in chunks.stages():
        while runs.work_chunk(claim, stage):
            pass
    asked, looked = threading.Event(), queries.due_dates

    def slowly(to: date) -> Any:
        found = looked(to)
        asked.set()
        time.sleep(0.5)  # the publication below would end well within this
        return found

    monkeypatch.setattr(queries, "due_dates", slowly)
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(in_own_connection, lambda: runs.ensure(FIRST))
        assert asked.wait(PATIENCE)
        runs.publish(claim)
        due, _waiting = looking.result(PATIENCE)
    assert [(run.business_date, run.version) for run in due] == [(FIRST, 1)]
    assert Run.objects.filter(business_date=FIRST).count() == 1


def in_own_connection(work: Callable[[], Any]) -> Any:
    """What a thread does, its connection closed behind it."""
    try:
        return work()
    finally:
        connection.close()


def test_hints_grow_with_the_chunks_and_not_with_their_square(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHANGES_A_CHUNK", 1)
    monkeypatch.setattr(chunks, "ASSIGNMENTS_A_CHUNK", 1)
    hints: list[tuple[runs.Claim, str]] = []

    def dispatch(claim: runs.Claim, stage: str, count: int) -> None:
        hints.extend([(claim, stage)] * count)

    nights.tick(to=FIRST, dispatch=dispatch)
    followed = 0
    while hints:
        nights.follow_hint(*hints.pop(0), dispatch=dispatch)
        followed += 1
    assert followed == Chunk.objects.count() + 1
    check(twin, through=FIRST)


def test_a_night_begun_before_loan_quality_was_a_stage_gets_it(twin: Twin) -> None:
    claim = claimed(FIRST)
    Chunk.objects.filter(stage=Chunk.Stage.QUALITY).delete()
    since_then = import_module("ledger.migrations.0006_quality_beside_readings")
    since_then.add_to_open_runs(apps, SimpleNamespace(connection=connection))
    for stage in chunks.stages():
        while runs.work_chunk(claim, stage):
            pass
    assert runs.publish(claim).status == "succeeded"
    check(twin, through=FIRST)


def test_a_night_begun_before_classes_of_borrowers_works_its_parts_again(twin: Twin) -> None:
    claim = claimed(FIRST)
    while runs.work_chunk(claim, Chunk.Stage.PRODUCTS):
        pass
    BorrowerClass.objects.all().delete()
    since_then = import_module("ledger.migrations.0007_classes_of_borrowers")
    since_then.work_again(apps, SimpleNamespace(connection=connection))
    with pytest.raises(runs.Fenced):
        runs.work_chunk(claim, Chunk.Stage.PRODUCTS)
    claim = claimed(FIRST)
    for stage in chunks.stages():
        while runs.work_chunk(claim, stage):
            pass
    assert runs.publish(claim).status == "succeeded"
    assert BorrowerClass.objects.exists()
    nights.run_nights(to=FIRST + timedelta(days=2))
    check(twin, through=FIRST + timedelta(days=2))


def left_ahead(day: date) -> None:
    """The night of a day is begun, its products are worked, and nobody is heard of again."""
    claim = claimed(day)
    while runs.work_chunk(claim, Chunk.Stage.PRODUCTS):
        pass
    lapsed(claim)


@pytest.mark.parametrize("begun", [FIRST, date(1994, 2, 1)])
def test_older_days_arrive_while_a_night_is_begun(twin: Twin, tmp_path: Path, begun: date) -> None:
    """Customers then stand a day or a month ahead of the night that is worked next."""
    if begun > LAST:
        more = {"balances.csv": [("A1", begun.isoformat(), "77.00"), ("L1", begun.isoformat(), "9.00")]}
        span = Window("span", LAST + timedelta(days=1), begun)
        bank.loaded(bank.write(tmp_path / "more", more, span))
        twin = twin.with_bundle(more, span.start, span.end)
        nights.run_nights(to=begun - timedelta(days=1), start=begun - timedelta(days=2))
    left_ahead(begun)
    start = FIRST - timedelta(days=2)
    older: bank.Files = {
        "accounts.csv": [("A1", "C1", "deposit", "demand", "CNY", start.isoformat(), "")],
        "balances.csv": [("A1", start.isoformat(), "12.00")],
    }
    bank.loaded(bank.write(tmp_path / "older", older, Window("span", start, FIRST - timedelta(days=1))))
    nights.run_nights(to=max(begun, FIRST + timedelta(days=2)))
    first = begun - timedelta(days=2) if begun > LAST else start
    check(
        twin.with_bundle(older, start, FIRST - timedelta(days=1)),
        first=first,
        through=max(begun, FIRST + timedelta(days=2)),
    )


def test_a_request_for_an_older_date_has_a_begun_night_begin_anew(twin: Twin) -> None:
    """No bundle moves its inputs, and its parts are put back all the same."""
    nights.run_nights(to=FIRST + timedelta(days=3))
    left_ahead(FIRST + timedelta(days=4))
    one, other = (User.objects.create(username=name) for name in ("one", "other"))
    older = Run.objects.get(business_date=FIRST + timedelta(days=1))
    runs.ask_again(older, "核对", by=one.pk, approved_by=other.pk)
    nights.run_nights(to=LAST)
    check(twin)
    begun = Run.objects.filter(business_date=FIRST + timedelta(days=4)).order_by("version")
    assert [(run.status, run.version) for run in begun] == [("failed", 1), ("succeeded", 2)]


def test_a_hint_for_readings_waits_for_the_parts(twin: Twin) -> None:
    claim = claimed(FIRST)
    assert not runs.work_chunk(claim, Chunk.Stage.READINGS)
    assert not Chunk.objects.exclude(done_at=None).exists()


def test_a_night_that_breaks_off_leaves_nothing_but_its_reason(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: Run, slots: Any) -> int:
        raise ZeroDivisionError("the step broke\nin two lines")

    for stage in chunks.stages():
        monkeypatch.setitem(chunks.STEPS, stage, [*chunks.STEPS[stage], broken])
    with pytest.raises(nights.NightFailed, match="1994-01-01: the step broke"):
        nights.run_nights(to=LAST)
    run = Run.objects.get(business_date=FIRST)
    assert (run.status, run.error, run.is_current) == ("failed", "the step broke", False)
    assert run.finished_at is not None
    assert (run.readings.count(), run.chunks.exclude(done_at=None).count()) == (0, 0)
    monkeypatch.undo()
    assert nights.run_nights(to=FIRST).runs[0].version == 2
    check(twin, through=FIRST)
