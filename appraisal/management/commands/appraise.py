"""appraise --scheme CODE --period 1993Q3: open the cycle if needed and measure it."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal import queries, services
from appraisal.services import Measured, Opened
from grading.rules.wording import OUTCOMES
from ledger.edge import ReportingCommand


class Command(ReportingCommand):
    """Open and measure as the platform itself; a repeat changes nothing that still holds. Exit 1: refused."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Which scheme, which period."""
        super().add_arguments(parser)
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="1993Q3")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, measure, and count the outcomes."""
        on = timezone.localdate()
        try:
            opened, measured = services.appraise(options["scheme"], options["period"], by=None, on=on)
        except services.Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.report(summary(opened, measured), facts(opened, measured), as_json=options["json"])


def summary(opened: Opened, measured: Measured) -> str:
    """What happened, for a person."""
    cycle = opened.cycle
    lines = [
        _(
            "考核周期 %(cycle)s（截数日 %(day)s）：新开启 %(added)s 人，测算 %(measured)s 人，"
            "无变化 %(unchanged)s 人。"
        )
        % {
            "cycle": cycle,
            "day": cycle.ends_on,
            "added": len(opened.added),
            "measured": len(measured.steps),
            "unchanged": measured.unchanged,
        }
    ]
    lines += [f"  {outcome_name(code)}：{count}" for code, count in queries.by_outcome(cycle).items()]
    lines += [
        _("未纳入：%(who)s，%(why)s") % {"who": each.manager, "why": each.text}
        for each in [*opened.left_out, *measured.left]
    ]
    return "\n".join(lines)


def outcome_name(code: str) -> str:
    """The name of a verdict's outcome in the active language."""
    chinese, english = OUTCOMES[code]
    return english if (get_language() or "").startswith("en") else chinese


def facts(opened: Opened, measured: Measured) -> dict[str, Any]:
    """What happened, for a program."""
    cycle = opened.cycle
    return {
        "status": "measured",
        "scheme": cycle.scheme,
        "period": cycle.period,
        "on": cycle.ends_on,
        "opened": len(opened.added),
        "measured": len(measured.steps),
        "unchanged": measured.unchanged,
        "outcomes": queries.by_outcome(cycle),
        "states": {state: count for state, count in queries.by_state(cycle).items() if count},
        "left_out": [
            {"employee_no": each.manager.employee_no, "reason": each.code, "text": each.text}
            for each in [*opened.left_out, *measured.left]
        ],
    }
