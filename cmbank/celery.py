"""The Celery application: workers and beat start from here."""

import os
from typing import Any

from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmbank.settings")


class AccountedTask(Task):
    """A task whose changes say that it made them."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it under its own name."""
        from managers import provenance

        with provenance.acting(task=self.name):
            return super().__call__(*args, **kwargs)


app = Celery("cmbank", task_cls=AccountedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
