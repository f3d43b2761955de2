"""A small organisation with people in it, for tests of who, where and what was changed."""

from datetime import date

from managers.models import Branch, ClientManager, Customer, Grant, User

ON = date(2026, 10, 12)
SINCE = date(2020, 1, 1)


def organisation() -> None:
    """Head office, two branches, a manager in each, and one customer."""
    head = Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    for code, name, number, who in (("B1", "城东分行", "1001", "安稳"), ("B2", "城西分行", "2001", "远方")):
        branch = Branch.objects.create(code=code, name=name, kind="branch", parent=head, path=f"/HO/{code}/")
        ClientManager.objects.create(
            employee_no=number,
            name=who,
            branch=branch,
            line="corporate",
            hired_on=SINCE,
            post_started_on=SINCE,
            grade_code="first",
        )
    Customer.objects.create(
        customer_no="C1", name="赵小明", kind="personal", branch=Branch.objects.get(code="B1")
    )


def person(username: str, role: str = "", branch: str = "HO") -> User:
    """A login with one role, or none."""
    user = User.objects.create(username=username, display_name=f"人{username}")
    if role:
        at = Branch.objects.get(code=branch)
        Grant.objects.create(user=user, role=role, branch=at, starts_on=SINCE)
    return user


def manager(employee_no: str = "1001") -> ClientManager:
    """A manager, read anew."""
    return ClientManager.objects.select_related("branch").get(employee_no=employee_no)
