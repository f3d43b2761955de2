"""Shares of a customer over time, and what becomes of them when one manager gives some to another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A share held from `starts_on` to `ends_on`, both inclusive; open where there is no end."""

    starts_on: date
    ends_on: date | None
    share: Decimal

    def covers(self, day: date) -> bool:
        """Whether the day lies inside."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def meets(self, other: "Held") -> bool:
        """Whether the two have a day in common.

        >>> day, one = date(2026, 1, 1), Decimal(1)
        >>> Held(day, day, one).meets(Held(day, None, one))
        True
        """
        return (self.ends_on is None or other.starts_on <= self.ends_on) and (
            other.ends_on is None or self.starts_on <= other.ends_on
        )


def share_on(rows: Iterable[Held], day: date) -> Decimal:
    """The share held on a day.

    >>> share_on([Held(date(2026, 1, 1), None, Decimal("0.6"))], date(2026, 3, 1))
    Decimal('0.6')
    """
    return sum((row.share for row in rows if row.covers(day)), Decimal(0))


def given(rows: Sequence[Held], *, since: date, share: Decimal) -> tuple[list[Held], list[Held]]:
    """What is left to the giver and what goes, of rows that do not overlap, from `since` on.

    All goes where `share` is all that is held on `since`; else as much of it as is held on each day. What is
    left lists only rows that begin where the old ones did or that hold something: a row that began on or
    after `since` is emptied to a share of 0, since what was delivered is never taken away.

    >>> day, one = date(2026, 1, 1), Decimal(1)
    >>> given([Held(day, None, one)], since=date(2026, 3, 1), share=one)[0]
    [Held(starts_on=datetime.date(2026, 1, 1), ends_on=datetime.date(2026, 2, 28), share=Decimal('1'))]
    """
    everything = share_on(rows, since) == share
    left: list[Held] = []
    goes: list[Held] = []
    for row in sorted(rows, key=lambda each: each.starts_on):
        if row.ends_on is not None and row.ends_on < since:
            continue
        first = max(row.starts_on, since)
        if row.starts_on < since:
            left.append(Held(row.starts_on, since - DAY, row.share))
        gone = row.share if everything else min(share, row.share)
        if row.share > gone or row.starts_on >= since:
            left.append(Held(first, row.ends_on, row.share - gone))
        if gone:
            goes.append(Held(first, row.ends_on, gone))
    return left, goes


def taken(rows: Sequence[Held], pieces: Sequence[Held]) -> list[Held]:
    """The rows that say what a manager holds who gets `pieces` on top of `rows`.

    Rows that meet no piece stay as they are and are not listed.

    >>> day, half = date(2026, 1, 1), Decimal("0.5")
    >>> [str(row.share) for row in taken([Held(day, None, half)], [Held(date(2026, 3, 1), None, half)])]
    ['0.5', '1.0']
    """
    touched = [row for row in rows if any(row.meets(piece) for piece in pieces)]
    both = [*touched, *pieces]
    first = min(piece.starts_on for piece in pieces)
    before = [row for row in touched if row.starts_on < first]
    cuts = {each.starts_on for each in both} | {each.ends_on + DAY for each in both if each.ends_on}
    found = [Held(row.starts_on, first - DAY, row.share) for row in before]
    return sorted(found + _between(both, sorted(cut for cut in cuts if cut >= first)), key=_start)


def _between(both: Sequence[Held], cuts: Sequence[date]) -> list[Held]:
    """One row from each cut to the next, where something is held; the last one is open."""
    ends = [cut - DAY for cut in cuts[1:]] + [None]
    rows = (Held(cut, end, share_on(both, cut)) for cut, end in zip(cuts, ends, strict=True))
    return [row for row in rows if any(each.covers(row.starts_on) for each in both)]


def _start(row: Held) -> date:
    return row.starts_on
