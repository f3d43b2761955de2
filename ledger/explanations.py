"""Explain a published figure: the delivered facts behind it, as known when its run was published."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection

from ledger import metrics, queries
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.explaining import (
    AccountHistory,
    CustomerPart,
    Dated,
    Explanation,
    Held,
    Line,
    Section,
    Source,
    credited,
    own_product,
    spans,
)
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window
from ledger.sql import statement
from managers.models import Assignment, ClientManager, Customer


@dataclass(frozen=True)
class Explained:
    """A figure as published, and its parts."""

    manager: ClientManager
    run: Run
    figure: Figure
    explanation: Explanation

    @property
    def adds_up(self) -> bool:
        """Whether the parts come to the figure exactly; a figure without a value has nothing to add up."""
        return self.figure.value is None or self.explanation.value == self.figure.value


@dataclass(frozen=True)
class Book:
    """What a manager's figures over a span rest on, as known to the run."""

    manager: ClientManager
    run: Run
    ref: MetricRef

    @cached_property
    def window(self) -> Window:
        """The span of the figure."""
        return windows.window(self.ref.window, self.run.business_date)

    @cached_property
    def assignments(self) -> dict[int, list[Assignment]]:
        """The manager's assignments by customer."""
        known = Assignment.objects.as_of(self.run.through_bundle_id).filter(manager=self.manager)
        grouped: dict[int, list[Assignment]] = defaultdict(list)
        for assignment in known.order_by("starts_on"):
            grouped[assignment.customer_id].append(assignment)
        return grouped

    @cached_property
    def customers(self) -> dict[int, Customer]:
        """Customers ever assigned to the manager, by number."""
        return {
            each.pk: each for each in Customer.objects.filter(pk__in=self.assignments).order_by("customer_no")
        }

    def held(self, customer: int, span: Window) -> tuple[Held, ...]:
        """The manager's shares of a customer within a span."""
        pieces = (
            Held(
                max(each.starts_on, span.start),
                min(each.ends_on or span.end, span.end),
                each.share,
                Source(each.source_bundle, "assignments.csv", each.source_line),
            )
            for each in self.assignments.get(customer, ())
        )
        return tuple(piece for piece in pieces if piece.start <= piece.end)

    def histories(self, span: Window) -> dict[int, list[AccountHistory]]:
        """The accounts of the customers with all balances and rates that bear on a span."""
        return account_histories(self.customers, span, self.run.through_bundle_id)

    @cached_property
    def deposits(self) -> dict[int, Decimal]:
        """Each customer's own whole product of deposits over the window, for the floor."""
        accounts = self.histories(self.window)
        return {
            customer: own_product(accounts.get(customer, ()), self.window.start, self.window.end, "deposit")
            for customer in self.customers
        }

    def counts(self, customer: int) -> bool:
        """Whether the customer reaches the floor."""
        return self.deposits[customer] >= self.ref.floor * self.window.days


Builder = Callable[[Book], Explanation]
_BUILDERS: dict[str, Builder] = {}


def register(code: str, builder: Builder) -> None:
    """Add how the figures of a metric are taken apart."""
    _BUILDERS[code] = builder


def explainable() -> list[str]:
    """The metrics that can be taken apart."""
    return sorted(_BUILDERS)


def explain(
    manager: ClientManager,
    metric: str,
    *,
    on: date,
    window: str,
    floor: Decimal = Decimal(0),
    params: tuple[tuple[str, str], ...] = (),
) -> Explained:
    """Take apart the figure of a manager as published for a date.

    LookupError names an unknown metric; queries.NotPublished a date without figures; ValueError an
    unknown window.
    """
    if metric not in _BUILDERS:
        raise LookupError(metric)
    run = queries.current_run(on)
    ref = MetricRef(metric, window, floor, params)
    figure = metrics.figures(run, [ref], [manager.pk])[manager.pk][ref]
    return Explained(manager, run, figure, _BUILDERS[metric](Book(manager, run, ref)))


