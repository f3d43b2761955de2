"""check_rulebook FILE: every error and warning of a rulebook with its place; exit 2 on errors."""

import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from grading.edge import findings_text, read
from grading.rules.checker import Checked, check_bytes
from ledger.edge import ReportingCommand


class Command(ReportingCommand):
    """Check a regulation before it is published; warnings do not stand in its way."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The file."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and say everything that was found."""
        checked = check_bytes(read(options["file"]), file=str(options["file"]))
        self.report(_text(checked), _facts(checked), as_json=options["json"])
        if checked.errors:
            sys.exit(2)


def _text(checked: Checked) -> str:
    counts = {"errors": len(checked.errors), "warnings": len(checked.warnings)}
    if checked.rulebook is None:
        last = _("共 %(errors)s 处错误、%(warnings)s 处提示；请改正错误后再核对，目前不能发布。") % counts
    else:
        last = _("《%(title)s》可以发布；有 %(warnings)s 处提示，随版本保存。") % {
            "title": checked.rulebook.scheme.title,
            **counts,
        }
    return "\n".join([*findings_text(checked.findings), last])


def _facts(checked: Checked) -> dict[str, Any]:
    return {
        "status": "ok" if checked.rulebook is not None else "refused",
        "code": checked.rulebook.scheme.code if checked.rulebook is not None else None,
        "errors": [finding.to_dict() for finding in checked.errors],
        "warnings": [finding.to_dict() for finding in checked.warnings],
    }
