"""The metrics of money moved on loans: issued, recovered, interest received; and the rows behind each."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from credit.queries import flows as queries
from credit.queries.flows import Paid
from ledger import queries as ledger
from ledger.books import Book
from ledger.metrics import Asked, Context
from ledger.rules import windows
from ledger.rules.explaining import (
    AccountHistory,
    CustomerPart,
    Dated,
    Explanation,
    Line,
    Section,
    credited,
    spans,
)
from ledger.rules.figures import Figure, MetricRef

NIL = Decimal(0)
#: The file each metric is read from, and the feed that says whether this bank delivers it.
FEEDS = {
    "interest_received": ("repayments.csv", "repayments"),
    "loans_recovered": ("repayments.csv", "repayments"),
    "loans_issued": ("loans.csv", "loans"),
}
Figures = dict[tuple[int, MetricRef], Figure]
#: Manager, code and window of a question.
_Key = tuple[int, str, str]


def _answers(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    """Sums over the window at the share of the day; zero where nothing flowed, unless nobody could know."""
    found: Figures = {}
    open_refs = []
    for ref in refs:
        why = _unknown(context, ref)
        if why is None:
            open_refs.append(ref)
        else:
            found |= {(manager, ref): why for manager in managers}
    return found | _summed(context, open_refs, managers)


def _unknown(context: Context, ref: MetricRef) -> Figure | None:
    """Why a question has no answer; None where it has one."""
    file, feed = FEEDS[ref.code]
    lack = context.lack_of(file, ref, "CNY")
    if feed not in context.feeds:
        return lack or Figure.not_applicable("feed_not_configured", "CNY", feed=file)
    return context.too_early(ref, "CNY") or lack


def _summed(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    """Every customer's part of a window, then for each floor those that reach it."""
    day = context.run.business_date
    asked = sorted({(ref.code, ref.window) for ref in refs})
    spans_asked = [(code, windows.window(window, day)) for code, window in asked]
    parts: dict[_Key, dict[int, Decimal]] = defaultdict(dict)
    for flow in queries.flows(spans_asked, managers, bundle=ledger.known_through(context.run)):
        code, window = asked[flow.place]
        parts[flow.manager, code, window][flow.customer] = flow.amount
    own = _own(context, refs, [customer for each in parts.values() for customer in each], managers)
    return {
        (manager, ref): Figure.of(
            _counted(ref, parts.get((manager, ref.code, ref.window), {}), own.get(ref.window)), "CNY"
        )
        for ref in refs
        for manager in managers
    }


#: Per customer the own deposit product of a window, and its days.
_Own = tuple[dict[int, Decimal], int]


def _own(
    context: Context, refs: Sequence[MetricRef], customers: list[int], managers: Sequence[int]
) -> dict[str, _Own]:
    """By window what floors look at; only where one is asked for."""
    found: dict[str, _Own] = {}
    for window in {ref.window for ref in refs if ref.floor > 0}:
        span = windows.window(window, context.run.business_date)
        found[window] = (queries.own_deposits(context.run, span, customers, managers), span.days)
    return found


def _counted(ref: MetricRef, parts: dict[int, Decimal], own: _Own | None) -> Decimal:
    if ref.floor <= 0 or own is None:
        return sum(parts.values(), NIL)
    products, days = own
    return sum((amount for who, amount in parts.items() if products.get(who, NIL) >= ref.floor * days), NIL)


ASKED = Asked(dict.fromkeys(FEEDS, "CNY"), _answers)


# --- taken apart ------------------------------------------------------------------------------------------


def _of(pick: Callable[[Paid], Decimal], read: Callable[..., list[Paid]]) -> Callable[[Book], Explanation]:
    def build(book: Book) -> Explanation:
        by_account: dict[str, list[Paid]] = defaultdict(list)
        for paid in read(book.customers, book.window, book.bundle):
            by_account[paid.account_no].append(paid)
        parts = [_part(book, customer, by_account, pick) for customer in book.customers]
        section = Section("window", book.window, 1, tuple(part for part in parts if part is not None))
        return Explanation(book.ref.code, "CNY", book.window, book.ref.floor, (section,))

    return build


def _part(
    book: Book, customer: int, by_account: dict[str, list[Paid]], pick: Callable[[Paid], Decimal]
) -> CustomerPart | None:
    """One customer's movements at the shares held; None for a customer not held in the window."""
    held = book.held(customer, book.window)
    if not held:
        return None
    lines = [
        line
        for account in book.histories(book.window).get(customer, ())
        for paid in by_account.get(account.account_no, ())
        if (line := _line(account, paid, pick(paid))) is not None
    ]
    who, counted = book.customers[customer], book.counts(customer)
    reason = "" if counted else "below_floor"
    own, shown = book.deposits[customer], tuple(credited(lines, held))
    return CustomerPart(who.customer_no, who.name, own, counted, reason, held, shown)


def _line(account: AccountHistory, paid: Paid, amount: Decimal) -> Line | None:
    """One movement, valued at the rate of its day as a balance of that day would be."""
    if not amount:
        return None
    moved = Dated(paid.day, amount, paid.source)
    alone = replace(account, closed_on=None, balances=(moved,), bucket="loan")
    return next(iter(spans(alone, paid.day, paid.day, "loan")), None)


BUILDERS: dict[str, Callable[[Book], Explanation]] = {
    "interest_received": _of(lambda paid: paid.interest, queries.payments),
    "loans_recovered": _of(lambda paid: paid.principal, queries.payments),
    "loans_issued": _of(lambda paid: paid.principal, queries.issues),
}
