"""Loans and borrowers as rows beside the blocks, for the statements of the loan side."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ledger.models import BorrowerClass, LoanPosition
from ledger.rules import crediting
from ledger.rules import positions as rules
from ledger.rules.crediting import Frame
from ledger.rules.positions import Columns, Positions
from ledger.services.blocks import Block, Slots
from ledger.sql import binary

#: Columns with their kinds, the key first.
_LOAN = {"account_id": "i8", "customer_id": "i8", "closed_on": "i4", "balance": "i8", "value": "i8"}
_BORROWER = {"customer_id": "i8", "overdraft": "i8", "ever_overdrawn": "?"} | {
    f"{when}_{name}": "i2" for when in ("class", "was") for name in ("month", "quarter", "year")
}


class Beside:
    """The rows of some blocks as they are now; windows and floors are those of the frame."""

    def __init__(self, frame: Frame) -> None:
        self.kinds = (
            _Rows(LoanPosition, _LOAN, _loans),
            _Rows(BorrowerClass, _BORROWER, lambda positions: _borrowers(positions, frame)),
        )

    def add(self, positions: Positions) -> None:
        """Those of a block."""
        for rows in self.kinds:
            rows.found.append(rows.rows_of(positions))

    def write(self, cursor: Any, slots: Slots) -> None:
        """What is other than the rows that are there; `slots` are those of all the blocks."""
        for rows in self.kinds:
            rows.write(cursor, slots)


def astray(cursor: Any, block: Block, frame: Frame) -> set[int]:
    """Customers of a block whose rows are not what the block says."""
    beside = Beside(frame)
    beside.add(block.positions)
    return {customer for rows in beside.kinds for customer in rows.differing(cursor, block.slots)}


def _loans(positions: Positions) -> Columns:
    """Loan accounts as rows."""
    accounts = positions.accounts
    at = np.flatnonzero(accounts["bucket"] == rules.LOAN)
    customer = positions.customer[accounts["owner"][at]]
    return {"account_id": accounts["account"][at], "customer_id": customer} | {
        name: accounts[name][at] for name in ("closed_on", "balance", "value")
    }


def _borrowers(positions: Positions, frame: Frame) -> Columns:
    """Customers that ever had a loan account or an overdraft as rows."""
    customers, accounts = positions.customers, positions.accounts
    overdrawn = (customers["overdraft"] != 0) | (customers["overdraft_product"] != 0)
    ever = overdrawn.copy()
    ever[accounts["owner"][accounts["bucket"] == rules.LOAN]] = True
    at = np.flatnonzero(ever)
    theirs = {name: column[at] for name, column in customers.items()}
    own = {"customer_id": positions.customer[at], "overdraft": theirs["overdraft"]}
    return own | {"ever_overdrawn": overdrawn[at]} | crediting.classes(theirs, frame)


class _Rows:
    """Rows of one table: those that are other than what is there are written, those gone deleted."""

    def __init__(self, model: Any, kinds: Mapping[str, str], rows_of: Callable[[Positions], Columns]) -> None:
        self.table, self.kinds, self.rows_of = model._meta.db_table, kinds, rows_of
        self.key, *self.others = kinds
        self.found: list[Columns] = []

    def now(self) -> Columns:
        """All rows, in the order of their key."""
        rows = {name: np.concatenate([each[name] for each in self.found]) for name in self.kinds}
        order = np.argsort(rows[self.key], kind="stable")
        return {name: column[order] for name, column in rows.items()}

    def known(self, cursor: Any, slots: Slots) -> Columns:
        """The rows that are there."""
        query = f"SELECT {', '.join(self.kinds)} FROM {self.table}"
        query += " WHERE customer_id %% 1024 BETWEEN %(first)s AND %(last)s ORDER BY 1"
        return binary.fetch(cursor, query, {"first": slots[0], "last": slots[1]}, self.kinds)

    def differing(self, cursor: Any, slots: Slots) -> set[int]:
        """Customers with a row that is only here, or only there."""
        now, known = self.now(), self.known(cursor, slots)
        return rules.differing(self.key, known, now) | rules.differing(self.key, now, known)

    def write(self, cursor: Any, slots: Slots) -> None:
        """A row that has come to other slots is theirs."""
        rows, known = self.now(), self.known(cursor, slots)
        gone = np.setdiff1d(known[self.key], rows[self.key], assume_unique=True).tolist()
        if gone:
            cursor.execute(
                f"DELETE FROM {self.table} WHERE {self.key} = ANY (%s)"
                " AND customer_id %% 1024 BETWEEN %s AND %s",
                [gone, *slots],
            )
        other = rules.others(self.key, known, rows)
        self._put(cursor, {name: column[other] for name, column in rows.items()})

    def _put(self, cursor: Any, rows: Columns) -> None:
        names, sets = ", ".join(self.kinds), ", ".join(f"{name} = excluded.{name}" for name in self.others)
        cursor.execute(f"CREATE TEMP TABLE other ON COMMIT DROP AS SELECT {names} FROM {self.table} LIMIT 0")
        binary.write(cursor, "other", rows)
        cursor.execute(
            f"INSERT INTO {self.table} ({names}) SELECT {names} FROM other"
            f" ON CONFLICT ({self.key}) DO UPDATE SET {sets}"
        )
        cursor.execute("DROP TABLE other")
