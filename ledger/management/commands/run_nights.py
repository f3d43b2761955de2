"""run_nights --to DATE: bring every due business date up to DATE, in this process."""

import contextlib
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from ledger import queries
from ledger.edge import ReportingCommand, business_date, hand_out_messages
from ledger.services import handovers, records
from ledger.services.nights import NightFailed, Outcome, run_nights


def _enter_own_facts(to: date) -> None:
    """Approved handovers and own events of the days about to be worked: their nights must know of them."""
    # where nothing was ever loaded, no day is covered
    with contextlib.suppress(LookupError):
        handovers.take_effect(on=min(to, queries.covered_through()))
    records.enter_events(to=to)


class Command(ReportingCommand):
    """Work and publish the due nights, oldest first; exit 1 where a date could not be reached."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The last date, and optionally the first one to publish."""
        super().add_arguments(parser)
        parser.add_argument("--to", type=business_date, required=True, metavar="DATE")
        parser.add_argument(
            "--from",
            dest="start",
            type=business_date,
            metavar="DATE",
            help="publish nothing before this date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and say what happened."""
        _enter_own_facts(options["to"])
        try:
            outcome = run_nights(to=options["to"], start=options["start"])
        except NightFailed as failure:
            raise CommandError(_("日终失败：%(error)s") % {"error": failure}) from failure
        finally:
            hand_out_messages()
        self._tell(outcome, as_json=options["json"])
        if outcome.waiting_for is not None:
            raise CommandError(
                _("自 %(day)s 起没有数据，日终停在前一日；请先入库该日的数据包。")
                % {"day": outcome.waiting_for}
            )

    def _tell(self, outcome: Outcome, *, as_json: bool) -> None:
        if outcome.runs:
            text = _("已完成 %(count)s 个日终：%(first)s 至 %(last)s。") % {
                "count": len(outcome.runs),
                "first": outcome.runs[0].business_date,
                "last": outcome.runs[-1].business_date,
            }
        else:
            text = _("没有到期的日终。")
        facts = {
            "published": [[run.business_date.isoformat(), run.version] for run in outcome.runs],
            "waiting_for": outcome.waiting_for,
        }
        self.report(text, facts, as_json=as_json)
