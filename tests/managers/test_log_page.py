"""The log as a page: searched by person, record, field and date, read on by place, masked, and exported."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from managers import provenance, services
from managers.models import ClientManager, Customer, HistoryEvent, LogEntry, User
from managers.queries import log
from managers.queries.log import Wanted
from managers.services import identity
from tests.managers import people
from tests.managers.people import ON

AT = datetime(2026, 10, 12, 1, tzinfo=UTC)


@pytest.fixture
def auditor(db: None) -> Client:
    """The log emptied of how the bank came about, and somebody who reads it."""
    people.organisation()
    client = Client()
    client.force_login(people.person("auditor", "auditor"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE managers_historyevent DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM managers_historyevent")
        cursor.execute("ALTER TABLE managers_historyevent ENABLE TRIGGER USER")
    return client


@pytest.fixture
def hr(auditor: Client) -> User:
    user = people.person("hr", "branch_hr", "B1")
    with provenance.acting(user=user.pk, path="/admin/x/"):
        services.amend(people.manager(), {"status": "suspended"}, by=user)
    return user


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("audit"), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def shown(client: Client, **query: str) -> list[str]:
    """The actions and records of the lines, top to bottom."""
    return [f"{line.what} {line.record}" for line in client.get(reverse("audit"), query).context["lines"]]


CHANGE, ENTRY = "修改 客户经理 安稳 1001", "修改档案 客户经理 1001"


def test_who_what_when_and_why(auditor: Client, hr: User) -> None:
    LogEntry.objects.create(
        action="amend_manager",
        subject="manager:2001",
        by=hr,
        on_behalf_of=User.objects.get(username="auditor"),
        reason="年度核对",
        from_state="on_post",
        to_state="left",
    )
    text = page(auditor)
    assert "<del>在岗</del>" in text
    assert "<ins>停职</ins>" in text
    assert "代表 人auditor" in text
    assert "年度核对" in text
    assert "页面 /admin/x/" in text


def test_two_ways_to_sign_in_are_no_change_from_one_to_the_other(auditor: Client, hr: User) -> None:
    detail = {"agent": "curl/8", "methods": ["password", "mfa"]}
    LogEntry.objects.create(action="sign_in", subject="user:hr", by=hr, detail=detail)
    text = page(auditor)
    assert "密码、验证码" in text and "<del>password</del>" not in text
    assert '<span class="sub inline">设备</span> curl/8' in text


def test_by_person_record_field_kind_and_day(auditor: Client, hr: User) -> None:
    table = ClientManager._meta.db_table
    both = {CHANGE, ENTRY}
    assert set(shown(auditor, who="hr")) == both
    assert shown(auditor, who="nobody") == []
    assert set(shown(auditor, about="1001")) == set(shown(auditor, about="安稳")) == both
    assert shown(auditor, about="2001") == []
    assert shown(auditor, field=f"{table}.status") == [CHANGE]
    assert shown(auditor, field=f"{table}.title_level") == []
    assert shown(auditor, kind="history", about="1001") == [CHANGE]
    assert shown(auditor, kind="log") == [ENTRY]
    assert shown(auditor, kind="read_") == []
    assert set(shown(auditor, record=f"{table}:{people.manager().pk}")) == both
    assert shown(auditor, record=f"{table}:{people.manager('2001').pk}") == []
    today = HistoryEvent.objects.latest("id").at.date()
    late = (today + timedelta(days=2)).isoformat()
    assert shown(auditor, start=late) == []
    assert set(shown(auditor, who="hr", end=late)) == both


@pytest.mark.parametrize("query", [{"field": "x"}, {"start": "gestern"}, {"after": "x"}, {"record": "x:1"}])
def test_what_is_no_search_is_no_error(auditor: Client, hr: User, query: dict[str, str]) -> None:
    page(auditor, **query)


def test_reading_on_misses_nothing_and_repeats_nothing(auditor: Client) -> None:
    LogEntry.objects.bulk_create(LogEntry(action="look", subject=f"s:{n}") for n in range(7))
    for number in range(7):
        Customer.objects.update(name=f"名{number}")
    everything = [line.place for line in log.lines(Wanted(), after=None, size=100)]
    walked, after = [], None
    while some := log.lines(Wanted(), after=after, size=3):
        walked += [line.place for line in some]
        after = some[-1].place
        assert log.place(str(after)) == after
    assert walked == everything
    assert len(set(walked)) == 7 + 7


def test_identity_data_and_customers_are_masked(auditor: Client, hr: User) -> None:
    identity.amend(people.manager(), {"phone": "13800138000"}, by=hr, on=ON)
    Customer.objects.update(name="钱小红")
    identity.reveal(people.manager(), "phone", by=hr, on=ON, reason="核对资料")
    text = page(auditor)
    assert "已加密 #" in text
    assert "<del>赵*</del>" in text
    assert "客户 钱* C1" in text
    assert "查看身份资料" in text
    for hidden in ("13800138000", "赵小明", "钱小红", str(people.manager().phone)):
        assert hidden not in text


def test_a_list_of_many_asks_no_more_than_one_of_few(auditor: Client, hr: User) -> None:
    with CaptureQueriesContext(connection) as few:
        page(auditor, about="1001")
    for number in range(20):
        with provenance.acting(user=hr.pk):
            services.amend(people.manager(), {"education": f"e{number}"}, by=hr)
    with CaptureQueriesContext(connection) as many:
        page(auditor, about="1001")
    assert len(many) == len(few)


def test_a_long_log_is_read_through_its_indexes(auditor: Client, hr: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO managers_historyevent"
            ' (at, "table", "row", operation, fields, by_id, transaction, role)'
            " SELECT now() - n * interval '1 minute', 'managers_branch', (n % 500)::text, 'UPDATE', '{name}',"
            " n % 300, 3, 'x' FROM generate_series(1, 6000) AS n"
        )
        cursor.execute("ANALYZE managers_historyevent")
    after = log.Place(datetime.now(UTC) - timedelta(days=1), log.HISTORY, 9)
    for wanted, index in (
        (Wanted(), "history_latest"),
        (Wanted(people=(7,)), "history_by"),
        (Wanted(records=(log.Record("managers_branch", "5"),)), "history_record"),
        (Wanted(start=timezone.localdate() - timedelta(days=2)), "history_latest"),
    ):
        rows: Any = log._page(log._events(wanted), log.HISTORY, after, 25)
        plan = rows.explain()
        assert index in plan
        assert "Seq Scan on managers_historyevent" not in plan


def export(client: Client, **given: str) -> Any:
    return client.post(reverse("audit_export"), given)


def test_the_export_carries_what_the_page_shows(auditor: Client, hr: User) -> None:
    LogEntry.objects.create(action="amend_manager", subject="manager:1001", by=hr, reason="=HYPERLINK(1)")
    answer = export(auditor, about="1001", reason="年度稽核")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == rows[-1]
    assert "导出人 人auditor（auditor）" in rows[0][0]
    assert "用途：年度稽核" in rows[0][0]
    assert {(row[3], row[4], row[6]) for row in rows[2:-1]} == {
        ("修改档案", "客户经理 1001", "'=HYPERLINK(1)"),
        ("修改档案", "客户经理 1001", ""),
        ("修改", "客户经理 安稳 1001", ""),
    }
    entry = LogEntry.objects.get(action="export_rows")
    assert entry.detail == {"title": "操作日志", "rows": 3}


def test_no_export_without_a_reason(auditor: Client, hr: User) -> None:
    answer = auditor.post(reverse("audit_export"), {"reason": ""}, follow=True)
    assert "请写明导出的用途" in answer.content.decode()
    assert not LogEntry.objects.filter(action="export_rows").exists()


@pytest.mark.parametrize("role", ["head_risk", "head_hr", "security_admin", "platform_admin", "branch_hr"])
def test_nobody_else_reads_the_log(auditor: Client, role: str) -> None:
    client = Client()
    client.force_login(people.person("u", role))
    assert client.get(reverse("audit")).status_code == 403
    assert export(client, reason="年度稽核").status_code == 403


def test_the_record_pages_lead_to_the_history(auditor: Client, hr: User) -> None:
    User.objects.update(is_staff=True)
    row = people.manager()
    url = reverse("admin:managers_clientmanager_change", args=[row.pk])
    text = auditor.get(url).content.decode()
    target = f"/audit/?record=managers_clientmanager%3A{row.pk}"
    assert f'href="{target}"' in text
    assert "/admin/managers/clientmanager/1/history/" not in text
    assert auditor.get(reverse("admin:managers_clientmanager_history", args=[row.pk])).url == target
    client = Client()
    client.force_login(User.objects.get(username="hr"))
    assert "历史" not in client.get(url).content.decode()
