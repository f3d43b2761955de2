"""Who works in the small organisation of the career tests: HR, risk, groups, and managers made to order."""

from datetime import date
from typing import Any

from managers.models import Branch, ClientManager, Grant, Posting, User

ON = date(2026, 10, 12)
SINCE = date(2020, 1, 1)
STAFF = {
    "hr": ("branch_hr", "B1"),
    "hr_two": ("branch_hr", "B1"),
    "hr_west": ("branch_hr", "B2"),
    "head": ("head_hr", "HO"),
    "risk": ("branch_risk", "B1"),
    "head_risk": ("head_risk", "HO"),
    "leader": ("group_member", "B1"),
    "leader_two": ("group_member", "B1"),
    "unit": ("group_member", "S1"),
    "auditor": ("auditor", "HO"),
}


def hire() -> dict[str, User]:
    """Head office, two branches and an outlet, and one person for each seat."""
    office = Branch.objects.create(code="HO", name="江城银行", kind="head_office", path="/HO/")
    east, _west = (
        Branch.objects.create(code=code, name=name, kind="branch", parent=office, path=f"/HO/{code}/")
        for code, name in (("B1", "城东分行"), ("B2", "城西分行"))
    )
    Branch.objects.create(code="S1", name="城东支行", kind="outlet", parent=east, path="/HO/B1/S1/")
    people = {name: User.objects.create(username=name, display_name=name) for name in STAFF}
    for name, (role, branch) in STAFF.items():
        at = Branch.objects.get(code=branch)
        Grant.objects.create(user=people[name], role=role, branch=at, starts_on=SINCE)
    return people


def manager(employee_no: str, *, branch: str = "B1", **facts: Any) -> ClientManager:
    """A manager of a branch with the first posting."""
    at = Branch.objects.get(code=branch)
    made = ClientManager.objects.create(
        **{
            "employee_no": employee_no,
            "name": f"经理{employee_no}",
            "branch": at,
            "line": "corporate",
            "hired_on": SINCE,
            "post_started_on": SINCE,
            "grade_code": "",
            **facts,
        }
    )
    Posting.objects.create(manager=made, branch=at, starts_on=SINCE)
    return ClientManager.objects.select_related("branch").get(pk=made.pk)
