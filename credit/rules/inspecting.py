"""When a loan is to be inspected next: pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from credit.rules.standard import InspectionRule, Standard


@dataclass(frozen=True, slots=True)
class Plan:
    """The next inspection of a loan: by when, and by which rule."""

    due_on: date
    loan_class: str
    every_days: int
    cites: str


def next_inspection(
    standard: Standard, loan_class: str, amount: Decimal | None, *, began_on: date, last: date | None
) -> Plan | None:
    """The next inspection, counted from the last one or else from the day the loan was issued.

    A loan without a class is looked at like a normal one, one without an amount like the largest. None where
    the standard does not speak of the class.
    """
    known = loan_class or "normal"
    worth = amount if amount is not None else max((r.amount_from for r in standard.inspections), default=None)
    rule: InspectionRule | None = None if worth is None else standard.inspected_every(known, worth)
    if rule is None:
        return None
    return Plan((last or began_on) + timedelta(days=rule.every_days), loan_class, rule.every_days, rule.cites)


def planned_for(wanted: date, on: date, before: date | None = None) -> date:
    """The day a plan made on a day names: never one that is past already; `before` is what it named so far.

    A loan that nobody has inspected since its issue is due at once, not since years; once planned it stays
    due on that day, and is late from then on.

    >>> planned_for(date(2026, 3, 1), date(2026, 11, 22))
    datetime.date(2026, 11, 22)
    >>> planned_for(date(2026, 3, 1), date(2026, 11, 25), before=date(2026, 11, 22))
    datetime.date(2026, 11, 22)
    """
    if wanted >= on:
        return wanted
    return on if before is None else min(before, on)
