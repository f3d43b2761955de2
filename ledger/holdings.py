"""Metrics of what a manager holds on a window's last day: customers and balances, and what is behind them."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from ledger import explanations, queries
from ledger.books import Book
from ledger.facts import Holding, held
from ledger.metrics import Asked, Context
from ledger.queries import Holdings, HoldingsAsked
from ledger.queries.holdings import reaches
from ledger.rules import windows
from ledger.rules.explaining import Explanation, Fact, Section
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window

BALANCES = {"deposit_balance": "CNY", "loan_balance": "CNY"}
COUNTS = {"customers_held": "count", "customers_reaching": "count"}
UNITS = {**BALANCES, **COUNTS}
BUCKETS = ("deposit", "loan")
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", re.ASCII)
#: No average reaches it: the mark of a question that names none.
BEYOND = Decimal(10) ** 18
Figures = dict[tuple[int, MetricRef], Figure]


def _held(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    """Every question of one window is answered in one look."""
    found: Figures = {}
    by_window: dict[str, list[MetricRef]] = defaultdict(list)
    for ref in refs:
        why = _unknown(context, ref)
        if why is None:
            by_window[ref.window].append(ref)
        else:
            found |= {(manager, ref): why for manager in managers}
    for window, together in by_window.items():
        found |= _of_window(context, windows.window(window, context.run.business_date), together, managers)
    return found


def _unknown(context: Context, ref: MetricRef) -> Figure | None:
    """Why a question has no answer; None where it has one."""
    if _unasked(ref):
        return Figure.not_applicable("nothing_to_measure", UNITS[ref.code])
    return context.too_early(ref, UNITS[ref.code])


def _unasked(ref: MetricRef) -> bool:
    """Whether a question leaves open what a customer is to reach."""
    if ref.code != "customers_reaching":
        return False
    params = dict(ref.params)
    return params.get("of", "deposit") not in BUCKETS or "reaching" not in params


def _of_window(context: Context, span: Window, refs: list[MetricRef], managers: Sequence[int]) -> Figures:
    asked = sorted({question(ref) for ref in refs})
    places = {each: place for place, each in enumerate(asked)}
    found = queries.holdings(context.run, span, asked, managers)
    return {
        (manager, ref): _figure(ref, found.get((places[question(ref)], manager), Holdings()))
        for ref in refs
        for manager in managers
    }


def question(ref: MetricRef) -> HoldingsAsked:
    """Which customers a question counts; nothing reaches a mark that is no amount."""
    if ref.code != "customers_reaching":
        return HoldingsAsked(Decimal(ref.floor))
    params = dict(ref.params)
    mark = Decimal(params["reaching"]) if _AMOUNT.fullmatch(params["reaching"]) else BEYOND
    return HoldingsAsked(Decimal(ref.floor), params.get("of", "deposit"), mark)


def _figure(ref: MetricRef, holdings: Holdings) -> Figure:
    values = {"deposit_balance": holdings.deposit, "loan_balance": holdings.loan}
    return Figure.of(values.get(ref.code, Decimal(holdings.customers)), UNITS[ref.code])


ASKED = (
    Asked({**BALANCES, "customers_held": "count"}, _held),
    Asked({"customers_reaching": "count"}, _held, ("of", "reaching")),
)


# --- taken apart ------------------------------------------------------------------------------------------


def _balance(bucket: str) -> Callable[[Book], Explanation]:
    """End-of-day balances of the window's last day at the shares held."""

    def build(book: Book) -> Explanation:
        day = Window("day", book.window.end, book.window.end)
        histories = book.histories(day)
        parts = []
        for customer in book.held_on(day.end):
            counted = book.counts(customer)
            parts.append(
                explanations.part(
                    book,
                    customer,
                    histories.get(customer, ()),
                    day,
                    bucket,
                    book.held(customer, day),
                    counted=counted,
                    reason="" if counted else "below_floor",
                )
            )
        section = Section("last_day", day, 1, tuple(parts))
        return Explanation(book.ref.code, "CNY", book.window, book.ref.floor, (section,))

    return build


def _customers(book: Book) -> Explanation:
    """Every customer held on the window's last day, and whether it counts."""
    if _unasked(book.ref):
        return Explanation(book.ref.code, "count", book.window, book.ref.floor, (), of_facts=True)
    asked = question(book.ref)
    facts = tuple(_customer(book, asked, customer, holding) for customer, holding in held(book).items())
    section = Section("customers", book.window, 1, (), facts=facts)
    return Explanation(book.ref.code, "count", book.window, book.ref.floor, (section,), of_facts=True)


def _customer(book: Book, asked: HoldingsAsked, customer: int, holding: Holding) -> Fact:
    """A customer with its own daily average of what is asked about, and where the share came from."""
    who, last = book.customers[customer], Window("last", book.window.end, book.window.end)
    own = holding.own_loan if asked.bucket == "loan" else holding.own_deposit
    reason = "" if reaches(asked, holding, book.window) else "below_mark"
    if holding.own_deposit < asked.floor * book.window.days:
        reason = "below_floor"
    average = Fraction(own) / book.window.days
    source = book.held(customer, last)[0].source
    end = book.window.end
    return Fact(f"{who.customer_no} {who.name}", end, end, average, "CNY", Decimal(1), reason, "", (source,))


BUILDERS: dict[str, Callable[[Book], Explanation]] = {
    "deposit_balance": _balance("deposit"),
    "loan_balance": _balance("loan"),
    "customers_held": _customers,
    "customers_reaching": _customers,
}
