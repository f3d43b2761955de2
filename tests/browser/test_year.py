"""A whole year through a browser: appointed, four quarters, up, down and back, handed over, looked back.

Whatever has a page is done on it by the person whose step it is; what repeats goes through the services.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from appraisal import services
from appraisal.models import Appeal, Appraisal, LookBack
from appraisal.services import lookbacks
from grading import queries
from managers.models import Assignment, ClientManager, LogEntry, Qualification
from tests.appraisal import yearbank
from tests.appraisal.acting import grant
from tests.appraisal.full import POINTS
from tests.appraisal.smallbank import SCHEME
from tests.appraisal.yearbank import FALLING, LENDING, NAMES, NEW
from tests.browser.conftest import Visit
from tests.browser.walking import Walk, confirm, login, press, verify_all, who

#: What stays Latin: numbers of certificates and papers.
LATIN = frozenset({"ZS", "ZC"})
STAFF = [
    ("hr", "林静", "branch_hr", "B1"),
    ("witness", "吴越", "outlet_head", "S1"),
    ("market", "郑凯", "branch_market", "B1"),
    ("risk", "沈明", "branch_risk", "B1"),
    ("leader", "何文", "group_member", "B1"),
    ("second", "罗远", "group_member", "B1"),
    ("chair", "方正", "group_chair", "B1"),
    ("auditor", "江平", "auditor", "HO"),
]
LATER = "等级由年度考核决定"
OWN = {"chenxh": NEW, "zhoul": FALLING, "fangz": LENDING}


@pytest.fixture
def year(
    transactional_db: None,
    morning: Any,
    visit: Visit,
    shoot: Callable[[Page, str], None],
    tmp_path: Path,
) -> Walk:
    """Six January 2025: the bank is there, and so are its people."""
    found = Walk("year", morning, visit, shoot, tmp_path, LATIN)
    found.go(2025, 1, 6)
    yearbank.begin(tmp_path)
    for username, called, role, branch in STAFF:
        grant(login(username, called), role, branch=branch)
    for username, number in OWN.items():
        ClientManager.objects.filter(employee_no=number).update(user=login(username, NAMES[number]))
    return found


def manager(number: str) -> ClientManager:
    return ClientManager.objects.get(employee_no=number)


def case(number: str, period: str) -> Appraisal:
    return Appraisal.objects.get(manager__employee_no=number, cycle__period=period)


def test_a_whole_year(year: Walk) -> None:
    is_qualified(year, "trainee")
    year.go(2026, 1, 6)
    yearbank.deliver(year.folder, "2025Q4")
    quarter(year, "2025Q4")
    is_qualified(year, "fourth")
    year.go(2026, 4, 8)
    yearbank.deliver(year.folder, "2026Q1")
    quarter_by_hand(year, "2026Q1")
    for period, day in (("2026Q2", (2026, 7, 8)), ("2026Q3", (2026, 10, 9)), ("2026Q4", (2027, 1, 8))):
        year.go(*day)
        yearbank.deliver(year.folder, period)
        quarter(year, period)
    is_appraised(year)
    is_demoted_appeals_and_wins(year)
    hands_over(year)
    is_looked_back_at(year)
    is_accounted_for(year)


# --- Before the year: from candidate to trainee, from trainee to the fourth grade -------------------------


def is_qualified(year: Walk, grade: str) -> None:
    hr = year.page("hr", "/people/")
    if grade == "trainee":
        opens_a_file(year, hr)
    hr.goto(f"/people/{NEW}/")
    hr.get_by_label("申请等级").select_option(f"{SCHEME}:{grade}")
    press(hr, "代为申请", "申请已提交，等待资格审查。")
    row = Qualification.objects.get(manager__employee_no=NEW, grade_code=grade)
    assert hr.url.endswith(f"/qualifications/{row.pk}/")
    for kind in ("education", "conduct"):
        hr.get_by_label("材料", exact=True).select_option(kind)
        hr.get_by_label("编号", exact=True).fill("ZC-2024-118")
        press(hr, "登记材料", "材料已登记。")
    press(hr, "审查通过", "资格审查已通过，等待考试。")
    hr.get_by_label("考试", exact=True).fill("模拟银行")
    hr.get_by_label("考试日期").fill(year.today.isoformat())
    hr.get_by_label("成绩").fill("88.5")
    hr.get_by_label("合格线").fill("60")
    press(hr, "登记", "成绩已登记：合格，等待认定。")
    is_recognised(year, row)
    hr.reload()
    hr.get_by_label("生效日").fill(year.today.isoformat())
    press(hr, "聘任", "已聘任，自")
    year.look(hr, f"appointed-{grade}")
    assert queries.grades_on(year.today, [row.manager_id]) == {row.manager_id: grade}


def opens_a_file(year: Walk, hr: Page) -> None:
    hr.get_by_text("为候选人建档").click()
    hr.get_by_label("工号", exact=True).fill(NEW)
    hr.get_by_label("姓名", exact=True).fill(NAMES[NEW])
    hr.get_by_label("机构").select_option("S1")
    hr.get_by_label("条线").select_option("corporate")
    hr.get_by_label("入行日期").fill("2024-07-01")
    press(hr, "建档", "候选人档案已建立")
    # Accounts come from the bank's directory, not from a page of HR.
    ClientManager.objects.filter(employee_no=NEW).update(user=who("chenxh"))


def is_recognised(year: Walk, row: Qualification) -> None:
    leader = year.page("leader", f"/qualifications/{row.pk}/")
    leader.get_by_label("证书编号").fill(f"ZS-{row.pk}")
    leader.get_by_label("到期日").fill("2028-12-31")
    year.look(leader, f"recognises-{row.grade_code}")
    press(leader, "认定并登记证书", "已认定并登记证书，等待聘任。")


# --- The quarters -----------------------------------------------------------------------------------------


def quarter(year: Walk, period: str) -> None:
    """Opened, cleared, voted and told by the services: everybody keeps the grade until the year is over."""
    on = year.today
    opened = services.appraise(SCHEME, period, by=None, on=on)[0]
    rows = list(opened.cycle.appraisals.values_list("pk", flat=True))
    services.submit_many(rows, by=who("hr"), on=on)
    for pk in rows:
        services.clear(Appraisal.objects.get(pk=pk), by=who("risk"), on=on)
        for name in ("leader", "second"):
            row = Appraisal.objects.get(pk=pk)
            services.decide(row, outcome="keep", reason=LATER, by=who(name), on=on)
        services.publish(Appraisal.objects.get(pk=pk), by=who("hr"), on=on)


def quarter_by_hand(year: Walk, period: str) -> None:
    hr = year.page("hr", "/cycles/")
    hr.fill("#id_period", period)
    press(hr, "开启并测算", "已开启：新增 3 人")
    confirm(hr, "提交风险审核 3 人", "已提交风险审核 3 人", "提交")
    board = hr.url
    risk = year.page("risk", "/queue/")
    confirm(risk, "批量通过无标记 3 人", "已批量通过 3 人", "确认通过")
    page = year.page("leader", "/decisions/")
    for number in OWN.values():
        votes(page, case(number, period), "维持", LATER)
        services.decide(case(number, period), outcome="keep", reason=LATER, by=who("second"), on=year.today)
    hr.goto(board)
    confirm(hr, "公布 3 人", "已公布 3 人的考核结果。", "公布")
    year.look(hr, "quarter")


def votes(page: Page, row: Appraisal, choice: str, reason: str) -> None:
    page.goto(f"/decisions/?id={row.pk}")
    page.get_by_label(choice, exact=True).check()
    page.get_by_label("理由").fill(reason)
    press(page, "投票 (D)", NAMES[row.manager.employee_no])


# --- The year ---------------------------------------------------------------------------------------------


def is_appraised(year: Walk) -> None:
    """Statement, scores, review, risk, vote, told: one goes up, one down, one stays."""
    hr = year.page("hr", "/cycles/")
    hr.fill("#id_period", "2026")
    press(hr, "开启并测算", "已开启：新增 3 人")
    board = hr.url
    proposed = {number: case(number, "2026").verdict for number in OWN.values()}
    outcomes = {number: found.outcome for number, found in proposed.items() if found}
    assert outcomes == {NEW: "promote", FALLING: "demote", LENDING: "keep"}
    for username in OWN:
        states(year, username)
    for name in ("leader", "second", "chair"):
        for number in OWN.values():
            scores(year, name, number)
    hr.goto(board)
    confirm(hr, "人力审查 3 人", "已完成人力审查 3 人。", "确认审查")
    confirm(hr, "提交风险审核 3 人", "已提交风险审核 3 人", "提交")
    risk = year.page("risk", "/queue/")
    year.look(risk, "queue")
    for number in OWN.values():
        risk.goto(f"/queue/?id={case(number, '2026').pk}")
        risk.keyboard.press("c")
        expect(risk.get_by_text("的考核已通过，转领导小组决定。")).to_be_visible()
    for name in ("leader", "second"):
        page = year.page(name, "/decisions/")
        for number, choice in ((NEW, "晋升"), (FALLING, "降级"), (LENDING, "维持")):
            votes(page, case(number, "2026"), choice, "按全年业绩")
    hr.goto(board)
    confirm(hr, "公布 3 人", "已公布 3 人的考核结果。", "公布")
    year.look(hr, "board")


def states(year: Walk, username: str) -> None:
    page = year.page(username, "/me/")
    page.get_by_label("本期工作与需要说明的情况").fill("全年走访客户四十二次，无逾期。")
    if username == "zhoul":
        year.look(page, "statement")
    press(page, "提交自述", "自述已提交。")


def scores(year: Walk, name: str, number: str) -> None:
    if (name, number) != ("leader", NEW):
        services.score(case(number, "2026"), points=POINTS, by=who(name), on=year.today)
        return
    page = year.page(name, f"/scoring/{case(number, '2026').pk}/")
    for field, points in (("德", "90"), ("能", "85"), ("勤", "88"), ("绩", "92.5")):
        page.get_by_label(field, exact=True).fill(points)
    press(page, "提交评分", f"已记下您对 {NAMES[number]} 的评议。")


def grade(number: str, on: date) -> str:
    return queries.grades_on(on, [manager(number).pk])[manager(number).pk]


def is_demoted_appeals_and_wins(year: Walk) -> None:
    assert [grade(each, year.today) for each in (NEW, FALLING, LENDING)] == ["third", "fourth", "fourth"]
    new = year.page("chenxh", "/me/")
    expect(new.get_by_text("决定：晋升，等级 三级。")).to_be_visible()
    year.look(new, "promoted")
    page = year.page("zhoul", "/me/")
    expect(page.get_by_text("决定：降级，等级 四级。")).to_be_visible()
    hearing = page.locator(f"#hearing-{case(FALLING, '2026').pk}")
    hearing.get_by_text("对决定提出申诉").click()
    hearing.get_by_label("对哪一项有异议").select_option(index=1)
    hearing.get_by_label("认为应为").fill("3,900 万元")
    hearing.get_by_label("理由与证据").fill("十月转入的一户存款没有计入，附对账单。")
    year.look(page, "appeal")
    hearing.get_by_role("button", name="提交申诉").click()
    expect(page.get_by_text("原决定照常有效").first).to_be_visible()
    earlier = year.page("leader", "/decisions/")
    expect(earlier.get_by_text("须回避：参与过原决定").first).to_be_visible()
    chair = year.page("chair", "/decisions/")
    year.look(chair, "hearing")
    votes(chair, case(FALLING, "2026"), "维持", "对账单属实，应计入。")
    row = case(FALLING, "2026")
    assert (row.state, Appeal.objects.get().ending, grade(FALLING, year.today)) == (
        "closed",
        "granted",
        "third",
    )
    page = year.page("zhoul", f"/people/{FALLING}/")
    year.look(page, "righted")
    year.go(2027, 1, 20)
    assert set(Appraisal.objects.values_list("state", flat=True)) == {"closed"}


# --- After it ---------------------------------------------------------------------------------------------


def hands_over(year: Walk) -> None:
    """One customer of the lender goes to the newcomer: drafted, received, witnessed, approved."""
    page = year.page("fangz", f"/handovers/new/?giver={LENDING}&receiver={NEW}")
    page.get_by_label(re.compile("城东商贸")).first.check()
    page.get_by_label("管户", exact=True).check()
    page.get_by_label("生效日").fill(year.today.isoformat())
    page.get_by_label("移交原因").fill("客户迁址，改由同机构经理管理")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#look").get_by_text("移交前后")).to_be_visible()
    year.look(page, "handover-draft")
    press(page, "起草", "已起草 1 张移交单，等待接收人接收。")
    url = page.url
    for username, button, state in (
        ("chenxh", "接收", "待监交"),
        ("witness", "监交", "待批准"),
        ("market", "批准", "已生效"),
    ):
        page = year.page(username, url)
        confirm(page, button, f"现在的状态是“{state}”")
    year.look(page, "handover")
    held = Assignment.objects.held_on(year.today).filter(customer__customer_no="C1005")
    assert list(held.values_list("manager__employee_no", "share")) == [(NEW, 1)]


def is_looked_back_at(year: Walk) -> None:
    """The loan goes bad after the year was told: risk reopens the case."""
    year.go(2027, 2, 1)
    yearbank.go_bad(year.folder, date(2027, 1, 28))
    found = lookbacks.look_back(year.today)
    assert {(each.kind, each.appraisal.manager.employee_no) for each in found} == {("downgrade", LENDING)}
    risk = year.page("risk", "/notices/")
    year.look(risk, "notices")
    review = LookBack.objects.get(appraisal=case(LENDING, "2026"))
    risk.goto("/lookbacks/")
    expect(risk.get_by_role("link", name=NAMES[LENDING]).first).to_be_visible()
    year.look(risk, "lookbacks")
    risk.goto(f"/lookbacks/{review.pk}/")
    year.look(risk, "lookback")
    risk.get_by_label("理由").fill("贷款年后降为次级，须重新认定风险责任。")
    press(risk, "重开考核", "重开")
    assert (case(LENDING, "2026").state, LookBack.objects.get(pk=review.pk).state) == ("reopened", "reopened")


def is_accounted_for(year: Walk) -> None:
    """Every step has its row in the log, and no invariant is broken."""
    auditor = year.page("auditor", "/audit/")
    expect(auditor.get_by_role("heading", level=1)).to_be_visible()
    year.shoot(auditor, "year-audit")
    auditor.goto(f"/people/{NEW}/")
    year.look(auditor, "file")
    actions = set(LogEntry.objects.values_list("action", flat=True))
    assert actions >= {"register_career", "appoint_qualification", "draft_handover", "open_lookback"}
    verify_all()
