"""What it takes to reach a daily-average line by the end of a period: exact arithmetic on balance-days."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.rules.money import round_half_up

FEN = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Course:
    """Where an average stands: `product` (CNY-days) over the first `past` days, `balance` (CNY) on the last.

    `ahead` days remain until the period's end, so the average of the period is taken over `past + ahead`.
    """

    product: Fraction
    past: int
    balance: Fraction
    ahead: int

    @property
    def days(self) -> int:
        """Days of the whole window at the period's end."""
        return self.past + self.ahead


@dataclass(frozen=True, slots=True)
class Plan:
    """To stand at `threshold` on the last day: hold `hold` on average for `days`, or add `increase` now.

    Both in CNY, rounded up to the fen so that following them reaches the line. `increase` is what today's
    balance lacks if it then stays; 0 where that balance suffices.
    """

    threshold: Fraction
    days: int
    hold: Decimal
    increase: Decimal


def projected(course: Course) -> Fraction:
    """The average at the period's end if the balance of today stays.

    >>> projected(Course(Fraction(900), 9, Fraction(200), 1))
    Fraction(110, 1)
    """
    return (course.product + course.balance * course.ahead) / course.days


def plan(course: Course, threshold: Fraction) -> Plan | None:
    """What is needed to reach `threshold`; None where no day remains.

    >>> plan(Course(Fraction(900), 9, Fraction(200), 1), Fraction(120))
    Plan(threshold=Fraction(120, 1), days=1, hold=Decimal('300.00'), increase=Decimal('100.00'))
    """
    if course.ahead <= 0:
        return None
    hold = max(Fraction(0), (threshold * course.days - course.product) / course.ahead)
    increase = max(Fraction(0), hold - course.balance)
    return Plan(threshold, course.ahead, fen_above(hold), fen_above(increase))


def fen_above(amount: Fraction) -> Decimal:
    """The least whole number of fen that is not below `amount`.

    >>> fen_above(Fraction(1, 3))
    Decimal('0.34')
    """
    fen = -((-amount) // FEN)
    return round_half_up(fen * FEN)
