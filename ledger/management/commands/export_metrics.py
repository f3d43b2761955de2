"""export_metrics --date D: every manager × metric × window × floor as CSV on stdout."""

import csv
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ledger import metrics, queries
from ledger.edge import amount, as_of, business_date, not_published
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef, shown
from ledger.rules.windows import TO_DATE
from managers.models import ClientManager

STATES = {"not_applicable": "NA", "missing": "MISSING"}


class Command(BaseCommand):
    """Write the published figures of a date; nothing else goes to stdout."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The date, and which windows, floors and metrics."""
        parser.add_argument("--date", type=business_date, required=True)
        parser.add_argument("--windows", default=",".join(TO_DATE))
        parser.add_argument("--floors", default=",".join(str(floor) for floor in queries.FLOORS))
        parser.add_argument("--metrics", default="")
        parser.add_argument("--as-of", type=as_of, metavar="DAY", help="as it was published on that day")
        parser.add_argument("--json", action="store_true", help="print a JSON summary on stderr")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the words, then stream the rows."""
        refs = list(self._refs(options))
        try:
            run = queries.run_as_of(options["date"], options["as_of"])
        except queries.NotPublished:
            raise CommandError(not_published(options["date"], options["as_of"])) from None
        names = dict(ClientManager.objects.values_list("id", "employee_no"))
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["employee_no", "metric", "window", "floor", "value"])
        for manager, found in metrics.figures(run, refs).items():
            for ref in refs:
                writer.writerow([names[manager], ref.code, ref.window, f"{ref.floor:f}", text(found[ref])])

    def _refs(self, options: dict[str, Any]) -> Iterator[MetricRef]:
        known = metrics.plain()
        codes = options["metrics"].split(",") if options["metrics"] else list(metrics.catalogue())
        try:
            floors = [amount(floor) for floor in options["floors"].split(",")]
        except ValueError:
            raise CommandError(_("--floors 须为逗号分隔的金额，如 0,500000。")) from None
        for code in codes:
            if code not in known:
                raise CommandError(
                    _("没有指标 %(code)s；可用：%(known)s") % {"code": code, "known": ", ".join(known)}
                )
        for window in options["windows"].split(","):
            if not windows.is_window(window):
                raise CommandError(
                    _("没有窗口 %(window)s；可用：month, quarter, year 及 previous_*") % {"window": window}
                )
            for code in codes:
                if known[code](window):
                    yield from (MetricRef(code, window, floor) for floor in floors)


def text(figure: Figure) -> str:
    """The value at the places of its unit, or NA, or MISSING."""
    return STATES.get(figure.state) or str(shown(figure.value, figure.unit))
