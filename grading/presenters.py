"""What pages show of a verdict: criteria with their distance, vetoes, the planner, in both languages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grading import queries, standings
from grading.rules import catalogue, planning, wording
from grading.rules.reasons import Reason
from grading.rules.schema import Grade, Rulebook
from grading.standings import Standing
from ledger import explanations
from ledger.queries import Contribution
from ledger.rules import money
from ledger.rules.windows import Period

PLANNED = standings.AVERAGES


def english() -> bool:
    """Whether the reader reads English rather than Chinese."""
    return (get_language() or "").startswith("en")


def language() -> str:
    """The language of the words that come with the rulebooks: "en" or "zh"."""
    return "en" if english() else "zh"


def titled(thing: Any) -> str:
    """The name of anything that carries `title` and `title_en`."""
    return str(thing.title_en if english() and thing.title_en else thing.title)


def short(grade: Grade) -> str:
    """A grade in a table: 一级, or First-grade."""
    return grade.title_en.removesuffix(" client manager") if english() else grade.short


def period_name(period: Period) -> str:
    """2026 年第三季度, or Q3 2026; 2026 年 9 月, 2026 年下半年, 2026 年度."""
    year, month = period.start.year, period.start.month
    if period.kind == "year":
        return _("%(year)s 年度") % {"year": year}
    if period.kind == "month":
        return _("%(year)s 年 %(month)s 月") % {"year": year, "month": month}
    if period.kind == "half_year":
        return (_("%(year)s 年上半年") if month == 1 else _("%(year)s 年下半年")) % {"year": year}
    return _("%(year)s 年第%(quarter)s季度") % {
        "year": period.start.year,
        "quarter": _QUARTERS[(period.start.month - 1) // 3]
        if not english()
        else (period.start.month + 2) // 3,
    }


_QUARTERS = "一二三四"
_BRACKET = re.compile("[(（]")


def metric_title(code: str) -> str:
    """What people call a metric."""
    return catalogue.title(code)[1 if english() else 0]


def metric_choices() -> list[tuple[str, str]]:
    """Every metric of the catalogue with its name, for a field to choose from."""
    return [(code, metric_title(code)) for code in catalogue.METRICS]


def figure_url(employee_no: str, reason: Reason, on: date) -> str:
    """The page that takes the figure apart; "" where there is none."""
    ref = reason.ref
    if ref is None or reason.value is None or ref.code not in explanations.explainable():
        return ""
    asked = {"on": on.isoformat(), "window": ref.window, "floor": f"{ref.floor:f}", **dict(ref.params)}
    return f"{reverse('figure', args=[employee_no, ref.code])}?{urlencode(asked)}"


@dataclass(frozen=True)
class Sheet:
    """One grade's standard on a page: its rows, and how many of its items are met."""

    grade: str
    outcome: str
    rows: list[dict[str, Any]]
    tally: str
    cites: str
    floor: Decimal | None
    why: str


def sheet(standing: Standing, grade: Grade | None, rows: Sequence[Contribution]) -> Sheet | None:
    """The standard of a grade for a manager, with projections to the end of the period ahead.

    None where the regulation has no standard for it: it may go by points alone.
    """
    root = standing.verdict.standards.get(grade.code) if grade is not None else None
    if grade is None or root is None:
        return None
    leaves = list(_leaves(root))
    floors = {leaf.floor for leaf, _label in leaves if leaf.floor}
    return Sheet(
        short(grade),
        root.outcome,
        [_row(standing, leaf, label, rows) for leaf, label in leaves],
        tally(root),
        root.cites,
        max(floors, default=None),
        why(root),
    )


def sheet_row(standing: Standing, leaf: Reason | None, rows: Sequence[Contribution]) -> dict[str, Any] | None:
    """A single comparison beside the standards, such as the on-post bar; None where there is none."""
    return None if leaf is None else _row(standing, leaf, "", rows)


def tally(root: Reason) -> str:
    """How many items of a standard are met, of how many that must be."""
    if root.kind == "leaf" or root.threshold is None:
        return ""
    return _("%(all)s 项中须达 %(needed)s 项，已达 %(met)s 项") % {
        "all": len(root.children),
        "needed": int(root.threshold),
        "met": int(root.value or 0),
    }


def why(reason: Reason) -> str:
    """Why a figure or a group has no answer, as a sentence; "" where it has one."""
    return wording.why(reason.why, reason.why_params, language=language()) if reason.why else ""


