"""What the ledger's commands share: the summary people read, and the JSON object programs read last."""

import json
import re
from argparse import ArgumentTypeError
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _


class ArgumentError(ArgumentTypeError, ValueError):
    """A wrong argument, for a command line and for an address alike."""


def business_date(text: str) -> date:
    """A date argument; a wrong one is answered with how to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentError(_("%(text)s 不是有效日期；请写成 2026-03-31") % {"text": text}) from None


AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


def amount(text: str) -> Decimal:
    """An amount of yuan such as 500000 or 0.01; anything else is a ValueError that says how to write it."""
    if not AMOUNT.fullmatch(text):
        raise ArgumentError(_("%(text)s 不是有效金额；请写成 500000 或 0.01") % {"text": text[:40]})
    return Decimal(text)


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
