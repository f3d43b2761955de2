"""The run protocol: runs that should exist, claims with lease and fence, chunks, and publication in one move.

A message or a timer is a hint; the truth is in these rows. Times are the database's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, F, Func, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from ledger import queries
from ledger.models import Bundle, LedgerState, Run
from ledger.services import alerts, checks, chunks, crediting, readings

LEASE = timedelta(seconds=settings.NIGHT_LEASE_SECONDS)
Check = Callable[[Run], None]
#: Told "run_published", "run_corrected" or "run_failed" in the transaction that made it so.
Listener = Callable[[str, Run], None]
_CHECKS: list[Check] = [*checks.CHECKS]
_LISTENERS: list[Listener] = [alerts.keep_run]


class Fenced(Exception):
    """Somebody else has claimed the run meanwhile: what was being done is not written."""


class InputsMoved(Exception):
    """A bundle was loaded after the run pinned its inputs: the run gives way to a new version."""


@dataclass(frozen=True)
class Claim:
    """The right to work a run until somebody else claims it: the run's number and the fence held."""

    run: int
    fence: int


def add_check(check: Check) -> None:
    """Have `check(run)` called before every publication; it raises `checks.NotTied`."""
    if check not in _CHECKS:
        _CHECKS.append(check)


def add_listener(listener: Listener) -> None:
    """Have `listener(topic, run)` called whenever a run is published, corrected or failed for good."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def _tell(topic: str, run: Run) -> None:
    for listener in _LISTENERS:
        listener(topic, run)


def ensure(to: date, *, again: bool = True) -> tuple[list[Run], date | None]:
    """The runs of all due business dates up to `to`, oldest first, made where they do not exist yet.

    Also the first date that cannot be worked for want of data. Any number of callers make each run once.
    Without `again` a date whose last version failed for good by the same bundles waits for people.
    """
    with transaction.atomic():
        _keep_order()
        return _ensured(to, again=again)


def _ensured(to: date, *, again: bool) -> tuple[list[Run], date | None]:
    due, waiting_for = queries.due_dates(to)
    known = {run.business_date: run for run in _open_runs()}
    stuck = set() if again else set(queries.failed_dates())
    due = list(takewhile(lambda day: day in known or day not in stuck, due))
    new = [day for day in due if day not in known]
    versions = dict(
        Run.objects.filter(business_date__in=new).values_list("business_date").annotate(Max("version"))
    )
    Run.objects.bulk_create(
        [
            Run(
                business_date=day,
                version=versions.get(day, 0) + 1,
                reason=queries.rerun_reason(day) if day in versions else "",
                floors=list(queries.stored_floors()),
            )
            for day in new
        ],
        ignore_conflicts=True,
    )
    known = {run.business_date: run for run in _open_runs()}
    return [known[day] for day in due if day in known], waiting_for


def _open_runs() -> Any:
    return Run.objects.filter(status__in=[Run.Status.PENDING, Run.Status.RUNNING])


def claim(run: Run, *, place: int = 1, places: int = 1) -> Claim | None:
    """Take the run's lease where nobody holds it or another's, by the database's clock; else None.

    The first claim pins the bundles the run rests on and cuts it into chunks. Whoever was silent on another
    run too long is fenced out of that: two runs at once would read each other's half of the positions.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            _end_when_silent(cursor)
            _keep_order()
            if _loading(cursor) or not _alone(run):
                return None
        taken = Run.objects.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=_clock()),
            pk=run.pk,
            status__in=[Run.Status.PENDING, Run.Status.RUNNING],
            attempts__lt=Run.ATTEMPTS,
        ).update(
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=_clock() + LEASE,
            status=Run.Status.RUNNING,
            place=place,
            places=places,
            # What the row says now, not what our copy of it said: another may have begun since.
            through_bundle=Coalesce("through_bundle", Value(Bundle.objects.latest("id").pk)),
            started_at=Coalesce("started_at", _clock()),
        )
        if not taken:
            return None
        run.refresh_from_db()
        _take_back(run)
        if not run.chunks.exists():
            chunks.plan(run)
        return Claim(run.pk, run.fence)


