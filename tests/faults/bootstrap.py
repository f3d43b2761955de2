"""The product's Celery application as the faults start it: hooked, and its minutes are seconds."""

import django

from cmbank.celery import app
from cmbank.schedule import SCHEDULE
from tests.faults import hooks

django.setup()
hooks.install()


def sooner(when: object) -> float:
    """The beat sixty times as fast; what goes by the clock on the wall once a minute.

    All of it every second is more than one worker of a busy machine can do: nights wait behind the rest.
    """
    return when / 60 if isinstance(when, float) else 60.0


app.conf.beat_schedule = {
    name: entry | {"schedule": sooner(entry["schedule"])} for name, entry in SCHEDULE.items()
}
app.conf.beat_max_loop_interval = 1
