"""What a manager's figures rest on, as known to a bundle: shares, accounts, balances, rates, settlements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from ledger.models import Bundle, Run
from ledger.rules import windows
from ledger.rules.explaining import AccountHistory, Dated, Held, Line, Source, own_product
from ledger.rules.figures import MetricRef
from ledger.rules.windows import Window
from ledger.sql import statement
from managers.models import Assignment, ClientManager, Customer


@dataclass(frozen=True)
class Book:
    """What a manager's figures over a span rest on, as known when `bundle` was the latest.

    `span` takes the place of the window that `ref` names.
    """

    manager: ClientManager
    run: Run
    ref: MetricRef
    bundle: int
    span: Window | None = None

    @cached_property
    def window(self) -> Window:
        """The span of the figure."""
        return self.span or windows.window(self.ref.window, self.run.business_date)

    @cached_property
    def assignments(self) -> dict[int, list[Assignment]]:
        """The manager's assignments by customer."""
        bundles = Bundle.objects.filter(pk=OuterRef("source_bundle"))
        known = Assignment.objects.as_of(self.bundle).filter(manager=self.manager)
        known = known.annotate(handover=Subquery(bundles.values("handover")))
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
                Source(each.source_bundle, _file(each), each.source_line),
            )
            for each in self.assignments.get(customer, ())
        )
        return tuple(piece for piece in pieces if piece.start <= piece.end)

    def histories(self, span: Window) -> dict[int, list[AccountHistory]]:
        """The accounts of the customers with all balances and rates that bear on a span."""
        if span not in self._histories:
            self._histories[span] = account_histories(self.customers, span, self.bundle)
        return self._histories[span]

    @cached_property
    def _histories(self) -> dict[Window, dict[int, list[AccountHistory]]]:
        return {}

    def held_on(self, day: date) -> list[int]:
        """Customers the manager holds on a day."""
        only = Window("day", day, day)
        return [customer for customer in self.customers if self.held(customer, only)]

    def settlements(self) -> dict[int, list[Line]]:
        """International settlements of the customers within the window, at the whole share."""
        given: dict[str, Any] = {
            "customers": list(self.customers),
            "start": self.window.start,
            "end": self.window.end,
            "bundle": self.bundle,
        }
        found: dict[int, list[Line]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(statement("explain_settlements"), given)
            for customer, day, amount, bundle, line in cursor.fetchall():
                found[customer].append(_settled(day, amount, Source(bundle, "settlements.csv", line)))
        return found

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


def _file(assignment: Any) -> str:
    """The file an assignment stands in, with the handover that wrote it, if one did."""
    return f"handover-{assignment.handover}/assignments.csv" if assignment.handover else "assignments.csv"


def _settled(day: date, amount: Decimal, source: Source) -> Line:
    return Line("", "settlement", "USD", day, day, amount, None, amount, Decimal(1), (source,))


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
    for account, customer, number, product, bucket, currency, _opened_on, closed_on in accounts:
        found[customer].append(
            AccountHistory(
                number, product, bucket, currency, closed_on, tuple(balances[account]), tuple(rates[currency])
            )
        )
    return found
