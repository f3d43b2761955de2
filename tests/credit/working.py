"""The small bank for tests of the working standard: its people, and one of each paper made to order."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from credit.models import Agreement, Complaint, MarketingPlan, Survey, WorkLogEntry
from credit.services.working import agreements, complaints, logs, plans, surveys
from credit.services.working.agreements import Promise, Terms
from credit.services.working.plans import Aim
from managers.models import Branch, ClientManager, Customer, Relation, User
from tests.ledger import handing
from tests.ledger.acting import day, person

ON = day(6)
People = dict[str, User]


def bank(folder: Path) -> People:
    """The small bank up to 5 January 1994, its people, risk and audit beside them."""
    staff = handing.bank(folder)
    staff["head_two"] = person("head_two", "outlet_head", "B01")
    staff["risk"] = person("risk", "branch_risk", "B01")
    staff["auditor"] = person("auditor", "auditor")
    return staff


def manager(number: str = "E1") -> ClientManager:
    return handing.manager(number)


def customer(number: str = "C1") -> Customer:
    return Customer.objects.get(customer_no=number)


def kin(user: User) -> None:
    """Somebody is kin of E1."""
    Relation.objects.create(user=user, manager=manager(), kind="kin", starts_on=ON, declared_by=user)


def logged(staff: People, *, on: date = ON, **said: Any) -> WorkLogEntry:
    """A visit of E1 at C1."""
    keys = {name: said.pop(name) for name in ("follows", "key", "photo") if name in said}
    who = said.pop("by", staff["E1"])
    written = {"kind": "visit", "day": on, "text": "走访车间，新线下月投产", **said}
    return logs.write(customer(), logs.Written(**written), by=who, on=on, **keys)


def planned(staff: People, *aims: Aim, year: int = 1994, on: date = ON, by: str = "E1") -> MarketingPlan:
    """A plan of E1, drafted."""
    aims = aims or (Aim("deposit_daily_average", "year", Decimal(900)),)
    return plans.draft(
        manager(), year, market="存款竞争加剧", measures="逐户走访", aims=aims, by=staff[by], on=on
    )


def approved(staff: People, *aims: Aim, on: date = ON) -> MarketingPlan:
    """The same, submitted and approved by the head."""
    row = planned(staff, *aims, on=on)
    plans.submit(row.pk, by=staff["E1"], on=on)
    plans.approve(row.pk, by=staff["head"], on=on)
    return MarketingPlan.objects.get(pk=row.pk)


PROMISES = (
    Promise("deposit_share", Decimal(40)),
    Promise("settlement_share", Decimal(50)),
    Promise("deposit_follows_loans"),
    Promise("loan_limit", Decimal(1000)),
    Promise("other", text="优先办理代发工资"),
)


def agreed(staff: People, *promises: Promise, on: date = ON, signed: bool = True) -> Agreement:
    """An agreement of E1 with C1, in force unless told otherwise."""
    terms = Terms("XY-1994-01", "赵总", "钱行长", on, date(on.year + 1, on.month, on.day), "城东路 1 号")
    row = agreements.draft(customer(), terms, promises or PROMISES, by=staff["E1"], on=on)
    if signed:
        agreements.approve(row.pk, by=staff["head"], on=on)
        agreements.sign(row.pk, by=staff["E1"], on=on)
    return Agreement.objects.get(pk=row.pk)


def complained(staff: People, *, on: date = ON, by: str = "risk") -> Complaint:
    """A complaint about E1."""
    return complaints.receive(
        manager(),
        channel="phone",
        complainant="孙女士",
        contact="13800000000",
        text="等了两小时无人接待",
        received_on=on,
        by=staff[by],
        on=on,
        customer=customer(),
    )


def surveyed(staff: People, *, on: date = ON) -> Survey:
    """A survey of two questions at B01."""
    return surveys.make(
        "九四年调查",
        Branch.objects.get(code="B01"),
        ["服务态度", "办事效率"],
        starts_on=on,
        ends_on=date(on.year, 12, 31),
        by=staff["market"],
        on=on,
    )