def _take_back(run: Run) -> None:
    """Later nights that were begun: their parts will be put back to an earlier day, so they begin anew."""
    ahead = Run.objects.filter(status=Run.Status.RUNNING, business_date__gt=run.business_date)
    for other in ahead.filter(chunks__done_at__isnull=False).distinct():
        other.error = _("让位于 %(date)s 的重算") % {"date": run.business_date}
        other.status, other.finished_at, other.lease_until = Run.Status.FAILED, _clock(), _clock()
        other.save(update_fields=["error", "status", "finished_at", "lease_until"])
        reason = other.reason or other.error
        ask_again(other, reason, by=other.requested_by_id, approved_by=other.approved_by_id)


def _keep_order() -> None:
    """Until the transaction ends nobody else decides which run comes next, or ends one.

    Taken after the rows of runs; whoever has it waits for nobody who may want it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_run'))")


def _alone(run: Run) -> bool:
    """Lock the run and all that are running; False where somebody is at one of them."""
    wanted = Run.objects.filter(Q(pk=run.pk) | Q(status=Run.Status.RUNNING))
    free = list(wanted.select_for_update(of=("self",), skip_locked=True))
    others = wanted.exclude(pk=run.pk)
    if len(free) < wanted.count() or others.filter(lease_until__gt=_clock()).exists():
        return False
    others.update(fence=F("fence") + 1)
    return True


def _loading(cursor: Any) -> bool:
    """Whether a bundle is being loaded: a night begun now would only wait for it and give way."""
    if not LedgerState.objects.exists():
        LedgerState.objects.bulk_create([LedgerState(id=1)], ignore_conflicts=True)
    cursor.execute("SELECT id FROM ledger_ledgerstate WHERE id = 1 FOR SHARE SKIP LOCKED")
    return cursor.fetchone() is None


class _Clock(Func):
    """The database's clock now, not at the start of the transaction or statement."""

    function = "CLOCK_TIMESTAMP"
    output_field = DateTimeField()


def _clock() -> Any:
    return _Clock()


def work_chunk(claim: Claim, stage: str) -> bool:
    """Work one chunk of the stage, or of one abreast of it, that nobody is at, in one transaction.

    False where there is none. Raises Fenced or InputsMoved, and then nothing of it was written.
    """
    with transaction.atomic():
        waiting = chunks.waiting(claim.run, stage).select_for_update(skip_locked=True).select_related(None)
        chunk = waiting.order_by("stage", "number").first()
        if chunk is None or chunks.is_early(claim.run, stage):
            return False
        run = Run.objects.get(pk=claim.run)
        _share_ledger(run)
        _alone_at_it()
        chunk.rows = chunks.work(run, chunk)
        chunk.done_at = _clock()
        chunk.save(update_fields=["rows", "done_at"])
        renew(claim)
    return True


def _alone_at_it() -> None:
    """Chunks are worked side by side, one a processor: helpers of a statement would only get in their way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _end_when_silent(cursor: Any) -> None:
    """A process that is stopped in the middle must not keep loads and its successor waiting."""
    idle = int(LEASE / timedelta(milliseconds=1)) * 2 // 3
    cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = {idle}")


def _share_ledger(run: Run) -> None:
    """No bundle is loaded while we work; one that was loaded since the run began ends it."""
    with connection.cursor() as cursor:
        _end_when_silent(cursor)
        # A load that began meanwhile may take long; waiting for it is no failure.
        cursor.execute("SET LOCAL lock_timeout = '30min'")
        cursor.execute("SELECT id FROM ledger_ledgerstate WHERE id = 1 FOR SHARE")
    if Bundle.objects.latest("id").pk != run.through_bundle_id:
        raise InputsMoved(_("批次 %(bundle)s 在执行期间入库") % {"bundle": Bundle.objects.latest("id").pk})


def renew(claim: Claim) -> None:
    """Keep the lease; Fenced where it is no longer ours."""
    mine = Run.objects.filter(pk=claim.run, fence=claim.fence, status=Run.Status.RUNNING)
    if not mine.update(lease_until=_clock() + LEASE):
        raise Fenced(str(claim))


def left(claim: Claim, stage: str) -> int:
    """Chunks of the stage, and of those abreast of it, that are not done."""
    return chunks.waiting(claim.run, stage).count()


def publish(claim: Claim) -> Run:
    """Verify the run and move the pointer that readers follow, all in one transaction.

    A rerun in which no figure changed publishes nothing: the version before is confirmed instead.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=claim.run)
        if run.fence != claim.fence or run.status != Run.Status.RUNNING:
            raise Fenced(str(claim))
        _share_ledger(run)
        _check(run)
        before = readings.previous_version(run)
        changed = before is None or _changed(run, before)
        _keep_order()
        if before is not None and not changed:
            _confirm(run, before)
        else:
            _move_pointer(run, before)
        _applied(run)
    run.refresh_from_db()  # its times are the database's
    return run


