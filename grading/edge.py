"""What the commands of grading share: reading a rulebook file, and its findings in the reader's language."""

from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grading.rules.findings import Finding


def read(path: Path) -> bytes:
    """The bytes of a rulebook file; a CommandError with exit status 2 where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        text = _("文件 %(file)s 不存在或无法读取；请检查路径与权限。") % {"file": path}
        raise CommandError(text, returncode=2) from None


def findings_text(findings: Iterable[Finding]) -> list[str]:
    """One line a finding: place, what is wrong, what to write instead."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return [finding.text(language) for finding in findings]
