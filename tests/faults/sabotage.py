"""The protocol as one would write it carelessly: read, check, save. The faults must find it out."""

import time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

#: Wide enough for two processes to meet in it.
GAP_SECONDS = 0.3


def install(name: str) -> None:
    """Put one careless function in the place of the careful one; nothing for no name."""
    from ledger.services import runs

    if name == "claim":
        runs.claim = _claim
    elif name == "renew":
        runs.renew = lambda claim: None
        runs.publish = _publish
    elif name == "publish":
        runs.publish = _publish


def _claim(run: Any, *, place: int = 1, places: int = 1) -> Any:
    from ledger.models import Bundle, Run
    from ledger.services import chunks, runs

    run = Run.objects.get(pk=run.pk)
    if run.status not in ("pending", "running") or (run.lease_until and run.lease_until > timezone.now()):
        return None
    time.sleep(GAP_SECONDS)
    run.fence, run.attempts, run.status = run.fence + 1, run.attempts + 1, "running"
    run.lease_until, run.place, run.places = timezone.now() + runs.LEASE, place, places
    run.through_bundle = run.through_bundle or Bundle.objects.latest("id")
    run.save()
    try:
        with transaction.atomic():
            if not run.chunks.exists():
                chunks.plan(run)
    except IntegrityError:
        time.sleep(0)  # the other one was faster
    return runs.Claim(run.pk, run.fence)


def _publish(claim: Any) -> Any:
    from ledger.models import Run
    from ledger.services import readings, runs

    run = Run.objects.get(pk=claim.run)
    if run.chunks.filter(done_at=None).exists():
        raise runs.NotTied("chunks")
    before = readings.previous_version(run)
    with transaction.atomic():
        runs._move_pointer(run, before)
        runs._applied(run)
    return run
