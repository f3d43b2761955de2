"""Reads scoring sheets from a rulebook file: every way of earning points becomes an operand."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from . import earning
from .arithmetic import Banded, Less, Ratio, Rounded, Taken
from .conditions import Label, Node
from .expressions import changed, deeper, read_expression, read_operand, told_apart
from .operands import Number, Operand
from .reading import Table
from .schema import PERIODS
from .scoring import ABSENCES, ALL_ITEMS, Item, Result, Sheet
from .surroundings import ONE, ZERO, Surroundings, above_zero, amounts_of
from .trees import read_condition


def read_sheets(root: Table, around: Surroundings) -> tuple[Sheet, ...]:
    """Every [[scoring]] of the file."""
    return tuple(_sheet(table, around) for table in root.tables("scoring"))


def _sheet(table: Table, around: Surroundings) -> Sheet:
    code = table.code(default="score")
    inner = replace(deeper(table, around), code=code)
    items, inner = _items(table, inner)
    label = Label(
        code, table.text("title"), table.text("title_en"), table.text("cites", default=""), table.path
    )
    total = changed(table, points_of_all(), inner)
    table.seen.update(
        ("window", "floor", "times", "plus", "steps_of", "rounded", "no_less_than", "no_more_than")
    )
    results = tuple(_result(each, inner) for each in table.tables("results"))
    periods = table.choices("periods", PERIODS, default=()) or (inner.window or around.default_window,)
    table.reject_unknown()
    return Sheet(label, periods, items, total, results)


def points_of_all() -> Operand:
    """The sum of the items, which a sheet's limits are applied to."""
    from .arithmetic import PointsOf

    return PointsOf(ALL_ITEMS)


def _items(table: Table, around: Surroundings) -> tuple[tuple[Item, ...], Surroundings]:
    """The items in order; each may name those before it."""
    found: list[Item] = []
    tables = table.tables("items", required=True)
    for position, each in enumerate(tables):
        code = each.code()
        if code in (item.label.code for item in found):
            each.add("duplicate_code", "code", value=code)
        found.append(_item(each, code or str(position), around))
        around = replace(around, items=(*around.items, code))
    return tuple(found), around


def _item(table: Table, code: str, around: Surroundings) -> Item:
    inner = deeper(table, replace(around, code=code))
    full = read_operand(table, "points", inner) if table.has("points") else ZERO
    table.seen.update(("points", *METHODS, "floor", "window"))
    label = Label(code, table.text("title"), table.text("title_en"), inner.cites, table.path)
    plain = _earned(table, full, inner)
    earned = changed(table, plain, inner)
    if isinstance(plain, Banded) and not table.has("points"):
        full = Taken("max", tuple(points for _, points in plain.bands) or (ZERO,))
    if table.has("times"):
        full = Taken("product", (full, read_operand(table, "times", inner)))
    table.seen.update(("times", "plus", "steps_of", "rounded", "no_less_than", "no_more_than"))
    needs = _needs(table, inner)
    otherwise = read_operand(table, "otherwise", inner) if table.has("otherwise") else ZERO
    absent = _absent(table, inner)
    how = earning.whole(
        earning.sentence(_method(table), plain, earned, inner.parameters),
        earning.condition(needs, otherwise, inner.parameters),
        earning.absence(absent, inner.parameters),
    )
    item = Item(label, full, earned, needs, otherwise, absent, how)
    table.seen.add("otherwise")
    if not inner.cites:
        table.add("missing_citation")
    table.reject_unknown()
    return item


def _needs(table: Table, around: Surroundings) -> Node | None:
    table.seen.add("needs")
    return read_condition(table.table("needs"), replace(around, code="needs")) if table.has("needs") else None


def _absent(table: Table, around: Surroundings) -> str | Operand:
    """What becomes of the item where nothing can be measured or planned: a word, or points."""
    table.seen.add("absent")
    value = table.data.get("absent", ABSENCES[0])
    if isinstance(value, str) and value not in around.parameters:
        return table.choice("absent", ABSENCES, default=ABSENCES[0]) or ABSENCES[0]
    return read_operand(table, "absent", around)


def _earned(table: Table, full: Operand, around: Surroundings) -> Operand:
    method = _method(table)
    if not method:
        found = "、".join(key for key in METHODS if table.has(key))
        table.add("bad_item", allowed="、".join(METHODS), found=found or "—")
        return ZERO
    if method in SHARES and not table.has("points"):
        table.add("missing_key", key="points", example="10")
    return METHODS[method](table, full, around)


