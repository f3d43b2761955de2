"""What holds of commitments, plans and surveys without a database: met or not, which days, how far apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Literal

Verdict = Literal["met", "not_met", "not_known", "in_words"]
HUNDRED = Fraction(100)
#: Fewer answers than this would tell who said what.
LEAST_ANSWERS = 3
#: Months each period of a plan begins in and lasts.
PERIODS = {"year": (1, 12), "q1": (1, 3), "q2": (4, 3), "q3": (7, 3), "q4": (10, 3)}
#: How the code of a target ends that is for a quarter: the year's has the metric's own.
QUARTER = "_quarter"


@dataclass(frozen=True)
class Facts:
    """What is known as of a day: ours from the books, theirs as the customer stated it. None: not known.

    Deposits are the quarter's daily average, loans the balance, settlements the year's so far (US dollars).
    """

    deposits: Decimal | None = None
    loans: Decimal | None = None
    settlements: Decimal | None = None
    all_deposits: Decimal | None = None
    all_loans: Decimal | None = None
    all_settlements: Decimal | None = None
    current_ratio: Decimal | None = None
    debt_ratio: Decimal | None = None
    payroll: Decimal | None = None


@dataclass(frozen=True)
class Judged:
    """A commitment held against the facts: what it asks, what is, and which of `lacking` is not known."""

    verdict: Verdict
    wanted: Fraction | None = None
    actual: Fraction | None = None
    lacking: tuple[str, ...] = ()


#: Kinds that are a share of two figures, in percent: ours, and all there is.
SHARES = {
    "deposit_share": ("deposits", "all_deposits"),
    "settlement_share": ("settlements", "all_settlements"),
}
#: Kinds that are one figure, and whether it must be at least or at most the threshold.
FIGURES: dict[str, tuple[str, bool]] = {
    "deposit_average": ("deposits", True),
    "current_ratio": ("current_ratio", True),
    "debt_ratio": ("debt_ratio", False),
    "payroll": ("payroll", True),
    "loan_limit": ("loans", False),
}


def judged(kind: str, threshold: Decimal | None, facts: Facts) -> Judged:
    """Whether a commitment is kept; what is not known keeps it undecided, never broken.

    >>> judged("deposit_share", Decimal(40), Facts(deposits=Decimal(30), all_deposits=Decimal(60))).verdict
    'met'
    """
    if kind == "deposit_follows_loans":
        return _follows(facts)
    if threshold is None:
        return Judged("in_words")
    wanted = Fraction(threshold)
    if kind in SHARES:
        return _held(wanted, *_share(facts, *SHARES[kind]), at_least=True)
    name, at_least = FIGURES[kind]
    value = getattr(facts, name)
    actual = None if value is None else Fraction(value)
    return _held(wanted, actual, () if value is not None else (name,), at_least=at_least)


def _follows(facts: Facts) -> Judged:
    """The share of deposits against our share of loans; without any loan of ours nothing is asked."""
    wanted, lacks = _share(facts, "loans", "all_loans")
    if facts.loans == 0:
        wanted, lacks = Fraction(0), ()
    actual, lacks_too = _share(facts, "deposits", "all_deposits")
    if wanted is None:
        return Judged("not_known", None, actual, (*lacks, *lacks_too))
    return _held(wanted, actual, lacks_too, at_least=True)


def _share(facts: Facts, ours: str, everything: str) -> tuple[Fraction | None, tuple[str, ...]]:
    """Ours in percent of all there is; of nothing there is no share, and less than ours cannot be all."""
    part, whole = getattr(facts, ours), getattr(facts, everything)
    lacking = tuple(name for name, value in ((ours, part), (everything, whole)) if value is None)
    if lacking:
        return None, lacking
    if whole <= 0 or whole < part:
        return None, (everything,)
    return Fraction(part) / Fraction(whole) * HUNDRED, ()


def _held(wanted: Fraction, actual: Fraction | None, lacking: tuple[str, ...], *, at_least: bool) -> Judged:
    if actual is None:
        return Judged("not_known", wanted, None, lacking)
    kept = actual >= wanted if at_least else actual <= wanted
    return Judged("met" if kept else "not_met", wanted, actual)


# --- Plans ------------------------------------------------------------------------------------------------


def days_of(year: int, period: str) -> tuple[date, date]:
    """The first and last day of a period of a plan.

    >>> days_of(2026, "q1")
    (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
    """
    month, months = PERIODS[period]
    after = month + months
    end = date(year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
    return date(year, month, 1), end


def target_code(metric: str, period: str) -> str:
    """What the ledger calls a target: a year's by its metric, a quarter's with an ending of its own."""
    return metric if period == "year" else f"{metric}{QUARTER}"


# --- Surveys ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """How many answered, and their average, middle, lowest and highest."""

    count: int
    mean: Fraction
    middle: Fraction
    low: Fraction
    high: Fraction


def spread(values: Sequence[Fraction]) -> Spread | None:
    """The spread of some answers; None where they are too few to be shown.

    >>> spread([Fraction(4), Fraction(5)]) is None
    True
    """
    if len(values) < LEAST_ANSWERS:
        return None
    mean = sum(values, Fraction(0)) / len(values)
    return Spread(len(values), mean, Fraction(median(values)), min(values), max(values))


def total_may_show(counts: Sequence[int]) -> bool:
    """Whether the total of all may stand beside what is shown of each, without telling the hidden ones."""
    hidden = [count for count in counts if 0 < count < LEAST_ANSWERS]
    return not hidden or (sum(hidden) >= LEAST_ANSWERS and len(hidden) > 1)
