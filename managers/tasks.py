"""What Celery runs for deadlines and messages, each one call inward; the truth is in the rows."""

from celery import shared_task
from django.utils import timezone

from managers.services import deadlines, outbox


@shared_task(name="managers.deliver_outbox")
def deliver_outbox() -> int:
    """Hand out the messages that wait; how many are done with. Harmless when run by several at once."""
    return outbox.deliver()


@shared_task(name="managers.keep_deadlines")
def keep_deadlines() -> int:
    """Tell owners and heads what waits today; how many notices were new. Harmless when run twice."""
    return deadlines.tick(on=timezone.localdate()).told