def addition(reason: Reason) -> str:
    """What people have added to the computed figure, or what it rests on beside it; "" where nothing is."""
    if "certificate" in reason.detail:
        return _("本行认定的证书 %(certificate)s，有效至 %(until)s") % reason.detail
    said = []
    if "served" in reason.detail:
        text = _("实数 %(measured)s，在岗 %(served)s 天，折算为 %(days_of_window)s 天")
        said.append(text % reason.detail)
    if "adjusted" in reason.detail:
        text = _("计算值 %(computed)s，经批准调整 %(adjusted)s（调整单 %(adjustments)s）")
        said.append(text % reason.detail)
    return _("；").join(said)


def _leaves(root: Reason) -> Iterator[tuple[Reason, str]]:
    """The comparisons of a standard, each with the letter of its item."""
    items = root.children or (root,)
    for item in items:
        letter = item.code.split(".")[1] if item.code.count(".") else ""
        leaves = list(item.leaves())
        for position, leaf in enumerate(leaves):
            yield leaf, letter if not position else ""


def _row(standing: Standing, leaf: Reason, letter: str, rows: Sequence[Contribution]) -> dict[str, Any]:
    """One comparison as the `criteria` component takes it."""
    ahead = projection(standing, leaf, rows)
    expected = leaf.outcome == "not_met" and ahead is not None and ahead >= (leaf.threshold or 0)
    return {
        "name": name(leaf, letter),
        "note": _largest(leaf, rows, standing.on) or " · ".join(filter(None, [_bracket(leaf), leaf.cites])),
        "url": figure_url(standing.manager.employee_no, leaf, standing.on),
        "value": leaf.value,
        "unit": leaf.unit or "CNY",
        "threshold": leaf.threshold,
        "projected": ahead,
        "state": "expected" if expected else state(leaf),
        "text": "",
        "remark": addition(leaf) or remark(leaf, ahead),
        "reason": why(leaf),
    }


def name(leaf: Reason, letter: str = "") -> str:
    """The name of a comparison, with the letter of its item unless it carries one; without its bracket."""
    title = _BRACKET.split(titled(leaf))[0].rstrip()
    return title if not letter or title.startswith((f"{letter} ", f"{letter}. ")) else f"{letter} {title}"


def _bracket(leaf: Reason) -> str:
    """What a title says in brackets: 不含协议存款."""
    return "".join(_BRACKET.split(titled(leaf))[1:]).rstrip(")）")


def state(reason: Reason) -> str:
    """The outcome as a key of the tag's states; what waits for a delivery says so."""
    return "missing" if reason.outcome == "undecided" and reason.state == "missing" else reason.outcome


def _largest(leaf: Reason, rows: Sequence[Contribution], on: date) -> str:
    """Whose figure the largest customer's is."""
    column = {"largest_deposit_customer": "own_deposit", "largest_loan_customer": "own_loan"}.get(leaf.metric)
    if column is None or not leaf.value or leaf.window != "year":
        return ""
    days = (on - on.replace(month=1, day=1)).days + 1
    inside = standings.counted(rows, floor=Fraction(leaf.floor or 0), days=days)
    held = [row for row in inside if row.share is not None]
    return max(held, key=lambda row: getattr(row, column)).name if held else ""


def remark(leaf: Reason, ahead: Fraction | None) -> str:
    """How far a value is from its threshold, and where it is heading."""
    if leaf.value is None or leaf.threshold is None or leaf.distance is None:
        return ""
    parts = []
    if leaf.outcome == "met" and leaf.distance > 0:
        parts.append(_("超出 %(amount)s") % {"amount": amount(leaf.distance, leaf.unit)})
    if leaf.outcome == "not_met" and leaf.gap:
        parts.append(_("还差 %(amount)s") % {"amount": amount(leaf.gap, leaf.unit)})
    if ahead is not None:
        parts.append(_("预计 %(amount)s") % {"amount": amount(ahead, leaf.unit)})
    return " · ".join(parts)


def amount(value: Fraction | Decimal, unit: str) -> str:
    """A figure in short form inside a sentence."""
    return money.short_figure(value, unit=unit or "CNY", language=get_language() or "zh")


def projection(standing: Standing, leaf: Reason, rows: Sequence[Contribution]) -> Fraction | None:
    """The value at the end of the period ahead if today's balances stay; None where not worked out."""
    course = standings.course(leaf, rows, on=standing.on, ahead=standing.ahead)
    return None if course is None else planning.projected(course) - standings.base(leaf, course)


@dataclass(frozen=True)
class Advice:
    """The planner's sentence: which line, by when, and what it takes."""

    line: str
    ends_on: date
    threshold: Fraction
    plan: planning.Plan


