"""What Celery runs for the ledger, each one call inward; a message is a hint, the truth is in the rows."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from ledger.services import nights
from ledger.services.runs import Claim


@shared_task(name="ledger.run_due_nights")
def run_due_nights() -> bool:
    """Claim the oldest due night up to yesterday and send out its chunks; harmless when nothing is due."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return nights.tick(to=yesterday, dispatch=_dispatch) is not None


@shared_task(name="ledger.work_night")
def work_night(run: int, fence: int, stage: str) -> bool:
    """Work what is waiting of one stage of a claimed night; once it is published, on to the next night."""
    published = nights.follow_hint(Claim(run, fence), stage, dispatch=_dispatch)
    if published is not None:
        run_due_nights.delay()
    return published is not None


def _dispatch(claim: Claim, stage: str, count: int) -> None:
    for _number in range(count):
        work_night.delay(claim.run, claim.fence, stage)
