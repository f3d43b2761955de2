"""Who takes part in training and conduct: heads of two outlets, risk twice, market, audit; and managers."""

from datetime import date
from typing import Any

from managers.models import Branch, ClientManager, ConductFinding, Grant, User
from managers.services import findings
from tests.managers.staff import ON, SINCE, hire, manager

MORE = {
    "outlet": ("outlet_head", "S1"),
    "outlet_two": ("outlet_head", "S2"),
    "other_two": ("outlet_head", "S2"),
    "risk_two": ("branch_risk", "B1"),
    "market": ("branch_market", "B1"),
    "risk_west": ("branch_risk", "B2"),
}


def team() -> dict[str, User]:
    """Everybody of the career tests, a second outlet and those named above; three managers."""
    people = hire()
    east = Branch.objects.get(code="B1")
    Branch.objects.create(code="S2", name="城南支行", kind="outlet", parent=east, path="/HO/B1/S2/")
    for name, (role, branch) in MORE.items():
        people[name] = User.objects.create(username=name, display_name=name)
        at = Branch.objects.get(code=branch)
        Grant.objects.create(user=people[name], role=role, branch=at, starts_on=SINCE)
    people["mine"] = User.objects.create(username="mine", display_name="mine")
    manager("1", branch="S1", user=people["mine"])
    manager("2", branch="S1")
    manager("3", branch="S2")
    return people


def called(number: str) -> ClientManager:
    """A manager read anew."""
    return ClientManager.objects.select_related("branch", "user").get(employee_no=number)


def found(people: dict[str, User], number: str = "1", **facts: Any) -> ConductFinding:
    """A finding that risk opened."""
    given: dict[str, Any] = {
        "source": "report",
        "severity": "serious",
        "summary": "与客户有资金往来",
        "opened_on": ON,
        "due_on": date(2026, 10, 30),
        "by": people["risk"],
        "on": ON,
    }
    return findings.report(called(number), **given | facts)
