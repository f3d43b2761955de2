"""How figures, dates and states are written in a template; the arithmetic is `ledger.rules.money`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import template
from django.template import defaultfilters
from django.utils.translation import get_language, gettext, gettext_lazy

from ledger.rules import money

register = template.Library()

MISSING = "—"
# Where the tick of the threshold stands on a bar, in percent: what lies beyond it still has room to show.
TICK_AT = 86


@dataclass(frozen=True)
class State:
    """How a state looks: `tone` is a colour class, `mark` needs no colour, `word` is the default text."""

    tone: str
    mark: str
    word: Any


_MET = State("met", "✓", gettext_lazy("已达"))
_NOT_MET = State("failed", "✕", gettext_lazy("未达"))
_WAITING = State("waiting", "?", gettext_lazy("待定"))
_ATTENTION = State("attention", "!", gettext_lazy("注意"))
_QUIET = State("quiet", "", "")
_INFO = State("info", "", "")
STATES = {
    "met": _MET,
    "ok": State("met", "✓", gettext_lazy("正常")),
    "counted": State("met", "✓", gettext_lazy("计入")),
    "not_met": _NOT_MET,
    "veto": State("failed", "✕", gettext_lazy("否决")),
    "error": State("failed", "✕", gettext_lazy("出错")),
    "undecided": _WAITING,
    "missing": State("waiting", "?", gettext_lazy("待数据")),
    "not_applicable": State("quiet", "", gettext_lazy("不适用")),
    "expected": State("attention", "!", gettext_lazy("预计达标")),
    "attention": _ATTENTION,
    "stale": State("attention", "!", gettext_lazy("不是最新")),
    "none": State("waiting", "?", gettext_lazy("暂无数据")),
    "info": _INFO,
    "quiet": _QUIET,
    "left_out": State("quiet", "", gettext_lazy("未计")),
}


def number(value: Any) -> money.Number | None:
    """The exact number behind a template's value, or None where there is none to show.

    Texts are read as decimals, because figures kept as JSON are texts; what is no number stays out.
    """
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    return value if isinstance(value, Decimal | Fraction | int) else None


def _language() -> str:
    return get_language() or "zh-hans"


@register.filter
def short(value: Any, unit: str = "CNY") -> str:
    """`{{ value|short }}` "2.31 亿"; `{{ value|short:"USD" }}` "US$ 820 万"; missing "—"."""
    found = number(value)
    return MISSING if found is None else money.short_amount(found, unit=unit or "CNY", language=_language())


@register.filter(name="signed")
def _signed(value: Any, unit: str = "CNY") -> str:
    """A difference with its sign: "+11.6 万", "−1,904 万"."""
    found = number(value)
    if found is None:
        return MISSING
    return money.short_amount(found, unit=unit or "CNY", language=_language(), signed=True)


@register.filter
def size(value: Any, unit: str = "CNY") -> str:
    """The short form without its sign, for a gap whose direction the words say: "还差 1,904 万"."""
    found = number(value)
    return short(None if found is None else abs(Fraction(found)), unit)


@register.filter
def exact(value: Any, unit: str = "CNY") -> str:
    """All digits, "230,967,412.88", for explanations, titles and exports."""
    found = number(value)
    return MISSING if found is None else money.exact_figure(found, unit=unit or "CNY")


@register.filter
def figure(value: Any, unit: str = "CNY") -> str:
    """A metric's value in short form by unit (currency, ratio, count, months, CNY-days), or yes and no."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    found = number(value)
    if found is None:
        return MISSING
    return money.short_figure(found, unit=unit or "CNY", language=_language())


@register.filter
def exact_title(value: Any, unit: str = "CNY") -> str:
    """The text on hover: the exact figure with its unit, "230,967,412.88 元"."""
    if isinstance(value, bool) or number(value) is None:
        return ""
    suffix = {"CNY": gettext("元"), "CNY-days": gettext("元·天"), "months": gettext("个月")}.get(
        unit or "CNY", ""
    )
    return f"{exact(value, unit)} {suffix}".rstrip()


@register.filter
def machine(value: Any) -> str:
    """The value for a program, in `<data value>`: plain digits, a point, nothing else."""
    found = None if isinstance(value, bool) else number(value)
    return "" if found is None else str(money.round_half_up(found, 6)).rstrip("0").rstrip(".")


@register.filter
def percent(ratio: Any, places: int = 1) -> str:
    """A ratio as a percentage, "98.2%"; `{{ ratio|percent:0 }}` "98%"."""
    found = number(ratio)
    return MISSING if found is None else money.percent(found, places=places)


@register.filter
def share(value: Any) -> str:
    """A share of a customer, "70%", without needless zeros."""
    found = number(value)
    return MISSING if found is None else money.share_percent(found)


