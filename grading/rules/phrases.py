"""What an operand is called where the text gives it no title: its calculation in words, in both languages."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from .arithmetic import (
    Banded,
    Bracketed,
    Elapsed,
    First,
    Less,
    MeanInForce,
    Observed,
    PointsOf,
    Ratio,
    Rounded,
    Taken,
)
from .catalogue import title
from .dated import Parameter
from .operands import Measured, Named, Number, Operand
from .ranking import OfPeers

Both = tuple[str, str]
Parameters = Mapping[str, Parameter]
TIMES: Mapping[str, Both] = {
    "month": ("月", "months"),
    "quarter": ("季", "quarters"),
    "half_year": ("半年", "half-years"),
    "year": ("年", "years"),
}
#: Stands where a word of the text was not understood; the checker says so at its place.
UNKNOWN = ("…", "…")
PEERS: Mapping[str, Both] = {
    "mean": ("同组平均", "mean of peers"),
    "median": ("同组中位数", "median of peers"),
    "max": ("同组最高", "highest of peers"),
    "min": ("同组最低", "lowest of peers"),
    "count": ("同组人数", "number of peers"),
    "rank": ("同组名次", "rank among peers"),
    "share_below": ("同组低于本人的占比", "share of peers below"),
}
TAKEN: Mapping[str, Both] = {
    "mean": ("平均", "mean"),
    "median": ("中位数", "median"),
    "min": ("较小者", "lesser"),
    "max": ("较大者", "greater"),
    "sum": ("合计", "sum"),
    "product": ("连乘", "product"),
}
SIGNS = {"sum": " + ", "product": " × "}


def phrase(operand: Operand, parameters: Parameters) -> Both:
    """An operand in words, short enough for a line: what is measured, and what is done with it."""
    match operand:
        case Number():
            plain = _plain(operand.amount)
            return plain, plain
        case Named():
            named = parameters.get(operand.name)
            return (named.title, named.title_en) if named else (operand.name, operand.name)
        case Measured():
            return _measured(operand)
        case MeanInForce():
            return f"{operand.parameter.title}（按天平均）", f"{operand.parameter.title_en} (mean by days)"
        case _:
            return _calculated(operand, parameters)


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), ",f")


def _measured(operand: Measured) -> Both:
    chinese, english = title(operand.code)
    params = dict(operand.params)
    asked = params.get("event") or params.get("metric") or params.get("product") or params.get("outcome")
    if asked:
        named = title(asked)
        chinese, english = f"{chinese}“{named[0]}”", f"{english} “{named[1]}”"
    if "peers" in params:
        chinese, english = _among_peers((chinese, english), params["peers"])
    if operand.ago:
        chinese, english = f"往前 {operand.ago} 期{chinese}", f"{english}, {operand.ago} periods before"
    return chinese, english


def _among_peers(inner: Both, taken: str) -> Both:
    peers = PEERS.get(taken, UNKNOWN)
    return f"{inner[0]}（{peers[0]}）", f"{inner[1]} ({peers[1]})"


def _calculated(operand: Operand, parameters: Parameters) -> Both:
    parts = [phrase(part, parameters) for part in operand.parts()]
    said = SAID.get(type(operand))
    return said(operand, parts) if said else ("按条件取值", "by condition")


def _taken(operand: Any, parts: Sequence[Both]) -> Both:
    sign = SIGNS.get(operand.take)
    return _joined(parts, sign) if sign else _listed(TAKEN[operand.take], parts)


def _rounded(operand: Any, parts: Sequence[Both]) -> Both:
    inner, step = parts
    return f"{inner[0]}（按 {step[0]} 取整）", f"{inner[1]} (in whole {step[1]})"


def _observed(operand: Any, parts: Sequence[Both]) -> Both:
    inner, taken, unit, count = parts[0], TAKEN[operand.take], TIMES.get(operand.each, UNKNOWN), operand.count
    if not count:
        return f"{inner[0]}（本年各{unit[0]}{taken[0]}）", f"{inner[1]} ({taken[1]} of the year's {unit[1]})"
    return (
        f"{inner[0]}（近 {count} {unit[0]}{taken[0]}）",
        f"{inner[1]} ({taken[1]} of the last {count} {unit[1]})",
    )


def _elapsed(operand: Any, parts: Sequence[Both]) -> Both:
    return f"本{TIMES.get(operand.of, UNKNOWN)[0]}已过比例", f"share of the {operand.of} gone by"


def _joined(parts: Sequence[Both], sign: str) -> Both:
    """Parts with a sign between them; a part that is itself calculated stands in brackets."""
    chinese = sign.join(_bracketed(part[0], "（）") for part in parts)
    return chinese, sign.join(_bracketed(part[1], "()") for part in parts)


def _bracketed(text: str, brackets: str) -> str:
    loose = any(sign in text for sign in (" + ", " − "))
    return f"{brackets[0]}{text}{brackets[1]}" if loose else text


def _listed(name: Both, parts: Sequence[Both]) -> Both:
    chinese = "、".join(part[0] for part in parts)
    return f"{name[0]}（{chinese}）", f"{name[1]} of {', '.join(part[1] for part in parts)}"


#: How each kind of calculation is said of its parts.
SAID: Mapping[type, Callable[[Any, Sequence[Both]], Both]] = {
    Taken: _taken,
    Less: lambda operand, parts: _joined(parts, " − "),
    Ratio: lambda operand, parts: _joined(parts, " ÷ "),
    First: lambda operand, parts: _listed(("首个有数者", "first known"), parts),
    Rounded: _rounded,
    Observed: _observed,
    Elapsed: _elapsed,
    OfPeers: lambda operand, parts: _among_peers(parts[0], operand.peers),
    PointsOf: lambda operand, parts: (f"“{operand.code}”得分", f"points of “{operand.code}”"),
    Banded: lambda operand, parts: (f"{parts[0][0]}（分档）", f"{parts[0][1]} (by bands)"),
    Bracketed: lambda operand, parts: (f"{parts[0][0]}（分段累进）", f"{parts[0][1]} (by brackets)"),
}
