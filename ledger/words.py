"""The words for windows, and for the facts behind a figure: what counts, and why something does not."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import happenings, presenters, versions
from ledger.rules.explaining import Fact, Section
from ledger.rules.figures import MetricRef

WINDOWS = {
    "day": gettext_lazy("当日"),
    "month": gettext_lazy("本月"),
    "quarter": gettext_lazy("本季"),
    "half_year": gettext_lazy("本半年"),
    "year": gettext_lazy("本年"),
    "previous_month": gettext_lazy("上月"),
    "previous_quarter": gettext_lazy("上季"),
    "previous_half_year": gettext_lazy("上半年度"),
    "previous_year": gettext_lazy("上年"),
    "last_month_end": gettext_lazy("上月末"),
    "last_quarter_end": gettext_lazy("上季度末"),
    "last_year_end": gettext_lazy("上年末"),
}
FACT_REASONS = {
    "replaced": gettext_lazy("已被后来批次取代"),
    "withdrawn": gettext_lazy("已撤销"),
    "not_in_force": gettext_lazy("当日不在起止之内"),
    "begun_earlier": gettext_lazy("当日另有起日较晚的目标"),
    "below_floor": gettext_lazy("低于统计下限，未计入"),
    "below_mark": gettext_lazy("未达所问数额"),
}


def window_title(name: str) -> str:
    """What people call a window; a day of the year is called by its month and day."""
    if name in WINDOWS:
        return str(WINDOWS[name])
    day = name.removeprefix("last_year ")
    return _("上年 %(day)s") % {"day": day} if day != name else day


def event_title(code: str) -> str:
    """What people call an event; of another system's the name of its figure, or its code."""
    return happenings.titles().get(code) or versions.metric_title(code)


def question(ref: MetricRef) -> str:
    """What a figure was asked with besides window and floor: the code, the amount to reach, how far back."""
    params = dict(ref.params)
    parts = []
    if "event" in params:
        parts.append(_("事项 %(code)s") % {"code": event_title(params["event"])})
    if "metric" in params:
        parts.append(_("目标 %(code)s") % {"code": versions.metric_title(params["metric"])})
    if "reaching" in params:
        words = {
            "average": _("贷款日均") if params.get("of") == "loan" else _("存款日均"),
            "amount": _mark(params["reaching"]),
        }
        parts.append(_("%(average)s不低于 %(amount)s") % words)
    if "ago" in params:
        parts.append(_("往前 %(count)s 期") % {"count": params["ago"]})
    return " · ".join(parts)


def _mark(text: str) -> str:
    """An amount as people say it; what is none stands for itself."""
    try:
        return presenters.short(Decimal(text))
    except (InvalidOperation, ValueError):
        return text


def facts(section: Section) -> list[dict[str, Any]]:
    """The facts of a section as the table of a page takes them, those that count first."""
    return [_fact(each) for each in sorted(section.facts, key=lambda each: not each.counts)]


def _fact(each: Fact) -> dict[str, Any]:
    return {
        "label": each.label,
        "start": each.start,
        "end": each.end,
        "one_day": each.end == each.start,
        "text": each.text,
        "quantity": each.quantity,
        "unit": each.unit,
        "state": "counted" if each.counts else "left_out",
        "why": str(FACT_REASONS.get(each.reason, each.reason)),
        "sources": [presenters.source(source) for source in each.sources],
    }
