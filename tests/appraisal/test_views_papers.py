"""Downloads of form and notice: what they say of the record, who gets which when, and the log they leave."""

import io
import re
from typing import Any
from urllib.parse import quote

import pypdf
import pytest
import time_machine
from django.test import Client
from django.utils import translation

from appraisal import queries, services
from appraisal.papers import building, digest_of, verify
from managers.models import LogEntry, User
from tests.appraisal import smallbank
from tests.appraisal.acting import ACTORS, ON, Case, Reach, Staff, Take, grant
from tests.appraisal.pages import as_, manager_login, text

#: Names, the reason somebody wrote, and articles as the regulation numbers them.
WRITTEN_CHINESE = re.compile("安稳|城东支行|先稳定一季|第[一二三四五六七八九十]+条[一二三四五六、（）第条]*")


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def get(client: Client, case: Any, kind: str, **query: str) -> Any:
    return client.get(f"/appraisals/{case.pk}/{kind}.pdf", query)


def said(response: Any) -> str:
    """The text of a paper, without what is white."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def lacking(paper: str, *wanted: str) -> list[str]:
    return [line for line in wanted if "".join(line.split()) not in paper]


def test_the_form_says_what_the_record_says(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "decided")
    row = case(smallbank.STEADY)
    paper = said(get(as_(staff["auditor"]), row, "form"))
    assert (
        lacking(
            paper,
            f"示范银行 客户经理考核表 客考〔2026〕{row.pk}号 2026年10月12日",
            "姓名 安稳 工号 1001 机构 城东支行 条线 公司 现等级 四级客户经理 考核期 2026 年第三季度",
            "截数日 2026-09-30",
            "日终第 1 版，批次",
            "a 存款日均 20,000,000.00 15,000,000.00 元 已达",
            "b 贷款日均 0.00 36,000,000.00 元 未达",
            "测算建议 维持本级 · 四级客户经理 决定 维持 · 四级客户经理",
            "提交风险审核 hr 2026-10-12",
            "决定 leader 2026-10-12",
            "先稳定一季",
            "本件于 2026-10-12 08:00 为 auditor 打印",
        )
        == []
    )


def test_the_notice_says_the_decision_and_how_to_appeal(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.BAD_LOAN, "published")
    row = case(smallbank.BAD_LOAN)
    paper = said(get(as_(staff["hr"]), row, "notice"))
    assert (
        lacking(
            paper,
            f"示范银行 考核决定通知书 客决〔2026〕{row.pk}号",
            "有欠（工号 1004，城东支行）：",
            "原等级 三级客户经理 决定 维持 决定后等级 三级客户经理 公布日 2026-10-12",
            "可以自公布之日（2026-10-12）起、不迟于 2026-10-22，在系统中或者向人力资源部书面提出申诉",
            "申诉截止日：2026-10-22",
            "发生否决事项，本季考核不合格；等级由年度考核决定（第二条、第十一条二 1–5(2)）",
            "正常类贷款占比进一步提高：未达 100% → 0%（第十一条二 1–5(2)）",
            "后三类贷款：发生 5,000,000.00 元（第十一条二 1–5(2)）",
        )
        == []
    )
    assert "先稳定一季" not in paper


def test_the_file_has_a_chinese_name(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "published")
    answer = get(as_(staff["hr"]), case(smallbank.STEADY), "notice")
    name = quote("考核决定通知书-安稳-2026Q3.pdf")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert answer["Cache-Control"] == "private, no-store"


def test_every_copy_leaves_a_log_entry_with_its_digest(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "published")
    row = case(smallbank.STEADY)
    paper = said(get(as_(staff["hr"]), row, "notice"))
    get(as_(staff["leader"]), row, "form")
    entries = LogEntry.objects.filter(subject=f"appraisal:{row.pk}").order_by("id")
    assert list(entries.values_list("by__username", "action")) == [
        ("hr", "print_notice"),
        ("leader", "print_form"),
    ]
    assert f"内容校验码{entries[0].detail['sha256']}" in paper
    with translation.override("zh-hans"):
        again = building.decision_notice(queries.visible(staff["hr"], ON).get(pk=row.pk))
    assert verify(again, entries[0].detail["sha256"])
    assert (
        {**entries[0].detail, "sha256": digest_of(again)}
        == entries[0].detail
        == {
            "number": f"客决〔2026〕{row.pk}号",
            "language": "zh-hans",
            "sha256": digest_of(again),
            "state": "published",
        }
    )


def test_a_paper_is_there_from_its_state_on(take: Take, case: Case, staff: Staff) -> None:
    client, row = as_(staff["hr"]), case(smallbank.STEADY)

    def answers() -> tuple[int, int]:
        return get(client, row, "form").status_code, get(client, row, "notice").status_code

    found = {"measured": answers()}
    for step in ("submit", "clear", "decide", "publish"):
        extra = {"outcome": "keep"} if step == "decide" else {}
        taken = take(step, smallbank.STEADY, ACTORS[step], **extra)
        found[taken.to_state] = answers()
    assert found == {
        "measured": (200, 403),
        "in_risk_queue": (200, 403),
        "cleared": (200, 403),
        "decided": (200, 403),
        "published": (200, 200),
    }
    assert LogEntry.objects.filter(subject=f"appraisal:{row.pk}").count() == 6


def test_a_refusal_says_when_the_paper_will_be_there(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "decided")
    page = text(get(as_(staff["hr"]), case(smallbank.STEADY), "notice"))
    assert "安稳 1001 的考核现为“已决定”，还没有这份文书；到“已公布”之后才能打印" in page


def test_an_appraisal_that_awaits_figures_has_no_form(staff: Staff, cycle: object, case: Case) -> None:
    row = case(smallbank.WAITING)
    assert row.state == "undecided"
    assert get(as_(staff["hr"]), row, "form").status_code == 403


def test_the_person_appraised_gets_it_when_published_without_names(
    reach: Reach, case: Case, staff: Staff
) -> None:
    client = as_(manager_login(smallbank.STEADY))
    reach(smallbank.STEADY, "decided")
    row = case(smallbank.STEADY)
    assert get(client, row, "form").status_code == 403
    services.publish(row, by=staff["hr"], on=ON)
    paper = said(get(client, row, "form"))
    assert lacking(paper, "决定 领导小组 2026-10-12", "提交风险审核 人力资源 2026-10-12") == []
    assert [word for word in ("leader", "先稳定一季", "审核标记") if word in paper] == []
    assert "申诉截止日" in said(get(client, row, "notice"))


def test_nobody_outside_the_scope_gets_a_paper(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "published")
    market = User.objects.create(username="market")
    grant(market, "branch_market")
    row = case(smallbank.STEADY)
    people = [staff["hr_west"], staff["admin"], manager_login(smallbank.RISING), market]
    for kind in ("form", "notice", "votes"):
        assert [get(as_(who), row, kind).status_code for who in people] == [404, 404, 404, 403]
        assert get(Client(), row, kind).status_code == 302
        assert as_(staff["hr"]).post(f"/appraisals/{row.pk}/{kind}.pdf").status_code == 405
    assert not LogEntry.objects.filter(subject=f"appraisal:{row.pk}").exists()


def test_the_vote_is_on_record_for_all_but_the_person_appraised(
    reach: Reach, case: Case, staff: Staff
) -> None:
    reach(smallbank.STEADY, "published")
    row = case(smallbank.STEADY)
    assert get(as_(manager_login(smallbank.STEADY)), row, "votes").status_code == 403
    paper = said(get(as_(staff["auditor"]), row, "votes"))
    assert (
        lacking(
            paper,
            "示范银行 考核表决记录 客纪〔2026〕",
            "应表决 1 法定人数 1",
            "1. 安稳 1001 2026 年第三季度考核",
            "提请事项：测算建议：维持本级 · 四级客户经理",
            "leader 维持 先稳定一季",
            "表决结果：维持 1",
            "决议：维持 · 四级客户经理",
        )
        == []
    )
    assert LogEntry.objects.get(subject=f"appraisal:{row.pk}").action == "print_votes"


def test_the_same_record_prints_the_same_until_it_moves(
    reach: Reach, case: Case, staff: Staff, take: Take
) -> None:
    reach(smallbank.STEADY, "cleared")

    def sheet() -> Any:
        row = queries.visible(staff["hr"], ON).get(pk=case(smallbank.STEADY).pk)
        return building.appraisal_form(row, named=True)

    before = sheet()
    assert digest_of(sheet()) == digest_of(before)
    take("decide", smallbank.STEADY, "leader", outcome="keep", reason="先稳定一季")
    assert not verify(sheet(), digest_of(before))


def test_the_pages_offer_what_there_is(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "in_risk_queue")
    pk = case(smallbank.STEADY).pk
    form, notice = f'href="/appraisals/{pk}/form.pdf"', f'href="/appraisals/{pk}/notice.pdf"'

    def offered(who: User, path: str) -> tuple[bool, bool]:
        page = text(as_(who).get(path))
        return form in page, notice in page

    own = manager_login(smallbank.STEADY)
    assert offered(staff["risk"], "/queue/") == (True, False)
    assert (offered(staff["auditor"], "/managers/1001/"), offered(own, "/me/")) == (
        (True, False),
        (False, False),
    )
    services.clear(case(smallbank.STEADY), by=staff["risk"], on=ON)
    services.decide(case(smallbank.STEADY), outcome="keep", reason="", by=staff["leader"], on=ON)
    services.publish(case(smallbank.STEADY), by=staff["hr"], on=ON)
    assert (offered(staff["auditor"], "/managers/1001/"), offered(own, "/me/")) == (
        (True, True),
        (True, True),
    )


def test_the_english_paper_has_nothing_chinese_but_names(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "published")
    for kind, words in (("form", "Appraisal form"), ("notice", "Notice of decision")):
        paper = said(get(as_(staff["hr"]), case(smallbank.STEADY), kind, lang="en"))
        assert "".join(words.split()) in paper
        assert re.findall("[\u4e00-\u9fff].{0,9}", WRITTEN_CHINESE.sub("", paper)) == []
