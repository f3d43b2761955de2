"""What customers' products credit to managers: sums per manager and share, every window and class at once.

With `totals` the twin of `ledger/sql/rollup.sql` for the night's own day, where all customers' products stand
side by side. A customer's class is how many of the (ascending) floors its whole product of deposits reaches.
"""

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
    """A window to date: its name, its first day, and the least products of the floors, ascending.

    `before` are those at the end of the day before.
    """

    name: str
    start: int
    thresholds: tuple[int, ...]
    before: tuple[int, ...] = ()


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
    """Per manager and share (millionths), ascending, a row of each figure of `figures`, a column a class."""

    manager: Array
    share: Array
    entries: Columns

    @classmethod
    def nothing(cls, keys: Array, frame: Frame) -> "Sums":
        """Of managers and shares (`key`, ascending) that have nothing yet."""
        entries = {name: np.full((len(keys), width), least(name)) for name, width in figures(frame).items()}
        return cls(keys >> _SHARE_BITS, keys & (2**_SHARE_BITS - 1), entries)

    def place(self, manager: Array, share: Array) -> Array:
        """Rows of managers and shares that are there."""
        return np.searchsorted(key(self.manager, self.share), key(manager, share))

    def add(self, name: str, row: Array, kind: Array, amount: Array) -> None:
        """Add amounts to a figure, class by class; class 0 reaches no floor."""
        table = self.entries[name]
        busy = np.flatnonzero((amount != 0) & (kind > 0))
        more = sum_by(row[busy] * table.shape[1] + kind[busy] - 1, amount[busy], table.size)
        table[...] = added(table, more.reshape(table.shape))

    def most(self, name: str, row: Array, kind: Array, amount: Array) -> None:
        """Keep the largest amounts of a figure, class by class."""
        table, reached = self.entries[name], np.flatnonzero(kind > 0)
        cell = row[reached] * table.shape[1] + kind[reached] - 1
        np.maximum.at(table.reshape(-1), cell, amount[reached])


#: A share is at most a million millionths.
_SHARE_BITS = 20
#: Figures that are the largest, not sums, and what they are where there is nobody.
_LEAST = {"largest": -1, "loan_largest": NOBODY}


def least(name: str) -> int:
    """What a figure of a window is before anything is credited."""
    return _LEAST.get(name.rpartition("_")[0], 0)


def key(manager: Array, share: Array) -> Array:
    """One number for both."""
    return (manager.astype(np.int64) << _SHARE_BITS) | share


def figures(frame: Frame) -> dict[str, int]:
    """The figures of every window (counted from 1) and how many classes each is kept for."""
    floors = len(frame.spans[0].thresholds)
    kinds = {"largest": 1, "acquired": 1, "credited": floors, "loan": floors, "loan_largest": floors}
    kinds |= {"settled": floors} | ({"base": floors} if frame.based else {})
    return {f"{name}_{i}": kinds[name] for i, _span in enumerate(frame.spans, 1) for name in kinds}


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


def classes(customers: Columns, frame: Frame) -> Columns:
    """The class of each customer per window, and what it was on the day before; the same on a first day."""
    found: Columns = {}
    end = grown(customers["deposit_product"], customers["deposit"], frame.end + 1 - customers["since"])
    for span in frame.spans:
        own = end - product_before(customers, "deposit", span.start, span.name)
        now = np.searchsorted(span.thresholds, own, side="right")
        was = np.searchsorted(span.before, own - customers["deposit"], side="right")
        found[f"class_{span.name}"] = now.astype("i2")
        found[f"was_{span.name}"] = (was if span.start < frame.end else now).astype("i2")
    return found


def credit(
    sums: Sums, numbers: Array, own: Columns, pieces: Columns, cut: Columns, settled: Columns, frame: Frame
) -> None:
    """Add up, per manager and share, what pieces earn of their customers (`numbers`, ascending).

    `cut` are products at the edges of pieces (ascending by id) that begin or end within the windows;
    `settled` hundredths of US dollars per customer, manager and share, a column a window.
    """
    at, known = find(numbers, pieces["customer"])
    pieces = {name: column[known] for name, column in pieces.items()}
    at = at[known]
    row = sums.place(pieces["manager"], pieces["share"])
    held = pieces["ends_on"] >= frame.end
    acquired = held & (own["acquired_on"][at] > frame.last_year)
    edges = _edges(pieces, cut)
    for i, span in enumerate(frame.spans, 1):
        kind = own[f"class_{i}"][at]
        for bucket, name in (("deposit", "credited"), ("loan", "loan")):
            sums.add(f"{name}_{i}", row, kind, _credited(bucket, i, span, at, own, pieces, held, edges))
        if frame.based:
            sums.add(f"base_{i}", row[held], kind[held], own["base"][at[held]])
        _largest(i, sums, row[held], at[held], own, kind[held])
        all_kinds = np.ones(np.count_nonzero(acquired), np.int64)
        sums.most(f"acquired_{i}", row[acquired], all_kinds, kind[acquired])
        _settled(i, span, sums, settled, numbers, own)


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


def _largest(i: int, sums: Sums, row: Array, place: Array, own: Columns, kind: Array) -> None:
    """The largest own products of customers held on the last day: deposits of all, loans class by class."""
    deposits = own["deposit_end"][place] - own[f"deposit_before_{i}"][place]
    loans = own["loan_end"][place] - own[f"loan_before_{i}"][place]
    sums.most(f"largest_{i}", row, np.ones(len(row), np.int64), deposits)
    sums.most(f"loan_largest_{i}", row, kind, loans)


def _settled(i: int, span: Span, sums: Sums, settled: Columns, numbers: Array, own: Columns) -> None:
    """Settlements of the window in their customer's class; of one without accounts in that of nothing."""
    at, known = find(numbers, settled["customer"])
    kind = np.full(len(at), np.searchsorted(span.thresholds, 0, side="right"))
    kind[known] = own[f"class_{i}"][at[known]]
    row = sums.place(settled["manager"], settled["share"])
    sums.add(f"settled_{i}", row, kind, settled[f"usd_{i}"])
