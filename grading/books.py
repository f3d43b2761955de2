"""How one version of a rulebook reads: clauses, numbers with article and start, flaws, changes, steps."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import clauses, grids, presenters, queries
from grading.models import RulebookVersion
from grading.rules import checker
from grading.rules.dated import DatedValue, Parameter
from grading.rules.findings import Finding
from grading.rules.schema import Rulebook
from grading.rules.simulating import SIDES
from ledger.rules import windows
from managers.models import ClientManager, LogEntry

STEPS = {
    "draft_rulebook": gettext_lazy("起草"),
    "rewrite_rulebook": gettext_lazy("修改"),
    "check_rulebook": gettext_lazy("已核对"),
    "simulate_rulebook": gettext_lazy("已试算"),
    "revise_rulebook": gettext_lazy("退回修改"),
    "withdraw_rulebook": gettext_lazy("已撤回"),
    "adopt_rulebook": gettext_lazy("已通过"),
    "publish_rulebook": gettext_lazy("由命令行发布"),
    "supersede_rulebook": gettext_lazy("已被取代"),
}
STATE_TONES = {
    "draft": "quiet",
    "checked": "info",
    "simulated": "info",
    "adopted": "met",
    "superseded": "quiet",
    "withdrawn": "quiet",
}


def page(version: RulebookVersion, on: date) -> dict[str, Any]:
    """Everything that the page and the PDF of a version show, with the numbers in force on a day."""
    book = queries.rulebook(version)
    return {
        "version": version,
        "on": on,
        "title": presenters.titled(book.scheme),
        "tone": STATE_TONES[version.state],
        "facts": list(facts(version, book)),
        "clauses": list(clauses.clauses(book, on)),
        "numbers": [numbers(parameter, book) for parameter in book.parameters.values()],
        "transitions": list(clauses.transitions(book)),
        "findings": [flaw(Finding.from_dict(each)) for each in _flaws(version)],
        "changes": changes(version, book),
        "steps": list(steps(version)),
    }


def _flaws(version: RulebookVersion) -> list[Mapping[str, Any]]:
    """The warnings kept with the version; of one not yet checked, those the checker has now."""
    if version.warnings or version.state != RulebookVersion.State.DRAFT:
        return list(version.warnings)
    return [finding.to_dict() for finding in checker.check(version.content).warnings]


def facts(version: RulebookVersion, book: Rulebook) -> Iterator[tuple[str, str]]:
    """What is known of the version as a whole: pairs of a word and its value."""
    yield _("状态"), version.get_state_display()
    yield _("生效日"), version.effective_on.isoformat()
    if version.superseded_by is not None:
        yield (
            _("被取代"),
            _("自 %(day)s 起由第 %(number)s 版取代")
            % {
                "day": version.superseded_by.effective_on,
                "number": version.superseded_by.number,
            },
        )
    if version.based_on is not None:
        yield _("依据版本"), _("第 %(number)s 版") % {"number": version.based_on.number}
    if version.made_by is not None:
        yield _("起草"), f"{version.made_by} {_moment(version.made_at)}"
    if tried := _simulated(version.simulation or {}):
        yield _("已试算"), tried
    if version.adopted_by is not None:
        yield _("已通过"), f"{version.adopted_by} {_moment(version.adopted_at)}"
    if version.lines:
        names = dict(ClientManager.Line.choices)
        yield _("适用条线"), _listed(str(names.get(line, line)) for line in version.lines)
    yield _("适用机构"), _listed(version.branches) or _("全部机构")
    yield _("考核"), str(clauses.PERIODS.get(book.scheme.cycle, book.scheme.cycle))
    yield _("来源"), version.get_origin_display()


def _listed(words: Iterable[str]) -> str:
    return (", " if presenters.english() else "、").join(words)


def _simulated(summary: Mapping[str, Any]) -> str:
    """The periods tried out, each with how many came out otherwise, as `simulation.summary` keeps them."""
    told = []
    for period, found in summary.items():
        if isinstance(found, Mapping) and "judged" in found:
            changed = sum(int(found.get(side, 0)) for side in SIDES)
            name = presenters.period_name(windows.period(period))
            words = {"period": name, "changed": changed, "judged": found["judged"]}
            told.append(_("%(period)s：%(judged)s 人中 %(changed)s 人的结论不同") % words)
    return "; ".join(told) if presenters.english() else "；".join(told)


def _moment(at: Any) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def numbers(parameter: Parameter, book: Rulebook) -> dict[str, Any]:
    """Every value of a number, past and future: for whom, start, amount, article."""
    own = [series for _parameter, (name, series) in grids.keys(book) if name == parameter.name]
    return {
        "title": presenters.titled(parameter),
        "unit": unit_word(parameter.unit),
        "rows": [
            {"grade": grids.series_word(book, each), **_value(parameter, each, row)}
            for each in own
            for row in parameter.series[each]
        ],
    }


def _value(parameter: Parameter, series: str, row: DatedValue) -> dict[str, Any]:
    flawed = row.printed_unit and row.printed_unit != parameter.unit
    return {
        "starts_on": row.starts_on,
        "value": grids.told(parameter, series, row),
        "cites": row.cites,
        "flaw": _("原文单位不同，见注") if flawed else "",
    }


def unit_word(unit: str) -> str:
    """What a unit is called beside a number."""
    words = {
        "CNY": _("元"),
        "CNY-days": _("元·天"),
        "USD": _("美元"),
        "ratio": _("比例"),
        "count": _("个"),
        "months": _("个月"),
        "points": _("分"),
        "number": _("数"),
    }
    return words.get(unit, unit)


def flaw(finding: Finding) -> dict[str, Any]:
    """A finding of the checker: its line, what is wrong, the reading chosen or what to write."""
    what, write = grids.said(finding)
    return {
        "line": finding.line,
        "what": what,
        "write": write,
        "note": finding.note,
        "state": "not_met" if finding.severity == "error" else "attention",
        "word": _("错误") if finding.severity == "error" else _("提醒"),
    }


def changes(version: RulebookVersion, book: Rulebook) -> dict[str, Any] | None:
    """What is new since the version before: numbers, and lines of the text; None for the first version."""
    last = previous(version)
    if last is None:
        return None
    old = queries.rulebook(last)
    return {"last": last, "numbers": list(_new_rows(old, book)), "lines": list(_new_lines(last, version))}


def previous(version: RulebookVersion) -> RulebookVersion | None:
    """The version that one was drafted on or takes over from; None for the first of its scheme."""
    if version.based_on is not None:
        return version.based_on
    rows = list(queries.counting(version.code))
    places = [at for at, each in enumerate(rows) if each.pk == version.pk]
    earlier = rows[: places[0]] if places else rows
    return next((each for each in reversed(earlier) if queries.covers(each, version)), None)


def _new_rows(old: Rulebook, book: Rulebook) -> Iterator[dict[str, Any]]:
    """Rows of numbers that only one of the two has, or that have another amount."""
    before, after = _by_start(old), _by_start(book)
    for key in [*after, *(key for key in before if key not in after)]:
        name, grade, starts_on = key
        parameter = book.parameters.get(name) or old.parameters[name]
        was, now = before.get(key), after.get(key)
        if (was and was.amount) == (now and now.amount) and (was is None) == (now is None):
            continue
        earlier = was or grids.row_on(old, (name, grade), starts_on)
        yield {
            "title": presenters.titled(parameter),
            "grade": grids.series_word(book, grade),
            "starts_on": starts_on,
            "old": _shown(old, name, grade, earlier),
            "new": _shown(book, name, grade, now),
            "cites": now.cites if now else "",
        }


def _by_start(book: Rulebook) -> dict[tuple[str, str, date], DatedValue]:
    return {
        (name, grade, row.starts_on): row
        for name, parameter in book.parameters.items()
        for grade, rows in parameter.series.items()
        for row in rows
    }


def _shown(book: Rulebook, name: str, series: str, row: DatedValue | None) -> str:
    return "—" if row is None else grids.told(book.parameters[name], series, row)


def _new_lines(last: RulebookVersion, version: RulebookVersion) -> Iterator[dict[str, str]]:
    """The lines of the text that went and came, in the order of the text."""
    pair = (last.content.splitlines(), version.content.splitlines())
    for line in list(difflib.unified_diff(*pair, n=0, lineterm=""))[2:]:
        if line[:1] in "+-":
            yield {"mark": line[:1], "text": line[1:]}


def steps(version: RulebookVersion) -> Iterator[dict[str, Any]]:
    """Who did what to the version, when and why, out of the log."""
    rows = LogEntry.objects.filter(subject=f"rulebook:{version.pk}").select_related("by").order_by("id")
    for row in rows:
        yield {
            "step": STEPS.get(row.action, row.action),
            "by": str(row.by) if row.by is not None else _("系统"),
            "at": row.at,
            "reason": row.reason,
        }
