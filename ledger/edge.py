"""What the ledger's commands share: the summary people read, and the JSON object programs read last."""

import json
import logging
import re
from argparse import ArgumentTypeError
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.services import alerts
from managers.services import outbox


class ArgumentError(ArgumentTypeError, ValueError):
    """A wrong argument, for a command line and for an address alike."""


def business_date(text: str) -> date:
    """A date argument; a wrong one is answered with how to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentError(_("%(text)s 不是有效日期；请写成 2026-03-31") % {"text": text}) from None


def as_of(text: str) -> date | datetime:
    """A day or a moment that something was read; a moment without a zone is the bank's."""
    if len(text) <= len("2026-03-31"):
        return business_date(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentError(
            _("%(text)s 不是有效时刻；请写成 2026-03-31 或 2026-03-31T18:00:00") % {"text": text[:40]}
        ) from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


def amount(text: str) -> Decimal:
    """An amount of yuan such as 500000 or 0.01; anything else is a ValueError that says how to write it."""
    if not AMOUNT.fullmatch(text):
        raise ArgumentError(_("%(text)s 不是有效金额；请写成 500000 或 0.01") % {"text": text[:40]})
    return Decimal(text)


def not_published(day: date, by: date | datetime | None = None) -> str:
    """That a date has no figures, or had none yet, and what to do."""
    if by is None:
        return _("%(day)s 没有已发布的日终；请先执行 run_nights --to %(day)s。") % {"day": day}
    return _("截至 %(by)s，%(day)s 还没有已发布的日终；请写更晚的 --as-of。") % {"day": day, "by": by}


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


def hand_out_messages() -> None:
    """Send what waits in the outbox, for where no worker runs; the command says what became of nights."""
    alerts.log.setLevel(logging.WARNING)
    # a server that is gone is told of by whatever met it first; the messages wait
    with suppress(DatabaseError):
        outbox.deliver()
