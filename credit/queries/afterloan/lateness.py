"""How overdue loans are, and the best class that allows them: by schedule, maturity and interest arrears."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from credit.queries.afterloan.loans import Loan, known_on
from credit.queries.standards import standard_on
from credit.rules.overdue import Due, Overdue, Paid, overdue
from credit.rules.reclassifying import Late, arrears_since, is_better, late
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a loan is on a day and what follows: the best class allowed ("": any) and the clause.

    `principal` and `interest` are what of the schedule is overdue; None where no schedule was delivered.
    """

    as_of: date
    late: Late
    floor: str
    cites: str
    principal: Decimal | None
    interest: Decimal | None

    def breaks(self, loan_class: str) -> bool:
        """Whether a class is better than the days overdue allow."""
        return bool(self.floor) and is_better(loan_class, self.floor)


def lateness(found: Mapping[int, Loan], on: date) -> dict[int, Lateness]:
    """How late some loans are on a day, by what is known on it."""
    day, standard = known_on(on), standard_on(on)
    scheduled, arrears = _scheduled(found, day), _arrears(found, day)
    result = {}
    for account, loan in found.items():
        due = scheduled.get(account)
        days = late(
            day,
            scheduled=due.since if due and loan.is_open else None,
            matured=_matured(loan, day),
            arrears=arrears.get(account) if loan.is_open else None,
        )
        rule = standard.floor(days.days)
        result[account] = Lateness(
            as_of=day,
            late=days,
            floor=rule.loan_class if rule else "",
            cites=rule.cites if rule else "",
            principal=due.principal if due else None,
            interest=due.interest if due else None,
        )
    return result


def of(loan: Loan, on: date) -> Lateness:
    """How late one loan is."""
    return lateness({loan.account: loan}, on)[loan.account]


def _matured(loan: Loan, day: date) -> date | None:
    """The day of maturity where it has passed and something is known to be outstanding."""
    unpaid = loan.closed_on is None and loan.balance is not None and loan.balance > 0
    return loan.matures_on if unpaid and loan.matures_on and loan.matures_on < day else None


def _scheduled(accounts: Collection[int], day: date) -> dict[int, Overdue]:
    """What of their schedules is overdue; nothing for loans without one."""
    schedule: dict[int, list[Due]] = defaultdict(list)
    paid: dict[int, list[Paid]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement("loans_due", "credit.sql"), {"accounts": list(accounts), "day": day})
        for account, what, on, principal, interest in cursor.fetchall():
            if what == "due":
                schedule[account].append(Due(on, principal, interest))
            else:
                paid[account].append(Paid(on, principal, interest))
    return {account: overdue(dues, paid[account], day) for account, dues in schedule.items()}


def _arrears(accounts: Collection[int], day: date) -> dict[int, date | None]:
    told: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement("loans_arrears", "credit.sql"), {"accounts": list(accounts), "day": day})
        for account, on, any_left in cursor.fetchall():
            told[account].append((on, any_left))
    return {account: arrears_since(days) for account, days in told.items()}
