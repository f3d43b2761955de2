"""differences --date D or --period P: what a later version says otherwise, signed, per manager and metric."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from ledger import queries, versions
from ledger.edge import ReportingCommand, business_date, not_published
from ledger.models import PeriodClosing, Run
from ledger.queries import differences
from ledger.queries.differences import Changed
from ledger.rules.windows import period


class Command(ReportingCommand):
    """One line for every figure that differs: the change, since which day, from which bundle."""

    help = __doc__

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """--version is that of a date here, not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: Any) -> None:
        """A date with its versions, or a closed period."""
        super().add_arguments(parser)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--date", type=business_date)
        what.add_argument("--period", metavar="1993Q3", help="what has become of a closed period since")
        parser.add_argument(
            "--version", dest="number", type=int, metavar="N", help="a version of the date; else the newest"
        )
        parser.add_argument("--against", type=int, metavar="M", help="another version; else the one before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and list."""
        if options["period"]:
            earlier, later, found = _since_closing(options["period"])
        else:
            earlier, later = _two_versions(options)
            found = differences.changes(earlier, later)
        count = sum(len(each.differences) for each in found)
        head = _("%(earlier)s → %(later)s：%(people)s 名客户经理的 %(count)s 个数字不同。") % {
            "earlier": earlier,
            "later": later,
            "people": len(found),
            "count": count,
        }
        lines = [line for each in found for line in each.lines()]
        self.report("\n".join([*lines, head]), _facts(earlier, later, found), as_json=options["json"])


def _two_versions(options: dict[str, Any]) -> tuple[Run, Run]:
    """The version asked for and the one it is compared with."""
    day, number, against = options["date"], options["number"], options["against"]
    known = {run.version: run for run in queries.versions(day)}
    if not known:
        raise CommandError(not_published(day))
    later = known.get(number) if number is not None else list(known.values())[-1]
    if later is None or (against is not None and against not in known):
        raise CommandError(
            _("%(day)s 没有这个版本；已发布的版本：%(known)s")
            % {"day": day, "known": ", ".join(str(version) for version in known)}
        )
    earlier = known[against] if against is not None else queries.version_before(later)
    if earlier is None:
        raise CommandError(_("%(run)s 是第一个已发布的版本，没有可比较的前一版。") % {"run": later})
    return earlier, later


def _since_closing(code: str) -> tuple[Run, Run, list[Changed]]:
    closing = PeriodClosing.objects.filter(period=_period(code)).select_related("run").first()
    if closing is None:
        raise CommandError(_("%(period)s 还没有关账；请先执行 close_period。") % {"period": code})
    newest = differences.newest_version(closing)
    return closing.run, newest, differences.since_closing(closing)


def _period(code: str) -> str:
    try:
        return period(code).code
    except ValueError:
        raise CommandError(
            _("%(text)s 不是有效期间；请写成 1993M09、1993Q3、1993H2 或 1993") % {"text": code[:40]}
        ) from None


def _facts(earlier: Run, later: Run, found: Sequence[Changed]) -> dict[str, Any]:
    return {
        "date": later.business_date,
        "earlier": earlier.version,
        "later": later.version,
        "managers": [
            {
                "employee_no": each.manager.employee_no,
                "since": each.cause.since,
                "bundles": list(each.cause.bundles),
                "differences": [versions.difference_facts(one) for one in each.differences],
            }
            for each in found
        ],
    }
