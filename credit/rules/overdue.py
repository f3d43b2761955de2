"""Overdue: since when, and how much of principal and interest, a loan has not been paid as scheduled.

Payments cover the oldest scheduled amount first, principal for principal and interest for interest; what is
paid early covers what falls due next. An amount is overdue from the day after it was due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be paid on a day."""

    due_on: date
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid on a day; negative amounts take a payment back."""

    paid_on: date
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is overdue on a day, and since which due day; nothing: `since` is None and `days` 0."""

    days: int
    principal: Decimal
    interest: Decimal
    since: date | None

    @property
    def amount(self) -> Decimal:
        """Principal and interest together."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Covered:
    """One scheduled payment and how much of it has been paid by a day."""

    due: Due
    principal: Decimal
    interest: Decimal
    days: int

    @property
    def whole(self) -> bool:
        """Whether nothing of it is open."""
        return self.principal >= self.due.principal and self.interest >= self.due.interest


def overdue(schedule: Sequence[Due], paid: Sequence[Paid], on: date) -> Overdue:
    """What of the schedule is overdue on a day by the payments made up to and including it, to the fen."""
    late = [each for each in covered(schedule, paid, on) if each.days]
    since = late[0].due.due_on if late else None
    return Overdue(
        days=(on - since).days if since else 0,
        principal=sum((each.due.principal - each.principal for each in late), ZERO),
        interest=sum((each.due.interest - each.interest for each in late), ZERO),
        since=since,
    )


def covered(schedule: Sequence[Due], paid: Sequence[Paid], on: date) -> list[Covered]:
    """Every scheduled payment in its order with what covers it on a day; `days` is how long it is overdue."""
    made = [each for each in paid if each.paid_on <= on]
    principal, interest = _sum(each.principal for each in made), _sum(each.interest for each in made)
    found = []
    for due in sorted(schedule, key=lambda each: each.due_on):
        one = Covered(due, min(principal, due.principal), min(interest, due.interest), 0)
        principal, interest = principal - one.principal, interest - one.interest
        late = 0 if one.whole else max((on - due.due_on).days, 0)
        found.append(Covered(due, one.principal, one.interest, late))
    return found


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    """What is there to cover with: never less than nothing, whatever was taken back."""
    return max(sum(amounts, ZERO), ZERO)
