"""What the commands of grading share: reading a rulebook file, and its findings in the reader's language."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import get_language

from grading.rules.findings import Finding


def read(path: Path) -> bytes:
    """The bytes of a rulebook file; OSError where there is none."""
    return path.read_bytes()


def findings_text(findings: Iterable[Finding]) -> list[str]:
    """One line a finding: place, what is wrong, what to write instead."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return [finding.text(language) for finding in findings]
