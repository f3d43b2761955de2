"""What the ledger's commands share: the summary people read, and the JSON object programs read last."""

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _


def business_date(text: str) -> date:
    """A date argument; a wrong one is answered with how to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("%(text)s 不是有效日期；请写成 2026-03-31") % {"text": text}) from None


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
