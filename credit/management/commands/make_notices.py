"""Make the maturity notices due on a day; what a killed job has not made is made by the next."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from credit.services.afterloan import maturing


class Command(BaseCommand):
    """`manage.py make_notices [--on 2026-09-30]`."""

    help = "Make the maturity notices that are due on a day (default: today)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: the day."""
        parser.add_argument("--on", type=date.fromisoformat, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and say how many were new."""
        made = maturing.make_notices(on=options["on"] or timezone.localdate())
        self.stdout.write(f"{made} notices made")