def account_histories(customers: Iterable[int], span: Window, bundle: int) -> dict[int, list[AccountHistory]]:
    """Accounts by customer with the balance carried into the span, every later one, and the rates."""
    given: dict[str, Any] = {
        "customers": list(customers),
        "start": span.start,
        "end": span.end,
        "bundle": bundle,
    }
    balances: dict[int, list[Dated]] = defaultdict(list)
    rates: dict[str, list[Dated]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement("explain_accounts"), given)
        accounts = cursor.fetchall()
        cursor.execute(statement("explain_balances"), given)
        for account, day, amount, source, line in cursor.fetchall():
            balances[account].append(Dated(day, amount, Source(source, "balances.csv", line)))
        cursor.execute(statement("explain_rates"), given)
        for currency, day, amount, source, line in cursor.fetchall():
            rates[currency].append(Dated(day, amount, Source(source, "fx_rates.csv", line)))
    found: dict[int, list[AccountHistory]] = defaultdict(list)
    for account, customer, number, product, bucket, currency, closed_on in accounts:
        found[customer].append(
            AccountHistory(
                number, product, bucket, currency, closed_on, tuple(balances[account]), tuple(rates[currency])
            )
        )
    return found


def _shown(accounts: Sequence[AccountHistory], bucket: str) -> list[AccountHistory]:
    """The accounts to show for a bucket: its own, and beside deposits the agreement deposits left out."""
    beside = {"deposit": "agreement_deposit"}.get(bucket)
    return [account for account in accounts if account.bucket in (bucket, beside)]


def _part(
    book: Book,
    customer: int,
    accounts: Sequence[AccountHistory],
    span: Window,
    bucket: str,
    held: tuple[Held, ...],
    *,
    counted: bool,
    reason: str,
) -> CustomerPart:
    """One customer's lines over a span at the shares held."""
    whole = [
        line for account in _shown(accounts, bucket) for line in spans(account, span.start, span.end, bucket)
    ]
    who = book.customers[customer]
    return CustomerPart(
        who.customer_no,
        who.name,
        book.deposits[customer],
        counted,
        reason,
        held,
        tuple(credited(whole, held)),
    )


def _credited_section(book: Book, bucket: str) -> Section:
    """The window's product of a bucket, day by day at the share of the day."""
    histories = book.histories(book.window)
    parts = []
    for customer in book.customers:
        held = book.held(customer, book.window)
        if held:
            counted = book.counts(customer)
            parts.append(
                _part(
                    book,
                    customer,
                    histories.get(customer, ()),
                    book.window,
                    bucket,
                    held,
                    counted=counted,
                    reason="" if counted else "below_floor",
                )
            )
    return Section("window", book.window, book.window.days, tuple(parts))


def _average(bucket: str) -> Builder:
    def build(book: Book) -> Explanation:
        return Explanation(
            book.ref.code, "CNY", book.window, book.ref.floor, (_credited_section(book, bucket),)
        )

    return build


def _product(book: Book) -> Explanation:
    section = _credited_section(book, "deposit")
    whole = Section(section.code, section.window, 1, section.customers)
    return Explanation(book.ref.code, "CNY-days", book.window, book.ref.floor, (whole,))


def _held_on_last_day(book: Book) -> list[int]:
    """Customers the manager holds on the window's last day."""
    last = Window("last", book.window.end, book.window.end)
    return [customer for customer in book.customers if book.held(customer, last)]


def _largest(bucket: str) -> Builder:
    def build(book: Book) -> Explanation:
        histories = book.histories(book.window)
        parts = [
            _whole_part(book, customer, histories.get(customer, ()), bucket)
            for customer in _held_on_last_day(book)
        ]
        return Explanation(
            book.ref.code,
            "CNY",
            book.window,
            book.ref.floor,
            (Section("own", book.window, book.window.days, _only_largest(parts)),),
        )

    return build


