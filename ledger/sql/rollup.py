"""Puts the roll-up together: one text for any number of windows that end on the same day."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from ledger.rules.totals import SHARED
from ledger.sql import statement

_BEFORE = "coalesce(b{i}.deposit, 0) AS deposit_before_{i}, coalesce(b{i}.loan, 0) AS loan_before_{i}"
_LOOK_UP = "LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start_{i})s) AS b{i} ON true"
_CLASS = "width_bucket(deposit_end - deposit_before_{i}, %(thresholds_{i})s::bigint[]) AS class_{i}"
#: Added up per manager and share, for every class k of window i.
_CREDITED = "sum(credited_{i}) FILTER (WHERE class_{i} = {k}) AS credited_{i}_{k}"
_BASE = "sum(base) FILTER (WHERE class_{i} = {k} AND held) AS base_{i}_{k}"
_LARGEST = "max(own_{i}) FILTER (WHERE class_{i} = {k}) AS largest_{i}_{k}"
#: The same over all shares of a manager.
_TOTAL = "sum(credited_{i}_{k} * share) AS credited_{k}"
_BASE_TOTAL = "sum(base_{i}_{k} * share) AS base_{k}"
_LARGEST_TOTAL = "max(largest_{i}_{k}) AS largest_{k}"
_SETTLED = "sum(amount) FILTER (WHERE class_{i} = {k}) AS amount_{k}"
#: Columns of a reading with an entry per floor k; a column in brackets is added up from its class upwards.
_FIGURES = {
    "deposit_product": "[d.credited] * 0.00000001",
    "loan_product": "[l.credited] * 0.00000001",
    "settlement_usd": "[s.amount] * 0.000001",
    "largest_deposit_product": "CASE WHEN d.highest >= {k} THEN greatest(d.largest, 0) ELSE 0 END * 0.01",
    "largest_loan_product": "greatest(0, {largest_loans}) * 0.01",
}
_BASED = {
    "base_product": "CASE WHEN d.acquired >= {k} THEN NULL ELSE [d.base] * 0.00000001 END",
    "base_gap": "CASE WHEN d.acquired >= {k} THEN 'accounts' ELSE '' END",
}
_NOT_BASED = {"base_product": "NULL::numeric", "base_gap": "'history'"}
#: The same out of what the parts of a night have credited: whole millions, and millionths beside them.
_SUMMED = {
    "deposit_product": "credited_whole[{k}] * 0.01 + credited_rest[{k}] * 0.00000001",
    "loan_product": "loan_whole[{k}] * 0.01 + loan_rest[{k}] * 0.00000001",
    "settlement_usd": "settled_whole[{k}] * 0.01 + settled_rest[{k}] * 0.00000001",
    "largest_deposit_product": "largest[{k}] * 0.01",
    "largest_loan_product": "loan_largest[{k}] * 0.01",
}
_SUMMED_BASED = {
    "base_product": "CASE WHEN acquired < {k} THEN base_whole[{k}] * 0.01 + base_rest[{k}] * 0.00000001 END",
    "base_gap": "CASE WHEN acquired < {k} THEN '' ELSE 'accounts' END",
}
_NEXT = ",\n           "


@cache
def rollup(names: tuple[str, ...], floors: int, *, based: bool) -> str:
    """The statement for windows of these names, in this order; parameters: `queries.rollup_parameters`.

    Not `based`: the year of the base begins before the history, so that nothing is added up of it.
    """
    windows, classes = list(enumerate(names, 1)), range(1, floors + 1)

    def each(text: str, between: str = _NEXT, **given: str) -> str:
        return between.join(text.strip("\n").format(i=i, name=name, **given) for i, name in windows)

    def sums(*texts: str) -> str:
        return _NEXT.join(text.format(i=i, k=k) for i, _ in windows for text in texts for k in classes)

    piece = statement("rollup_piece").strip()
    return statement("rollup").format(
        piece=piece,
        source=statement("rollup_lookups").format(
            piece=piece, befores=each(_BEFORE), joins=each(_LOOK_UP, "\n    ")
        ),
        deposits_before=each("deposit_before_{i}"),
        loans_before=each("loan_before_{i}"),
        classes=each(_CLASS),
        deposits_credited=each(statement("rollup_credited"), bucket="deposit"),
        loans_credited=each(statement("rollup_credited"), bucket="loan"),
        largest=each("max(own_{i}) AS largest_{i}, max(class_{i}) FILTER (WHERE acquired) AS acquired_{i}"),
        deposit_sums=sums(_CREDITED, *([_BASE] if based else [])),
        loan_sums=sums(_CREDITED, _LARGEST),
        settlements=_united("rollup_settled", len(names), floors, _SETTLED),
        deposits=_united("rollup_deposits", len(names), floors, _TOTAL, *([_BASE_TOTAL] if based else [])),
        loans=_united("rollup_loans", len(names), floors, _TOTAL, _LARGEST_TOTAL),
        figures=_figures(_FIGURES | (_BASED if based else _NOT_BASED), floors, _figure),
    )


@cache
def summed(floors: int, *, based: bool) -> str:
    """The statement that yields the same rows out of a table `credited` (`credited_columns`)."""
    columns = _SUMMED | (_SUMMED_BASED if based else _NOT_BASED)
    return statement("rollup_summed").format(
        figures=_figures(columns, floors, lambda text, k, _floors: text.format(k=k))
    )


def credited_columns(*, based: bool) -> str:
    """Of the table that `ledger.rules.totals.at_floors` fills, a row a manager and window."""
    shared = [f"{kind}_{ending}" for kind in SHARED[: 3 + based] for ending in ("whole", "rest")]
    arrays = ", ".join(f"{name} bigint[]" for name in (*shared, "largest", "loan_largest"))
    return f"manager_id bigint, place integer, {arrays}, acquired bigint"


def _united(name: str, windows: int, floors: int, *columns: str) -> str:
    """The same query for every window, its columns for every class."""
    classes = range(1, floors + 1)
    return "  UNION ALL\n".join(
        statement(name).format(
            i=i, totals=_NEXT.join(each.format(i=i, k=k) for each in columns for k in classes)
        )
        for i in range(1, windows + 1)
    )


def _figures(columns: dict[str, str], floors: int, figure: Callable[[str, int, int], str]) -> str:
    return ",\n       ".join(
        f"ARRAY[{', '.join(figure(text, k, floors) for k in range(1, floors + 1))}] AS {name}"
        for name, text in columns.items()
    )


def _figure(text: str, k: int, floors: int) -> str:
    """A figure at one floor, which takes in its class and all above."""
    upwards = range(k, floors + 1)
    largest = ", ".join(f"l.largest_{c}" for c in upwards)
    added = re.sub(r"\[(.+?)\]", lambda at: _added(f"{at[1]}_{c}" for c in upwards), text)
    return added.format(k=k, largest_loans=largest)


def _added(columns: Iterable[str]) -> str:
    return f"({' + '.join(f'coalesce({column}, 0)' for column in columns)})"
