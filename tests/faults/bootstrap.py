"""The product's Celery application as the faults start it: hooked, and ticking every second."""

import os

import django

from cmbank.celery import app
from cmbank.schedule import SCHEDULE
from tests.faults import hooks

django.setup()
hooks.install()
app.conf.beat_schedule = {
    name: entry | {"schedule": float(os.environ.get("FAULTS_TICK") or 1)} for name, entry in SCHEDULE.items()
}
app.conf.beat_max_loop_interval = 1
