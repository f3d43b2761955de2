"""Puts the roll-up together: one text for any number of windows that end on the same day."""

from collections.abc import Iterable, Sequence
from functools import cache

from ledger.sql import statement

#: Where nothing is looked up, each window has its marks on the customer's position.
MARKED = ("month", "quarter", "year")
_LOOKED_UP = "coalesce(b{i}.deposit, 0) AS deposit_before_{i}, coalesce(b{i}.loan, 0) AS loan_before_{i}"
_LOOK_UP = "LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start_{i})s) AS b{i} ON true"


@cache
def rollup(names: tuple[str, ...], *, from_positions: bool) -> str:
    """The statement for windows of these names, in this order; its parameters: `queries.rollup_parameters`."""
    places = range(1, len(names) + 1)
    before = statement("rollup_positions_before") if from_positions else _LOOKED_UP
    source = statement("rollup_positions" if from_positions else "rollup_lookups").format(
        befores=_listed(before.format(i=i, name=name) for i, name in zip(places, names, strict=True)),
        joins="\n    ".join(_LOOK_UP.format(i=i) for i in places),
    )
    return statement("rollup").format(
        source=source,
        # read once off the positions it is best read as it goes
        materialized="NOT MATERIALIZED" if from_positions else "MATERIALIZED",
        line_befores=_listed(f"q.deposit_before_{i}, q.loan_before_{i}" for i in places),
        windows=_united("rollup_window", places),
        settlements=_united("rollup_settlements", places),
    )


def _listed(parts: Iterable[str]) -> str:
    return ",\n           ".join(part.strip() for part in parts)


def _united(name: str, places: Sequence[int]) -> str:
    return "  UNION ALL\n".join(statement(name).format(i=i) for i in places)
