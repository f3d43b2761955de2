"""Deadlines kept: who is told of what waits, reminded of it, and told because somebody else did not do it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from managers import deadlines, notices, tasks
from managers.deadlines import Kind, Waiting
from managers.models import Branch, ClientManager, Delegation, Grant, Notice, OutboxMessage, Relation, User
from managers.services import deadlines as kept
from managers.services import mailing, outbox, tokens
from managers.services import notices as services

SINCE = date(2026, 10, 1)
EVER = date(2020, 1, 1)
ROW = Waiting(
    pk=1,
    code="appraisal_in_risk_queue",
    since=SINCE,
    days=5,
    occasion="first",
    url="/queue/?id=1",
    words={"who": "甲 1", "period": "2026Q3"},
    action="clear_appraisal",
    path="/HO/B1/S1/",
)
People = dict[str, User]
Told = list[tuple[str, str, bool]]


def after(count: int) -> date:
    return SINCE + timedelta(days=count)


@pytest.fixture
def people(db: None) -> People:
    """An outlet below a branch below head office; risk officers at the branch and at head office."""
    office = Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    branch = Branch.objects.create(code="B1", name="分行", kind="branch", parent=office, path="/HO/B1/")
    Branch.objects.create(code="S1", name="支行", kind="outlet", parent=branch, path="/HO/B1/S1/")
    names = ("risk", "risk_two", "head", "deputy", "west")
    found = {name: User.objects.create(username=name, email=f"{name}@bank.example") for name in names}
    for name, role, at in (
        ("risk", "branch_risk", branch),
        ("risk_two", "branch_risk", branch),
        ("head", "head_risk", office),
    ):
        Grant.objects.create(user=found[name], role=role, branch=at, starts_on=EVER)
    return found


class Rows:
    """A kind of waiting rows made for the test; `rows` may be changed meanwhile."""

    def __init__(self) -> None:
        self.rows = [ROW]

    def read(self, on: date, ids: Any) -> Iterator[Waiting]:
        return (row for row in self.rows if ids is None or row.pk in ids)


@contextmanager
def registered(kind: Kind) -> Iterator[None]:
    others = dict(deadlines._KINDS)
    deadlines._KINDS.clear()
    deadlines.register(kind)
    try:
        yield
    finally:
        deadlines._KINDS.clear()
        deadlines._KINDS.update(others)


@pytest.fixture
def rows() -> Iterator[Rows]:
    found = Rows()
    with registered(Kind("case", found.read)):
        yield found


def told() -> Told:
    """Every notice: to whom, in which tone, and whether it is open."""
    found = Notice.objects.order_by("id").values_list("to__username", "tone", "done_at")
    return [(to, tone, done is None) for to, tone, done in found]


def opened() -> list[tuple[str, str]]:
    return sorted((to, tone) for to, tone, is_open in told() if is_open)


def tick(count: int) -> int:
    return kept.tick(on=after(count)).told


# --- Who is told what, and when ---------------------------------------------------------------------------


def test_owners_are_told_once_then_reminded_then_the_next_head(people: People, rows: Rows) -> None:
    owners = [("risk", "todo"), ("risk_two", "todo")]
    assert [tick(0), tick(0), tick(2)] == [2, 0, 0]
    assert opened() == owners
    assert [tick(3), tick(5)] == [2, 0]
    assert opened() == [("risk", "reminder"), ("risk_two", "reminder")]
    assert [tick(6), tick(10)] == [3, 0]
    assert opened() == [("head", "escalation"), ("risk", "reminder"), ("risk_two", "reminder")]
    assert [tick(11), tick(12)] == [2, 0]
    assert len(told()) == 9


def test_a_job_that_comes_late_tells_only_what_holds_now(people: People, rows: Rows) -> None:
    assert tick(8) == 3
    assert opened() == [("head", "escalation"), ("risk", "reminder"), ("risk_two", "reminder")]
    escalated = Notice.objects.get(tone="escalation")
    assert notices.body(escalated) == (
        "自 2026-10-01 起等待，逾期未办；应由 risk、risk_two 办理。请督促办理或亲自处理。"
    )
    assert notices.title(escalated) == "审核 甲 1 的 2026 年第三季度考核"
    assert notices.remaining(escalated.due_on, after(8)) == "已逾期 3 天"


def test_what_was_done_is_closed_and_a_second_round_is_told_anew(people: People, rows: Rows) -> None:
    tick(6)
    rows.rows = []
    assert kept.refresh("case", [1], on=after(7)).closed == 3
    assert opened() == []
    rows.rows = [replace(ROW, since=after(8), occasion="second")]
    kept.refresh("case", [1], on=after(8))
    assert opened() == [("risk", "todo"), ("risk_two", "todo")]


def test_the_job_closes_what_an_act_forgot_and_verify_finds_it_before(people: People, rows: Rows) -> None:
    tick(0)
    rows.rows = []
    opened_now, hits = kept.astray(after(0))
    assert (opened_now, len(hits)) == (2, 2)
    assert kept.tick(on=after(0)).closed == 2
    assert kept.astray(after(0)) == (0, [])


def test_whoever_made_it_is_tied_to_it_or_inactive_is_left_out(people: People, rows: Rows) -> None:
    manager = ClientManager.objects.create(
        employee_no="1", name="甲", branch=Branch.objects.get(code="S1"), line="corporate", hired_on=EVER,
        post_started_on=EVER, grade_code="third", user=people["risk_two"],
    )  # fmt: skip
    rows.rows = [replace(ROW, manager=manager.pk)]
    tick(0)
    assert opened() == [("risk", "todo")]
    Relation.objects.create(
        user=people["risk"],
        manager=manager,
        kind="kin",
        starts_on=EVER,
        reason="申报",
        declared_by=people["risk"],
    )
    tick(1)
    assert opened() == [("head", "todo")]
    User.objects.filter(pk=people["head"].pk).update(is_active=False)
    tick(1)
    assert opened() == []


def test_nobody_at_all_is_said_and_not_swallowed(people: People, rows: Rows, caplog: Any) -> None:
    User.objects.update(is_active=False)
    assert kept.tick(on=after(0)) == kept.Kept(0, 0, 1)
    assert [record.getMessage() for record in caplog.records] == [
        "1 rows of case wait for nobody, the first is 1"
    ]
    assert kept.unowned(after(0)) == {"appraisal_in_risk_queue": 1}


def test_operations_see_kinds_and_numbers_of_what_waits_for_nobody(people: People, rows: Rows) -> None:
    client = Client()
    client.force_login(people["head"])
    assert "没有人可以办理" not in client.get("/runs/").content.decode()
    rows.rows = [replace(ROW, action="decide_appraisal")]
    text = client.get("/runs/").content.decode()
    assert ("以下事项没有人可以办理" in text, "<li>考核待风险审核：1 项</li>" in text, "甲" in text) == (
        True,
        True,
        False,
    )


def test_an_empty_branch_escalates_at_once(people: People, rows: Rows) -> None:
    Grant.objects.filter(role="branch_risk").update(ends_on=after(-1))
    tick(0)
    assert opened() == [("head", "todo")]


def test_whoever_stands_in_is_told_as_well(people: People, rows: Rows) -> None:
    Delegation.objects.create(
        grant=people["risk"].grants.get(), to=people["deputy"], made_by=people["risk"], reason="休假",
        starts_on=SINCE, ends_on=after(1),
    )  # fmt: skip
    tick(0)
    assert opened() == [("deputy", "todo"), ("risk", "todo"), ("risk_two", "todo")]
    tick(2)
    assert opened() == [("risk", "todo"), ("risk_two", "todo")]


def test_the_person_named_comes_first_and_the_role_is_the_next_head(people: People, rows: Rows) -> None:
    rows.rows = [replace(ROW, person=people["west"].pk)]
    tick(6)
    assert opened() == [("risk", "escalation"), ("risk_two", "escalation"), ("west", "reminder")]


# --- Failures ----------------------------------------------------------------------------------------------


def test_a_job_killed_half_way_is_made_up_for_by_the_next(people: People, rows: Rows) -> None:
    class Killed(Exception):
        pass

    rows.rows = [replace(ROW, pk=number) for number in range(1, 4)]
    with pytest.raises(Killed), transaction.atomic():
        tick(0)
        raise Killed
    assert told() == []
    assert [tick(0), tick(0)] == [6, 0]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_once(people: People, rows: Rows) -> None:
    rows.rows = [replace(ROW, pk=number) for number in range(1, 21)]
    start = threading.Barrier(3)

    def beat(number: int) -> int:
        start.wait()
        try:
            if number:
                return tick(0)
            with transaction.atomic():
                return kept.refresh("case", [1, 2], on=after(0)).told
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(beat, range(3)))
    tick(0)
    assert (sum(counts) <= 40, len(told()), len(opened())) == (True, 40, 40)


@pytest.mark.django_db(transaction=True)
def test_the_job_leaves_a_kind_alone_while_an_act_deals_with_it(people: People, rows: Rows) -> None:
    def job() -> int:
        try:
            return tick(0)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.settle("case:1")
            assert pool.submit(job).result() == 0
        assert pool.submit(job).result() == 2


def test_the_database_keeps_what_was_told(people: People, rows: Rows) -> None:
    tick(0)
    number = Notice.objects.order_by("id").values_list("pk", flat=True)[0]
    for change in ({"words": {}}, {"to": people["head"]}, {"tone": "shout"}, {"url": "//elsewhere"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.filter(pk=number).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=number).delete()
    services.settle("case:1")
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=number).update(done_at=None)


# --- E-mail ------------------------------------------------------------------------------------------------


@pytest.fixture
def site(settings: Any) -> None:
    settings.SITE_URL = "https://cmbank.example/"


def test_a_mail_says_that_something_waits_and_nothing_else(site: None, people: People, rows: Rows) -> None:
    rows.rows = [ROW, replace(ROW, pk=2, days=9)]
    tick(0)
    services.choose(by=people["risk_two"], mailed=["news"], language="zh-hans")
    assert (OutboxMessage.objects.count(), tasks.deliver_outbox(), outbox.waiting()) == (2, 2, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["risk@bank.example"], "客户经理管理：2 项待您办理")
    assert sent.body.splitlines() == [
        "客户经理管理：2 项待您办理",
        "",
        "· 待办：考核待风险审核，2 项，最早期限 2026-10-06",
        "",
        "请登录查看：https://cmbank.example/notices/",
        "邮件不含客户与金额。如不再需要，可在“通知设置”中关闭。",
    ]


def test_a_mail_is_in_the_language_of_its_reader(site: None, people: People, rows: Rows) -> None:
    services.choose(by=people["risk"], mailed=["todo"], language="en")
    services.choose(by=people["risk_two"], mailed=[], language="en")
    tick(0)
    outbox.deliver()
    (sent,) = mail.outbox
    number = Notice.objects.get(to=people["risk"]).pk
    assert f"https://cmbank.example/notices/{number}/" in sent.body


def test_what_was_read_or_done_or_whose_reader_left_is_not_mailed(
    site: None, people: People, rows: Rows
) -> None:
    tick(0)
    User.objects.filter(username="risk").update(is_active=False)
    services.read(Notice.objects.get(to=people["risk_two"]), by=people["risk_two"])
    assert (outbox.deliver(), mail.outbox) == (2, [])


@pytest.mark.parametrize(("code", "given_up"), [(550, 1), (451, 0)])
def test_an_address_refused_for_good_is_given_up(
    site: None, people: People, rows: Rows, monkeypatch: pytest.MonkeyPatch, code: int, given_up: int
) -> None:
    def refuse(*mail: Any) -> None:
        raise SMTPRecipientsRefused({"risk@bank.example": (code, b"no")})

    monkeypatch.setattr(mailing, "send_mail", refuse)
    services.tell([people["risk"]], "token_expiring", subject="token:1")
    assert (outbox.deliver(), outbox.waiting()) == (given_up, 1 - given_up)


def test_without_an_address_of_the_house_nothing_is_mailed(people: People, rows: Rows) -> None:
    tick(0)
    assert OutboxMessage.objects.count() == 0


# --- What expires ------------------------------------------------------------------------------------------


def test_the_owner_of_a_token_is_told_two_weeks_before_and_shortly_before(people: People) -> None:
    now = timezone.now()
    tokens.issue(user=people["west"], scopes=["metrics:read"], at=now, name="报表", days=20)
    today = timezone.localdate(now)
    counts = [kept.tick(on=today + timedelta(days=day)).told for day in (0, 5, 6, 7, 18, 19, 20, 21)]
    assert counts == [0, 0, 1, 0, 1, 0, 0, 0]
    assert told() == [("west", "news", True)] * 2
    last = (today + timedelta(days=20)).isoformat()
    assert notices.title(Notice.objects.all()[0]) == f"接口令牌“报表”将于 {last} 到期"
