"""Which class is better than which, and what a loan's days overdue come from: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from credit.rules.standard import CLASSES

#: Every pair of classes of which the first is better than the second.
ABOVE = tuple(combinations(CLASSES, 2))
NON_PERFORMING = CLASSES[2:]


@dataclass(frozen=True, slots=True)
class Late:
    """For how many days a loan is overdue, since when, and what says so: schedule, matured or arrears."""

    days: int = 0
    since: date | None = None
    basis: str = ""


def is_better(one: str, other: str) -> bool:
    """Whether a class is better than another; where one of them is not known (""), it is not.

    >>> is_better("normal", "loss"), is_better("loss", "loss"), is_better("normal", "")
    (True, False, False)
    """
    return (one, other) in ABOVE


def late(
    on: date, *, scheduled: date | None = None, matured: date | None = None, arrears: date | None = None
) -> Late:
    """The longest of three ways to be overdue.

    `scheduled` and `matured` are due days that were not paid; `arrears` is the first day with interest
    arrears, on which they are a day old.

    >>> late(date(2026, 3, 31), scheduled=date(2026, 3, 1), arrears=date(2026, 3, 31))
    Late(days=30, since=datetime.date(2026, 3, 1), basis='schedule')
    """
    found = (
        Late((on - scheduled).days, scheduled, "schedule") if scheduled else Late(),
        Late((on - matured).days, matured, "matured") if matured else Late(),
        Late((on - arrears).days + 1, arrears, "arrears") if arrears else Late(),
    )
    longest = max(found, key=lambda each: each.days)
    return longest if longest.days > 0 else Late()


def arrears_since(told: Iterable[tuple[date, bool]]) -> date | None:
    """Since when there have been arrears without a break, of days in their order with whether there were any.

    >>> arrears_since([(date(2026, 1, 1), True), (date(2026, 1, 5), False), (date(2026, 1, 9), True)])
    datetime.date(2026, 1, 9)
    """
    since: date | None = None
    for day, any_left in told:
        since = (since or day) if any_left else None
    return since
