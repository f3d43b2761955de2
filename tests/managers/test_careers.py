"""A manager's status moves only as drawn; suspension and leaving end access; postings are never rewritten."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from managers.models import (
    Assignment,
    Branch,
    ClientManager,
    Customer,
    Delegation,
    Grant,
    LogEntry,
    Posting,
    User,
)
from managers.services import careers, record_postings, tokens
from managers.services.stepping import Refusal
from tests.managers.staff import ON, SINCE, hire, manager

AT = datetime(2026, 10, 12, 1, tzinfo=UTC)
WHY = "组织决定"
Status = ClientManager.Status
MOVES = {
    "take_up": ("candidate",),
    "confirm": ("trainee",),
    "suspend": ("on_post",),
    "reinstate": ("suspended",),
    "moved_inside": ("trainee", "on_post", "suspended"),
    "restored": ("back_office",),
    "leave": ("candidate", "trainee", "on_post", "suspended", "back_office"),
}
TARGETS = {
    "take_up": "trainee",
    "confirm": "on_post",
    "suspend": "suspended",
    "reinstate": "on_post",
    "moved_inside": "back_office",
    "restored": "on_post",
    "leave": "left",
}


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


def call(name: str, who: ClientManager, by: User) -> LogEntry:
    if name == "take_up":
        return careers.take_up(who, starts_on=ON, on=ON, basis="grade_change:1")
    if name in ("confirm", "moved_inside", "restored"):
        return getattr(careers, name)(who, on=ON, basis="grade_change:1")
    at: Any = {} if name == "reinstate" else {"at": AT}
    return getattr(careers, name)(who, by=by, on=ON, reason=WHY, **at)


def status(who: ClientManager) -> str:
    return ClientManager.objects.get(pk=who.pk).status


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("source", Status.values)
def test_every_move_is_the_one_drawn_and_every_other_is_refused(
    people: dict[str, User], name: str, source: str
) -> None:
    who = manager("2", status=source)
    if source in MOVES[name]:
        entry = call(name, who, people["hr"])
        assert (entry.from_state, entry.to_state, status(who)) == (source, TARGETS[name], TARGETS[name])
    else:
        with pytest.raises(Refusal, match="现在的状态是"):
            call(name, who, people["hr"])
        assert (status(who), LogEntry.objects.count()) == (source, 0)


@pytest.mark.parametrize("source", Status.values)
def test_the_database_refuses_every_other_move(people: dict[str, User], source: str) -> None:
    allowed = {TARGETS[name] for name, sources in MOVES.items() if source in sources}
    for target in Status.values:
        who = manager(f"{source}-{target}", status=source)
        rows = ClientManager.objects.filter(pk=who.pk)
        if target in allowed | {source}:
            assert rows.update(status=target) == 1
        else:
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(status=target)


def test_nobody_sets_a_status_by_hand(people: dict[str, User]) -> None:
    with pytest.raises(AttributeError):
        manager("2").status = "left"


def test_a_suspension_ends_login_sessions_tokens_and_delegations(people: dict[str, User]) -> None:
    login = User.objects.create(username="m2")
    who = manager("2", user=login)
    client = Client()
    client.force_login(login)
    token = tokens.issue(user=login, scopes=["grades:read"], at=AT, name="t").token
    grant = Grant.objects.create(user=login, role="group_member", branch=who.branch, starts_on=SINCE)
    given = Delegation.objects.create(
        grant=grant,
        to=User.objects.create(username="deputy"),
        made_by=login,
        starts_on=ON,
        ends_on=ON,
        reason="休假",
    )
    entry = careers.suspend(who, by=people["hr"], on=ON, at=AT, reason=WHY)
    token.refresh_from_db()
    given.refresh_from_db()
    assert (token.revoked_at, given.ended_at, given.ended_by) == (AT, AT, people["hr"])
    assert not User.objects.get(pk=login.pk).is_active
    assert client.get("/").status_code == 302
    assert entry.detail == {"on": "2026-10-12", "login": True, "delegations": 1}
    careers.reinstate(who, by=people["hr"], on=ON, reason=WHY)
    assert (User.objects.get(pk=login.pk).is_active, status(who)) == (True, "on_post")


def test_a_login_closed_before_stays_closed_after_a_suspension(people: dict[str, User]) -> None:
    login = User.objects.create(username="m2", is_active=False)
    who = manager("2", user=login)
    careers.suspend(who, by=people["hr"], on=ON, at=AT, reason=WHY)
    careers.reinstate(who, by=people["hr"], on=ON, reason=WHY)
    assert not User.objects.get(pk=login.pk).is_active


def test_leaving_needs_an_empty_portfolio_and_names_who_remains(people: dict[str, User]) -> None:
    who = manager("2")
    customer = Customer.objects.create(customer_no="C1", name="甲公司", kind="corporate", branch=who.branch)
    held = Assignment.objects.create(
        customer=customer, manager=who, share=1, starts_on=SINCE, source_bundle=1, source_line=1
    )
    with pytest.raises(Refusal, match="名下还有 1 户客户：甲公司（C1）"):
        careers.leave(who, by=people["hr"], on=ON, at=AT, reason=WHY)
    Assignment.objects.filter(pk=held.pk).update(ends_on=ON)
    careers.leave(who, by=people["hr"], on=ON, at=AT, reason=WHY)
    assert (status(who), Posting.objects.get(manager=who).ends_on) == ("left", ON)


def test_a_repeat_with_the_same_key_answers_as_before(people: dict[str, User]) -> None:
    who = manager("2")
    steps = [
        careers.suspend(who, by=people["hr"], on=ON, at=AT, reason=WHY, key="k").pk for _twice in range(2)
    ]
    assert (steps[0], LogEntry.objects.count()) == (steps[1], 1)


@pytest.mark.parametrize("name", ["hr_west", "risk", "leader", "auditor"])
def test_only_hr_of_the_branch_moves_a_career(people: dict[str, User], name: str) -> None:
    who = manager("2")
    with pytest.raises(PermissionDenied):
        careers.suspend(who, by=people[name], on=ON, at=AT, reason=WHY)
    assert status(who) == "on_post"


def test_nobody_moves_the_own_career_and_every_step_needs_a_reason(people: dict[str, User]) -> None:
    who = manager("2", user=people["hr"])
    with pytest.raises(PermissionDenied, match="不能处理本人的事项"):
        careers.suspend(who, by=people["hr"], on=ON, at=AT, reason=WHY)
    with pytest.raises(Refusal, match="须写明原因"):
        careers.suspend(who, by=people["head"], on=ON, at=AT, reason=" ")


def postings(who: ClientManager) -> list[tuple[str, date, date | None]]:
    rows = Posting.objects.filter(manager=who).order_by("starts_on")
    return [(each.branch.code, each.starts_on, each.ends_on) for each in rows]


def test_a_transfer_ends_one_posting_and_begins_the_next(people: dict[str, User]) -> None:
    who, west = manager("2"), Branch.objects.get(code="B2")
    facts: Any = {"starts_on": ON, "position": "对公客户经理", "by": people["head"], "on": ON, "reason": WHY}
    assert careers.transfer(who, west, **facts) == careers.transfer(who, west, **facts)
    assert postings(who) == [("B1", SINCE, date(2026, 10, 11)), ("B2", ON, None)]
    assert ClientManager.objects.get(pk=who.pk).branch == west
    assert LogEntry.objects.get(action="transfer_career").detail == {
        "branch": "B2",
        "position": "对公客户经理",
        "from": "2026-10-12",
    }


@pytest.mark.parametrize(
    ("day", "who_by", "text"),
    [(date(2026, 10, 13), "head", "还没有到"), (SINCE, "head", "不能改写"), (ON, "hr", "不在您的辖区")],
)
def test_a_transfer_is_refused_with_a_reason(
    people: dict[str, User], day: date, who_by: str, text: str
) -> None:
    west = Branch.objects.get(code="B2")
    with pytest.raises(Refusal, match=text):
        careers.transfer(manager("2"), west, starts_on=day, by=people[who_by], on=ON, reason=WHY)


def test_the_register_writes_postings_once(people: dict[str, User]) -> None:
    who = manager("2")
    Branch.objects.get(code="B2").managers.add(manager("3"))
    record_postings(ON)
    record_postings(ON)
    assert postings(who) == [("B1", SINCE, None)]
    moved = ClientManager.objects.get(employee_no="3")
    assert postings(moved) == [("B1", SINCE, date(2026, 10, 11)), ("B2", ON, None)]


def open_file(by: User, **facts: Any) -> ClientManager:
    wanted: Any = {"employee_no": "77", "name": "周望", "line": "micro", "hired_on": SINCE} | facts
    return careers.register(branch=Branch.objects.get(code=wanted.pop("at", "B1")), by=by, on=ON, **wanted)


def test_hr_opens_the_file_of_a_candidate_once(people: dict[str, User]) -> None:
    made = open_file(people["hr"])
    assert (made.status, made.pinyin, open_file(people["hr"])) == ("candidate", "zhouwang zw", made)
    record_postings(ON)
    assert postings(made) == []
    careers.take_up(made, starts_on=ON, on=ON, basis="grade_change:1")
    assert postings(made) == [("B1", ON, None)]
    assert LogEntry.objects.filter(action="register_career").count() == 1


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"name": "别人"}, "工号 77 已有档案"),
        ({"employee_no": "78", "name": " "}, "请填写工号、姓名与条线"),
        ({"employee_no": "78", "hired_on": date(2026, 10, 13)}, "入行日期晚于今天"),
    ],
)
def test_a_candidates_file_is_checked(people: dict[str, User], facts: dict[str, Any], text: str) -> None:
    open_file(people["hr"])
    with pytest.raises(Refusal, match=text):
        open_file(people["hr"], **facts)
    with pytest.raises(PermissionDenied):
        open_file(people["hr"], employee_no="79", at="B2")


def test_a_posting_is_never_rewritten(people: dict[str, User]) -> None:
    who = manager("2")
    row = Posting.objects.filter(manager=who)
    for change in ({"position": "另一岗位"}, {"starts_on": ON}):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(manager=who, branch=who.branch, starts_on=ON)
