"""What the ledger's commands share: the summary people read, and the JSON object programs read last."""

import json
from typing import Any

from django.core.management.base import BaseCommand


class ReportingCommand(BaseCommand):
    """A command that prints a summary and, with --json, one JSON object as its last line."""

    def add_arguments(self, parser: Any) -> None:
        """Every such command understands --json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object last")

    def report(self, text: str, facts: dict[str, Any], *, as_json: bool) -> None:
        """Print the summary, then the facts."""
        self.stdout.write(text)
        if as_json:
            self.stdout.write(json.dumps(facts, ensure_ascii=False, default=str))
