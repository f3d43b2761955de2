"""Puts the roll-up together: one text for any number of windows that end on the same day."""

from functools import cache

from ledger.sql import statement

#: Windows whose marks stand on the customer's position; any other is looked up in the history.
MARKED = ("month", "quarter", "year")
_LOOKED_UP = "coalesce(b{i}.deposit, 0) AS deposit_before_{i}, coalesce(b{i}.loan, 0) AS loan_before_{i}"
_LOOK_UP = "LEFT JOIN LATERAL ledger_product_before(c.customer_id, %(start_{i})s) AS b{i} ON true"
_CLASS = "width_bucket(l.deposit_end - l.deposit_before_{i}, %(thresholds_{i})s::bigint[]) AS class_{i}"


@cache
def rollup(names: tuple[str, ...], *, from_positions: bool) -> str:
    """The statement for windows of these names, in this order; parameters: `queries.rollup_parameters`."""

    def each(text: str, between: str = ",\n           ") -> str:
        return between.join(text.strip().format(i=i, name=name) for i, name in enumerate(names, 1))

    piece = statement("rollup_piece").strip()
    before = statement("rollup_positions_before") if from_positions else _LOOKED_UP
    source = statement("rollup_positions" if from_positions else "rollup_lookups")
    return statement("rollup").format(
        piece=piece,
        source=source.format(befores=each(before), joins=each(_LOOK_UP, "\n    "), piece=piece),
        # a look-up is made once, a position is best read as it goes
        materialized="NOT MATERIALIZED" if from_positions else "MATERIALIZED",
        line_befores=each("q.deposit_before_{i}, q.loan_before_{i}"),
        classes=each("class_{i}", ", "),
        measures=each(statement("rollup_measures")),
        sums=each(statement("rollup_sums")),
        windows=each(statement("rollup_window"), "\n  UNION ALL\n"),
        settled_classes=each(_CLASS),
        settlements=each(statement("rollup_settled"), "\n  UNION ALL\n"),
    )
