"""Reading one manager's figures: taken apart day by day, and over any span."""

from datetime import date, timedelta
from typing import Any

from benchmarks.bank import Bank
from benchmarks.measure import timed

SAMPLE = 30


def managers(bank: Bank) -> list[Any]:
    """Some managers spread over the whole bank, the first to warm up."""
    from managers.models import ClientManager

    step = max(bank.managers // SAMPLE, 1)
    numbers = [f"E{n}" for n in range(0, bank.managers, step)]
    return list(ClientManager.objects.filter(employee_no__in=numbers).order_by("id"))[: SAMPLE + 1]


def explain_ms(bank: Bank) -> list[float]:
    """Milliseconds to take apart each one's average of the quarter, as the command `explain` does.

    The first time most of what it reads comes from the disk.
    """
    from ledger.explanations import explain

    def one(who: Any) -> None:
        found = explain(who, "deposit_daily_average", on=bank.compared, window="quarter")
        if not found.adds_up:
            raise AssertionError(f"the explanation of {who} does not add up")

    return [1000 * timed(one, who) for who in managers(bank)][1:]


def span_ms(bank: Bank) -> list[float]:
    """Milliseconds for every customer of each one over a span of its own, as a manager's page asks for it."""
    from ledger import queries

    found = []
    for number, who in enumerate(managers(bank)):
        start, end = span(bank, number)
        found.append(1000 * timed(queries.contributions, who.pk, start=start, days=[end]))
    return found[1:]


def span(bank: Bank, number: int) -> tuple[date, date]:
    """Some [s, e] inside the history, another for every number."""
    start = bank.first + timedelta(days=number * 37 % bank.days)
    return start, start + timedelta(days=number * 53 % ((bank.compared - start).days + 1))
