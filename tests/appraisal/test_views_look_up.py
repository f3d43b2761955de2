"""Nights, deliveries, rulebooks, the first page: what they show and to whom."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from grading.career_presenters import basis_words
from ledger.models import Bundle, Run
from ledger.services.nights import run_nights
from managers.models import User
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, Reach, Staff, Take, find
from tests.appraisal.pages import as_, manager_login, text


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def test_each_role_begins_at_its_own_desk(staff: Staff) -> None:
    User.objects.filter(username="hr").update(is_staff=True)
    homes = {
        name: as_(User.objects.get(username=name)).get("/").headers.get("Location", "")
        for name in ("hr", "hr_two", "risk", "leader", "auditor", "admin")
    }
    assert homes == {
        "hr": "/admin/",
        "hr_two": "/cycles/",
        "risk": "/queue/",
        "leader": "/decisions/",
        "auditor": "/cycles/",
        "admin": "/runs/",
    }
    assert as_(manager_login(smallbank.STEADY)).get("/").headers["Location"] == "/me/"


def test_whoever_holds_no_role_is_told_which_there_are(db: None) -> None:
    response = as_(User.objects.create(username="new")).get("/")
    assert "您的账号还没有角色" in text(response)
    apart = {row["role"].code: row["apart"] for row in response.context["rows"]}
    assert len(apart) == 14
    assert (apart["auditor"], apart["client_manager"]) == ("只能单独持有", "—")
    assert apart["group_member"] == "总行风险、总行人力、分行风险合规、分行人力"
    assert apart["group_member"] in text(response)


def test_the_nights_show_version_bundle_and_what_is_awaited(staff: Staff) -> None:
    context = as_(staff["admin"]).get("/runs/").context
    (row,) = context["rows"]
    assert (row["run"].business_date, row["run"].version, row["state"]) == (date(2026, 9, 30), 1, "ok")
    assert (context["due"], context["waiting_for"]) == ([], date(2026, 10, 1))


def test_a_failed_night_says_why_and_what_to_do(staff: Staff) -> None:
    Run.objects.create(
        business_date=date(2026, 9, 29),
        status=Run.Status.FAILED,
        error="磁盘已满",
        through_bundle=Bundle.objects.get(),
    )
    page = text(as_(staff["admin"]).get("/runs/"))
    assert "磁盘已满" in page
    assert "重新执行 run_nights" in page


def test_progress_refreshes_the_page_when_the_night_is_over(staff: Staff) -> None:
    client = as_(staff["admin"])
    run = Run.objects.create(
        business_date=date(2026, 9, 29),
        status=Run.Status.RUNNING,
        through_bundle=Bundle.objects.get(),
        place=3,
        places=7,
    )
    during = client.get("/runs/progress/?was=1")
    assert ("第 3 / 7 夜" in text(during), "HX-Refresh" in during.headers) == (True, False)
    assert 'hx-trigger="every 2s"' in text(during)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.SUCCEEDED)
    assert client.get("/runs/progress/?was=1").headers["HX-Refresh"] == "true"


def test_a_correction_makes_a_new_version_and_names_its_bundle(staff: Staff, tmp_path: Path) -> None:
    smallbank.load_late(tmp_path / "late", f"D{smallbank.STEADY},2026-09-30,1.00")
    rows = as_(staff["admin"]).get("/runs/").context["rows"]
    assert [(row["run"].version, row["superseded"], row["reason"]) for row in rows] == [
        (2, False, f"因批次 {Bundle.objects.latest('id').pk} 重算"),
        (1, True, ""),
    ]


def test_the_deliveries_show_their_files_and_rows(staff: Staff) -> None:
    (row,) = as_(staff["admin"]).get("/bundles/").context["rows"]
    assert (row["bundle"], row["quarantined"]) == (Bundle.objects.get(), 0)
    assert {file.name: file.rows for file in row["files"]}["managers.csv"] == 10


def test_more_nights_cost_no_more_queries(staff: Staff) -> None:
    client = as_(staff["admin"])
    with CaptureQueriesContext(connection) as one:
        client.get("/runs/")
    run_nights(to=smallbank.END, start=date(2026, 9, 28))
    with CaptureQueriesContext(connection) as three:
        assert len(client.get("/runs/").context["rows"]) == 3
    assert len(three.captured_queries) == len(one.captured_queries)


def test_the_rulebook_shows_every_number_with_its_article(staff: Staff) -> None:
    client = as_(manager_login(smallbank.STEADY))
    rows = client.get("/rulebooks/").context["rows"]
    (scheme,) = [row for row in rows if row["version"].code == smallbank.SCHEME]
    context = client.get(f"/rulebooks/{scheme['version'].code}/{scheme['version'].number}/").context
    found = {each["title"]: [row["value"] for row in each["rows"]] for each in context["numbers"]}
    assert found["b 贷款日均"] == ["3.5 亿", "2 亿", "1.8 亿", "7,200 万", "3,600 万"]
    assert len(context["findings"]) == 13


def test_managers_do_not_see_nights_or_deliveries(staff: Staff) -> None:
    client = as_(manager_login(smallbank.STEADY))
    assert [client.get(url).status_code for url in ("/runs/", "/runs/progress/", "/bundles/")] == [403] * 3


ARGUMENTS = {
    "employee_no": "1001",
    "metric": "deposit_daily_average",
    "pk": "1",
    "issue": "1",
    "code": "x",
    "number": "1",
    "name": "check",
    "customer_no": "C1",
    "what": "x",
}
#: A calendar program does not log in: the feed has its own secret, and is 404 without it.
OPEN_TO_ALL = {"", "login/", "logout/", "healthz", "i18n/setlang/", "credit/calendar.ics"}


def test_no_page_opens_without_a_login(staff: Staff, client: Client) -> None:
    for entry in get_resolver().url_patterns:
        for pattern in getattr(entry, "url_patterns", [entry]):
            route = str(pattern.pattern)
            if str(entry.pattern) not in ("", route) or route in OPEN_TO_ALL:
                continue
            url = "/" + route
            for name, value in ARGUMENTS.items():
                for kind in ("str", "int", "slug"):
                    url = url.replace(f"<{kind}:{name}>", value)
            for name in ("key", "pk", "file"):
                url = url.replace(f"<uuid:{name}>", "01234567-89ab-4cde-8f01-23456789abcd")
            assert "<" not in url
            for answer in (client.get(url), client.post(url)):
                assert (url, answer.status_code, answer.headers.get("Location", "")[:7]) == (
                    url,
                    302,
                    "/login/",
                )


def test_the_shell_says_where_one_is_and_how_fresh_the_figures_are(staff: Staff) -> None:
    shell = as_(staff["risk"]).get("/queue/").context["shell"]
    assert (shell["unit"], shell["here"]) == ("城东分行 · 分行风险合规", "考核审批队列")
    assert (shell["freshness"].state, shell["freshness"].text) == ("stale", "等待 2026-10-01 起的数据")
    assert [item["label"] for item in shell["nav"]] == [
        "考核审批队列",
        "考核周期",
        "回溯复核",
        "指标调整",
        "人员",
        "资格认定",
        "等级变动",
        "客户移交",
        "培训与证书",
        "行为管理",
        "信贷档案",
        "贷款申报",
        "今日贷后",
        "五级分类",
        "贷后检查",
        "到期通知",
        "贷款终结",
        "工作日志",
        "市场调查",
        "营销计划",
        "银企合作协议",
        "满意度调查",
        "客户投诉",
        "现行办法",
        "日终批次",
        "数据批次",
        "期间关账",
        "回避关系",
        "我的委托",
    ]
    sections = list(dict.fromkeys(item["section"] for item in shell["nav"]))
    assert sections == ["考核", "人员", "信贷", "贷后", "工作规范", "查阅", "与我有关"]


@pytest.mark.parametrize(
    ("day", "state"), [(date(2026, 10, 1), "ok"), (date(2026, 10, 2), "ok"), (ON, "stale")]
)
def test_last_nights_figures_are_fresh(staff: Staff, day: date, state: str) -> None:
    with time_machine.travel(day):
        assert as_(staff["risk"]).get("/queue/").context["shell"]["freshness"].state == state


def test_a_grade_says_which_appraisal_it_rests_on_and_leads_there(
    reach: Reach, take: Take, staff: Staff
) -> None:
    reach(smallbank.RISING, "cleared")
    take("decide", smallbank.RISING, "leader", outcome="promote")
    take("publish", smallbank.RISING, "hr")
    url = reverse("person", args=[smallbank.RISING])
    dossier = reverse("dossier", args=[find(smallbank.RISING).pk])
    page = text(as_(staff["hr"]).get(url))
    assert f'<a href="{dossier}">2026 年第三季度考核决定</a>' in page
    assert f'<a href="{dossier}">2026 年第三季度</a>' in page
    own = text(as_(manager_login(smallbank.RISING)).get(url))
    assert ("2026 年第三季度考核决定" in own, dossier in own) == (True, False)


def test_a_later_decision_is_told_from_the_first(reach: Reach) -> None:
    reach(smallbank.RISING, "measured")
    pk = find(smallbank.RISING).pk
    assert basis_words([f"appraisal:{pk}/2", "appraisal:0", "bundle:3"]) == {
        f"appraisal:{pk}/2": "2026 年第三季度考核第 2 次决定",
        "appraisal:0": "考核 0",
        "bundle:3": "名册批次 3",
    }
