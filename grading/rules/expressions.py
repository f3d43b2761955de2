"""Reads operands from a rulebook file: a number, a parameter's name, a metric, or something calculated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from .arithmetic import (
    TAKES,
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
from .catalogue import METRICS, Metric, filled_params
from .conditions import Chosen
from .operands import Measured, Named, Number, Operand
from .ranking import of_peers
from .reading import Table, unquoted
from .surroundings import (
    MAX_DEPTH,
    ONE,
    ROUNDINGS,
    UNITS_OF_TIME,
    ZERO,
    Surroundings,
    above_zero,
    peers_of,
    read_last,
    read_past,
    small_whole,
    window_of,
)


def read_operand(table: Table, key: str, around: Surroundings, *, at: int | None = None) -> Operand:
    """The operand under a key (or at a position of the list under it)."""
    table.seen.add(key)
    value, where = table.data.get(key), (key,) if at is None else (key, at)
    value = value[at] if at is not None and isinstance(value, list) else value
    if isinstance(value, dict):
        beneath = Table(value, (*table.path, *where), table.report)
        operand = read_expression(beneath, around)
        beneath.reject_unknown()
        return operand
    if isinstance(value, str):
        return _named(table, value, where, around)
    if value is None:
        table.add("missing_key", key=key, example="15_000_000")
        return ZERO
    return Number.of(table.amount(value, *where) or Decimal(0))


def read_operands(table: Table, key: str, around: Surroundings) -> tuple[Operand, ...]:
    """The operands of the list under a key; a list without any is noted."""
    value = table.data.get(key)
    table.seen.add(key)
    if not isinstance(value, list) or not value:
        table.add("empty_group", key, key=key)
        return (ZERO,)
    return tuple(read_operand(table, key, around, at=position) for position in range(len(value)))


def _named(table: Table, value: str, where: tuple[str | int, ...], around: Surroundings) -> Named:
    if value in around.parameters:
        return Named(value)
    if plain := unquoted(value):
        table.add("quoted_number", *where, value=value, plain=plain)
    elif value in METRICS:
        table.add("metric_as_parameter", *where, value=value)
    else:
        table.add("unknown_parameter", *where, value=value, allowed="、".join(around.parameters))
    return Named(value)


def read_expression(table: Table, around: Surroundings) -> Operand:
    """An operand written as a table: what it is, of whom, then what is done with it (see `CHANGES`)."""
    if around.depth > MAX_DEPTH:
        table.add("too_deep", limit=MAX_DEPTH)
        return ZERO
    inner = deeper(table, around)
    table.seen.update((*OPERANDS, *CHANGES, "title", "title_en"))
    written = _written(table)
    if len(written) != 1:
        table.add("bad_operand", allowed="、".join(OPERANDS), **_found(table, written))
        table.seen.update(table.data)
        return ZERO
    operand, peers = OPERANDS[written[0]](table, inner), peers_of(table)
    return changed(table, operand if peers is None else of_peers(operand, *peers), inner)


def _written(table: Table) -> list[str]:
    """The kinds of operand a table writes; `product` beside products_sold names the product."""
    metric = METRICS.get(str(table.data.get("metric", "")))
    return [key for key in OPERANDS if table.has(key) and not (metric and key in metric.params)]


def _found(table: Table, written: list[str]) -> dict[str, str]:
    """What stands where one kind of figure should: several, or none - then most often a misspelt one."""
    if written:
        return dict.fromkeys(("found", "found_en"), "、".join(written))
    unknown = [key for key in table.data if key not in table.seen]
    if not unknown:
        return {"found": "一种也没有写", "found_en": "none is written"}
    keys = "”、“".join(unknown)
    return {"found": f"不认识“{keys}”", "found_en": f"“{keys}” is none"}


def deeper(table: Table, around: Surroundings) -> Surroundings:
    """What holds within this table: its own window, floor and article, or those around it."""
    window = table.text("window", default="") or around.window
    floor = read_operand(table, "floor", around) if table.has("floor") else around.floor
    cites = table.text("cites", default="") or around.cites
    table.seen.add("floor")
    return replace(around, window=window, floor=floor, cites=cites, depth=around.depth + 1)


def changed(table: Table, operand: Operand, around: Surroundings) -> Operand:
    """The operand after what the table does with it, in this order: times, plus, steps, limits."""
    for key, change in CHANGES.items():
        if table.has(key):
            operand = change(table, operand, around)
    return operand


def _times(table: Table, operand: Operand, around: Surroundings) -> Operand:
    return Taken("product", (operand, read_operand(table, "times", around)))


def _plus(table: Table, operand: Operand, around: Surroundings) -> Operand:
    return Taken("sum", (operand, read_operand(table, "plus", around)))


def _in_steps(table: Table, operand: Operand, around: Surroundings) -> Operand:
    mode = table.choice("rounded", ROUNDINGS, default="down")
    step = above_zero(table, "steps_of", read_operand(table, "steps_of", around), around)
    return Rounded(operand, step, mode or "down")


def _no_less(table: Table, operand: Operand, around: Surroundings) -> Operand:
    return Taken("max", (operand, read_operand(table, "no_less_than", around)))


def _no_more(table: Table, operand: Operand, around: Surroundings) -> Operand:
    return Taken("min", (operand, read_operand(table, "no_more_than", around)))


#: What may be done with an operand, in the order in which it is done.
CHANGES: Mapping[str, Callable[[Table, Operand, Surroundings], Operand]] = {
    "times": _times,
    "plus": _plus,
    "steps_of": _in_steps,
    "rounded": lambda table, operand, around: operand,
    "no_less_than": _no_less,
    "no_more_than": _no_more,
}


def read_measured(table: Table, around: Surroundings) -> Operand:
    """The metric this table names, with its window, floor, parameters and look into the past."""
    code = table.text("metric")
    metric = METRICS.get(code)
    if metric is None:
        table.seen.update(table.data)
        table.add("unknown_metric", "metric", value=code, allowed="、".join(METRICS))
        return ZERO
    window, floor = window_of(table, metric, around), around.floor or ZERO
    params, given = _params(table, metric, around)
    ago = small_whole(table, "ago", around)
    return Measured(metric.code, window, floor, params, ago, given)


Pairs = tuple[tuple[str, str], ...]


def _params(
    table: Table, metric: Metric, around: Surroundings
) -> tuple[Pairs, tuple[tuple[str, Operand], ...]]:
    """What the metric asks besides: words, and amounts that are operands themselves."""
    given: dict[str, str] = {}
    amounts: dict[str, Operand] = {}
    for name, choice in metric.params.items():
        key = "target_of" if (metric.code, name) == ("target_value", "metric") else name
        if choice.amount:
            amounts[name] = read_operand(table, key, around)
        elif name == "last" and table.has(name):
            given[name] = read_past(table)
        elif choice.optional and not isinstance(table.data.get(key), str):
            # Beside an event of a scoring item `each` is a number of points, which is read elsewhere.
            table.seen.update(() if table.has(key) else (key,))
        elif not table.has(key) and choice.default:
            table.seen.add(key)
            if name == "base":
                table.add("base_not_stated", metric=metric.title, value=choice.default)
        else:
            given[name] = table.choice(key, choice.allowed) if choice.allowed else table.text(key)
    return filled_params(metric.code, given), tuple(sorted(amounts.items()))


def _target(table: Table, around: Surroundings) -> Operand:
    """`target = "deposit_daily_average"`: what the plan says of a person, be its code a metric or not."""
    code = table.code("target", example='"deposit_daily_average"')
    window = around.window or around.default_window
    return Measured("target_value", window, ZERO, (("metric", code),), small_whole(table, "ago", around))


def _event(table: Table, around: Surroundings) -> Operand:
    """`event = "late_report"`: its quantity in the window, or how often it happened."""
    counted = table.choice("counted", ("quantity", "times"), default="quantity")
    code = "event_count" if counted == "times" else "event_quantity"
    window = window_of(table, METRICS[code], around)
    params = (("event", table.code("event", example='"late_report"')),)
    return Measured(code, window, ZERO, params, small_whole(table, "ago", around))


def _taken(take: str) -> Callable[[Table, Surroundings], Operand]:
    return lambda table, around: Taken(take, read_operands(table, take, around))


def _less(table: Table, around: Surroundings) -> Operand:
    return Less(read_operands(table, "minus", around))


def _ratio(table: Table, around: Surroundings) -> Operand:
    members = read_operands(table, "ratio", around)
    if len(members) != 2:
        table.add("bad_pair", "ratio", key="ratio", found=len(members))
        return ZERO
    return Ratio(*members)


def _first(table: Table, around: Surroundings) -> Operand:
    return First(read_operands(table, "first", around))


def _number(table: Table, around: Surroundings) -> Operand:
    """`number = "parameter"` (or an amount): to do something with it."""
    return read_operand(table, "number", around)


def _excess(table: Table, around: Surroundings) -> Operand:
    """`excess = x, over = y, step = s, worth = w`: w for every whole step by which x is over y."""
    over = Less((read_operand(table, "excess", around), read_operand(table, "over", around)))
    above = Taken("max", (over, ZERO))
    if not table.has("step"):
        table.seen.update(("step", "worth"))
        return above
    step = above_zero(table, "step", read_operand(table, "step", around), around)
    steps = Rounded(Ratio(above, step), ONE, "down")
    return Taken("product", (steps, read_operand(table, "worth", around) if table.has("worth") else step))


def _elapsed(table: Table, around: Surroundings) -> Operand:
    by = table.choice("by", ("days", "months"), default="days")
    return Elapsed(table.choice("elapsed", UNITS_OF_TIME), by or "days")


def _mean_in_force(table: Table, around: Surroundings) -> Operand:
    name = table.text("mean_in_force")
    _named(table, name, ("mean_in_force",), around)
    window = around.window or around.default_window
    if name not in around.parameters or window not in UNITS_OF_TIME:
        if window not in UNITS_OF_TIME:
            table.add("bad_choice", "window", key="window", value=window, allowed="、".join(UNITS_OF_TIME))
        return ZERO
    return MeanInForce(around.parameters[name], window)


def _points_of(table: Table, around: Surroundings) -> Operand:
    code = table.text("points_of")
    if code not in around.items:
        table.add("unknown_item", "points_of", value=code, allowed="、".join(around.items) or "—")
    return PointsOf(code)


def _observed(table: Table, around: Surroundings) -> Operand:
    """`observed = operand, each = "month", last = 3, take = "mean"`."""
    each = table.choice("each", UNITS_OF_TIME)
    take = table.choice("take", tuple(TAKES))
    return Observed(read_operand(table, "observed", around), each, read_last(table), take or "mean")


def _bands(table: Table, around: Surroundings, value: str) -> tuple[tuple[Operand, Operand], ...]:
    found = []
    for each in table.tables("bands", required=True):
        inner = deeper(each, around)
        found.append((read_operand(each, "from", inner), read_operand(each, value, inner)))
        each.reject_unknown()
    told_apart(table, found)
    return tuple(found)


def told_apart(table: Table, bands: Sequence[tuple[Operand, Operand]]) -> None:
    """Notes a list without bands, and two bands that begin at the same point."""
    if not bands:
        table.add("empty_group", "bands", key="bands")
    numbers = [edge.amount for edge, _ in bands if isinstance(edge, Number)]
    names = [edge.name for edge, _ in bands if isinstance(edge, Named)]
    edges = [*numbers, *names]
    if len(set(edges)) != len(edges):
        table.add("overlapping_bands", "bands")


def _by_bands(table: Table, around: Surroundings) -> Operand:
    """`by_bands = operand, bands = [{ from = 60, value = 1 }, …], below = 0`."""
    figure = read_operand(table, "by_bands", around)
    if not table.has("below"):
        table.seen.add("below")
        table.add("gap_below_bands")
    below = read_operand(table, "below", around) if table.has("below") else ZERO
    return Banded(figure, _bands(table, around, "value"), below)


def _marginal(table: Table, around: Surroundings) -> Operand:
    """`marginal = operand, bands = [{ from = 0, rate = 0.01 }, …]`: each slice at its own rate."""
    return Bracketed(read_operand(table, "marginal", around), _bands(table, around, "rate"))


def _if(table: Table, around: Surroundings) -> Operand:
    """`if = { condition }, then = x, else = y`; without `else` it is 0."""
    # `trees` reads the comparisons inside conditions with the operands of this module.
    from .trees import read_condition

    table.seen.add("else")
    node = read_condition(table.table("if"), around)
    otherwise = read_operand(table, "else", around) if table.has("else") else ZERO
    return Chosen(node, read_operand(table, "then", around), otherwise)


#: Every kind of operand by the key that writes it. A new kind is added here and in `arithmetic`.
OPERANDS: Mapping[str, Callable[[Table, Surroundings], Operand]] = {
    "metric": read_measured,
    "target": _target,
    "event": _event,
    "number": _number,
    **{take: _taken(take) for take in TAKES},
    "minus": _less,
    "ratio": _ratio,
    "first": _first,
    "excess": _excess,
    "elapsed": _elapsed,
    "mean_in_force": _mean_in_force,
    "points_of": _points_of,
    "observed": _observed,
    "by_bands": _by_bands,
    "marginal": _marginal,
    "if": _if,
}
