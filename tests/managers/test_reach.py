"""Why somebody sees a record: the answer says the rule, and is always what the scope itself does."""

from datetime import date, timedelta

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse

from managers.models import Branch, ClientManager, Delegation, Grant, Relation, User
from managers.queries import reach
from managers.roles import ROLES
from tests.managers import people
from tests.managers.people import ON, SINCE


@pytest.fixture(autouse=True)
def organisation(db: None) -> None:
    people.organisation()


def codes(user: User, employee_no: str = "1001") -> list[str]:
    return [each.code for each in reach.why(user, people.manager(employee_no), on=ON).grounds]


def sees(user: User, employee_no: str = "1001") -> bool:
    """What the answer says, which must be what the scope does."""
    manager = people.manager(employee_no)
    said = reach.why(user, manager, on=ON).sees
    assert said == ClientManager.objects.visible_to(user, ON).filter(pk=manager.pk).exists()
    return said


@pytest.mark.parametrize("branch", ["HO", "B1", "B2"])
def test_every_role_everywhere_is_answered_as_the_scope_does(branch: str) -> None:
    for role in ROLES.values():
        user = people.person(role.code, role.code, branch)
        rule = {"all": "all", "system": "system", "own": "own_only"}.get(role.reach)
        assert codes(user) == [rule or ("outside" if branch == "B2" else "subtree")]
        assert sees(user) == (rule == "all" or (rule is None and branch != "B2"))


def grant(user: User, **changes: object) -> Grant:
    given: dict[str, object] = {"role": "branch_hr", "branch": Branch.objects.get(code="B1")}
    return Grant.objects.create(user=user, **{**given, "starts_on": SINCE, **changes})


def test_grants_that_do_not_count_say_why() -> None:
    user, other = people.person("u"), people.person("other")
    for code, changes in {
        "no_such_role": {"role": "queen"},
        "unconfirmed": {"granted_by": other},
        "not_begun": {"starts_on": ON + timedelta(days=1)},
        "ended": {"role": "branch_risk", "ends_on": ON - timedelta(days=1)},
    }.items():
        held = grant(user, **changes)
        assert (codes(user), sees(user)) == ([code], False)
        with pgtrigger.ignore("managers.Grant:keep"):
            held.delete()


def lend(holder: User, to: User, start: date, end: date) -> Delegation:
    return Delegation.objects.create(
        grant=Grant.objects.get(user=holder),
        to=to,
        starts_on=start,
        ends_on=end,
        reason="休假",
        made_by=holder,
    )


def test_delegated_grants_count_on_their_days() -> None:
    holder, user = people.person("holder", "branch_hr", "B1"), people.person("u")
    day = timedelta(days=1)
    lent = lend(holder, user, ON, ON)
    assert (codes(user), sees(user), sees(user, "2001")) == (["subtree"], True, False)
    for code, changes in {
        "lending_over": {"starts_on": ON - day, "ends_on": ON - day},
        "lending_not_begun": {"starts_on": ON + day, "ends_on": ON + day},
    }.items():
        with pgtrigger.ignore("managers.Delegation:made_once"):
            Delegation.objects.filter(pk=lent.pk).update(**changes)
        assert (codes(user), sees(user)) == ([code], False)
    with pgtrigger.ignore("managers.Delegation:made_once"):
        Delegation.objects.filter(pk=lent.pk).update(starts_on=ON, ends_on=ON)
    User.objects.filter(pk=holder.pk).update(is_active=False)
    assert (codes(user), sees(user)) == (["holder_inactive"], False)


def test_the_own_file_and_the_inactive_login() -> None:
    user = people.person("u")
    ClientManager.objects.filter(employee_no="1001").update(user=user)
    user = User.objects.get(pk=user.pk)
    assert (sees(user), sees(user, "2001")) == (True, False)
    found = reach.why(user, people.manager(), on=ON)
    assert (found.own, found.tie) == (True, "own")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not sees(User.objects.get(pk=user.pk))


def test_kin_see_and_may_not_decide() -> None:
    user = people.person("u", "branch_risk", "B1")
    Relation.objects.create(
        user=user, manager=people.manager(), kind="kin", starts_on=SINCE, reason="兄弟", declared_by=user
    )
    found = reach.why(user, people.manager(), on=ON)
    assert (found.sees, found.tie) == (True, "kin")


def page(who: User, **query: str) -> str:
    client = Client()
    client.force_login(who)
    return client.get(reverse("audit_why"), query).content.decode()


def test_the_page_says_the_rule() -> None:
    auditor = people.person("auditor", "auditor")
    people.person("hr", "branch_hr", "B2")
    text = page(auditor, user="hr", manager="1001")
    assert "人hr 看不到 安稳 的记录" in text
    assert "当事人所在机构不在授权机构之内" in text
    assert "人hr 可以看到 远方 的记录" in page(auditor, user="hr", manager="2001")
    assert "没有这个登录名" in page(auditor, user="x", manager="1001")
    assert "没有这个工号" in page(auditor, user="hr", manager="9")


@pytest.mark.parametrize(("role", "status"), [("security_admin", 200), ("head_hr", 403), ("head_risk", 403)])
def test_who_may_ask(role: str, status: int) -> None:
    client = Client()
    client.force_login(people.person("u", role))
    assert client.get(reverse("audit_why")).status_code == status
