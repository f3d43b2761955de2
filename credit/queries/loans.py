"""Reads of a customer's loans: terms, balance, class, schedule and payments as known; what is owed in all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet

from credit.models import Classification, LoanProposal, LoanTerms, Repayment, ScheduledPayment
from credit.rules.overdue import Due, Overdue, Paid, overdue
from ledger.models import Account, BalanceChange, FxRate, Product
from ledger.queries import latest_run

FEN = Decimal("0.01")
NIL = Decimal("0.00")


@dataclass(frozen=True)
class Loan:
    """A loan account on a day, in its own currency; `yuan` is the balance in CNY, None without a rate."""

    account: Account
    balance: Decimal
    yuan: Decimal | None
    terms: LoanTerms | None = None
    loan_class: str = ""
    schedule: tuple[Due, ...] = ()
    paid: tuple[Paid, ...] = ()
    overdue: Overdue = field(default=Overdue(0, NIL, NIL, None))

    @property
    def security(self) -> str:
        """What stands behind it; "" where the core system has not said."""
        return self.terms.security if self.terms else ""


@dataclass(frozen=True)
class Owed:
    """A part of what a customer owes, or would owe: a loan there is, or one that is proposed."""

    label: str
    yuan: Decimal
    security: str
    product: str


class NoRate(LookupError):
    """A balance in a currency without a rate: what a customer owes is not known."""


def data_day(on: date) -> date:
    """The last published day up to today, which balances and payments stand for; today before the first."""
    run = latest_run()
    return min(run.business_date, on) if run else on


def loans(customers: Collection[int], on: date) -> list[Loan]:
    """The loan accounts of some customers on a day, by number; a fixed number of statements."""
    accounts = list(
        Account.objects.filter(customer__in=customers, product__kind=Product.Kind.LOAN, opened_on__lte=on)
        .select_related("product", "customer")
        .order_by("account_no")
    )
    keys = [each.pk for each in accounts]
    terms = _latest(LoanTerms.objects.filter(account__in=keys), "account_id")
    classes = _latest(
        Classification.objects.filter(account__in=keys, business_date__lte=on), "account_id", "-business_date"
    )
    schedules, payments = _schedules(keys), _payments(keys, on)
    balances, rates = _balances(keys, on), _rates({each.currency for each in accounts}, on)
    found = []
    for each in accounts:
        key, balance = each.pk, balances.get(each.pk, NIL)
        plan, made = schedules.get(key, ()), payments.get(key, ())
        found.append(
            Loan(
                account=each,
                balance=balance,
                yuan=_in_yuan(balance, each.currency, rates),
                terms=terms.get(key),
                loan_class=classes[key].loan_class if key in classes else "",
                schedule=plan,
                paid=made,
                overdue=overdue(plan, made, on),
            )
        )
    return found


def owed(customer: int, on: date, known: Iterable[Loan] | None = None) -> list[Owed]:
    """Everything a customer owes and what is proposed and not issued yet, in yuan. NoRate where unknown."""
    found = []
    for loan in loans([customer], on) if known is None else known:
        if loan.yuan is None:
            raise NoRate(loan.account.currency)
        if loan.balance > 0:
            code = loan.account.product.code
            found.append(Owed(loan.account.account_no, loan.yuan, loan.security, code))
    rows = LoanProposal.objects.filter(customer=customer, state__in=LoanProposal.OPEN)
    for row in rows.select_related("product").order_by("pk"):
        found.append(Owed(f"#{row.pk}", row.amount, row.security, row.product.code))
    return found


def totals(customers: Collection[int], on: date) -> dict[int, Decimal | None]:
    """What each of some customers owes in yuan; None where a rate is not known."""
    found: dict[int, Decimal | None] = dict.fromkeys(customers, NIL)
    for loan in loans(customers, on):
        key = loan.account.customer_id
        before, more = found[key], loan.yuan
        found[key] = None if before is None or more is None else before + max(more, NIL)
    return found


def _latest(rows: "QuerySet[Any]", key: str, *order: str) -> Mapping[int, Any]:
    """Of each account the row that holds: by `order`, then of the latest bundle."""
    newest = rows.order_by(key, *order, "-bundle_id").distinct(key)
    return {getattr(row, key): row for row in newest}


def _schedules(accounts: list[int]) -> dict[int, tuple[Due, ...]]:
    """By account what is to be paid, by day; rows of zeros were withdrawn."""
    rows = ScheduledPayment.objects.filter(account__in=accounts)
    newest = rows.order_by("account_id", "due_on", "-bundle_id").distinct("account_id", "due_on")
    found: dict[int, list[Due]] = {}
    for row in newest:
        if row.principal or row.interest:
            found.setdefault(row.account_id, []).append(Due(row.due_on, row.principal, row.interest))
    return {key: tuple(rows) for key, rows in found.items()}


def _payments(accounts: list[int], on: date) -> dict[int, tuple[Paid, ...]]:
    """By account what was paid up to a day."""
    rows = Repayment.objects.filter(account__in=accounts, business_date__lte=on)
    key = ("account_id", "business_date", "reference")
    found: dict[int, list[Paid]] = {}
    for row in rows.order_by(*key, "-bundle_id").distinct(*key):
        if row.principal or row.interest:
            found.setdefault(row.account_id, []).append(Paid(row.business_date, row.principal, row.interest))
    return {key: tuple(rows) for key, rows in found.items()}


def _balances(accounts: list[int], on: date) -> dict[int, Decimal]:
    rows = BalanceChange.objects.filter(account__in=accounts, business_date__lte=on)
    newest = rows.order_by("account_id", "-business_date", "-bundle_id").distinct("account_id")
    return dict(newest.values_list("account_id", "balance"))


def _rates(currencies: set[str], on: date) -> dict[str, Decimal]:
    foreign = currencies - {"CNY"}
    if not foreign:
        return {}
    rows = FxRate.objects.filter(currency__in=foreign, business_date__lte=on)
    newest = rows.order_by("currency", "-business_date", "-bundle_id").distinct("currency")
    return dict(newest.values_list("currency", "rate"))


def _in_yuan(balance: Decimal, currency: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    if currency == "CNY" or not balance:
        return balance
    rate = rates.get(currency)
    return None if rate is None else (balance * rate).quantize(FEN, ROUND_HALF_UP)
