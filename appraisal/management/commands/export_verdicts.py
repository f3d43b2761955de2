"""export_verdicts --scheme CODE --period P: the latest verdict of every manager as JSON lines on stdout."""

import json
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from appraisal import queries
from appraisal.models import Cycle
from appraisal.queries import LeftOut
from grading import queries as grading
from grading.rules import verdict
from ledger.edge import ReportingCommand
from managers.models import ClientManager


class Command(ReportingCommand):
    """One line a manager; the summary goes to stderr, and with --json the last line names who is left out."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Which scheme, which period."""
        super().add_arguments(parser)
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="1993Q3")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the lines, then say who has none and why."""
        scheme, period = options["scheme"], options["period"]
        cycle = Cycle.objects.filter(scheme=scheme, period=period).first()
        stored = grading.latest_verdicts(scheme, period)
        if cycle is None or not stored:
            raise CommandError(
                _(
                    "没有 %(scheme)s %(period)s 的考核结论；"
                    "请先执行 appraise --scheme %(scheme)s --period %(period)s。"
                )
                % {"scheme": scheme, "period": period}
            )
        for each in stored:
            line = verdict.export(
                verdict.Verdict.from_dict(each.result), employee_no=each.manager.employee_no
            )
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        self._tell(cycle, len(stored), as_json=options["json"])

    def _tell(self, cycle: Cycle, count: int, *, as_json: bool) -> None:
        left_out = queries.left_out(cycle, ClientManager.objects.all())
        self.stderr.write(
            _("%(cycle)s：%(count)s 份结论，%(left)s 人未纳入。")
            % {"cycle": cycle, "count": count, "left": len(left_out)}
        )
        if as_json:
            found = {
                "scheme": cycle.scheme,
                "period": cycle.period,
                "count": count,
                "left_out": [_row(each) for each in left_out],
            }
            self.stdout.write(json.dumps(found, ensure_ascii=False))


def _row(each: LeftOut) -> dict[str, str]:
    return {"employee_no": each.manager.employee_no, "reason": each.code, "text": each.text}
