"""The nightly task in a real Celery worker, over the real broker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from cmbank.schedule import SCHEDULE
from ledger import queries
from ledger.models import Run
from ledger.rules.windows import Window
from ledger.services.extracts import load_bundle
from tests.ledger.bank import REGISTER, SPAN, write

PATIENCE = 60.0


@pytest.fixture
def worker(transactional_db: None) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker process on this test's own database and broker."""
    database = connection.settings_dict
    address = "{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{address}",
        "BROKER_URL": settings.CELERY_BROKER_URL,
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "cmbank",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "ERROR",
    ]
    process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    yield process
    process.terminate()
    process.wait(timeout=PATIENCE)


def test_the_scheduled_task_publishes_every_due_night(
    worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    later = yesterday - SPAN.end
    files = {
        name: [[moved(value, later) for value in row] for row in rows] for name, rows in REGISTER.items()
    }
    load_bundle(write(tmp_path / "bundle", files, Window("span", SPAN.start + later, yesterday)))
    with current_app.connection_for_write(settings.CELERY_BROKER_URL) as broker:
        current_app.send_task(SCHEDULE["due nights"]["task"], connection=broker)
        wait_for(lambda: Run.objects.filter(is_current=True).count() == SPAN.days)
    runs = Run.objects.order_by("business_date").values_list("business_date", "status", "is_current")
    days = [SPAN.start + later + timedelta(days=n) for n in range(SPAN.days)]
    assert list(runs) == [(day, "succeeded", True) for day in days]
    assert queries.due_dates(yesterday) == ([], None)


def moved(value: Any, later: timedelta) -> Any:
    """A date of the sample bank's span, moved; anything else as it is."""
    return (date.fromisoformat(value) + later).isoformat() if str(value).startswith("1994-") else value


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "the worker did not publish in time"
        time.sleep(0.2)
