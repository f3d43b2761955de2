"""Reads conditions from a rulebook file: the keys of nodes, and what each may carry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from .comparisons import COMPARISONS
from .conditions import Group, Held, Label, Leaf, Node, Not, Unless, leaf
from .expressions import OPERANDS, deeper, read_expression, read_operand
from .operands import Named, Number, Operand
from .phrases import phrase
from .reading import Table
from .surroundings import MAX_DEPTH, UNITS_OF_TIME, Surroundings, read_last

NOTHING = Group(Label(), "all", ())


def read_condition(table: Table, around: Surroundings, *, ignore: tuple[str, ...] = ()) -> Node:
    """The condition written in this table; ``ignore`` names keys that belong to the caller.

    Anything wrong becomes a finding and a stand-in node: the rulebook is then not used.
    """
    table.seen.update((*ignore, *NODES))
    compares = any(map(table.has, ("op", *OPERANDS)))
    written = [key for key in NODES if table.has(key) and key != "op"] + ["op"] * compares
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
    label, inner = _label(table, around), deeper(table, around)
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
    return Group(label, "at_least", _members(table, "of", around), read_operand(table, "at_least", around))


def _not(table: Table, label: Label, around: Surroundings) -> Node:
    inner = table.table("not")
    code = inner.code("code", default="not")
    return Not(label, read_condition(inner, replace(around, code=_join(around.code, code))))


def _held(table: Table, label: Label, around: Surroundings) -> Node:
    """`holds = { … }, each = "quarter", last = 4, times = 3`: so often among the last observations."""
    inner = table.table("holds")
    code = inner.code("code", default="holds")
    member = read_condition(inner, replace(around, code=_join(around.code, code)))
    each, last = table.choice("each", UNITS_OF_TIME), read_last(table)
    times = read_operand(table, "times", around) if table.has("times") else None
    table.seen.add("times")
    if isinstance(times, Number) and last and times.amount > last:
        table.add("m_gt_n", "times", needed=times.amount, count=last)
    return Held(label, member, each, last, times)


def _named_condition(table: Table, label: Label, around: Surroundings) -> Node:
    """`condition = "name"`: the condition of that name under [conditions]."""
    name = table.text("condition")
    found = (around.named or {}).get(name)
    if found is None:
        table.add("unknown_condition", "condition", value=name, allowed="、".join(around.named or ()) or "—")
        return NOTHING
    chain = (*around.within, name)
    if name in around.within:
        table.add("circular_condition", "condition", value=name, chain=" → ".join(chain))
        return NOTHING
    again = Table(found.data, found.path, found.report)
    return read_condition(again, replace(around, cites=label.cites, depth=around.depth + 1, within=chain))


def _leaf(table: Table, label: Label, around: Surroundings) -> Node:
    left = read_expression(table, around)
    symbol = table.choice("op", tuple(COMPARISONS))
    return _compared(table, label, left, symbol, around) if symbol else NOTHING


def _titled(label: Label, left: Operand, bounds: Sequence[Operand], around: Surroundings) -> Label:
    """A comparison without a title is called by what it compares."""
    names = phrase(left, around.parameters)
    calculated = [bound for bound in bounds if not isinstance(bound, (Number, Named))]
    if calculated:
        against = phrase(calculated[0], around.parameters)
        names = f"{names[0]}，对比{against[0]}", f"{names[1]} against {against[1]}"
    return replace(label, title=label.title or names[0], title_en=label.title_en or names[1])


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
    return leaf(_titled(label, left, bounds, around), left, symbol, *bounds)


def _bounds(table: Table, around: Surroundings) -> list[Operand]:
    table.seen.add("value")
    value = table.data.get("value")
    if value is None:
        return []
    if isinstance(value, list):
        return [read_operand(table, "value", around, at=position) for position in range(len(value))]
    return [read_operand(table, "value", around)]


#: Every kind of condition by the key that writes it (a comparison by ``op`` beside any operand). A new kind
#: of node is added here and in `conditions`.
NODES: Mapping[str, Callable[[Table, Label, Surroundings], Node]] = {
    "all": _all,
    "any": _any,
    "at_least": _at_least,
    "not": _not,
    "holds": _held,
    "condition": _named_condition,
    "op": _leaf,
}
