"""What customers' products credit to managers: sums per manager and share, every window and class at once.

The twin of `ledger/sql/rollup.sql` for the night's own day, where all customers' products stand side by side.
A customer's class is how many of the (ascending) floors its own whole product of deposits reaches; a sum at a
floor is that of all classes from it upwards, which is left to the statement that adds the sums up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledger.rules.positions import Array, Columns, added, find, grown, product_before, sum_by

#: The largest product of nobody.
NOBODY = int(np.iinfo(np.int64).min)
PIECE = {"id": "i8", "customer": "i8", "manager": "i8", "share": "i4", "starts_on": "i4", "ends_on": "i4"}
#: Products before a piece begins and after it ends, where that lies within the windows.
CUT = {
    "id": "i8",
    "deposit_start": "i8",
    "loan_start": "i8",
    "deposit_end": "i8",
    "loan_end": "i8",
}


@dataclass(frozen=True)
class Span:
    """A window to date: its name, its first day, and the least products of the floors, ascending."""

    name: str
    start: int
    thresholds: tuple[int, ...]


@dataclass(frozen=True)
class Frame:
    """The windows, which end on one day; the year and the year before it; whether the base is known."""

    spans: tuple[Span, ...]
    end: int
    year: int
    last_year: int
    based: bool


@dataclass(frozen=True)
class Sums:
    """Per manager and share (millionths) an entry for each name of `names(frame)`, rows × names."""

    manager: Array
    share: Array
    entries: Array


def names(windows: int, floors: int, *, based: bool) -> list[str]:
    """What the entries are, in their order; windows and classes count from 1."""
    classes = range(1, floors + 1)
    found = []
    for i in range(1, windows + 1):
        found += [f"largest_{i}", f"acquired_{i}"]
        for kind in ("credited", "base", "loan", "loan_largest", "settled"):
            if kind != "base" or based:
                found += [f"{kind}_{i}_{k}" for k in classes]
    return found


def is_largest(name: str) -> bool:
    """Whether an entry is the largest of all parts, not their sum."""
    return "largest" in name or name.startswith("acquired")


def own_products(customers: Columns, frame: Frame) -> Columns:
    """Products of customers up to the end, before every window and of the base year, and their classes."""
    found: Columns = {"acquired_on": customers["acquired_on"]}
    for held in ("deposit", "loan"):
        days = frame.end + 1 - customers["since"]
        found[f"{held}_end"] = grown(customers[f"{held}_product"], customers[held], days)
        for i, span in enumerate(frame.spans, 1):
            found[f"{held}_before_{i}"] = product_before(customers, held, span.start, span.name)
    for i, span in enumerate(frame.spans, 1):
        own = found["deposit_end"] - found[f"deposit_before_{i}"]
        found[f"class_{i}"] = np.searchsorted(span.thresholds, own, side="right")
    if frame.based:
        found["base"] = _base(customers, frame)
    return found


def _base(customers: Columns, frame: Frame) -> Array:
    """The product of last year."""
    since = customers["since"]
    year = product_before(customers, "deposit", frame.year, "year")
    last = np.where(since < frame.year, customers["deposit_year"], customers["deposit_last_year"])
    turned = product_before(customers, "deposit", frame.last_year, "last_year")
    return year - np.where(since < frame.last_year, turned, last)


def sums(numbers: Array, own: Columns, pieces: Columns, cut: Columns, settled: Columns, frame: Frame) -> Sums:
    """Add up, per manager and share, what pieces earn of their customers (`numbers`, ascending).

    `cut` are products at the edges of pieces (ascending by id) that begin or end within the windows;
    `settled` hundredths of US dollars per customer, manager and share, a column a window.
    """
    at, known = find(numbers, pieces["customer"])
    pieces = {name: column[known] for name, column in pieces.items()}
    at = at[known]
    groups = _Groups.of(pieces, settled)
    floors = len(frame.spans[0].thresholds)
    entries: Columns = {}
    held = pieces["ends_on"] >= frame.end
    acquired = held & (own["acquired_on"][at] > frame.last_year)
    edges = _edges(pieces, cut)
    for i, span in enumerate(frame.spans, 1):
        kind = own[f"class_{i}"][at]
        cell = groups.piece * (floors + 1) + kind
        for bucket, name in (("deposit", "credited"), ("loan", "loan")):
            earned = _credited(bucket, i, span, at, own, pieces, held, edges)
            entries |= groups.added(f"{name}_{i}", cell, earned, floors)
        if frame.based:
            entries |= groups.added(f"base_{i}", cell[held], own["base"][at[held]], floors)
        entries |= _largest(i, groups, at, own, held, kind, floors)
        entries[f"acquired_{i}"] = groups.most(groups.piece[acquired], kind[acquired], 0)
        entries |= _settled(i, span, groups, settled, numbers, own)
    return Sums(groups.manager, groups.share, np.column_stack([entries[name] for name in _order(frame)]))


def merged(parts: Sequence[Sums], frame: Frame) -> Sums:
    """The sums of several parts as one."""
    keys = [(part.manager << 20) | part.share for part in parts]
    kept = np.unique(np.concatenate(keys))
    largest = [is_largest(name) for name in _order(frame)]
    entries = np.tile(np.where(largest, NOBODY, 0), (len(kept), 1))
    for key, part in zip(keys, parts, strict=True):
        at = np.searchsorted(kept, key)
        for column, of_largest in enumerate(largest):  # one by one, as all at once take much room
            here, more = entries[at, column], part.entries[:, column]
            entries[at, column] = np.maximum(here, more) if of_largest else added(here, more)
    return Sums(kept >> 20, kept & (2**20 - 1), entries)


def _order(frame: Frame) -> list[str]:
    return names(len(frame.spans), len(frame.spans[0].thresholds), based=frame.based)


@dataclass(frozen=True)
class _Groups:
    """Managers and shares that occur, and which of them each piece and each settlement belongs to."""

    manager: Array
    share: Array
    piece: Array
    settlement: Array

    @classmethod
    def of(cls, pieces: Columns, settled: Columns) -> "_Groups":
        """Of all that earns."""
        manager = np.concatenate([pieces["manager"], settled["manager"]])
        share = np.concatenate([pieces["share"], settled["share"]]).astype(np.int64)
        key, group = np.unique((manager << 20) | share, return_inverse=True)
        count = len(pieces["manager"])
        return cls(key >> 20, key & (2**20 - 1), group[:count], group[count:])

    def added(self, name: str, cell: Array, amount: Array, floors: int) -> Columns:
        """Sums per group and class; class 0 reaches no floor."""
        busy = np.flatnonzero(amount)
        table = sum_by(cell[busy], amount[busy], len(self.manager) * (floors + 1)).reshape(-1, floors + 1)
        return {f"{name}_{k}": table[:, k] for k in range(1, floors + 1)}

    def most(self, group: Array, amount: Array, least: int, cells: int = 1) -> Array:
        """The largest per group, `least` where there is none."""
        found = np.full(len(self.manager) * cells, least, np.int64)
        np.maximum.at(found, group, amount)
        return found


def _edges(pieces: Columns, cut: Columns) -> tuple[Array, NDArray[np.bool_], Columns]:
    at, known = find(cut["id"], pieces["id"])
    return at, known, cut


def _credited(
    bucket: str,
    i: int,
    span: Span,
    at: Array,
    own: Columns,
    pieces: Columns,
    held: NDArray[np.bool_],
    edges: tuple[Array, NDArray[np.bool_], Columns],
) -> Array:
    """The customer's product on the days of the window that the piece lies on."""
    begun = own[f"{bucket}_before_{i}"][at]
    ended = own[f"{bucket}_end"][at]
    row, known, cut = edges
    late = np.flatnonzero(known & (pieces["starts_on"] > span.start))
    begun[late] = cut[f"{bucket}_start"][row[late]]
    gone = np.flatnonzero(~held)
    ended[gone] = cut[f"{bucket}_end"][row[gone]]
    earned = ended - begun
    earned[gone[pieces["ends_on"][gone] < span.start]] = 0
    return earned


