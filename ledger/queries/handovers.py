"""Reads for handovers: what a manager holds, who handles a customer's loans, who answers for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from ledger.models import PeriodClosing, Run
from ledger.queries.contributions import contributions
from ledger.queries.runs import claimed_through, latest_run
from ledger.rules import windows
from ledger.sql import statement
from managers.models import Assignment, Handover


class Liable(NamedTuple):
    """One person who answers for a loan; `handover` is the number of the handover that made it so, if any."""

    customer_id: int
    loan: str
    issued_on: date
    manager_id: int
    since: date
    handover: int | None


@dataclass(frozen=True)
class Holding:
    """A customer of a manager: the share held, whole balances (CNY) and this quarter's daily averages.

    The amounts are None where nothing is published yet.
    """

    customer_id: int
    customer_no: str
    name: str
    kind: str
    share: Decimal
    deposit: Decimal | None = None
    loan: Decimal | None = None
    deposit_average: Decimal | None = None
    loan_average: Decimal | None = None


def handlers(customers: Iterable[int], on: date) -> dict[int, set[int]]:
    """By customer the managers who handle its loans on a day."""
    found: dict[int, set[int]] = {customer: set() for customer in customers}
    with connection.cursor() as cursor:
        cursor.execute(statement("credit_handlers"), {"customers": list(found), "day": on})
        for customer, manager in cursor.fetchall():
            found[customer].add(manager)
    return found


def liable(customers: Iterable[int], on: date) -> list[Liable]:
    """Who answers for every loan of some customers that is open on a day: whoever issued it, unless moved."""
    with connection.cursor() as cursor:
        cursor.execute(statement("liable"), {"customers": list(customers), "day": on})
        return [Liable(*row) for row in cursor.fetchall()]


def portfolio(manager: int, on: date) -> list[Holding]:
    """What a manager holds on a day, by customer number, with the amounts of the latest published date."""
    held = Assignment.objects.held_on(on).filter(manager=manager).select_related("customer")
    brought = amounts(manager)
    return [_holding(each, brought) for each in held.order_by("customer__customer_no")]


def is_empty(manager: int, on: date) -> bool:
    """Whether a manager holds nobody from a day on: what leaving the bank needs."""
    later = Assignment.objects.current().filter(manager=manager, share__gt=0, starts_on__gt=on)
    return not (Assignment.objects.held_on(on).filter(manager=manager).exists() or later.exists())


def amounts(manager: int, run: Run | None = None) -> dict[int, tuple[Decimal, Decimal, Decimal, Decimal]]:
    """By customer of a manager the whole balances of deposits and loans and their averages of the quarter.

    Of the latest published date unless a night is named; empty where nothing is published.
    """
    run = run or latest_run()
    if run is None:
        return {}
    start = windows.first_day("quarter", run.business_date)
    days = (run.business_date - start).days + 1
    rows = contributions(manager, start=start, days=[run.business_date])[run.business_date]
    return {
        row.customer_id: (row.deposit_balance, row.loan_balance, row.own_deposit / days, row.own_loan / days)
        for row in rows
    }


def _holding(held: Assignment, brought: dict[int, tuple[Decimal, Decimal, Decimal, Decimal]]) -> Holding:
    customer, known = held.customer, brought.get(held.customer_id, (None,) * 4)
    return Holding(customer.pk, customer.customer_no, customer.name, customer.kind, held.share, *known)


def run_by(day: date) -> Run | None:
    """The last published night up to a day; None where there is none."""
    return Run.objects.filter(is_current=True, business_date__lte=day).order_by("-business_date").first()


def open_lines(giver: int, customers: Collection[int]) -> list[tuple[str, int]]:
    """Customers of a giver that an open handover already speaks for, with its number."""
    rows = Handover.objects.filter(
        giver=giver, state__in=Handover.OPEN, lines__customer__in=customers
    ).values_list("lines__customer__customer_no", "pk")
    return sorted(rows)


def closed_through() -> date | None:
    """The last day whose figures two people have closed for good."""
    last = PeriodClosing.objects.aggregate(day=Max("run__business_date"))["day"]
    return last if last is None or isinstance(last, date) else None


def is_backdated(effective_on: date) -> bool:
    """Whether a handover of that day changes figures that a night has begun or published."""
    claimed = claimed_through()
    return claimed is not None and effective_on <= claimed


def published_ends(since: date) -> list[Run]:
    """The runs readers see whose figures count: of quarters' ends from a day on, and of the last date."""
    runs = Run.objects.filter(is_current=True, business_date__gte=since).order_by("business_date")
    found = list(runs)
    return [run for run in found if run == found[-1] or _ends_quarter(run.business_date)]


def _ends_quarter(day: date) -> bool:
    return windows.period_of("quarter", day).end == day
