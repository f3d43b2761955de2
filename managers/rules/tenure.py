"""Tenure: since when somebody has been in a post and in an outlet, and when that, or a leave, falls due."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

DAY = timedelta(days=1)
Kind = Literal["post", "place", "leave"]
#: Calendar days before the due day from which somebody stands on the list as due soon.
SOON = 90


@dataclass(frozen=True, slots=True)
class Served:
    """One posting: the branch (an id), the position, its days; the current one has no end."""

    branch: int
    position: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """From a day on: so many months of a kind, for one position or ("") for all without their own."""

    kind: Kind
    position: str
    months: int
    days: int
    starts_on: date
    cites: str


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due for somebody: of which kind, counted since when, on which day, by which rule."""

    kind: Kind
    since: date
    due_on: date
    cites: str

    def soon(self, on: date) -> bool:
        """Whether it is due, or will be within the days of notice."""
        return on >= self.due_on - timedelta(days=SOON)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month.

    >>> add_months(date(2024, 2, 29), 36)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: date, on: date) -> int:
    """Whole months served from a day on; 0 where it has not come yet.

    >>> [months_between(date(2023, 11, 22), date(2026, 11, day)) for day in (21, 22)]
    [35, 36]
    >>> [months_between(date(2025, 12, 31), date(2026, 6, day)) for day in (29, 30)]
    [5, 6]
    """
    count = (on.year - start.year) * 12 + on.month - start.month
    return max(count - (add_months(start, count) > on), 0)


def current(posts: Iterable[Served], on: date) -> Served | None:
    """The posting that holds on a day."""
    return next((each for each in posts if _holds(each, on)), None)


def since(posts: Sequence[Served], on: date, *, post: bool) -> date | None:
    """First day of the unbroken time in the present outlet, or in the present post of that outlet.

    A posting follows another without a break where it begins on the next day; a posting elsewhere, however
    short, begins the time anew. None for whoever is posted nowhere on the day.
    """
    held = current(posts, on)
    if held is None:
        return None
    start = held.starts_on
    for each in sorted(posts, key=lambda each: each.starts_on, reverse=True):
        same = each.branch == held.branch and (not post or each.position == held.position)
        if same and each.ends_on is not None and each.ends_on + DAY == start:
            start = each.starts_on
    return start


def limit(limits: Iterable[Limit], kind: Kind, position: str, on: date) -> Limit | None:
    """The limit in force: that of the position before that of all, the latest begun; None where lifted."""
    begun = [each for each in limits if each.kind == kind and each.starts_on <= on]
    own = [each for each in begun if each.position and each.position == position]
    found = own or [each for each in begun if not each.position]
    last = max(found, key=lambda each: each.starts_on, default=None)
    return last if last is not None and last.months else None


def falls_due(
    posts: Sequence[Served], leaves: Sequence[tuple[date, date]], limits: Sequence[Limit], on: date
) -> list[Due]:
    """Everything that has a due day for somebody on a day, the earliest first.

    `leaves` are the mandatory ones, first and last day. Where both post and outlet are limited, both count.
    """
    held = current(posts, on)
    if held is None:
        return []
    found = [
        _tenure(kind, posts, limits, held.position, on)
        for kind in ("place", "post")
    ] + [_leave(posts, leaves, limits, held.position, on)]  # fmt: skip
    return sorted((each for each in found if each is not None), key=lambda each: (each.due_on, each.kind))


def _tenure(
    kind: Kind, posts: Sequence[Served], limits: Sequence[Limit], position: str, on: date
) -> Due | None:
    rule, start = limit(limits, kind, position, on), since(posts, on, post=kind == "post")
    if rule is None or start is None:
        return None
    return Due(kind, start, add_months(start, rule.months), rule.cites)


def _leave(
    posts: Sequence[Served],
    leaves: Sequence[tuple[date, date]],
    limits: Sequence[Limit],
    position: str,
    on: date,
) -> Due | None:
    """The next mandatory leave, counted from the end of the last long enough, else from the first posting.

    A leave that has begun by the day counts, also while it lasts.
    """
    rule = limit(limits, "leave", position, on)
    if rule is None:
        return None
    taken = [end for start, end in leaves if start <= on and (end - start).days + 1 >= rule.days]
    start = max(taken) if taken else min(each.starts_on for each in posts)
    return Due("leave", start, add_months(start, rule.months), rule.cites)


def _holds(each: Served, on: date) -> bool:
    return each.starts_on <= on and (each.ends_on is None or each.ends_on >= on)
