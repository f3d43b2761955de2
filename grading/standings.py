"""Where a manager stands on a published date: judged on the spot by the rulebook in force, nothing stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from grading import queries, services
from grading.models import RulebookVersion
from grading.rules.planning import Course
from grading.rules.reasons import Reason
from grading.rules.schema import Grade, Rulebook
from grading.rules.verdict import Verdict
from ledger.models import Run
from ledger.queries import Contribution
from ledger.rules import windows
from ledger.rules.windows import Period
from managers.models import ClientManager

AVERAGES = ("deposit_daily_average", "new_deposit_daily_average")


@dataclass(frozen=True)
class Standing:
    """A live verdict, with the period it would belong to and the next one to be appraised."""

    manager: ClientManager
    run: Run
    version: RulebookVersion
    book: Rulebook
    verdict: Verdict
    period: Period
    ahead: Period

    @property
    def on(self) -> date:
        """The business date of the figures."""
        return self.run.business_date

    @property
    def grade(self) -> Grade:
        """The grade held on that date."""
        return self.book.grade(self.verdict.grade)

    @property
    def above(self) -> Grade | None:
        """The next grade up."""
        return self.book.above(self.verdict.grade)


def schemes(on: date) -> list[RulebookVersion]:
    """The version in force of every scheme there is, by code."""
    return list(queries.in_force(on))


def scheme_for(manager: ClientManager, *, grade: str, on: date) -> RulebookVersion | None:
    """The rulebook in force that covers the manager's line and branch and has the grade on its ladder."""
    return queries.covering(manager, grade, on)


def standing(manager: ClientManager, run: Run) -> Standing | None:
    """The manager judged on the figures `run` published; None where no rulebook covers line and grade."""
    on = run.business_date
    version = scheme_for(manager, grade=queries.grades_on(on, [manager.pk]).get(manager.pk, ""), on=on)
    if version is None:
        return None
    book = queries.rulebook(version)
    verdict = judged(manager, version=version, run=run)
    if verdict is None:
        return None
    period, ahead = (windows.period_of(book.scheme.cycle, day) for day in (on, on + timedelta(days=1)))
    return Standing(manager, run, version, book, verdict, period, ahead)


def judged(manager: ClientManager, *, version: RulebookVersion, run: Run) -> Verdict | None:
    """The manager judged by one rulebook on any run's figures; None where the grade is not on its ladder."""
    cycle = queries.rulebook(version).scheme.cycle
    period = windows.period_of(cycle, run.business_date)
    try:
        (found,) = services.judge([manager], version=version, run=run, period=period)
    except LookupError:
        return None
    return found.verdict


def counted(rows: Iterable[Contribution], *, floor: Fraction, days: int) -> list[Contribution]:
    """The customers whose own whole daily average of deposits reaches the floor."""
    return [row for row in rows if Fraction(row.own_deposit) >= floor * days]


def course(reason: Reason, rows: Sequence[Contribution], *, on: date, ahead: Period) -> Course | None:
    """How a year's average of deposits or loans runs on to the end of the period ahead.

    `rows` are the contributions of the year so far. Today's balance is that of the customers counted now,
    at the shares of today. None for any other metric or window, or where the value is not known.
    """
    loans = reason.metric == "loan_daily_average"
    if reason.window != "year" or reason.value is None or not (loans or reason.metric in AVERAGES):
        return None
    now, end = windows.window("year", on), windows.window("year", ahead.end)
    inside = counted(rows, floor=Fraction(reason.floor or 0), days=now.days)
    balance = sum((_balance(row, loans=loans) for row in inside), Fraction(0))
    product = sum((Fraction(row.loan if loans else row.deposit) for row in inside), Fraction(0))
    if end.start > on:
        if reason.metric == "new_deposit_daily_average":
            return None
        return Course(Fraction(0), 0, balance, end.days)
    return Course(product, now.days, balance, (ahead.end - on).days)


def _balance(row: Contribution, *, loans: bool) -> Fraction:
    return Fraction(row.loan_balance if loans else row.deposit_balance) * Fraction(row.share or 0)


def base(reason: Reason, found: Course) -> Fraction:
    """What is taken off the average before it is held against the line: last year's, for new deposits."""
    if reason.metric != "new_deposit_daily_average" or reason.value is None or not found.past:
        return Fraction(0)
    return found.product / found.past - reason.value
