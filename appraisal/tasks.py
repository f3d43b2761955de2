"""What Celery runs for the procedure, each one call inward."""

from celery import shared_task
from django.utils import timezone

from appraisal import verification
from appraisal.services import lookbacks, sweeping


@shared_task(name="appraisal.look_back")
def look_back() -> int:
    """Put to review what corrections and downgrades have called into question; how many were opened."""
    return len(lookbacks.look_back(timezone.localdate()))


@shared_task(name="appraisal.end_windows")
def end_windows() -> int:
    """Take the steps that follow from days being over; how many were taken. Harmless when run twice."""
    return sweeping.end_windows(timezone.localdate())


@shared_task(name="appraisal.verify_separation")
def verify_separation() -> int:
    """I04 and I05 over everything stored; what is found is kept in the log. How many were broken."""
    return verification.tell()
