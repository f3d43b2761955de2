"""Answers side by side: equal in every cell, or the first that differs by name."""

from collections.abc import Iterable, Sequence

from benchmarks.bank import FLOORS, Bank, windows
from benchmarks.night import Answer


class Different(Exception):
    """Two answers differ; names the first cell and both values."""


def cells(bank: Bank, rows: Iterable[Sequence[int]]) -> Answer:
    """A rival's rows (manager number, then a column per window, floor and bucket) as cells.

    A manager whom no row names has nothing.
    """
    by_manager = {f"E{row[0]}": row[1:] for row in rows}
    places = [(name, floor) for name in windows(bank.compared) for floor in FLOORS]
    nothing = [0] * (2 * len(places))
    return {
        (who, name, floor): (found[2 * place], found[2 * place + 1])
        for who, found in ((f"E{n}", by_manager.get(f"E{n}", nothing)) for n in range(bank.managers))
        for place, (name, floor) in enumerate(places)
    }


def check(ours: Answer, theirs: Answer, whose: str) -> int:
    """How many cells are equal in both; Different where one is not, or stands in one of them only."""
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            raise Different(f"{key}: ours {ours.get(key)}, {whose} {theirs.get(key)} (deposit, loan)")
    if not any(deposit and loan for deposit, loan in ours.values()):
        raise Different("nothing but zeros: there is nothing to compare")
    return len(ours)
