"""Positions of loans and borrowers as rows beside the blocks, for the statements of the loan side."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ledger.models import BorrowerPosition, LoanPosition
from ledger.rules import positions as rules
from ledger.rules.positions import Array, Columns, Positions
from ledger.services.blocks import Block, Slots
from ledger.sql import binary

#: Columns, their key first.
_LOAN = ("account_id", "customer_id", "closed_on", "balance", "value")
_BORROWER = (
    "customer_id",
    *("since", "deposit", "deposit_product", "overdraft", "overdraft_product"),
    *("deposit_month", "deposit_quarter", "deposit_year"),
)


class Beside:
    """The rows of some blocks, as they were and as they are now."""

    def __init__(self) -> None:
        self.kinds = (_Rows(LoanPosition, _LOAN, _loans), _Rows(BorrowerPosition, _BORROWER, _borrowers))

    def before(self, positions: Positions) -> None:
        """As a block was read."""
        for rows in self.kinds:
            rows.before(positions)

    def after(self, positions: Positions) -> None:
        """As it is written."""
        for rows in self.kinds:
            rows.after(positions)

    def forget(self, cursor: Any, slots: Slots) -> None:
        """The rows of a block that is written for the first time, or again after it was lost."""
        for rows in self.kinds:
            cursor.execute(f"DELETE FROM {rows.table} WHERE customer_id %% 1024 BETWEEN %s AND %s", slots)

    def write(self, cursor: Any, slots: Slots) -> None:
        """What has become other; `slots` are those of all the blocks."""
        for rows in self.kinds:
            rows.write(cursor, slots)


def astray(cursor: Any, block: Block) -> set[int]:
    """Customers of a block whose rows are not what the block says."""
    found: set[int] = set()
    for model, names, right in (
        (LoanPosition, _LOAN, _loans(block.positions)),
        (BorrowerPosition, _BORROWER, _borrowers(block.positions)),
    ):
        query = f"SELECT {', '.join(names)} FROM {model._meta.db_table}"
        query += " WHERE customer_id %% 1024 BETWEEN %(first)s AND %(last)s ORDER BY 1"
        kinds = {name: "i4" if name in ("since", "closed_on") else "i8" for name in names}
        slots = {"first": block.slots[0], "last": block.slots[1]}
        kept = binary.fetch(cursor, query, slots, kinds)
        found |= rules.differing(names[0], kept, right) | rules.differing(names[0], right, kept)
    return found


def _loans(positions: Positions) -> Columns:
    """Loan accounts as rows."""
    accounts = positions.accounts
    at = np.flatnonzero(accounts["bucket"] == rules.LOAN)
    customer = positions.customer[accounts["owner"][at]]
    return {"account_id": accounts["account"][at], "customer_id": customer} | {
        name: accounts[name][at] for name in _LOAN[2:]
    }


def _borrowers(positions: Positions) -> Columns:
    """Customers that ever had a loan account or an overdraft as rows."""
    customers, accounts = positions.customers, positions.accounts
    ever = (customers["overdraft"] != 0) | (customers["overdraft_product"] != 0)
    ever[accounts["owner"][accounts["bucket"] == rules.LOAN]] = True
    at = np.flatnonzero(ever)
    return {"customer_id": positions.customer[at]} | {name: customers[name][at] for name in _BORROWER[1:]}


class _Rows:
    """Rows of one table: those that are other than before are written, those gone deleted."""

    def __init__(self, model: Any, names: Sequence[str], rows_of: Callable[[Positions], Columns]) -> None:
        self.table, self.names, self.rows_of = model._meta.db_table, names, rows_of
        self.changed: list[Columns] = []
        self.gone: list[Array] = []

    def before(self, positions: Positions) -> None:
        self.known = {name: column.copy() for name, column in self.rows_of(positions).items()}

    def after(self, positions: Positions) -> None:
        key, rows = self.names[0], self.rows_of(positions)
        other = rules.others(key, self.known, rows)
        self.changed.append({name: column[other] for name, column in rows.items()})
        self.gone.append(np.setdiff1d(self.known[key], rows[key], assume_unique=True))

    def write(self, cursor: Any, slots: Slots) -> None:
        """A row that has come to other slots is theirs."""
        key, gone = self.names[0], np.concatenate(self.gone).tolist()
        if gone:
            cursor.execute(
                f"DELETE FROM {self.table} WHERE {key} = ANY (%s) AND customer_id %% 1024 BETWEEN %s AND %s",
                [gone, *slots],
            )
        names, sets = ", ".join(self.names), ", ".join(f"{name} = excluded.{name}" for name in self.names[1:])
        cursor.execute(f"CREATE TEMP TABLE other ON COMMIT DROP AS SELECT {names} FROM {self.table} LIMIT 0")
        rows = {name: np.concatenate([each[name] for each in self.changed]) for name in self.names}
        binary.write(cursor, "other", rows)
        cursor.execute(
            f"INSERT INTO {self.table} ({names}) SELECT {names} FROM other"
            f" ON CONFLICT ({key}) DO UPDATE SET {sets}"
        )
        cursor.execute("DROP TABLE other")