def advice(standing: Standing, rows: Sequence[Contribution]) -> Advice | None:
    """The nearest deposit line not met, of a standard not met if there is one; None if all are met."""
    found = [
        (done, leaf.gap, leaf, label)
        for label, leaf, done in _lines(standing)
        if leaf.outcome == "not_met" and leaf.gap and leaf.threshold is not None
    ]
    for _done, _gap, leaf, label in sorted(found, key=lambda each: each[:2]):
        course = standings.course(leaf, rows, on=standing.on, ahead=standing.ahead)
        assert leaf.threshold is not None
        plan = course and planning.plan(course, leaf.threshold + standings.base(leaf, course))
        if plan:
            return Advice(label, standing.ahead.end, leaf.threshold, plan)
    return None


def _lines(standing: Standing) -> Iterator[tuple[str, Reason, bool]]:
    """Deposit lines of own and next grade and the on-post bar: their names, whether the standard is met."""
    for grade in (standing.grade, standing.above):
        root = standing.verdict.standards.get(grade.code) if grade else None
        for leaf in root.leaves() if root and grade else ():
            if leaf.metric in PLANNED and grade and root:
                label = _("%(grade)s%(metric)s标准") % {"grade": short(grade), "metric": _plain(leaf)}
                yield label, leaf, root.outcome == "met"
    on_post = standing.verdict.on_post
    if on_post is not None and on_post.metric in PLANNED:
        yield _("在岗最低线"), on_post, on_post.outcome == "met"


def _plain(leaf: Reason) -> str:
    return _("新增存款") if leaf.metric == "new_deposit_daily_average" else _("存款")


def vetoes(verdict_vetoes: Sequence[Reason], employee_no: str, on: date) -> list[dict[str, Any]]:
    """The quality requirements: what was found, and whether it strikes."""
    return [
        {
            "name": titled(veto),
            "url": figure_url(employee_no, veto, on),
            "shown": veto_value(veto),
            "state": "veto" if veto.outcome == "not_met" else state(veto),
            "text": _struck(veto),
            "remark": why(veto) or _excused(veto),
            "cites": veto.cites,
        }
        for veto in verdict_vetoes
    ]


def _struck(veto: Reason) -> str:
    if veto.outcome == "not_met":
        return _("发生") if veto.comparison == "none_of" else _("未达")
    return _("未发生") if veto.outcome == "met" and veto.comparison == "none_of" else ""


def _excused(veto: Reason) -> str:
    """The exception that made a rule hold."""
    rule = veto.children[0] if veto.kind == "unless" and veto.children else None
    return titled(veto.children[1]) if rule and rule.outcome != "met" and veto.outcome == "met" else ""


def veto_value(veto: Reason) -> str:
    """The figure behind a veto: an amount, or the share before and now."""
    if veto.value is None:
        return ""
    if veto.unit != "ratio":
        return amount(veto.value, veto.unit)
    now = next((leaf.value for leaf in veto.leaves() if leaf.metric == "normal_loan_share"), None)
    if now is None:
        return money.percent(veto.value, places=2, signed=True)
    return f"{money.share_percent(now - veto.value)} → {money.share_percent(now)}"


def thresholds(standing: Standing, metric: str) -> list[dict[str, Any]]:
    """The lines of own and next grade for a chart of one metric."""
    found = []
    for grade, is_next in ((standing.grade, False), (standing.above, True)):
        leaf = line_of(standing.verdict.standards, grade, metric)
        if grade is not None and leaf is not None and leaf.threshold is not None:
            label = f"{short(grade)} {amount(leaf.threshold, leaf.unit)}"
            found.append({"label": label, "value": str(money.round_half_up(leaf.threshold)), "next": is_next})
    return found


def line_of(standards: Mapping[str, Reason], grade: Grade | None, metric: str) -> Reason | None:
    """The comparison of one metric in a grade's standard."""
    if grade is None or grade.code not in standards:
        return None
    return next((leaf for leaf in standards[grade.code].leaves() if leaf.metric == metric), None)


def outcome_word(outcome: str) -> str:
    """What a verdict's outcome is called."""
    return wording.OUTCOMES[outcome][1 if english() else 0]


def grade_short(book: Rulebook, code: str) -> str:
    """The short name of a grade by its code; an unknown code names itself."""
    return next((short(grade) for grade in book.grades if grade.code == code), code)


def grade_names() -> dict[str, str]:
    """Short names of all grades of the schemes in force, by code."""
    books = [queries.rulebook(version) for version in standings.schemes(date.max)]
    return {grade.code: short(grade) for book in reversed(books) for grade in book.grades}
