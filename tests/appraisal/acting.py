"""What the tests of the procedure share: the people, who takes which step, the refusal expected, the log."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from appraisal import queries
from appraisal.models import Appraisal, Step
from appraisal.services import Refusal
from managers.models import Branch, ClientManager, Grant, User

Case = Callable[[str], Appraisal]
Staff = dict[str, User]
Take = Callable[..., Step]
Reach = Callable[[str, str], None]

ON = date(2026, 10, 12)
SINCE = date(2020, 1, 1)
STAFF = [
    ("hr", "branch_hr", "B1"),
    ("hr_two", "branch_hr", "B1"),
    ("hr_west", "branch_hr", "B2"),
    ("hr_head", "head_hr", "HO"),
    ("risk", "branch_risk", "B1"),
    ("risk_two", "branch_risk", "B1"),
    ("risk_west", "branch_risk", "B2"),
    ("leader", "group_member", "B1"),
    ("auditor", "auditor", "HO"),
    ("admin", "platform_admin", "HO"),
]
STEPS = ("submit", "clear", "send_back", "decide", "publish")
ACTORS = {"submit": "hr", "clear": "risk", "send_back": "risk", "decide": "leader", "publish": "hr"}
EXTRA: dict[str, dict[str, str]] = {"send_back": {"reason": "原因"}, "decide": {"outcome": "keep"}}
FROM = {
    "submit": "measured",
    "clear": "in_risk_queue",
    "send_back": "in_risk_queue",
    "decide": "cleared",
    "publish": "decided",
}


def hire() -> Staff:
    """The people of the small bank, each with one role."""
    people = {
        username: User.objects.create(username=username, display_name=username) for username, *_ in STAFF
    }
    for username, role, branch in STAFF:
        grant(people[username], role, branch=branch)
    return people


def grant(user: User, *roles: str, branch: str = "B1") -> None:
    """Give a person roles at a branch."""
    at = Branch.objects.get(code=branch)
    for role in roles:
        Grant.objects.create(user=user, role=role, branch=at, starts_on=SINCE)


def find(employee_no: str) -> Appraisal:
    """The appraisal of a manager, read anew."""
    return Appraisal.objects.select_related("verdict", "manager").get(manager__employee_no=employee_no)


def manager(employee_no: str) -> ClientManager:
    """A manager by number."""
    return ClientManager.objects.get(employee_no=employee_no)


def refused(code: str) -> Any:
    """The refusal of this code, and no other."""
    return pytest.raises(Refusal, check=lambda error: error.code == code)


def log(case: Appraisal) -> list[tuple[str, str, str, str, str]]:
    """Every step as (name, from, to, who, reason)."""
    rows = queries.steps(case).values_list("name", "from_state", "to_state", "by__username", "reason")
    return [(name, source, target, who or "", reason) for name, source, target, who, reason in rows]
