"""load_extract PATH: load an extract bundle; exit 0 loaded or already loaded, 2 refused."""

import csv
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from ledger.edge import ReportingCommand
from ledger.services.extracts import Loaded, load_bundle
from ledger.services.refusals import REPORT_HEADER, Refused


class Command(ReportingCommand):
    """Load a bundle (a directory, or a zip of one): all of it or nothing, or its good rows only."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """PATH, and where the error report goes."""
        super().add_arguments(parser)
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--no-manifest", action="store_true", help="accept a bundle without manifest.json"
        )
        parser.add_argument(
            "--quarantine", action="store_true", help="load the good rows and keep the bad ones apart"
        )
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write every error to FILE as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what happened."""
        try:
            with self._report(options["errors"]) as report:
                loaded = load_bundle(
                    options["path"],
                    manifest_required=not options["no_manifest"],
                    report=report,
                    keep_bad=options["quarantine"],
                )
        except Refused as refusal:
            self._refused(refusal, as_json=options["json"])
            sys.exit(2)
        self._loaded(loaded, as_json=options["json"])

    def _report(self, path: Path | None) -> Any:
        if path is None:
            return nullcontext()
        try:
            return _CsvReport(path)
        except OSError as error:
            raise CommandError(
                _("错误清单 %(path)s 无法写入：%(error)s；请换一个位置。")
                % {"path": path, "error": error.strerror},
                returncode=2,
            ) from None

    def _loaded(self, loaded: Loaded, *, as_json: bool) -> None:
        if loaded.already:
            text = _("批次 %(id)s 早已入库，无需处理。") % {"id": loaded.bundle.id}
        else:
            text = _("批次 %(id)s 已入库，共 %(rows)s 行。") % {
                "id": loaded.bundle.id,
                "rows": sum(loaded.rows.values()),
            }
        if kept := sum(loaded.quarantined.values()):
            text += "\n" + _("其中 %(count)s 行被隔离，其余入库；请在数据批次页面处理隔离行。") % {
                "count": kept
            }
        for remark in loaded.remarks:
            text += "\n" + _("未读取：%(what)s") % {"what": remark}
        facts = {
            "status": "already_loaded" if loaded.already else "loaded",
            "bundle": loaded.bundle.id,
            "rows": loaded.rows,
            "quarantined": {name: count for name, count in loaded.quarantined.items() if count},
            "remarks": loaded.remarks,
        }
        self.report(text, facts, as_json=as_json)

    def _refused(self, refusal: Refused, *, as_json: bool) -> None:
        lines = [_("数据包被拒绝，未作任何改动。共 %(count)s 处错误：") % {"count": refusal.count}]
        for bad in refusal.shown:
            place = _("第 %(line)s 行") % {"line": bad.line} if bad.line else ""
            shown = f"{bad.column} = {bad.value!r}" if bad.column else bad.value
            lines.append("  " + " ".join(part for part in (bad.file, place, shown, bad.text) if part))
        self.stderr.write("\n".join(lines))
        errors = [
            {
                "file": b.file,
                "line": b.line,
                "column": b.column,
                "value": b.value,
                "code": b.code,
                "reason": b.text,
            }
            for b in refusal.shown
        ]
        if as_json:
            self.report("", {"status": "refused", "count": refusal.count, "errors": errors}, as_json=True)


class _CsvReport:
    """The error report as a CSV file with a byte-order mark, so that Excel reads its Chinese."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")

    def __enter__(self) -> Any:
        writer = csv.writer(self._file)
        writer.writerow(REPORT_HEADER)
        return writer

    def __exit__(self, *_: object) -> None:
        self._file.close()
