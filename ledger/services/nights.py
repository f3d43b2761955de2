"""The nights: the runs of every due business date, oldest first, in this process or by hints to workers."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Barrier

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ledger.models import LedgerState, Run
from ledger.services import chunks, runs
from ledger.services.extracts import lock_ledger
from ledger.services.memory import given_back
from ledger.services.runs import Claim, Fenced, InputsMoved

#: How often somebody else's run is looked at again.
PAUSE_SECONDS = 0.2
Dispatch = Callable[[Claim, str, int], None]


@dataclass(frozen=True)
class Outcome:
    """What `run_nights` did: the runs it published, and the first date it could not do for want of data."""

    runs: list[Run]
    waiting_for: date | None


class NightFailed(Exception):
    """A night broke off; nothing of it shows. The run keeps the first error."""


def run_nights(*, to: date, start: date | None = None) -> Outcome:
    """Work every due business date up to `to`, oldest first, and publish each, in this process.

    Due is a covered date that has no published run, or whose run rests on fewer bundles than have
    since changed it. `start` skips publishing earlier dates (their balances still count). Dates after
    the first gap in the delivered data wait: unknown balances are never carried over a gap.
    """
    if start is not None:
        _begin_at(start)
    done: list[Run] = []
    while True:
        # Asked anew each time: a bundle loaded meanwhile may have made an earlier date due, and another
        # process may have worked the next one.
        due, waiting_for = runs.ensure(to)
        if not due:
            return Outcome(done, waiting_for)
        claim = runs.claim(due[0], place=len(done) + 1, places=len(done) + len(due))
        if claim is None:
            _wait_for(due[0])
            continue
        run = _work(claim, due[0].business_date)
        done += [run] if run is not None and run.is_current else []


def _begin_at(start: date) -> None:
    """Publish nothing before `start`, unless earlier dates are published already: they stay looked after."""
    with transaction.atomic():
        state = lock_ledger()
        begun = state.first_night or (date.min if Run.objects.filter(is_current=True).exists() else date.max)
        if start < begun:
            LedgerState.objects.filter(id=state.pk).update(first_night=start)


def _wait_for(run: Run) -> None:
    """Somebody else works the run; where all its attempts were killed it makes room for another version.

    A person asks by this process, and that others were killed says nothing against one more attempt.
    """
    spent = Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING, attempts__gte=Run.ATTEMPTS)
    if not runs.give_up(spent):
        time.sleep(PAUSE_SECONDS)


@given_back()
def _work(claim: Claim, day: date) -> Run | None:
    """One run from its chunks to publication; None where it gave way to somebody else or to a new version."""
    try:
        with _hands() as hands:
            for stage in chunks.stages():
                _work_stage(claim, stage, hands)
        return runs.publish(claim)
    except Fenced:
        return None
    except InputsMoved as moved:
        runs.fail(claim, moved, for_good=True)
        return None
    except Exception as error:
        runs.fail(claim, error, for_good=True)
        raise NightFailed(f"{day}: {error}") from error


def _work_stage(claim: Claim, stage: str, hands: "_Hands") -> None:
    """All chunks of a stage, side by side where there are several."""
    waiting = runs.left(claim, stage)
    while waiting:
        hands.work(min(waiting, hands.count), claim, stage)
        waiting = runs.left(claim, stage)
        if waiting:
            # A stopped process still sits on a chunk; the database throws it out.
            time.sleep(PAUSE_SECONDS)
            runs.renew(claim)


@dataclass(frozen=True)
class _Hands:
    """Threads with a connection each, kept from stage to stage: a new one has to learn all tables anew."""

    count: int
    pool: ThreadPoolExecutor

    def work(self, count: int, claim: Claim, stage: str) -> None:
        """So many side by side; one alone is this thread."""
        if count == 1:
            _work_chunks(claim, stage)
            return
        for part in [self.pool.submit(_work_chunks, claim, stage) for _number in range(count)]:
            part.result()


@contextmanager
def _hands() -> Iterator[_Hands]:
    """Threads of this process; itself alone inside somebody's transaction, which no other connection sees."""
    inside = connection.in_atomic_block
    count = 1 if inside else int(os.environ.get("NIGHT_WORKERS") or os.cpu_count() or 1)
    with ThreadPoolExecutor(count) as pool:
        try:
            yield _Hands(count, pool)
        finally:
            # each thread waits for the others, so that each closes its own connection
            gate = Barrier(count)
            for part in [pool.submit(_hang_up, gate) for _number in range(count if count > 1 else 0)]:
                part.result()


def _hang_up(gate: Barrier) -> None:
    gate.wait()
    connection.close()


def _work_chunks(claim: Claim, stage: str) -> int:
    """Until there is none left that nobody is at; how many."""
    done = 0
    while runs.work_chunk(claim, stage):
        done += 1
    return done


# --- By hints: what a Celery worker does ----------------------------------------------------------------


def tick(*, to: date, dispatch: Dispatch) -> Claim | None:
    """Make the runs that should exist, claim the oldest if nobody works it, and send out its chunks as hints.

    A run that failed for good stays so until people or a new bundle call for another version.
    """
    due, _waiting_for = runs.ensure(to, again=False)
    if not due:
        return None
    runs.give_up(Run.objects.filter(pk=due[0].pk, attempts__gte=Run.ATTEMPTS))
    claim = runs.claim(due[0], places=len(due))
    if claim is not None:
        send_out(claim, dispatch)
    return claim


def send_out(claim: Claim, dispatch: Dispatch) -> None:
    """A hint for every chunk of the first stage that is not done; one more where only publishing is left."""
    for stage in chunks.stages():
        waiting = runs.left(claim, stage)
        if waiting:
            return dispatch(claim, stage, waiting)
    dispatch(claim, "", 1)


@given_back()
def follow_hint(claim: Claim, stage: str, *, dispatch: Dispatch) -> Run | None:
    """Work chunks of the stage as long as there are any; whoever finds the last one done sends out the next.

    Returns the run once it is published. Errors let the lease go, for the next tick to try again.
    """
    try:
        if stage:
            # A hint that came too late says nothing on: else every one would send out a whole stage again.
            if _work_chunks(claim, stage) and not runs.left(claim, stage):
                send_out(claim, dispatch)
            return None
        return runs.publish(claim)
    except Fenced:
        return None
    except InputsMoved as moved:
        runs.fail(claim, moved, for_good=True)
        return None
    except Exception as error:
        runs.fail(claim, error, for_good=False)
        raise NightFailed(_("日终第 %(run)s 号：%(error)s") % {"run": claim.run, "error": error}) from error
