"""Reads conditions from a rulebook file: the keys of nodes and operands, and what each may carry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from .catalogue import METRICS, Metric, filled_params
from .comparisons import COMPARISONS
from .conditions import Group, Label, Leaf, Node, Not, Unless, leaf
from .dated import Parameter
from .operands import Measured, Named, Number, Operand
from .reading import Table

MAX_DEPTH = 12
NOTHING = Group(Label(), "all", ())


@dataclass(frozen=True)
class Surroundings:
    """What a condition inherits from the tables around it."""

    parameters: Mapping[str, Parameter]
    default_window: str
    window: str = ""
    floor: Number | Named | None = None
    code: str = ""
    cites: str = ""
    depth: int = 0


def read_condition(table: Table, around: Surroundings, *, ignore: tuple[str, ...] = ()) -> Node:
    """The condition written in this table; ``ignore`` names keys that belong to the caller.

    Anything wrong becomes a finding and a stand-in node: the rulebook is then not used.
    """
    table.seen.update((*ignore, *NODES))
    written = [key for key in NODES if table.has(key)]
    if around.depth > MAX_DEPTH:
        table.add("too_deep", limit=MAX_DEPTH)
        return NOTHING
    if len(written) != 1:
        table.add("bad_condition", allowed="、".join(NODES), found="、".join(written) or "—")
        return NOTHING
    node = _excepted(table, written[0], around)
    table.reject_unknown()
    return node


def _excepted(table: Table, kind: str, around: Surroundings) -> Node:
    """The condition, wrapped where the table also has an exception under ``unless``."""
    label, inner = _label(table, around), _inner(table, around)
    table.seen.add("unless")
    if not table.has("unless"):
        return NODES[kind](table, label, inner)
    beneath = table.table("unless")
    rule = replace(label, code=_join(label.code, "rule"), title="", title_en="")
    excuse = replace(inner, code=_join(label.code, beneath.code("code", default="unless")))
    return Unless(label, NODES[kind](table, rule, inner), read_condition(beneath, excuse))


def _join(parent: str, code: str) -> str:
    return f"{parent}.{code}" if parent else code


def _label(table: Table, around: Surroundings) -> Label:
    return Label(
        around.code,
        table.text("title", default=""),
        table.text("title_en", default=""),
        table.text("cites", default="") or around.cites,
        table.path,
    )


def _inner(table: Table, around: Surroundings) -> Surroundings:
    window = table.text("window", default="") or around.window
    floor = read_number(table, "floor", around) if table.has("floor") else around.floor
    cites = table.text("cites", default="") or around.cites
    return replace(around, window=window, floor=floor, cites=cites, depth=around.depth + 1)


def read_number(table: Table, key: str, around: Surroundings, *, at: int | None = None) -> Number | Named:
    """A number, or the name of a dated parameter, under a key (or at a position of the list under it)."""
    table.seen.add(key)
    value, where = table.data[key], (key,) if at is None else (key, at)
    value = value if at is None else value[at]
    if isinstance(value, str):
        if value not in around.parameters:
            table.add("unknown_parameter", *where, value=value, allowed="、".join(around.parameters))
        return Named(value)
    return Number.of(table.amount(value, *where) or Decimal(0))


def _members(table: Table, key: str, around: Surroundings) -> tuple[Node, ...]:
    tables = table.tables(key)
    if not tables:
        table.add("empty_group", key, key=key)
    codes = [each.code("code", default=str(position)) for position, each in enumerate(tables, start=1)]
    for position, code in enumerate(codes):
        if code in codes[:position]:
            tables[position].add("duplicate_code", "code", value=code)
    return tuple(
        read_condition(each, replace(around, code=_join(around.code, code)))
        for each, code in zip(tables, codes, strict=True)
    )


def _all(table: Table, label: Label, around: Surroundings) -> Node:
    return Group(label, "all", _members(table, "all", around))


def _any(table: Table, label: Label, around: Surroundings) -> Node:
    return Group(label, "any", _members(table, "any", around))


def _at_least(table: Table, label: Label, around: Surroundings) -> Node:
    return Group(label, "at_least", _members(table, "of", around), read_number(table, "at_least", around))


def _not(table: Table, label: Label, around: Surroundings) -> Node:
    inner = table.table("not")
    code = inner.code("code", default="not")
    return Not(label, read_condition(inner, replace(around, code=_join(around.code, code))))


def _leaf(table: Table, label: Label, around: Surroundings) -> Node:
    code = table.text("metric")
    metric = METRICS.get(code)
    if metric is None:
        table.seen.update(table.data)
        table.add("unknown_metric", "metric", value=code, allowed="、".join(METRICS))
        return NOTHING
    titles = replace(label, title=label.title or metric.title, title_en=label.title_en or metric.title_en)
    left = _measured(table, metric, around)
    symbol = table.choice("op", tuple(COMPARISONS))
    return _compared(table, titles, left, symbol, around) if symbol else NOTHING


def _compared(table: Table, label: Label, left: Operand, symbol: str, around: Surroundings) -> Leaf:
    bounds, needed = _bounds(table, around), COMPARISONS[symbol].bounds
    if len(bounds) != needed:
        hints = [("删去 value。", "Remove value."), ("写 value = …。", "Write value = ….")]
        hint, hint_en = (
            hints[needed] if needed < 2 else ("写 value = [下限, 上限]。", "Write value = [low, high].")
        )
        table.add(
            "bad_bounds", "value", op=symbol, needed=needed, found=len(bounds), hint=hint, hint_en=hint_en
        )
        bounds = (bounds or [Number.of(Decimal(0))])[:1] * needed
    return leaf(label, left, symbol, *bounds)


def _bounds(table: Table, around: Surroundings) -> list[Operand]:
    table.seen.add("value")
    value = table.data.get("value")
    if value is None:
        return []
    if isinstance(value, list):
        return [read_number(table, "value", around, at=position) for position in range(len(value))]
    return [read_number(table, "value", around)]


def _measured(table: Table, metric: Metric, around: Surroundings) -> Measured:
    window = _window(table, metric, around)
    floor = around.floor or Number.of(Decimal(0))
    return Measured(metric.code, window, floor, _params(table, metric))


def _window(table: Table, metric: Metric, around: Surroundings) -> str:
    if not around.window and metric.windows:
        table.add("window_not_stated", metric=metric.title, value=around.default_window)
    window = around.window or around.default_window
    if metric.windows and window not in metric.windows:
        table.add(
            "bad_window", "window", metric=metric.title, value=window, allowed="、".join(metric.windows)
        )
    return window


def _params(table: Table, metric: Metric) -> tuple[tuple[str, str], ...]:
    given: dict[str, str] = {}
    for name, choice in metric.params.items():
        if not table.has(name) and choice.default:
            table.seen.add(name)
            table.add("base_not_stated", metric=metric.title, value=choice.default)
        elif choice.allowed:
            given[name] = table.choice(name, choice.allowed)
        else:
            given[name] = table.text(name)
    return filled_params(metric.code, given)


#: Every kind of condition by the key that writes it. A new kind of node is added here and in `conditions`.
NODES: Mapping[str, Callable[[Table, Label, Surroundings], Node]] = {
    "all": _all,
    "any": _any,
    "at_least": _at_least,
    "not": _not,
    "metric": _leaf,
}
