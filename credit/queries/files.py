"""Reads of a credit file: who reads it, and every part of it in a fixed number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from credit.models import (
    Document,
    Facility,
    GroupLink,
    Guarantee,
    Investigation,
    LoanProposal,
    Party,
    Statement,
    Valuation,
)
from credit.permissions import handles, may_edit, own_file, reaches, readable, tie
from credit.queries.loans import NIL, Loan, data_day, loans, totals
from credit.queries.standards import standard_on
from credit.rules.completeness import Found, Paper, completeness, needed
from credit.rules.coverage import Backing, Worth, coverage, worth
from credit.rules.ratios import ITEMS, NOTHING, ratios
from ledger.models import Account, Product
from managers.models import ClientManager, Customer, User


@dataclass(frozen=True)
class FileReader:
    """Who reads whose file on which day, and what that person may do with it."""

    user: User
    customer: Customer
    on: date

    @cached_property
    def own(self) -> ClientManager | None:
        """The reader's own manager file."""
        return own_file(self.user)

    @cached_property
    def handles(self) -> bool:
        """Whether the reader is the manager who handles the credit."""
        return handles(self.user, self.customer, self.on)

    @cached_property
    def may_edit(self) -> bool:
        """Whether the reader keeps the file."""
        return may_edit(self.user, self.customer, self.on)

    @cached_property
    def may_reveal(self) -> bool:
        """Whether the reader may ask for an identity number in plain."""
        allowed = reaches(self.user, "reveal_identity", self.customer.branch.path, self.on)
        return allowed or (self.own is not None and self.may_edit)

    @cached_property
    def may_confirm(self) -> bool:
        """Whether the reader may be the second person of a facility."""
        reached = reaches(self.user, "approve_loan", self.customer.branch.path, self.on)
        return reached and not tie(self.user, self.customer, self.on)

    @cached_property
    def day(self) -> date:
        """The day that balances and payments stand for."""
        return data_day(self.on)

    @property
    def visible(self) -> QuerySet[Customer]:
        """The customers whose files the reader may open."""
        return readable(self.user, self.on)

    @property
    def accounts(self) -> QuerySet[Account]:
        """The customer's loan accounts."""
        return Account.objects.filter(customer=self.customer, product__kind=Product.Kind.LOAN)

    @property
    def valuables(self) -> QuerySet[Guarantee]:
        """The mortgages and pledges that hold."""
        kinds = [Guarantee.Kind.MORTGAGE, Guarantee.Kind.PLEDGE]
        return Guarantee.objects.filter(customer=self.customer, ended_on=None, kind__in=kinds)

    @property
    def signed(self) -> QuerySet[Investigation]:
        """The customer's investigations that both have signed, with the reader as one of them."""
        rows = Investigation.objects.filter(customer=self.customer, state=Investigation.State.SIGNED)
        return rows.filter(Q(first=self.own) | Q(second=self.own)).select_related("customer")

    @property
    def products(self) -> QuerySet[Product]:
        """The loan products there are."""
        return Product.objects.filter(kind=Product.Kind.LOAN)

    @cached_property
    def paper_codes(self) -> list[str]:
        """Every paper the standard in force speaks of."""
        return list(needed(each.required for each in standard_on(self.on).papers))


@dataclass(frozen=True)
class Drawn:
    """A facility with what is drawn of it, and what is left; None where a balance has no rate."""

    row: Facility
    counts: bool
    used: Decimal | None
    available: Decimal | None


def facilities(customer: int, on: date, known: list[Loan]) -> list[Drawn]:
    """The customer's facilities, newest first, with what loans of their security draw of them."""
    found = []
    for row in Facility.objects.filter(customer=customer).select_related("confirmed_by"):
        running = row.ended_on is None and row.confirmed_by_id is not None
        drawn = used([each for each in known if not row.security or each.security == row.security])
        left = None if drawn is None else max(row.limit - drawn, NIL)
        found.append(Drawn(row, running and row.starts_on <= on <= row.ends_on, drawn, left))
    return found


def used(rows: list[Loan]) -> Decimal | None:
    """What some loans come to in yuan; None where one has no rate."""
    amounts = [each.yuan for each in rows]
    if any(amount is None for amount in amounts):
        return None
    return sum((max(amount, NIL) for amount in amounts if amount is not None), NIL)


@dataclass(frozen=True)
class Group:
    """The customers one stands or falls with, as far as the reader sees them, and what they owe together."""

    members: tuple[tuple[GroupLink, Customer, Decimal | None], ...]
    hidden: int
    own: Decimal | None
    total: Decimal | None


def group(reader: FileReader) -> Group:
    """By links that hold; members out of sight are counted, never named nor added up."""
    me = reader.customer.pk
    links = GroupLink.objects.filter(Q(customer=me) | Q(other=me), ended_on=None)
    rows = [
        (link, link.other if link.customer_id == me else link.customer)
        for link in links.select_related("customer", "other").order_by("pk")
    ]
    seen = set(reader.visible.filter(pk__in=[each.pk for _link, each in rows]).values_list("pk", flat=True))
    owed = totals({me, *seen}, reader.day)
    members = tuple((link, each, owed[each.pk]) for link, each in rows if each.pk in seen)
    amounts = list(owed.values())
    whole = None if None in amounts else sum((each for each in amounts if each is not None), NIL)
    hidden = len({each.pk for _link, each in rows} - seen)
    return Group(members, hidden, owed[me], whole)


