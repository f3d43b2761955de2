"""Who works on rulebooks in the tests: makers, second people, readers, each with one role."""

from datetime import date

from managers.models import Branch, Grant, User

TODAY = date(2026, 10, 12)
ROLES = {
    "hr": "branch_hr",
    "hr_two": "branch_hr",
    "head": "head_hr",
    "risk": "head_risk",
    "audit": "auditor",
    "leader": "group_member",
}


def hire() -> dict[str, User]:
    """One user a role, all at the head office."""
    office = Branch.objects.create(code="HO", name="江城银行", kind="head_office", path="/HO/")
    people = {name: User.objects.create(username=name, display_name=name) for name in ROLES}
    for name, role in ROLES.items():
        Grant.objects.create(user=people[name], role=role, branch=office, starts_on=date(2020, 1, 1))
    return people