def _method(table: Table) -> str:
    """The way written; "" where it is not one, which has been noted."""
    written = [key for key in METHODS if table.has(key)]
    return written[0] if len(written) == 1 else ""


def _within(table: Table, key: str, around: Surroundings) -> tuple[Table, Surroundings]:
    beneath = table.table(key)
    return beneath, deeper(beneath, around)


def _rate(table: Table, full: Operand, around: Surroundings) -> Operand:
    """`rate = { figure, target, no_less_than, no_more_than }`: points × figure ÷ target, from 0 to 1."""
    beneath, inner = _within(table, "rate", around)
    ratio = Ratio(read_operand(beneath, "figure", inner), read_operand(beneath, "target", inner))
    low = read_operand(beneath, "no_less_than", inner) if beneath.has("no_less_than") else ZERO
    high = read_operand(beneath, "no_more_than", inner) if beneath.has("no_more_than") else ONE
    beneath.seen.update(("no_less_than", "no_more_than", "window", "floor"))
    beneath.reject_unknown()
    return Taken("product", (full, Taken("min", (Taken("max", (ratio, low)), high))))


def _slope(table: Table, full: Operand, around: Surroundings) -> Operand:
    """`slope = { figure, from, per, up, down, whole_steps }`: points, more or fewer a step off `from`."""
    beneath, inner = _within(table, "slope", around)
    figure, start = read_operand(beneath, "figure", inner), read_operand(beneath, "from", inner)
    per = read_operand(beneath, "per", inner) if beneath.has("per") else ONE
    above_zero(beneath, "per", per, inner)
    whole = beneath.data.get("whole_steps") is True
    over = _steps(Less((figure, start)), per, whole=whole)
    under = _steps(Less((start, figure)), per, whole=whole)
    up = read_operand(beneath, "up", inner) if beneath.has("up") else ZERO
    down = read_operand(beneath, "down", inner) if beneath.has("down") else ZERO
    if below := [amount for amount in amounts_of(down, inner) if amount < 0]:
        beneath.add("negative_down", "down", value=format(below[0].normalize(), "f"))
    beneath.seen.update(("per", "up", "down", "whole_steps", "window", "floor"))
    beneath.reject_unknown()
    lost = Taken("product", (under, down, Number.of(Decimal(-1))))
    return Taken("sum", (full, Taken("product", (over, up)), lost))


def _steps(distance: Operand, per: Operand, *, whole: bool) -> Operand:
    count = Ratio(Taken("max", (distance, ZERO)), per)
    return Rounded(count, ONE, "down") if whole else count


def _bands(table: Table, full: Operand, around: Surroundings) -> Operand:
    """`bands = [{ from, points }, …]` of `figure`; nothing below the first one."""
    figure, found = read_operand(table, "figure", around), []
    table.seen.add("figure")
    for each in table.tables("bands", required=True):
        inner = deeper(each, around)
        found.append((read_operand(each, "from", inner), read_operand(each, "points", inner)))
        each.reject_unknown()
    told_apart(table, found)
    return Banded(figure, tuple(found), ZERO)


def _events(table: Table, full: Operand, around: Surroundings) -> Operand:
    """`events = [{ event, each }, …]`: points for every unit of an event, added to the full points."""
    lines: list[Operand] = [full]
    for each in table.tables("events", required=True):
        worth = read_operand(each, "each", around)
        quantity = read_expression(each, around)
        each.seen.add("each")
        each.reject_unknown()
        lines.append(Taken("product", (quantity, worth)))
    return Taken("sum", tuple(lines))


def _passed(table: Table, full: Operand, around: Surroundings) -> Operand:
    """`if_met = { condition }`: all points or none."""
    from .conditions import Chosen

    return Chosen(read_condition(table.table("if_met"), replace(around, code="if_met")), full, ZERO)


def _formula(table: Table, full: Operand, around: Surroundings) -> Operand:
    """`formula = operand`: the points themselves."""
    return read_operand(table, "formula", around)


#: Every way of earning points by the key that writes it.
METHODS: Mapping[str, Callable[[Table, Operand, Surroundings], Operand]] = {
    "rate": _rate,
    "slope": _slope,
    "bands": _bands,
    "events": _events,
    "if_met": _passed,
    "formula": _formula,
}


#: Ways of earning a share of the full points, which come to nothing where there are none.
SHARES = ("rate", "if_met")


def _result(table: Table, around: Surroundings) -> Result:
    result = Result(
        table.code(),
        table.text("title"),
        table.text("title_en"),
        read_operand(table, "from", around),
        table.citation(),
    )
    table.reject_unknown()
    return result