def parties(customer: int) -> QuerySet[Party]:
    """Those that hold first, then those ended."""
    return Party.objects.filter(customer=customer).order_by("ended_on", "role", "id")


@dataclass(frozen=True)
class Period:
    """A statement with its items and ratios."""

    row: Statement
    items: Mapping[str, Decimal | None]
    ratios: Mapping[str, Fraction | None]


def periods(customer: int, most: int = 6) -> list[Period]:
    """The latest statements, the oldest of them first; of several for one day the one entered last."""
    rows = Statement.objects.filter(customer=customer).select_related("file")
    newest = {(row.ends_on, row.kind): row for row in rows.order_by("ends_on", "id")}
    items = {key: {code: getattr(row, code) for code in ITEMS} for key, row in newest.items()}
    found = [
        Period(row, items[key], ratios(items[key], items.get((_year_before(key[0]), key[1]), NOTHING)))
        for key, row in newest.items()
    ]
    return found[-most:]


def _year_before(day: date) -> date:
    """The same day a year before; the end of February stays the end of February."""
    if (day.month, day.day) in ((2, 28), (2, 29)):
        return date(day.year - 1, 3, 1) - timedelta(1)
    return day.replace(year=day.year - 1)


@dataclass(frozen=True)
class Backed:
    """A guarantee with its valuations, the latest first, and what it counts for."""

    row: Guarantee
    valuations: tuple[Valuation, ...]
    worth: Worth


def guarantees(customer: int, on: date) -> list[Backed]:
    """The customer's guarantees, those ended last."""
    rows = Guarantee.objects.filter(customer=customer).select_related("account")
    valued: dict[int, list[Valuation]] = {}
    for each in Valuation.objects.filter(customer=customer).select_related("file"):
        valued.setdefault(each.guarantee_id, []).append(each)
    found = []
    for row in rows.order_by("ended_on", "kind", "id"):
        history = sorted(valued.get(row.pk, ()), key=lambda each: (each.valued_on, each.pk), reverse=True)
        counted = Worth(NIL, "expired") if row.ended_on else worth(_backing(row, history), on)
        found.append(Backed(row, tuple(history), counted))
    return found


def _backing(row: Guarantee, history: list[Valuation]) -> Backing:
    latest = history[0] if history else None
    return Backing(
        secured=row.secured,
        valued=row.valued,
        share=row.share,
        valuation=latest.amount if latest else None,
        valuation_until=latest.good_until if latest else None,
        expires_on=row.expires_on,
    )


def covered(rows: list[Backed], owed: Decimal | None, on: date) -> Fraction | None:
    """What all guarantees that hold count for ÷ what is owed; None where either is not known."""
    if owed is None:
        return None
    backings = [_backing(each.row, list(each.valuations)) for each in rows if each.row.ended_on is None]
    return coverage(backings, owed, on)


def documents(customer: int) -> QuerySet[Document]:
    """Every paper handed in, by kind, the latest version first."""
    rows = Document.objects.filter(customer=customer).select_related("file", "account", "added_by")
    return rows.order_by("paper", "-version")


def required(customer: int, on: date, known: list[Loan], held: list[Document]) -> list[Found]:
    """The papers that the customer's open loans and proposals need, each with its state."""
    open_ones = LoanProposal.objects.filter(customer=customer, state__in=LoanProposal.OPEN)
    securities = {each.security for each in known if each.balance > 0 and each.security}
    securities |= set(open_ones.values_list("security", flat=True))
    found = [standard_on(on).papers_for(each) for each in sorted(securities)]
    papers = [Paper(each.paper, each.dated_on, each.expires_on) for each in held]
    return completeness(needed(each.required for each in found if each is not None), papers, on)


def search(found: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """By customer number, name or loan account."""
    if not text:
        return found
    accounts = Account.objects.filter(account_no=text, product__kind=Product.Kind.LOAN)
    return found.filter(
        Q(customer_no__istartswith=text) | Q(name__icontains=text) | Q(pk__in=accounts.values("customer"))
    )


def listed(customers: list[Customer], on: date) -> list[dict[str, Any]]:
    """What a list of files shows of each: what is owed, and the worst of its loans."""
    day = data_day(on)
    by_customer: dict[int, list[Loan]] = {each.pk: [] for each in customers}
    for loan in loans(list(by_customer), day):
        by_customer[loan.account.customer_id].append(loan)
    rows = []
    for each in customers:
        open_ones = [loan for loan in by_customer[each.pk] if loan.balance > 0]
        late = max((loan.overdue.days for loan in open_ones), default=0)
        rows.append({"customer": each, "owed": used(open_ones), "loans": len(open_ones), "late": late})
    return rows
