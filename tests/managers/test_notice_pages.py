"""The bell, the list of notices and their settings, as their reader sees them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from managers.models import Notice, NoticeSettings, User
from managers.models.notices import Tone
from managers.services import notices

ON = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(ON, tick=True):
        yield


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create(username="reader", email="reader@bank.example")


@pytest.fixture
def client(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def told(to: User, number: int, *, tone: str = Tone.TODO, late: int = 0, code: str = "") -> Notice:
    (row,) = notices.tell(
        [to],
        code or ("appraisal_published" if tone == Tone.NEWS else "appraisal_in_risk_queue"),
        subject=f"appraisal:{number}",
        words={"who": f"甲{number}", "period": "2026Q3", "owners": "乙", "since": "2026-10-01"},
        url=f"/queue/?id={number}",
        due_on=None if tone == Tone.NEWS else ON - timedelta(days=late),
        tone=tone,
    )
    return row


def titles(answer: Any, part: str = "rows") -> list[tuple[str, str]]:
    return [(row["title"], row["left"]) for row in answer.context[part]]


def test_todos_come_by_due_day_then_the_unread_then_the_rest(client: Client, reader: User) -> None:
    told(reader, 1, late=-2)
    told(reader, 2, tone=Tone.ESCALATION, late=3)
    told(reader, 3, late=0)
    told(reader, 4, tone=Tone.NEWS)
    old = told(reader, 5, tone=Tone.NEWS)
    notices.read(old, by=reader)
    notices.settle(told(reader, 6).subject)
    told(User.objects.create(username="other"), 7)
    answer = client.get("/notices/")
    assert titles(answer) == [
        ("审核 甲2 的 2026 年第三季度考核", "已逾期 3 天"),
        ("审核 甲3 的 2026 年第三季度考核", "今日到期"),
        ("审核 甲1 的 2026 年第三季度考核", "还有 2 天"),
    ]
    assert [row["notice"].subject for row in answer.context["unread"]] == ["appraisal:4"]
    assert [row["notice"].subject for row in answer.context["older"]] == ["appraisal:6", "appraisal:5"]
    text = answer.content.decode()
    assert ("3 项待办" in text, "其中 1 项逾期" in text, "甲7" in text) == (True, True, False)
    assert '<span class="unread" aria-hidden="true">4</span>' in text


def test_opening_a_notice_reads_it_and_leads_on(client: Client, reader: User) -> None:
    row = told(reader, 1)
    for _time in range(2):
        answer = client.get(f"/notices/{row.pk}/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/queue/?id=1")
    held = Notice.objects.get()
    assert (held.read_at is not None, held.is_waiting) == (True, True)


def test_nobody_opens_what_was_told_to_somebody_else(client: Client, reader: User) -> None:
    row = told(User.objects.create(username="other"), 1)
    assert client.get(f"/notices/{row.pk}/").status_code == 404
    assert Notice.objects.get().read_at is None
    assert Client().get("/notices/").headers["Location"] == "/login/?next=/notices/"


def test_marking_all_as_read_leaves_the_todos(client: Client, reader: User) -> None:
    told(reader, 1)
    told(reader, 2, tone=Tone.NEWS)
    assert client.get("/notices/read/").status_code == 405
    answer = client.post("/notices/read/", follow=True)
    assert "已全部标为已读（2 条）；待办仍然保留，办理后自动消失。" in answer.content.decode()
    assert (len(answer.context["rows"]), answer.context["unread"], len(answer.context["older"])) == (1, [], 1)
    assert answer.context["shell"]["unread"] == 0


def test_kinds_are_counted_and_chosen(client: Client, reader: User) -> None:
    for number in range(3):
        told(reader, number)
    told(reader, 9, code="appraisal_decided")
    answer = client.get("/notices/", {"code": "appraisal_decided"})
    assert [kind["label"] for kind in answer.context["kinds"]] == ["考核待风险审核 3", "考核决定待公布 1"]
    assert (titles(answer), answer.context["total"]) == (
        [("公布 甲9 的 2026 年第三季度考核决定", "今日到期")],
        4,
    )
    assert len(client.get("/notices/", {"code": "nonsense"}).context["rows"]) == 4


def test_an_empty_list_says_what_would_come(client: Client) -> None:
    text = client.get("/notices/").content.decode()
    assert "轮到您办理的事项会出现在这里，并注明期限。" in text
    assert 'class="unread"' not in text
    assert "还没有通知" in client.get("/notices/", {"show": "all"}).content.decode()


def test_many_notices_are_paged_and_the_bell_stops_counting(client: Client, reader: User) -> None:
    for number in range(101):
        told(reader, number, tone=Tone.NEWS)
    answer = client.get("/notices/")
    assert (answer.context["shell"]["unread"], len(answer.context["unread"])) == ("99+", 20)
    assert "查看全部通知" in answer.content.decode()
    everything = client.get("/notices/", {"show": "all", "page": 5})
    assert [row["notice"].subject for row in everything.context["rows"]] == ["appraisal:0"]


def test_the_number_of_queries_does_not_grow_with_the_list(
    client: Client, reader: User, django_assert_num_queries: Any
) -> None:
    told(reader, 1)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/notices/")
    for number in (2, 3):
        told(reader, number)
    with django_assert_num_queries(len(one)):
        client.get("/notices/")


def test_a_notice_of_a_code_no_longer_known_still_reads(client: Client, reader: User) -> None:
    Notice.objects.create(to=reader, code="gone", tone="news", subject="x:1", dedupe="x")
    assert titles(client.get("/notices/"), "unread") == [("gone", "")]


def test_what_is_mailed_is_chosen_once_a_person(client: Client, reader: User, settings: Any) -> None:
    assert "本行尚未启用邮件提醒" in client.get("/notices/settings/").content.decode()
    settings.SITE_URL = "https://cmbank.example"
    assert "邮件发往 reader@bank.example" in client.get("/notices/settings/").content.decode()
    for tones, language in ((["todo", "news"], "en"), ([], "zh-hans")):
        answer = client.post("/notices/settings/", {"mailed": tones, "language": language}, follow=True)
        assert "已保存。" in answer.content.decode()
        held = NoticeSettings.objects.get()
        assert (held.user, held.mailed, held.language) == (reader, tones, language)
    answer = client.post("/notices/settings/", {"mailed": ["shout"], "language": "xx"})
    assert sorted(answer.context["form"].errors) == ["language", "mailed"]
    User.objects.update(email="")
    assert "您的账号没有邮箱地址" in client.get("/notices/settings/").content.decode()
