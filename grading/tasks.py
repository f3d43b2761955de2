"""What Celery runs for grading; a message is a hint, what is due is in the rows."""

from celery import shared_task
from django.utils import timezone

from grading.services import changes, qualifying, reminders


@shared_task(name="grading.make_effective")
def make_effective() -> int:
    """Let every change of grade take effect whose day has come; how many. Harmless when nothing is due."""
    return len(changes.make_effective(timezone.localdate()))


@shared_task(name="grading.expire_certificates")
def expire_certificates() -> int:
    """Expire every certificate past its last day; how many. Harmless when nothing is due."""
    return qualifying.expire(timezone.localdate())


@shared_task(name="grading.remind")
def remind() -> int:
    """Tell what ends soon; how many notices were new. Harmless when run twice a day."""
    return reminders.remind(timezone.localdate())
