"""Every scheduled job in one place, read by Celery beat.

A job here is a hint and never the truth: each task asks the database what is due, so a missed tick,
or two beats at once, change nothing.
"""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