def _largest(
    i: int, groups: _Groups, at: Array, own: Columns, held: NDArray[np.bool_], kind: Array, floors: int
) -> Columns:
    """The largest own products of customers held on the last day: deposits of all, loans class by class."""
    group, place, kinds = groups.piece[held], at[held], kind[held]
    deposits = own["deposit_end"][place] - own[f"deposit_before_{i}"][place]
    loans = own["loan_end"][place] - own[f"loan_before_{i}"][place]
    table = groups.most(group * (floors + 1) + kinds, loans, NOBODY, floors + 1).reshape(-1, floors + 1)
    found = {f"loan_largest_{i}_{k}": table[:, k] for k in range(1, floors + 1)}
    return found | {f"largest_{i}": groups.most(group, deposits, -1)}


def _settled(i: int, span: Span, groups: _Groups, settled: Columns, numbers: Array, own: Columns) -> Columns:
    """Settlements of the window in their customer's class; of one without accounts in that of nothing."""
    floors = len(span.thresholds)
    at, known = find(numbers, settled["customer"])
    kind = np.full(len(at), np.searchsorted(span.thresholds, 0, side="right"))
    kind[known] = own[f"class_{i}"][at[known]]
    return groups.added(f"settled_{i}", groups.settlement * (floors + 1) + kind, settled[f"usd_{i}"], floors)
