"""What the demo bank aims at: the figures of source A art. 10, and targets that meet or miss them.

The numbers here only steer the generator; verdicts come from the rulebook. Millions of CNY or USD.
"""

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True)
class Standard:
    """The bars of one grade in millions; settlements in USD, `floor` the smallest customer that counts."""

    deposit: float
    largest_deposit: float
    loan: float
    largest_loan: float
    settlement: float
    growth: float
    floor: float
    customers: int


STANDARDS = {
    "senior": Standard(250, 100, 350, 150, 30, 50, 5, 10),
    "first": Standard(150, 30, 200, 75, 20, 30, 3, 10),
    "second": Standard(75, 25, 180, 50, 10, 25, 1, 9),
    "third": Standard(38, 0, 72, 0, 5, 15, 0.5, 9),
    "fourth": Standard(15, 0, 36, 0, 0, 15, 0.5, 7),
    "trainee": Standard(10, 0, 0, 0, 0, 10, 0.5, 4),
}
HIGHER = {"trainee": "fourth", "fourth": "third", "third": "second", "second": "first", "first": "senior"}


@dataclass(frozen=True)
class Target:
    """What one manager's year of 2026 shall average: money in millions, over so many counted customers."""

    deposit: float
    largest_deposit: float
    loan: float
    largest_loan: float
    settlement: float
    growth: float
    floor: float
    customers: int


def meeting(grade: str, rng: Random, *, leading: str = "deposit") -> Target:
    """A target that meets a grade's standard with room to spare and leaves the next grade well unmet.

    `leading` says what meets it: `deposit`, `loan` or `settlement`.
    """
    own = STANDARDS[grade]
    both = grade in ("senior", "first")
    trade = rng.uniform(1.1, 1.3) if leading == "settlement" else rng.uniform(0.05, 0.4)
    deposit = own.deposit * (rng.uniform(0.66, 0.85) if leading == "loan" else rng.uniform(1.14, 1.4))
    enough_loans = leading == "loan" or (both and leading == "deposit")
    loan = own.loan * (rng.uniform(1.1, 1.3) if enough_loans else rng.uniform(0.3, 0.7))
    bar = own.largest_loan * rng.uniform(1.1, 1.25) if enough_loans else 0
    return Target(
        deposit=deposit,
        largest_deposit=own.largest_deposit * rng.uniform(1.12, 1.25) or deposit * rng.uniform(0.18, 0.26),
        loan=loan,
        largest_loan=bar or 0.4 * loan,
        settlement=own.settlement * trade,
        growth=own.growth * rng.uniform(0.2, 0.5),
        floor=own.floor,
        customers=own.customers,
    )


def missing(grade: str, rng: Random, *, low: float, high: float) -> Target:
    """A target whose deposits are `low` to `high` of the own bar and whose other metrics clearly fail."""
    own = STANDARDS[grade]
    deposit = own.deposit * rng.uniform(low, high)
    loan = own.loan * rng.uniform(0.35, 0.6)
    return Target(
        deposit,
        deposit * 0.24,
        loan,
        loan * 0.4,
        own.settlement * rng.uniform(0.1, 0.4),
        own.growth * rng.uniform(0.2, 0.4),
        own.floor,
        own.customers,
    )


def target(grade: str, situation: str, rng: Random, *, leading: str = "deposit") -> Target:
    """The figures that put a manager of this grade into this situation."""
    if situation in ("to_be_promoted", "promoted"):
        return meeting(HIGHER[grade], rng)
    if situation in ("on_the_edge", "edge"):
        return missing(grade, rng, low=0.9925, high=0.996)
    if situation == "below":
        return missing(grade, rng, low=0.56, high=0.64)
    if situation == "undecided":
        return missing(grade, rng, low=0.7, high=0.8)
    if grade == "trainee":
        return _trainee(rng, low=0.55, high=0.7) if situation == "new" else _trainee(rng, low=1.25, high=1.38)
    return _special(grade, situation, meeting(grade, rng, leading=leading), rng)


def _trainee(rng: Random, *, low: float, high: float) -> Target:
    own = STANDARDS["trainee"]
    deposit = own.deposit * rng.uniform(low, high)
    return Target(deposit, deposit * 0.35, 0, 0, 0, deposit, own.floor, own.customers)


def _special(grade: str, situation: str, usual: Target, rng: Random) -> Target:
    own = STANDARDS[grade]
    if situation == "spike":  # the money of the last two days lifts this over the bar
        return replace(usual, deposit=own.deposit * rng.uniform(0.972, 0.984))
    if situation == "shared_a":  # half of the largest customer goes to the colleague
        return replace(usual, deposit=own.deposit * rng.uniform(1.42, 1.5))
    return usual
