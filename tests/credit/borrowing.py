"""A small bank that lends: managers with logins and grades, a customer with loans, and people who decide."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from model_bakery import baker

from credit.models import Investigation, LoanProposal, LoanTerms, Repayment, ScheduledPayment, Section
from credit.services import investigations, proposals
from grading.models import GradeRecord
from ledger.models import Account, BalanceChange, Bundle, Product
from managers.models import Assignment, Branch, ClientManager, Customer, Grant, User

ON = date(2026, 10, 12)
SINCE = date(2020, 1, 1)
PDF = b"%PDF-1.7 a scan"
LENDERS = {"M1": "陈嘉怡", "M2": "王强", "M3": "李敏"}
STAFF = {
    "head": ("outlet_head", "S1"),
    "risk": ("head_risk", "HO"),
    "branch_risk": ("branch_risk", "B1"),
    "auditor": ("auditor", "HO"),
    "hr": ("branch_hr", "B1"),
    "west": ("outlet_head", "S2"),
}


def bank() -> dict[str, User]:
    """Head office, a branch, two outlets; three managers of the first, one of whom holds C1; who decides."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_open_months('2026-01-01', '2026-12-31')")
    office = Branch.objects.create(code="HO", name="江城银行", kind="head_office", path="/HO/")
    east = Branch.objects.create(code="B1", name="城东分行", kind="branch", parent=office, path="/HO/B1/")
    for code, name in (("S1", "城东支行"), ("S2", "城南支行")):
        Branch.objects.create(code=code, name=name, kind="outlet", parent=east, path=f"/HO/B1/{code}/")
    people = {name: User.objects.create(username=name, display_name=name) for name in STAFF}
    for name, (role, branch) in STAFF.items():
        at = Branch.objects.get(code=branch)
        Grant.objects.create(user=people[name], role=role, branch=at, starts_on=SINCE)
    for number, name in LENDERS.items():
        people[number] = lender(number, name)
    customer("C1", "甲机械厂", "M1")
    return people


def lender(number: str, name: str, *, branch: str = "S1", grade: str = "", line: str = "corporate") -> User:
    """A client manager on post with a login."""
    user = User.objects.create(username=number, display_name=name)
    who = ClientManager.objects.create(
        employee_no=number,
        name=name,
        branch=Branch.objects.get(code=branch),
        line=line,
        hired_on=SINCE,
        post_started_on=SINCE,
        grade_code=grade,
        user=user,
    )
    if grade:
        GradeRecord.objects.create(manager=who, grade_code=grade, effective_on=SINCE, basis="bundle:1")
    return user


def graded(number: str, grade: str, line: str) -> ClientManager:
    """The manager with a grade of a rulebook that covers a line."""
    who = ClientManager.objects.get(employee_no=number)
    ClientManager.objects.filter(pk=who.pk).update(line=line)
    GradeRecord.objects.create(manager=who, grade_code=grade, effective_on=SINCE, basis="bundle:1")
    return manager(number)


def manager(number: str) -> ClientManager:
    return ClientManager.objects.select_related("branch", "user").get(employee_no=number)


def customer(number: str, name: str, holder: str, *, branch: str = "S1", kind: str = "corporate") -> Customer:
    """A customer and who holds it."""
    made = Customer.objects.create(
        customer_no=number, name=name, kind=kind, branch=Branch.objects.get(code=branch)
    )
    Assignment.objects.create(
        customer=made, manager=manager(holder), share=1, starts_on=SINCE, source_bundle=1, source_line=1
    )
    return made


def found(number: str = "C1") -> Customer:
    return Customer.objects.select_related("branch").get(customer_no=number)


def bundle() -> Bundle:
    return Bundle.objects.order_by("pk").last() or baker.make(Bundle, from_on=SINCE, to_on=ON)


def product(code: str = "working", kind: str = "loan") -> Product:
    made, _new = Product.objects.get_or_create(kind=kind, code=code, defaults={"bucket": kind})
    return made


def loan(
    number: str,
    balance: str,
    *,
    owner: str = "C1",
    security: str = "guarantee",
    code: str = "working",
    currency: str = "CNY",
    issued_on: date = date(2026, 1, 5),
    schedule: Sequence[tuple[str, str, str]] = (),
    paid: Sequence[tuple[str, str, str]] = (),
) -> Account:
    """A loan account with its terms, balance, schedule and payments as days, principal and interest."""
    row = {"bundle": bundle(), "line": 1}
    made = Account.objects.create(
        account_no=number,
        customer=found(owner),
        product=product(code),
        currency=currency,
        opened_on=issued_on,
    )
    if security:
        LoanTerms.objects.create(
            account=made,
            amount=Decimal(balance),
            issued_on=issued_on,
            matures_on=date(2027, 1, 5),
            security=security,
            **row,
        )
    BalanceChange.objects.create(account=made, business_date=issued_on, balance=Decimal(balance), **row)
    for day, principal, interest in schedule:
        given = {"due_on": date.fromisoformat(day), "principal": principal, "interest": interest}
        ScheduledPayment.objects.create(account=made, **given, **row)
    for number_, (day, principal, interest) in enumerate(paid):
        given = {"business_date": date.fromisoformat(day), "principal": principal, "interest": interest}
        Repayment.objects.create(account=made, reference=str(number_), **given, **row)
    return made


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def scan(name: str = "报告.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def started(
    people: dict[str, User], owner: str = "C1", first: str = "M1", second: str = "M2"
) -> Investigation:
    """An investigation by two, with every heading written."""
    row = investigations.start(found(owner), manager(second), kind="pre_loan", by=people[first], on=ON)
    for code in Section.Code:
        investigations.write(row.pk, code, f"{code.label}：已实地核实。", by=people[first], on=ON)
    return row


def signed(people: dict[str, User], **who: str) -> Investigation:
    """An investigation that both have signed."""
    row = started(people, **who)
    for number in (who.get("first", "M1"), who.get("second", "M2")):
        investigations.sign(row.pk, by=people[number], on=ON)
    return Investigation.objects.get(pk=row.pk)


def proposed(people: dict[str, User], amount: str = "30000", **given: Any) -> LoanProposal:
    """A loan proposed by M1 on a new investigation."""
    row = given.pop("investigation", None) or signed(people)
    return proposals.propose(
        row,
        **{
            "amount": Decimal(amount),
            "product": product(),
            "security": "guarantee",
            "term_months": 12,
            "purpose": "购买原材料",
            "by": people["M1"],
            "on": ON,
            **given,
        },
    )
