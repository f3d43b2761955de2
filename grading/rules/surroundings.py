"""What an operand or a condition inherits from the tables around it, and the small words beside a metric."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .catalogue import Metric, is_window
from .dated import Parameter
from .operands import Named, Number, Operand
from .reading import Table

UNITS_OF_TIME = ("month", "quarter", "half_year", "year")
ROUNDINGS = ("down", "up", "nearest")
MAX_DEPTH = 12
#: More observations than this is a slip of the pen, and would only cost time.
MOST_OBSERVATIONS = 60
ZERO, ONE = Number.of(Decimal(0)), Number.of(Decimal(1))


@dataclass(frozen=True)
class Surroundings:
    """What a condition or an operand inherits from the tables around it.

    ``named`` are the conditions written under [conditions], ``items`` the scoring items that may be named;
    ``within`` are the named conditions that are being read.
    """

    parameters: Mapping[str, Parameter]
    default_window: str
    window: str = ""
    floor: Operand | None = None
    code: str = ""
    cites: str = ""
    depth: int = 0
    named: Mapping[str, Table] | None = None
    items: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


def small_whole(table: Table, key: str, around: Surroundings, *, most: int = MOST_OBSERVATIONS) -> int:
    """A small whole number, 0 where it is not written."""
    number = table.whole(key, default=0)
    if not 0 <= number <= most:
        table.add("out_of_range", key, key=key, low=0, high=most, value=number)
        return 0
    return number


def amounts_of(operand: Operand, around: Surroundings) -> list[Decimal]:
    """Every amount a number or a dated parameter may have; none of what is worked out."""
    if isinstance(operand, Number):
        return [operand.amount]
    parameter = around.parameters.get(operand.name) if isinstance(operand, Named) else None
    rows = (row for series in parameter.series.values() for row in series) if parameter else ()
    return [row.amount for row in rows if row.amount is not None]


def above_zero(table: Table, key: str, operand: Operand, around: Surroundings) -> Operand:
    """The operand, noting where it may be zero or less: whole steps of nothing lead nowhere."""
    wrong = [amount for amount in amounts_of(operand, around) if amount <= 0]
    if wrong and table.has(key):
        table.add("not_above_zero", key, key=key, value=format(wrong[0].normalize(), "f"))
    return operand


PEERS = ("mean", "median", "max", "min", "count", "rank", "share_below")
AMONG = ("all", "grade", "branch", "line")


def peers_of(table: Table) -> tuple[str, str] | None:
    """Of the peers instead of the manager's own: what is taken, and who they are."""
    table.seen.update(("peers", "among"))
    if not table.has("peers"):
        return None
    return table.choice("peers", PEERS), table.choice("among", AMONG, default="all")


def window_of(table: Table, metric: Metric, around: Surroundings) -> str:
    """Over which window a metric is taken; "" for what is a state of the day."""
    if not metric.windows:
        return ""
    if not around.window:
        table.add("window_not_stated", metric=metric.title, value=around.default_window)
    window = around.window or around.default_window
    if not is_window(window, metric.windows):
        days = ("MM-DD", "last_year MM-DD") if "day" in metric.windows else ()
        allowed = "、".join((*metric.windows, *days))
        table.add("bad_window", "window", metric=metric.title, value=window, allowed=allowed)
    return window


def read_last(table: Table) -> int:
    """How many observations: a number, or "year" (0) for all since New Year."""
    table.seen.add("last")
    value = table.data.get("last")
    if value == "year":
        return 0
    number = table.whole("last")
    if "last" in table.data and not 1 <= number <= MOST_OBSERVATIONS:
        table.add("out_of_range", "last", key="last", low=1, high=MOST_OBSERVATIONS, value=value)
        return 1
    return max(number, 1)


def read_past(table: Table) -> str:
    """How many earlier appraisals: a number, "year", or "all" (more than anybody has behind them)."""
    table.seen.add("last")
    return "9999" if table.data["last"] == "all" else str(read_last(table) or "year")