def _check(run: Run) -> None:
    """Nothing is published unless every part is done and all of it ties."""
    for check in _CHECKS:
        check(run)


_CHANGED: list[Callable[[Run, Run], int]] = [readings.changed_rows]


def add_comparison(changed: Callable[[Run, Run], int]) -> None:
    """Have `changed(run, before)` counted too when a rerun asks whether any figure changed."""
    if changed not in _CHANGED:
        _CHANGED.append(changed)


def _changed(run: Run, before: Run) -> bool:
    return any(changed(run, before) for changed in _CHANGED)


def _confirm(run: Run, before: Run) -> None:
    Run.objects.filter(pk=before.pk).update(confirmed_through=run.through_bundle)
    run.status, run.finished_at, run.error = Run.Status.UNCHANGED, _clock(), ""
    run.confirmed_through = run.through_bundle
    run.save(update_fields=["status", "finished_at", "error", "confirmed_through"])


def _move_pointer(run: Run, before: Run | None) -> None:
    if before is not None:
        Run.objects.filter(pk=before.pk).update(is_current=False)
    run.status, run.is_current, run.finished_at, run.error = Run.Status.SUCCEEDED, True, _clock(), ""
    run.confirmed_through = run.through_bundle
    run.save(update_fields=["status", "is_current", "finished_at", "error", "confirmed_through"])
    _tell("run_published" if before is None else "run_corrected", run)


def _applied(run: Run) -> None:
    """The positions now stand at the run's date, unless they stood later already."""
    crediting.forget()
    LedgerState.objects.filter(
        Q(applied_through=None) | Q(applied_through__lt=run.business_date), id=1
    ).update(applied_through=run.business_date)


def fail(claim: Claim, error: Exception, *, for_good: bool) -> None:
    """Leave the first error in the run; for good, or with the lease let go for another attempt."""
    mine = Run.objects.filter(pk=claim.run, fence=claim.fence, status=Run.Status.RUNNING)
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    with transaction.atomic():
        list(mine.select_for_update(of=("self",)))
        _keep_order()
        mine.filter(error="").update(error=text)
        if not for_good and not mine.filter(attempts__gte=Run.ATTEMPTS).exists():
            mine.update(lease_until=_clock() - timedelta(seconds=1))
        elif mine.update(status=Run.Status.FAILED, finished_at=_clock(), lease_until=_clock()):
            _failed(Run.objects.get(pk=claim.run), moved=isinstance(error, InputsMoved))


def _failed(run: Run, *, moved: bool) -> None:
    """People are told; where only a bundle came in between, what they asked for is done over instead."""
    if not moved:
        _tell("run_failed", run)
    elif run.requested_by_id is not None:
        ask_again(run, run.reason, by=run.requested_by_id, approved_by=run.approved_by_id)


def ask_again(run: Run, reason: str, *, by: int | None, approved_by: int | None) -> Run:
    """The next version of a run's date, mostly because two people want it; `run` is the latest one so far."""
    return Run.objects.create(
        business_date=run.business_date,
        version=run.version + 1,
        reason=reason[:200],
        requested_by_id=by,
        approved_by_id=approved_by,
        floors=list(queries.stored_floors()),
    )


def give_up(spent: QuerySet[Run]) -> bool:
    """Runs that nobody holds although their attempts are spent have failed; whether there were any."""
    with transaction.atomic():
        dead = list(
            spent.filter(status=Run.Status.RUNNING, lease_until__lt=_clock()).select_for_update(of=("self",))
        )
        _keep_order()
        for run in dead:
            run.error = run.error or _("执行 %(count)s 次均中断") % {"count": Run.ATTEMPTS}
            run.status, run.finished_at = Run.Status.FAILED, _clock()
            run.save(update_fields=["error", "status", "finished_at"])
            _failed(run, moved=False)
    return bool(dead)
