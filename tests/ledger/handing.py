"""Four people and a small bank for tests of handovers."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from ledger.models import Run
from ledger.rules.windows import Window
from ledger.services import handovers
from ledger.services.nights import run_nights
from managers.models import Assignment, Branch, ClientManager, Customer, Handover, User
from tests.ledger.acting import day, load_register, person
from tests.ledger.bank import Rows, loaded, write

ON = day(6)
WHY = "移交人调岗，客户转由同机构经理管理"
Shares = list[tuple[str, str, str, str]]


def hire() -> dict[str, User]:
    """Both managers can log in; head of the outlet, HR as witness, the marketing department, and others."""
    staff = {
        "head": person("head", "outlet_head", "B01"),
        "hr": person("hr", "branch_hr", "B01"),
        "market": person("market", "branch_market", "B01"),
        "market_two": person("market_two", "branch_market", "HO"),
        "sister": person("sister", "branch_market", "B02"),
    }
    for number in ("E1", "E2"):
        staff[number] = person(number)
        ClientManager.objects.filter(employee_no=number).update(user=staff[number])
    return staff


def bank(folder: Path) -> dict[str, User]:
    """The small bank up to 5 January 1994, worked, with its people."""
    load_register(folder)
    run_nights(to=day(5))
    return hire()


def third(branch: str) -> User:
    """One more client manager, E3, at a branch, who can log in."""
    user = person("E3")
    ClientManager.objects.create(
        employee_no="E3",
        name="李敏",
        branch=Branch.objects.get(code=branch),
        line="corporate",
        hired_on=day(1),
        post_started_on=day(1),
        grade_code="third",
        user=user,
    )
    return user


def manager(number: str) -> ClientManager:
    return ClientManager.objects.select_related("branch").get(employee_no=number)


def line(number: str, **what: Any) -> handovers.Line:
    return handovers.Line(Customer.objects.get(customer_no=number).pk, **what)


def drafted(
    by: User,
    *lines: handovers.Line,
    giver: str = "E1",
    receiver: str = "E2",
    effective_on: date = ON,
    on: date = ON,
    reason: str = WHY,
    key: str = "",
) -> Handover:
    """One handover, drafted."""
    part = handovers.Part(manager(receiver), lines or (line("C1"),))
    (found,) = handovers.draft(
        manager(giver), [part], effective_on=effective_on, reason=reason, by=by, on=on, key=key
    )
    return found


def witnessed(staff: dict[str, User], *lines: handovers.Line, on: date = ON, **given: Any) -> Handover:
    """One that waits for approval."""
    row = drafted(staff["head"], *lines, on=on, **given)
    handovers.accept(row.pk, by=User.objects.get(client_manager=row.receiver), on=on)
    handovers.witness(row.pk, by=staff["hr"], on=on)
    return row


def approved(staff: dict[str, User], *lines: handovers.Line, on: date = ON, **given: Any) -> Handover:
    """One that is approved, with the impact confirmed where there is one."""
    row = witnessed(staff, *lines, on=on, **given)
    confirmed = handovers.impact_of(row).digest
    handovers.approve(row.pk, by=staff["market"], on=on, confirmed=confirmed)
    return fresh(row)


def fresh(row: Handover) -> Handover:
    return Handover.objects.get(pk=row.pk)


def held(customer: str = "C1") -> Shares:
    """What is known now: employee, share, first and last day."""
    rows = Assignment.objects.current().filter(customer__customer_no=customer).select_related("manager")
    return [
        (
            each.manager.employee_no,
            f"{each.share.normalize():f}",
            each.starts_on.isoformat(),
            each.ends_on.isoformat() if each.ends_on else "",
        )
        for each in rows.order_by("manager__employee_no", "starts_on")
    ]


def load_shares(folder: Path, rows: Rows, first: int, last: int) -> Any:
    """A bundle of assignments that covers some days of January 1994."""
    name = f"shares-{first}-{last}-{len(list(folder.iterdir()))}"
    return loaded(write(folder / name, {"assignments.csv": rows}, Window("span", day(first), day(last))))


def versions(days: Iterable[int]) -> list[int]:
    """The current version of the nights of some days."""
    return [Run.objects.get(business_date=day(each), is_current=True).version for each in days]
