"""What Celery runs for the ledger, each one call inward."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from ledger.services import nights


@shared_task(name="ledger.run_due_nights")
def run_due_nights() -> int:
    """Work every due night up to yesterday; harmless when nothing is due. Returns how many were published."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return len(nights.run_nights(to=yesterday).runs)
