"""Work out how overdue every open loan is, and plan its next inspection."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from credit.services.afterloan import inspecting, watching


class Command(BaseCommand):
    """`manage.py keep_watch [--on 2026-09-30]`."""

    help = "Work out overdue days, class floors and inspections of every open loan (default: today)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: the day."""
        parser.add_argument("--on", type=date.fromisoformat, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work them out and say how many."""
        on = options["on"] or timezone.localdate()
        watched = watching.keep_watch(on=on)
        self.stdout.write(f"{watched} loans watched, {inspecting.plan(on=on)} inspections planned or moved")
