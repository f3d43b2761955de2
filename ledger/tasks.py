"""What Celery runs for the ledger, each one call inward; a message is a hint, the truth is in the rows."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from ledger.services import handovers, nights, records, sealed
from ledger.services.runs import Claim
from managers.services import exports

#: How long after midnight a day is sealed: most of what it began has ended by then.
SETTLING = timedelta(minutes=10)


@shared_task(name="ledger.run_due_nights")
def run_due_nights() -> bool:
    """Claim the oldest due night up to yesterday and send out its chunks; harmless when nothing is due.

    Handovers whose day has come take effect first, and what happened in our own procedures is entered, so
    that the night of their day knows of them.
    """
    make_handovers_effective()
    yesterday = timezone.localdate() - timedelta(days=1)
    records.enter_events(to=yesterday)
    return nights.tick(to=yesterday, dispatch=_dispatch) is not None


@shared_task(name="ledger.work_night")
def work_night(run: int, fence: int, stage: str) -> bool:
    """Work what is waiting of one stage of a claimed night; once it is published, on to the next night."""
    published = nights.follow_hint(Claim(run, fence), stage, dispatch=_dispatch)
    if published is not None:
        run_due_nights.delay()
    return published is not None


@shared_task(name="ledger.seal_log")
def seal_log() -> int:
    """Seal the days of the log that have ended, and export their heads; harmless when none has."""
    settled = timezone.now() - SETTLING
    return len(sealed.seal(timezone.localdate(settled) - timedelta(days=1)))


@shared_task(name="ledger.remove_expired_exports")
def remove_expired_exports() -> int:
    """Delete the stored exports whose link has expired; how many."""
    return exports.remove_expired(timezone.now())


@shared_task(name="ledger.make_handovers_effective")
def make_handovers_effective() -> int:
    """Carry out the approved handovers whose day has come; how many. Harmless when run by several at once."""
    return len(handovers.take_effect(on=timezone.localdate()))


def _dispatch(claim: Claim, stage: str, count: int) -> None:
    for _number in range(count):
        work_night.delay(claim.run, claim.fence, stage)
