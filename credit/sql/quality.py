"""Puts the statement of loan quality together: one text for any windows that end on the same day."""

from collections.abc import Iterable
from functools import cache

from ledger.sql import statement

PACKAGE = "credit.sql"
_LOOKED_UP = "coalesce(b{i}.deposit, 0) AS before_{i}"
_LOOK_UP = "LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start_{i})s) AS b{i} ON true"
_CLASS = "width_bucket(deposit_end - before_{i}, %(thresholds_{i})s::bigint[]) AS class_{i}"
#: The same as the positions say, for the windows to date; and what it was at the end of the day before.
_KNOWN = "class_{name} AS class_{i}, was_{name} AS was_{i}"
_HELD = (
    "SELECT DISTINCT customer_id FROM piece WHERE {day} BETWEEN starts_on AND coalesce(ends_on, 'infinity')"
)
_NO_LOANS = (
    "SELECT 0::bigint AS customer_id, true AS now, %(end)s::date AS day, 0 AS normal, 0 AS total,"
    " 0 AS unclassified WHERE false"
)
_EVERYTHING_ANEW = "SELECT 0::bigint AS manager_id, 0 AS place WHERE false"
_PEAKS = ("non_performing", "interest_arrears", "advances")
#: Columns of a reading that are sums over the customers that count.
_SUMS = {
    "normal": "coalesce(b.normal[{k}], 0)",
    "total": "coalesce(b.total[{k}], 0)",
    "unclassified": "coalesce(b.unclassified[{k}], 0)",
    "base_normal": "CASE WHEN %(base_known)s THEN coalesce(b.base_normal[{k}], 0) END",
    "base_total": "CASE WHEN %(base_known)s THEN coalesce(b.base_total[{k}], 0) END",
    "base_unclassified": "CASE WHEN %(base_known)s THEN coalesce(b.base_unclassified[{k}], 0) END",
}


@cache
def quality(names: tuple[str, ...], floors: int, *, from_positions: bool, loans: bool) -> str:
    """The statement for windows of these names, in this order; parameters: `credit.queries.parameters`.

    Without `loans` balances are left at zero and only the peaks are worked out.
    """
    places = list(enumerate(names, 1))
    return _part("quality").format(
        pieces="NOT MATERIALIZED" if from_positions else "MATERIALIZED",
        amounts=_amounts(from_positions) if loans else _NO_LOANS,
        exposed=_part("quality_exposed" if from_positions else "quality_exposed_of"),
        own=_own(places, from_positions),
        classes=_listed(f"l.class_{i}" for i, _ in places),
        portfolios=_united(_part("quality_portfolios").format(i=i) for i, _ in places),
        balances=_arrays({name: f"sum({name}) FILTER (WHERE class >= {{k}})" for name in _SUMS}, floors),
        anew=_anew(places) if from_positions else _EVERYTHING_ANEW,
        today=_united(_today(i, floors) for i, _ in places),
        events=_united(_part("quality_events").format(i=i) for i, _ in places),
        peaks=_arrays({name: f"max({name}) FILTER (WHERE floor = {{k}})" for name in _PEAKS}, floors),
        figures=_arrays(_SUMS | {name: _highest(name) for name in _PEAKS}, floors),
    )


def loans_on(customers: str, day: str) -> str:
    """The loans of some customers (a FROM item with `customer_id`) at the end of a day, both given as SQL."""
    return _part("loans_on").format(customers=customers, day=day)


def _amounts(from_positions: bool) -> str:
    if from_positions:
        return _part("quality_amounts")
    return _united(
        f"SELECT customer_id, {now}, {day}::date AS day, normal, total, unclassified"
        f" FROM ({loans_on('(' + _HELD.format(day=day) + ')', day)}) AS l"
        for now, day in (("true AS now", "%(end)s"), ("false", "%(base_day)s"))
    )


def _own(places: list[tuple[int, str]], from_positions: bool) -> str:
    if from_positions:
        known = _listed(_KNOWN.format(i=i, name=name) for i, name in places)
        return _part("quality_positions").format(classes=known)
    return _part("quality_lookups").format(
        classes=_listed(_CLASS.format(i=i) for i, _ in places),
        befores=_listed(_LOOKED_UP.format(i=i) for i, _ in places),
        joins="\n        ".join(_LOOK_UP.format(i=i) for i, _ in places),
    )


def _today(i: int, floors: int) -> str:
    """What is wrong on the last day: a peak itself, and all there is to add to those of the day before."""
    sums = {name: f"sum({name}) FILTER (WHERE class_{i} >= {{k}})" for name in _PEAKS}
    return _part("quality_today").format(i=i, sums=_arrays(sums, floors))


def _anew(places: list[tuple[int, str]]) -> str:
    return _part("quality_anew").format(
        moved=_listed(f"({i}, %(start_{i})s, class_{i}, was_{i})" for i, _ in places),
        any_moved=" OR ".join(f"class_{i} <> was_{i}" for i, _ in places),
        count=len(places),
    )


def _highest(name: str) -> str:
    return f"coalesce(greatest(t.{name}[{{k}}], k.{name}[{{k}}], q.{name}[{{k}}]), 0)"


def _arrays(columns: dict[str, str], floors: int) -> str:
    """A column with an entry per floor for each expression."""
    return _listed(
        f"ARRAY[{_listed(text.format(k=k) for k in range(1, floors + 1))}] AS {name}"
        for name, text in columns.items()
    )


def _part(name: str) -> str:
    return statement(name, PACKAGE)


def _listed(parts: Iterable[str]) -> str:
    return ",\n           ".join(parts)


def _united(parts: Iterable[str]) -> str:
    return "  UNION ALL\n".join(parts)
