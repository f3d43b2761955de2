"""What managers hold on the last day of a span: customers counted, and balances at the shares held."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger import facts
from ledger.facts import Holding
from ledger.models import Run
from ledger.queries.asof import answers_live, known_through
from ledger.queries.readings import fen_days
from ledger.rules.windows import Window
from ledger.sql import set_wise, statement

NIL = Decimal(0)


class HoldingsAsked(NamedTuple):
    """Which customers count: by own whole daily averages (yuan) of deposits, and of `bucket` where named."""

    floor: Decimal
    bucket: str = ""
    reaching: Decimal = NIL


class Holdings(NamedTuple):
    """How many customers count, and their end-of-day balances (CNY) at the shares held."""

    customers: int = 0
    deposit: Decimal = NIL
    loan: Decimal = NIL


def holdings(
    run: Run, span: Window, asked: Sequence[HoldingsAsked], managers: Sequence[int]
) -> dict[tuple[int, int], Holdings]:
    """By place in `asked` and manager what is held on the last day of the span; no entry where nothing.

    Off today's products, or from the facts known to a run that something has overtaken.
    """
    if not asked:
        return {}
    if not answers_live(run):
        return _from_facts(run, span, asked, managers)
    given = {
        "start": span.start,
        "end": span.end,
        "floors": [fen_days(each.floor, span.days) for each in asked],
        "buckets": [each.bucket for each in asked],
        "marks": [fen_days(each.reaching, span.days) for each in asked],
        "managers": list(managers),
    }
    with set_wise() as cursor:
        cursor.execute(statement("holdings"), given)
        return {(place - 1, manager): Holdings(*row) for place, manager, *row in cursor.fetchall()}


def _from_facts(
    run: Run, span: Window, asked: Sequence[HoldingsAsked], managers: Sequence[int]
) -> dict[tuple[int, int], Holdings]:
    found = facts.holdings(run, known_through(run), span, managers)
    return {
        (place, manager): _summed(each, customers, span)
        for manager, customers in found
        for place, each in enumerate(asked)
    }


def _summed(asked: HoldingsAsked, customers: Iterable[Holding], span: Window) -> Holdings:
    counted = [each for each in customers if reaches(asked, each, span)]
    return Holdings(
        len(counted),
        sum((each.share * each.deposit_balance for each in counted), NIL),
        sum((each.share * each.loan_balance for each in counted), NIL),
    )


def reaches(asked: HoldingsAsked, customer: Holding, span: Window) -> bool:
    """Whether a customer counts: compared exactly, product against threshold × days."""
    own = {"deposit": customer.own_deposit, "loan": customer.own_loan}
    enough = not asked.bucket or own[asked.bucket] >= asked.reaching * span.days
    return customer.own_deposit >= asked.floor * span.days and enough
