"""What Celery runs for loans, each one call inward; a message is a hint, what is due is in the rows."""

from celery import shared_task
from django.utils import timezone

from credit.services.afterloan import inspecting, maturing, watching


@shared_task(name="credit.keep_watch")
def keep_watch() -> int:
    """Work out how overdue every open loan is and plan its next inspection; how many loans."""
    on = timezone.localdate()
    watched = watching.keep_watch(on=on)
    inspecting.plan(on=on)
    return watched


@shared_task(name="credit.make_notices")
def make_notices() -> int:
    """Make the maturity notices that are due; how many were new. Harmless when run by several at once."""
    return maturing.make_notices(on=timezone.localdate())
