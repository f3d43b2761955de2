"""Puts the roll-up together: one text for any number of windows that end on the same day."""

import re
from collections.abc import Iterable
from functools import cache

from ledger.rules import crediting
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
#: Settlements of the days looked up, and out of kept sums, which are of hundredths of a dollar.
_SETTLED = "sum(amount) FILTER (WHERE class_{i} = {k}) AS amount_{k}"
_SETTLED_TOTAL = "sum(settled_{i}_{k} * share) * 0.01 AS amount_{k}"
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
        totals=_totals(len(names), floors, based=based),
    )


@cache
def summed(windows: int, floors: int, *, based: bool) -> str:
    """The statement that yields the same rows out of the sums that the parts of a night have kept."""
    places, classes = range(1, windows + 1), range(1, floors + 1)
    entries = enumerate(crediting.names(windows, floors, based=based), 1)
    return statement("rollup_summed").format(
        entries=_NEXT.join(
            f"{'max' if crediting.is_largest(name) else 'sum'}(sums[{at}]) AS {name}" for at, name in entries
        ),
        loan_sums=_NEXT.join(
            f"loan_{i}_{k} AS credited_{i}_{k}, loan_largest_{i}_{k} AS largest_{i}_{k}"
            for i in places
            for k in classes
        ),
        settlements=_united("rollup_settlements", windows, floors, _SETTLED_TOTAL),
        totals=_totals(windows, floors, based=based),
    )


def _totals(windows: int, floors: int, *, based: bool) -> str:
    """What both end in."""
    return statement("rollup_totals").format(
        deposits=_united("rollup_deposits", windows, floors, _TOTAL, *([_BASE_TOTAL] if based else [])),
        loans=_united("rollup_loans", windows, floors, _TOTAL, _LARGEST_TOTAL),
        figures=_figures(_FIGURES | (_BASED if based else _NOT_BASED), floors),
    )


def _united(name: str, windows: int, floors: int, *columns: str) -> str:
    """The same query for every window, its columns for every class."""
    classes = range(1, floors + 1)
    return "  UNION ALL\n".join(
        statement(name).format(
            i=i, totals=_NEXT.join(each.format(i=i, k=k) for each in columns for k in classes)
        )
        for i in range(1, windows + 1)
    )


def _figures(columns: dict[str, str], floors: int) -> str:
    return ",\n       ".join(
        f"ARRAY[{', '.join(_figure(text, k, floors) for k in range(1, floors + 1))}] AS {name}"
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
