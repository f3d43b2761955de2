"""Grants by two people, roles that exclude each other, delegations and relations: services and database."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from managers.models import Branch, ClientManager, Delegation, Grant, LogEntry, Relation, User
from managers.models.exclusions import EVERYWHERE
from managers.permissions import roles_of
from managers.roles import ROLES
from managers.rules import exclusions
from managers.rules.exclusions import Held, clash
from managers.services import delegations, grants, relations
from managers.services.stepping import Refusal

ON = date(2026, 10, 12)
DAY = timedelta(days=1)
SINCE = date(2020, 1, 1)
People = dict[str, User]


@pytest.fixture
def people(db: None) -> People:
    """Three security administrators, and people without a role; two branches, one manager of the first."""
    office = Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    for code in ("B1", "B2"):
        Branch.objects.create(code=code, name=code, kind="branch", parent=office, path=f"/HO/{code}/")
    names = ("sec1", "sec2", "sec3", "anna", "bert", "manager")
    found = {name: User.objects.create(username=name, display_name=name) for name in names}
    for name in names[:3]:
        Grant.objects.create(user=found[name], role="security_admin", branch=office, starts_on=SINCE)
    ClientManager.objects.create(
        employee_no="1", name="甲", branch=at("B1"), line="corporate", hired_on=SINCE,
        post_started_on=SINCE, grade_code="third", user=found["manager"],
    )  # fmt: skip
    return found


def at(code: str) -> Branch:
    return Branch.objects.get(code=code)


def ask(people: People, who: str, role: str, branch: str = "B1", **extra: Any) -> Grant:
    given = {"starts_on": ON, "reason": "岗位需要", "by": people["sec1"], "on": ON} | extra
    return grants.request(user=people[who], role=role, branch=at(branch), **given)


def give(people: People, who: str, role: str, branch: str = "B1", **extra: Any) -> Grant:
    return grants.confirm(ask(people, who, role, branch, **extra).pk, by=people["sec2"], on=ON)


def setup_grant(user: User, role: str, branch: str = "B1") -> Grant:
    return Grant.objects.create(user=user, role=role, branch=at(branch), starts_on=SINCE)


def test_a_grant_counts_once_a_second_person_confirmed_it(people: People) -> None:
    asked = ask(people, "anna", "branch_hr", key="k")
    assert ask(people, "anna", "branch_hr", key="k") == asked
    assert roles_of(people["anna"], ON) == set()
    grants.confirm(asked.pk, by=people["sec2"], on=ON)
    grants.confirm(asked.pk, by=people["sec2"], on=ON)
    assert roles_of(people["anna"], ON) == {"branch_hr"}
    rows = LogEntry.objects.order_by("id").values_list("action", "by__username", "subject", "reason")
    assert list(rows) == [
        ("request_grant", "sec1", "user:anna", "岗位需要"),
        ("confirm_grant", "sec2", "user:anna", ""),
    ]


@pytest.mark.parametrize(
    ("who", "role", "extra", "said"),
    [
        ("sec1", "branch_hr", {}, "不能给自己授权；请由其他安全管理员申请和确认。"),
        ("anna", "client_manager", {}, "没有可授予的角色“client_manager”；请从列表中选择。"),
        ("anna", "branch_hr", {"reason": " "}, "请写明原因；它会记入日志。"),
        ("anna", "branch_hr", {"starts_on": ON - DAY}, "授权不能早于今天生效；"
         "请把起始日改为 2026-10-12 或以后。"),
        ("anna", "branch_hr", {"ends_on": ON - DAY}, "截止日不能早于起始日；请更正日期。"),
        ("manager", "auditor", {}, "manager 是客户经理，不能兼任“稽核”；请改由他人担任。"),
        ("sec2", "branch_hr", {}, "sec2 已有“安全管理员”，与“分行人力”不相容：同一人不得既经办又审核。"
         "请先收回前者，或改由他人担任。"),
    ],
)  # fmt: skip
def test_what_may_not_be_asked_for(
    people: People, who: str, role: str, extra: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ask(people, who, role, **extra)
    assert str(refused.value) == said
    assert Grant.objects.exclude(role="security_admin").count() == LogEntry.objects.count() == 0


def test_only_security_administrators_grant(people: People) -> None:
    asked = ask(people, "anna", "branch_hr")
    for act in (
        lambda: ask(people, "bert", "branch_hr", by=people["anna"]),
        lambda: grants.confirm(asked.pk, by=people["bert"], on=ON),
        lambda: grants.refuse(asked.pk, by=people["bert"], on=ON, reason="不"),
        lambda: grants.revoke(asked.pk, by=people["bert"], on=ON, reason="不"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_nobody_confirms_the_own_request_or_the_own_grant(people: People) -> None:
    with pytest.raises(Refusal, match="申请人不能确认自己的申请"):
        grants.confirm(ask(people, "anna", "branch_hr").pk, by=people["sec1"], on=ON)
    fresh = ask(people, "bert", "security_admin", "HO")
    grants.confirm(fresh.pk, by=people["sec2"], on=ON)
    with pytest.raises(Refusal, match="不能收回自己的授权"):
        grants.revoke(fresh.pk, by=people["bert"], on=ON, reason="不")


def test_a_refused_request_is_over_and_may_be_asked_again(people: People) -> None:
    asked = ask(people, "anna", "branch_hr")
    with pytest.raises(Refusal, match="已有同一角色"):
        ask(people, "anna", "branch_hr")
    grants.refuse(asked.pk, by=people["sec2"], on=ON, reason="不需要")
    with pytest.raises(Refusal, match="已由他人处理"):
        grants.confirm(asked.pk, by=people["sec3"], on=ON)
    give(people, "anna", "branch_hr")
    assert roles_of(people["anna"], ON) == {"branch_hr"}


def test_a_revocation_ends_it_today_later_or_before_it_began(people: People) -> None:
    held = give(people, "anna", "branch_hr")
    grants.revoke(held.pk, by=people["sec3"], on=ON, reason="调岗", ends_on=ON + 5 * DAY)
    assert [roles_of(people["anna"], ON + days * DAY) for days in (5, 6)] == [{"branch_hr"}, set()]
    grants.revoke(held.pk, by=people["sec3"], on=ON, reason="调岗")
    assert roles_of(people["anna"], ON) == set()
    with pytest.raises(Refusal, match="已止，不必再收回"):
        grants.revoke(held.pk, by=people["sec3"], on=ON, reason="调岗")
    coming = give(people, "bert", "branch_hr", starts_on=ON + 3 * DAY)
    grants.revoke(coming.pk, by=people["sec3"], on=ON, reason="调岗")
    assert [roles_of(people["bert"], ON + days * DAY) for days in range(5)] == [set()] * 5
    assert LogEntry.objects.filter(action="revoke_grant").count() == 3


def test_two_security_administrators_stay(people: People) -> None:
    grants.revoke(people["sec3"].grants.get().pk, by=people["sec1"], on=ON, reason="离职")
    with pytest.raises(Refusal, match="安全管理员不足 2 人"):
        grants.revoke(people["sec2"].grants.get().pk, by=people["sec1"], on=ON, reason="离职")


@pytest.mark.parametrize(
    ("first", "second", "where", "allowed"),
    [
        ("branch_hr", "branch_risk", "B1", False),
        ("branch_hr", "branch_risk", "B2", True),
        ("branch_market", "head_hr", "B2", False),
        ("branch_risk", "group_member", "B1", False),
        ("outlet_head", "group_chair", "B1", True),
        ("auditor", "branch_market", "B2", False),
        ("group_member", "group_chair", "B1", True),
    ],
)
def test_excluding_roles_are_refused_by_service_and_database(
    people: People, first: str, second: str, where: str, allowed: bool
) -> None:
    setup_grant(people["anna"], first)
    if allowed:
        assert give(people, "anna", second, where).confirmed_by == people["sec2"]
        return
    with pytest.raises(Refusal, match="不相容"):
        ask(people, "anna", second, where)
    row = {"user": people["anna"], "role": second, "branch": at(where)}
    row |= {"granted_by": people["sec1"], "confirmed_by": people["sec2"]}
    with pytest.raises(DatabaseError, match="excludes"), transaction.atomic():
        Grant.objects.create(starts_on=ON, **row)
    Grant.objects.create(starts_on=ON - 2 * DAY, ends_on=ON - 3 * DAY, **row)  # never in force


def test_a_grant_is_never_rewritten(people: People) -> None:
    held = give(people, "anna", "branch_hr", ends_on=ON + DAY)
    rows = Grant.objects.filter(pk=held.pk)
    for change in (
        {"role": "head_hr"}, {"user": people["bert"]}, {"branch": at("B2")}, {"starts_on": SINCE},
        {"ends_on": None}, {"ends_on": ON + 2 * DAY}, {"confirmed_by": people["sec3"]},
        {"granted_by": people["sec3"]},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def delegate(people: People, grant: Grant, to: str, **extra: Any) -> Delegation:
    given = {"starts_on": ON, "ends_on": ON + 6 * DAY, "reason": "休假", "by": grant.user, "on": ON} | extra
    return delegations.make(grant, to=people[to], **given)


def test_a_delegation_is_made_by_the_holder_and_ended_by_either(people: People) -> None:
    held = setup_grant(people["anna"], "branch_risk")
    made = delegate(people, held, "bert")
    assert roles_of(people["bert"], ON) == {"branch_risk"}
    with pytest.raises(Refusal, match="找不到"):
        delegations.end(made.pk, by=people["manager"], on=ON)
    delegations.end(made.pk, by=people["bert"], on=ON)
    delegations.end(made.pk, by=people["anna"], on=ON)
    assert roles_of(people["bert"], ON) == set()
    assert list(LogEntry.objects.order_by("id").values_list("action", "by__username")) == [
        ("make_delegation", "anna"),
        ("end_delegation", "bert"),
    ]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"ends_on": ON + 62 * DAY}, "委托须写明起止日，最长 62 天"),
        ({"starts_on": ON - DAY}, "委托不能早于今天开始"),
        ({"to": "anna"}, "不能委托给自己"),
        ({"to": "sec3"}, "sec3 持有“安全管理员”，与“分行风险合规”不相容，不能受托"),
        ({"reason": ""}, "请写明委托的原因"),
        ({"by": "bert"}, "只能委托本人持有"),
    ],
)
def test_what_may_not_be_delegated(people: People, extra: dict[str, Any], said: str) -> None:
    held = setup_grant(people["anna"], "branch_risk")
    by = people[extra["by"]] if "by" in extra else people["anna"]
    with pytest.raises(Refusal, match=said):
        delegate(people, held, **{"to": "bert"} | extra | {"by": by})


def test_one_level_one_receiver_and_no_keeper_hands_on(people: People) -> None:
    held = setup_grant(people["anna"], "branch_risk")
    delegate(people, held, "bert")
    with pytest.raises(Refusal, match="同一时间只能委托一人"):
        delegate(people, held, "manager")
    with pytest.raises(Refusal, match="受托得来的角色不能再委托"):
        delegate(people, held, "manager", by=people["bert"], starts_on=ON + 9 * DAY, ends_on=ON + 9 * DAY)
    with pytest.raises(Refusal, match="只能委托"):
        delegate(people, people["sec1"].grants.get(), "bert")
    with pytest.raises(Refusal, match="不相容"):
        ask(people, "bert", "branch_hr")


@pytest.mark.parametrize(
    "change",
    [{"ends_on": ON + 62 * DAY}, {"made_by": "sec1"}, {"to": "sec3"}, {"grant": "sec1", "made_by": "sec1"}],
)
def test_the_database_refuses_such_delegations_too(people: People, change: dict[str, Any]) -> None:
    held = setup_grant(people["anna"], "branch_risk")
    row: dict[str, Any] = {"grant": held, "to": "bert", "made_by": "anna"} | change
    row |= {name: people[row[name]] for name in ("to", "made_by")}
    if isinstance(row["grant"], str):
        row["grant"] = people[row["grant"]].grants.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Delegation.objects.create(**{"starts_on": ON, "ends_on": ON, "reason": "休假"} | row)


def declare(people: People, user: str, by: str, **extra: Any) -> Relation:
    given = {"kind": "kin", "starts_on": ON, "reason": "表亲", "on": ON} | extra
    return relations.declare(user=people[user], manager=ClientManager.objects.get(), by=people[by], **given)


def test_hr_and_the_person_declare_and_only_hr_ends(people: People) -> None:
    setup_grant(people["bert"], "branch_hr")
    own = declare(people, "anna", "anna")
    with pytest.raises(Refusal, match="已经申报过"):
        declare(people, "anna", "bert")
    with pytest.raises(PermissionDenied):
        declare(people, "bert", "sec1", kind="superior")
    hrs = declare(people, "bert", "bert", kind="superior")
    for relation, by in ((own, "anna"), (own, "manager"), (hrs, "bert")):
        with pytest.raises(PermissionDenied):
            relations.end(relation.pk, by=people[by], on=ON, ends_on=ON, reason="误报")
    relations.end(own.pk, by=people["bert"], on=ON, ends_on=ON, reason="误报")
    assert Relation.objects.get(pk=own.pk).ends_on == ON
    with pytest.raises(DatabaseError), transaction.atomic():
        Relation.objects.filter(pk=own.pk).update(ends_on=None)
    assert list(LogEntry.objects.order_by("id").values_list("action", "by__username", "subject")) == [
        ("declare_relation", "anna", "manager:1"),
        ("declare_relation", "bert", "manager:1"),
        ("end_relation", "bert", "manager:1"),
    ]


def test_the_first_two_keepers_are_set_up_once(db: None) -> None:
    with pytest.raises(Refusal, match="须先送达机构"):
        grants.set_up(["a", "b"], on=ON)
    Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    call_command("create_keepers", "a", "b", stdout=io.StringIO())
    assert set(Grant.objects.values_list("user__username", "role")) == {
        ("a", "security_admin"),
        ("b", "security_admin"),
    }
    with pytest.raises(CommandError, match="已有安全管理员"):
        call_command("create_keepers", "c", "d")


def test_the_table_of_exclusions_is_whole() -> None:
    codes = [code for desk in exclusions.DESKS.values() for code in desk]
    assert sorted([*codes, *exclusions.ALONE, "client_manager"]) == sorted(ROLES)
    assert set(EVERYWHERE) == {role.code for role in ROLES.values() if role.reach == "all"}
    for one in ROLES:
        for other in ROLES:
            assert clash(Held(one, ""), Held(other, "/X/")) == clash(Held(other, "/X/"), Held(one, ""))
