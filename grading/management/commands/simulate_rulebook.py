"""simulate_rulebook FILE | --of CODE:NUMBER [--periods P,P] [--effective DATE] [--user U]: try a text out."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import presenters, simulation, simulation_sheets
from grading.comparing import Change, Result
from grading.edge import findings_text, read
from grading.models import RulebookVersion
from grading.rules import checker, simulating
from grading.rules.schema import Rulebook
from ledger.edge import ReportingCommand, business_date, not_published
from ledger.queries import NotPublished
from ledger.rules import windows
from ledger.rules.figures import shown
from ledger.rules.windows import Period
from managers.models import ClientManager, User

#: Without --periods, the latest quarters that are published.
LATEST = 4


class Command(ReportingCommand):
    """A rulebook beside the one in force in past periods: who changes, by which criterion, at what cost."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The text, the periods, the day it is to take effect, and for whose eyes."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--of", metavar="CODE:NUMBER", help="a stored version instead of a file")
        parser.add_argument("--periods", default="", help="such as 2026Q1,2026Q2; the latest four quarters")
        parser.add_argument("--effective", type=business_date, metavar="DATE")
        parser.add_argument("--user", help="only the managers this person may see")

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulate period by period, or say what stands in the way."""
        book, starts_on = _text(options)
        found = simulation.simulate(
            book,
            _periods(options["periods"]),
            among=_among(options["user"]),
            starts_on=options["effective"] or starts_on,
        )
        try:
            results = list(found)
        except NotPublished as missing:
            raise _refused(not_published(missing.on)) from None
        lines = [line for result in results for line in _lines(result, book)]
        facts = {"status": "simulated", "scheme": book.scheme.code, "periods": [_facts(r) for r in results]}
        self.report("\n".join(lines), facts, as_json=options["json"])


def _text(options: dict[str, Any]) -> tuple[Rulebook, date]:
    """The rulebook, free of errors, and the day from which it is to hold where nothing else is said."""
    if bool(options["file"]) == bool(options["of"]):
        raise _refused(_("请写一个文件，或用 --of 办法代码:版本 指一个已存版本。"))
    if options["file"]:
        checked = checker.check_bytes(read(options["file"]), file=str(options["file"]))
        if checked.rulebook is None:
            raise _refused("\n".join(findings_text(checked.errors)))
        return checked.rulebook, min(checked.rulebook.starts(), default=date.min)
    code, _colon, number = options["of"].partition(":")
    version = RulebookVersion.objects.filter(code=code, number=number if number.isdecimal() else 0).first()
    if version is None:
        raise _refused(
            _("没有办法版本 %(version)s；请写成 corporate-six-grades:1。") % {"version": options["of"]}
        )
    return checker.load(version.content), version.effective_on


def _periods(asked: str) -> list[Period]:
    """The periods asked for, or the latest published quarters."""
    if not asked:
        found = [period for period in simulation.published_periods() if period.kind == "quarter"][:LATEST]
        if not found:
            raise _refused(_("还没有已发布的季末；请先执行 run_nights。"))
        return found
    try:
        return [windows.period(code.strip()) for code in asked.split(",")]
    except ValueError:
        raise _refused(_("考核期写法不对：%(period)s；请写 2026Q3 或 2026。") % {"period": asked}) from None


def _among(username: str | None) -> QuerySet[ClientManager]:
    today = timezone.localdate()
    if not username:
        return simulation.people(None, today)
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise _refused(_("没有登录名为“%(name)s”的用户；请核对登录名。") % {"name": username})
    return simulation.people(user, today)


def _refused(text: str) -> CommandError:
    return CommandError(text, returncode=2)


def _lines(result: Result, book: Rulebook) -> list[str]:
    """What people read: a line of counts and cost, then one a manager."""
    cost = simulation_sheets.cost(result, book)
    head = _(
        "%(period)s：%(judged)s 人，较好 %(up)s，较差 %(down)s，其他 %(other)s；津贴增减 %(cost)s 元"
    ) % {
        "period": presenters.period_name(result.period),
        "judged": result.judged,
        "up": result.count("up"),
        "down": result.count("down"),
        "other": sum(result.count(side) for side in ("other", "in", "out")),
        "cost": cost["difference"],
    }
    return [head, *(f"  {_told(result, change, book)}" for change in result.changes)]


def _told(result: Result, change: Change, book: Rulebook) -> str:
    row = simulation_sheets.change(result, change, book)
    criteria = "；".join(_criterion(each) for each in row["deciders"]) or row["why"]
    old, new = row["old"], row["new"]
    return (
        f"{change.person.employee_no} {change.person.name} {row['side_text']}"
        f" {old['outcome']} {old['proposed']} → {new['outcome']} {new['proposed']} {criteria}"
    )


def _criterion(each: dict[str, Any]) -> str:
    old, new = (shown(each[name], each["unit"]) or "—" for name in ("old", "new"))
    value = shown(each["value"], each["unit"]) or "—"
    return f"{each['name']} {value} ({old} → {new}) {each['cites']}"


def _facts(result: Result) -> dict[str, Any]:
    """One period as a program reads it; amounts as texts, exact."""
    return {
        "period": result.period.code,
        "numbers_on": result.numbers_on,
        "against": list(result.old),
        "judged": result.judged,
        "stored": result.stored,
        "left_out": dict(result.left_out),
        "pairs": [
            {"held": pair.held, "old": _ruling(pair.old), "new": _ruling(pair.new), "count": count}
            for pair, count in sorted(result.pairs.items(), key=repr)
        ],
        "cost": {
            "old": str(sum(line.old for line in result.cost)),
            "new": str(sum(line.new for line in result.cost)),
        },
        "changes": [_change(change) for change in result.changes],
    }


def _ruling(ruling: Any) -> dict[str, str] | None:
    return None if ruling is None else {"outcome": ruling.outcome, "proposed_grade": ruling.proposed}


def _change(change: Change) -> dict[str, Any]:
    return {
        "employee_no": change.person.employee_no,
        "side": change.side,
        "grade": change.pair.held,
        "old": _ruling(change.pair.old),
        "new": _ruling(change.pair.new),
        "deciding": [_node(decider) for decider in change.deciders],
    }


def _node(decider: simulating.Decider) -> dict[str, Any]:
    reason, before, after = decider.reason, decider.before, decider.after
    return {
        "code": reason.code,
        "cites": reason.cites,
        "value": shown(reason.value, reason.unit),
        "old_threshold": shown(before.threshold, before.unit) if before else None,
        "new_threshold": shown(after.threshold, after.unit) if after else None,
        "unit": reason.unit,
    }