@register.filter
def wan(value: Any, places: int = 0) -> str:
    """The bare figure in units of 10,000 yuan, for a column whose heading says 万元."""
    found = number(value)
    return MISSING if found is None else money.scaled(found, size=10**4, places=places)


@register.filter
def yi(value: Any, places: int = 2) -> str:
    """The bare figure in units of 100,000,000 yuan, for a column whose heading says 亿元."""
    found = number(value)
    return MISSING if found is None else money.scaled(found, size=10**8, places=places)


@register.filter(expects_localtime=True)
def iso(day: Any) -> str:
    """A date as "2026-03-31" in both languages; a moment adds "09:12". Texts pass through."""
    if isinstance(day, datetime.datetime):
        return defaultfilters.date(day, "Y-m-d H:i")
    if isinstance(day, datetime.date):
        return day.isoformat()
    return str(day) if day else MISSING


@register.filter(expects_localtime=True)
def month_day(day: Any) -> str:
    """A date without its year, "09-18", where the year stands beside it already."""
    return iso(day)[5:10] if day else MISSING


@register.filter
def tone(state: str) -> str:
    """The colour class of a state's tag."""
    return STATES.get(state, _QUIET).tone


@register.filter
def mark(state: str) -> str:
    """The mark of a state: ✓ ✕ ? ! or nothing."""
    return STATES.get(state, _QUIET).mark


@register.filter
def word(state: str) -> str:
    """What a state is called when the page says nothing more exact."""
    return str(STATES.get(state, _QUIET).word)


@register.inclusion_tag("components/amount.html")
def amount(
    value: Any, *, unit: str = "CNY", url: str = "", reason: str = "", signed: bool = False
) -> dict[str, Any]:
    """A figure in short form, exact on hover; `url` explains it, `reason` says why it is missing.

    A tag and not an include: an include would take `unit` or `url` from whatever page surrounds it.
    """
    unit = unit or "CNY"
    missing = not isinstance(value, bool) and number(value) is None
    return {
        "missing": missing,
        "reason": reason or gettext("没有数据"),
        "url": url,
        "title": exact_title(value, unit),
        "machine": machine(value),
        "shown": _signed(value, unit) if signed else figure(value, unit),
    }


@register.inclusion_tag("components/tag.html")
def tag(
    state: str, text: Any = "", *, bare: bool = False, url: str = "", current: bool = False, title: str = ""
) -> dict[str, Any]:
    """A state as colour, mark and words. `bare` shows the mark alone and says the words to screen readers."""
    look = STATES.get(state, _QUIET)
    return {
        "look": look,
        "text": text or look.word,
        "bare": bare and look.mark,
        "url": url,
        "current": current,
        "title": title,
    }


@register.inclusion_tag("components/bar.html")
def bar(
    *, value: Any, threshold: Any = None, projected: Any = None, state: str = "", unit: str = "CNY"
) -> dict[str, str]:
    """A progress bar: the value, its projection hatched, a tick at the threshold; said in words for readers.

    All three in `unit`. A missing value draws an empty bar. Values beyond the end of the bar stop there.
    """
    numbers = [number(one) for one in (value, threshold, projected)]
    reached, wanted, expected = (None if one is None else Fraction(one) for one in numbers)
    whole = _whole(reached, wanted, expected)
    filled, ahead = _width(reached, whole), _width(expected, whole)
    return {
        "filled": f"{filled:.2f}" if filled else "",
        "ahead": f"{ahead:.2f}" if ahead > filled else "",
        "tick": f"{TICK_AT:.2f}" if wanted and wanted > 0 else "",
        "tone": "met" if state in ("met", "ok") else "plain",
        "label": _bar_label(value, threshold, projected, unit),
    }


def _whole(reached: Fraction | None, wanted: Fraction | None, expected: Fraction | None) -> Fraction:
    if wanted and wanted > 0:
        return wanted * 100 / TICK_AT
    return max(reached or Fraction(0), expected or Fraction(0)) or Fraction(1)


def _width(amount: Fraction | None, whole: Fraction) -> float:
    # A float is enough here: this is where pixels begin.
    return float(min(max((amount or Fraction(0)) / whole * 100, Fraction(0)), Fraction(100)))


def _bar_label(value: Any, threshold: Any, projected: Any, unit: str) -> str:
    parts = [gettext("目前 %(value)s") % {"value": figure(value, unit)}]
    if threshold is not None:
        parts.append(gettext("标准 %(value)s") % {"value": figure(threshold, unit)})
    if projected is not None:
        parts.append(gettext("期末预计 %(value)s") % {"value": figure(projected, unit)})
    return gettext("，").join(parts)
