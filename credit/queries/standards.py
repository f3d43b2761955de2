"""Reads of the credit standard in force: the bank's own, or the shipped one until there is one."""

from datetime import date
from functools import cache
from pathlib import Path

from credit.models import StandardVersion
from credit.rules import standard
from credit.rules.standard import Standard

SHIPPED = Path(__file__).resolve().parent.parent / "standards" / "corporate-working-standard.toml"


def version_on(day: date) -> StandardVersion | None:
    """The bank's own version in force on a day; None where it has none yet."""
    return StandardVersion.objects.filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()


def standard_on(day: date) -> Standard:
    """The standard in force on a day."""
    version = version_on(day)
    return _read(version.text if version else SHIPPED.read_text(encoding="utf-8"))


@cache
def _read(text: str) -> Standard:
    return standard.parsed(text)