def _whole_part(book: Book, customer: int, accounts: Sequence[AccountHistory], bucket: str) -> CustomerPart:
    """A customer at its own whole business; who shares it does not matter."""
    share = book.held(customer, Window("last", book.window.end, book.window.end))[0]
    whole = Held(book.window.start, book.window.end, Decimal(1), share.source)
    counted = book.counts(customer)
    return _part(
        book,
        customer,
        accounts,
        book.window,
        bucket,
        (whole,),
        counted=counted,
        reason="" if counted else "below_floor",
    )


def _only_largest(parts: list[CustomerPart]) -> tuple[CustomerPart, ...]:
    """Of those that count only the largest stays counted, so that the section adds up to it."""
    best = max(
        (part for part in parts if part.counted and part.worth > 0), key=lambda part: part.worth, default=None
    )
    return tuple(
        part
        if part is best or not part.counted
        else CustomerPart(
            part.customer_no, part.name, part.own_product, False, "not_largest", part.held, part.lines
        )
        for part in parts
    )


def _settlements(book: Book) -> Explanation:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("explain_settlements"),
            {
                "customers": list(book.customers),
                "start": book.window.start,
                "end": book.window.end,
                "bundle": book.run.through_bundle_id,
            },
        )
        rows = cursor.fetchall()
    lines: dict[int, list[Line]] = defaultdict(list)
    for customer, day, amount, bundle, line in rows:
        lines[customer].append(
            Line(
                "",
                "settlement",
                "USD",
                day,
                day,
                amount,
                None,
                amount,
                Decimal(1),
                (Source(bundle, "settlements.csv", line),),
            )
        )
    parts = []
    for customer, who in book.customers.items():
        held = book.held(customer, book.window)
        if held:
            counted = book.counts(customer)
            parts.append(
                CustomerPart(
                    who.customer_no,
                    who.name,
                    book.deposits[customer],
                    counted,
                    "" if counted else "below_floor",
                    held,
                    tuple(credited(lines[customer], held)),
                )
            )
    return Explanation(
        book.ref.code, "USD", book.window, book.ref.floor, (Section("window", book.window, 1, tuple(parts)),)
    )


def _new_deposits(book: Book) -> Explanation:
    """The window's average less the base: last year's average of the customers now held, at today's share."""
    now = _credited_section(book, "deposit")
    base = _own_base(book) if dict(book.ref.params).get("base") == "manager" else _customers_base(book)
    return Explanation(book.ref.code, "CNY", book.window, book.ref.floor, (now, base))


def _customers_base(book: Book) -> Section:
    year = windows.base_year(book.window.end)
    histories = book.histories(year)
    last = Window("last", book.window.end, book.window.end)
    parts = []
    for customer in _held_on_last_day(book):
        today = [Held(year.start, year.end, piece.share, piece.source) for piece in book.held(customer, last)]
        counted = book.counts(customer)
        parts.append(
            _part(
                book,
                customer,
                histories.get(customer, ()),
                year,
                "deposit",
                tuple(today),
                counted=counted,
                reason="" if counted else "below_floor",
            )
        )
    return Section("base", year, year.days, tuple(parts), sign=-1)


def _own_base(book: Book) -> Section:
    """The base by manager: what was credited to the manager last year, customers counted by that year."""
    earlier = Book(book.manager, book.run, MetricRef(book.ref.code, "previous_year", book.ref.floor))
    section = _credited_section(earlier, "deposit")
    return Section("base", section.window, section.divisor, section.customers, sign=-1)


register("deposit_daily_average", _average("deposit"))
register("loan_daily_average", _average("loan"))
register("deposit_month_average", _average("deposit"))
register("deposit_product_month", _product)
register("largest_deposit_customer", _largest("deposit"))
register("largest_loan_customer", _largest("loan"))
register("international_settlement", _settlements)
register("new_deposit_daily_average", _new_deposits)
