"""What the parts of a night have credited, put together: shares applied, classes added up to floors.

A sum times a share of millionths does not fit into 64 bits; it is kept as whole millions and a rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ledger.rules.crediting import Frame, Sums, figures, least
from ledger.rules.positions import LIMIT, Array, Columns, added

MILLION = 10**6
#: Figures credited at a share, the last where the base is known; of the others the largest counts.
SHARED = ("credited", "loan", "settled", "base")


@dataclass(frozen=True)
class Shared:
    """Amounts at shares, exact: `whole` × 1,000,000 + `rest` millionths."""

    whole: Array
    rest: Array

    @classmethod
    def of(cls, amount: Array, share: Array) -> "Shared":
        """Amounts (rows × classes) at the share of their row; OverflowError where it may not fit."""
        whole, rest = np.divmod(amount, MILLION)
        return cls(_fitting(whole, share[:, None]), rest * share[:, None])


def _fitting(amount: Array, share: Array) -> Array:
    """Products that no sum of can wrap."""
    if (np.abs(amount.astype(float)) * share).sum() >= LIMIT:
        raise OverflowError("sum of shares")
    return amount * share


def put_together(managers: Array, parts: Iterable[Sums], frame: Frame) -> Columns:
    """Per manager (of `managers`, ascending) a row of every figure over all parts, a column a class.

    Those at a share have a `…_whole` and a `…_rest` each.
    """
    found = _nothing(len(managers), frame)
    for part in parts:
        begins = np.flatnonzero(np.diff(part.manager, prepend=-1))
        if len(begins):
            at = np.searchsorted(managers, part.manager[begins])
            for name, amount in part.entries.items():
                _put(found, name, at, begins, amount, part.share)
    return found


def _nothing(count: int, frame: Frame) -> Columns:
    found: Columns = {}
    for name, width in figures(frame).items():
        for each in (f"{name}_whole", f"{name}_rest") if _is_shared(name) else (name,):
            found[each] = np.full((count, width), least(name))
    return found


def _is_shared(name: str) -> bool:
    return name.rpartition("_")[0] in SHARED


def _put(found: Columns, name: str, at: Array, begins: Array, amount: Array, share: Array) -> None:
    """Rows of one manager follow one another; `begins` are their first ones."""
    if _is_shared(name):
        shared = Shared.of(amount, share)
        for ending, each in (("whole", shared.whole), ("rest", shared.rest)):
            total = found[f"{name}_{ending}"]
            total[at] = added(total[at], np.add.reduceat(each, begins, axis=0))
    else:
        found[name][at] = np.maximum(found[name][at], np.maximum.reduceat(amount, begins, axis=0))


def at_floors(totals: Columns, place: int, frame: Frame) -> Columns:
    """The figures of one window (counted from 1) as a reading has them, a column a floor.

    A sum at a floor is that of its class and all above. `acquired` is the highest floor at which the base is
    unknown; a largest amount counts as nothing at a floor that nobody reaches.
    """
    thresholds = frame.spans[place - 1].thresholds
    found: Columns = {}
    for kind in SHARED[: 3 + frame.based]:
        for ending in ("whole", "rest"):
            found[f"{kind}_{ending}"] = _added_upwards(totals[f"{kind}_{place}_{ending}"])
    largest, loan_largest = totals[f"largest_{place}"], totals[f"loan_largest_{place}"]
    reached = np.searchsorted(thresholds, largest, side="right") >= np.arange(1, len(thresholds) + 1)
    found["largest"] = np.where(reached, np.maximum(largest, 0), 0)
    found["loan_largest"] = np.maximum(np.maximum.accumulate(loan_largest[:, ::-1], axis=1)[:, ::-1], 0)
    return found | {"acquired": totals[f"acquired_{place}"][:, 0]}


def _added_upwards(table: Array) -> Array:
    """Each class with all above it; OverflowError where that may not fit."""
    if table.size and np.abs(table.astype(float)).sum(axis=1).max() >= LIMIT:
        raise OverflowError("sum of classes")
    return np.cumsum(table[:, ::-1], axis=1)[:, ::-1]
