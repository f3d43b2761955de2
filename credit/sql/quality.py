"""Puts the statement of loan quality together: one text for any number of windows that end on the same day."""

from collections.abc import Iterable
from functools import cache

from ledger.sql import statement

PACKAGE = "credit.sql"
#: Where nothing is looked up, each window has its mark on the customer's position.
MARKED = ("month", "quarter", "year")
_MARK = (
    "CASE WHEN since < %(start_{i})s THEN deposit_product + deposit * (%(start_{i})s - since)"
    " ELSE deposit_{name} END AS before_{i}"
)
_LOOKED_UP = "coalesce(b{i}.deposit, 0) AS before_{i}"
_LOOK_UP = "LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start_{i})s) AS b{i} ON true"
_CLASS = "width_bucket(deposit_end - before_{i}, %(thresholds_{i})s::bigint[]) AS class_{i}"
_EARLIER = (
    "width_bucket(deposit_end - deposit - before_{i}, %(thresholds_before_{i})s::bigint[]) AS earlier_{i}"
)
_NO_LOANS = (
    "SELECT 0::bigint AS customer_id, true AS now, %(end)s::date AS day, 0 AS normal, 0 AS total,"
    " 0 AS unclassified WHERE false"
)
_NEW_MANAGERS = (
    "SELECT manager_id, place FROM person CROSS JOIN generate_series(1, {count}) AS place"
    " WHERE %(prev)s IS NOT NULL"
    " AND manager_id NOT IN (SELECT manager_id FROM credit_qualityreading WHERE run_id = %(prev)s)"
)
_EVERYTHING_ANEW = "SELECT 0::bigint AS manager_id, 0 AS place WHERE false"


@cache
def quality(names: tuple[str, ...], *, from_positions: bool, loans: bool) -> str:
    """The statement for windows of these names, in this order; its parameters: `credit.queries.parameters`.

    Without `loans` balances are left at zero and only the peaks are worked out.
    """
    places = list(enumerate(names, 1))
    return _part("quality").format(
        pieces="NOT MATERIALIZED" if from_positions else "MATERIALIZED",
        amounts=_amounts(from_positions) if loans else _NO_LOANS,
        exposed=_part("quality_exposed" if from_positions else "quality_exposed_of"),
        own=_own(places, from_positions),
        classes=_listed(f"o.class_{i}" for i, _ in places),
        balances=_united(_part("quality_balances").format(i=i) for i, _ in places),
        anew=_anew(places) if from_positions else _EVERYTHING_ANEW,
        events=_united(_part("quality_events").format(i=i) for i, _ in places),
    )


def loans_on(customers: str, day: str) -> str:
    """The loans of some customers (a FROM item with `customer_id`) at the end of a day, both given as SQL."""
    return _part("loans_on").format(customers=customers, day=day)


def _amounts(from_positions: bool) -> str:
    if from_positions:
        return _part("quality_amounts")
    held = "(SELECT DISTINCT customer_id FROM piece WHERE {0} BETWEEN starts_on AND coalesce(ends_on, 'infinity'))"
    return _united(
        f"SELECT customer_id, {now}, {day}::date AS day, normal, total, unclassified"
        f" FROM ({loans_on(held.format(day), day)}) AS l"
        for now, day in (("true AS now", "%(end)s"), ("false", "%(base_day)s"))
    )


def _own(places: list[tuple[int, str]], from_positions: bool) -> str:
    classes = [_CLASS, _EARLIER] if from_positions else [_CLASS]
    return _part("quality_positions" if from_positions else "quality_lookups").format(
        classes=_listed(text.format(i=i) for i, _ in places for text in classes),
        befores=_listed(
            (_MARK if from_positions else _LOOKED_UP).format(i=i, name=name) for i, name in places
        ),
        joins="\n        ".join(_LOOK_UP.format(i=i) for i, _ in places),
    )


def _anew(places: list[tuple[int, str]]) -> str:
    moved = [_part("quality_anew").format(i=i) for i, _ in places]
    return "  UNION\n".join([*moved, _NEW_MANAGERS.format(count=len(places))])


def _part(name: str) -> str:
    return statement(name, PACKAGE)


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _united(parts: Iterable[str]) -> str:
    return "  UNION ALL\n".join(parts)
