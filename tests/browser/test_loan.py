"""A loan from the first visit to its end through a browser, and what its downgrade does to an appraisal.

Each step is done on its page by the person whose step it is; the services only set the scene: what the core
system delivers, the nights, and the appraisals around it.
"""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import FilePayload, Page, expect

from appraisal import services
from appraisal.models import Appraisal, LookBack
from appraisal.services import lookbacks
from credit.models import Inspection, Investigation, LoanEnding, LoanProposal, Section, WorkLogEntry
from credit.services.afterloan import inspecting, maturing, watching
from grading.rules.verdict import Verdict
from ledger.models import Account
from managers.models import LogEntry
from tests.appraisal.smallbank import SCHEME
from tests.browser import lendingbank
from tests.browser.conftest import Visit
from tests.browser.lendingbank import BAD, LENDER, LONGER, MATURES, NAMES, SECOND, WALKED
from tests.browser.walking import Walk, confirm, press, verify_all, who

#: What stays Latin: numbers of loans and kinds of files.
LATIN = frozenset({"PDF", "JPG", "PNG", "DOCX", "XLSX", "MB", "png", "pdf", "CNY", "HK"})
FOUND = {
    "borrower": "公司成立于二〇〇八年，注册资本三千万元，实际控制人从业二十年，股权无质押。",
    "business": "主营精密铸件，前五大客户占收入六成，在手订单四千二百万元，开工率八成五。",
    "finance": "上年收入六千八百万元，净利五百一十万元，资产负债率四成二，经营现金流为正。",
    "purpose": "购买生铁与焦炭，以三季度货款回笼还款，期限三个月，与采购合同相符。",
    "security": "以八十二万元单位定期存单质押，已向开户行核押，止付通知已签收。",
    "risk": "原料价格波动；要求每月报送库存与回款，回款归集到本行账户。",
    "opinion": "同意贷款八十万元，期限三个月，存单质押。",
}


@pytest.fixture
def walk(
    transactional_db: None,
    morning: Any,
    visit: Visit,
    shoot: Callable[[Page, str], None],
    settings: Any,
    tmp_path: Path,
) -> Walk:
    """The bank of the lenders in July 2026; its second quarter has been appraised, told and closed."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    found = Walk("loan", morning, visit, shoot, tmp_path, LATIN)
    found.go(2026, 7, 2)
    lendingbank.begin(tmp_path)
    is_told(found)
    found.go(2026, 7, 6)
    return found


def is_told(walk: Walk) -> None:
    """The second quarter: the lender would rise, the group leaves it to the year."""
    opened = services.appraise(SCHEME, "2026Q2", by=None, on=walk.today)[0]
    rows = list(opened.cycle.appraisals.values_list("pk", flat=True))
    services.submit_many(rows, by=who("hr"), on=walk.today)
    for pk in rows:
        services.clear(Appraisal.objects.get(pk=pk), by=who("risk"), on=walk.today)
        for name in ("leader", "second"):
            row = Appraisal.objects.get(pk=pk)
            services.decide(row, outcome="keep", reason="等级由年度考核决定", by=who(name), on=walk.today)
        services.publish(Appraisal.objects.get(pk=pk), by=who("hr"), on=walk.today)


def case(period: str) -> Appraisal:
    return Appraisal.objects.get(manager__employee_no=LENDER, cycle__period=period)


def verdict(period: str) -> Verdict:
    found = case(period).verdict
    assert found is not None
    return Verdict.from_dict(found.result)


def loan(number: str) -> int:
    return Account.objects.get(account_no=number).pk


def photo(page: Page, name: str) -> FilePayload:
    """A picture of what is on the screen, as a phone would take one of a workshop."""
    taken = page.screenshot(caret="initial")
    return {"name": name, "mimeType": "image/png", "buffer": taken}


def printed(walk: Walk, page: Page, button: Any, name: str) -> str:
    """The text of the PDF that a button of the page hands out; kept beside the pictures."""
    with page.expect_download() as waited:
        button.click()
    path = walk.folder / f"{name}.pdf"
    waited.value.save_as(path)
    walk.keep(path)
    return "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)


def test_a_loan_from_the_first_visit_to_its_end(walk: Walk) -> None:
    is_visited(walk)
    is_investigated(walk)
    is_proposed(walk)
    is_issued(walk)
    is_classified(
        walk, WALKED, "normal", "正常", "首次认定：存单质押，经营正常，足额覆盖。", date(2026, 7, 12)
    )
    walk.go(2026, 9, 21)
    lendingbank.go_on(walk.folder)
    wakes(walk)
    is_inspected(walk)
    is_announced(walk)
    is_extended(walk)
    is_classified(
        walk, BAD, "substandard", "次级", "主要客户停产，回款中断，还款来源不足。", date(2026, 9, 20)
    )
    walk.go(2026, 10, 8)
    lendingbank.repay(walk.folder)
    wakes(walk)
    is_recovered(walk)
    is_preserved(walk)
    does_not_rise(walk)
    is_looked_back_at(walk)
    is_accounted_for(walk)


def wakes(walk: Walk) -> None:
    """What the jobs of the morning do about loans."""
    watching.keep_watch(on=walk.today)
    inspecting.plan(on=walk.today)
    maturing.make_notices(on=walk.today)


# --- Before the loan --------------------------------------------------------------------------------------


def is_visited(walk: Walk) -> None:
    """Written down on the phone, at the customer's."""
    page = walk.page("chenjy", "/work-log/new/?customer=C9001", phone=True)
    page.get_by_label("内容").fill("走访铸造车间，三季度订单饱满，需要八十万元购买原料。")
    page.get_by_label("下一步", exact=True).fill("与王强一同做贷前调查")
    page.get_by_label("下一步日期").fill("2026-07-07")
    page.get_by_label("照片").set_input_files(photo(page, "车间.png"))
    walk.look(page, "visit-form")
    press(page, "记下", "已记入工作日志。")
    walk.look(page, "visit")
    row = WorkLogEntry.objects.get()
    assert (row.kind, row.customer.customer_no, row.written_by) == ("visit", "C9001", who("chenjy"))


def is_investigated(walk: Walk) -> None:
    """Opened by one, written by both, signed by each."""
    page = walk.page("chenjy", "/credit/files/C9001/?part=work")
    page.locator("summary", has_text="发起调查").click()
    page.get_by_label("类别").select_option("pre_loan")
    page.get_by_label("协办").select_option(label=f"{NAMES[SECOND]} {SECOND}")
    walk.look(page, "file")
    press(page, "发起", "调查已建立")
    url = page.url
    mine = [Section.Code.BORROWER, Section.Code.BUSINESS, Section.Code.FINANCE, Section.Code.PURPOSE]
    writes(walk.page("chenjy", url), mine)
    page = walk.page("wangq", url)
    writes(page, [code for code in Section.Code if code not in mine])
    walk.look(page, "investigation-written")
    for name in ("chenjy", "wangq"):
        page = walk.page(name, url)
        confirm(page, "签署", "已办理。")
    walk.look(page, "investigation")
    row = Investigation.objects.get()
    signed = (row.state, row.signed_first_by, row.signed_second_by)
    assert signed == ("signed", who("chenjy"), who("wangq"))
    text = printed(walk, page, page.get_by_role("link", name="调查报告（PDF）"), "investigation")
    assert "江南机械制造有限公司" in text and NAMES[LENDER] in text and NAMES[SECOND] in text


def writes(page: Page, codes: list[Section.Code]) -> None:
    """Some headings at once, with a photo where it is about security."""
    for code in codes:
        part = page.locator(f"#part-{code.value}")
        part.locator("textarea").fill(FOUND[code.value])
        if code == Section.Code.SECURITY:
            part.locator("input[type=file]").set_input_files(photo(page, "存单.png"))
    press(page, "保存", f"已保存：{codes[0].label}、{codes[1].label}")


def is_proposed(walk: Walk) -> None:
    """Refused past the letter of authority, with its clause; within it, approved by a third person."""
    page = walk.page("chenjy", "/credit/files/C9001/?part=work")
    asks(page, "2500000", open_first=True)
    press(page, "提交申报", "超出您的贷款权限")
    expect(page.locator("main")).to_contain_text("授权书第三条")
    expect(page.locator("main")).to_contain_text("单户合计不超过 2,000,000.00 元，合计为 2,500,000.00 元")
    walk.look(page, "beyond")
    assert not LoanProposal.objects.exists()
    asks(page, "800000")
    press(page, "提交申报", "已申报，等待有权层级审批。")
    url = page.url
    second = walk.page("wangq", url)
    expect(second.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    head = walk.page("head", url)
    head.get_by_role("button", name="批准", exact=True).click()
    dialog = head.get_by_role("dialog")
    dialog.get_by_label("审批意见").fill("质押足值，用途真实，同意。")
    dialog.get_by_role("button", name="批准", exact=True).click()
    expect(head.get_by_text("已办理。")).to_be_visible()
    walk.look(head, "proposal")
    row = LoanProposal.objects.get()
    assert (row.state, row.escalated, row.decided_by) == ("approved", False, who("head"))


def asks(page: Page, amount: str, *, open_first: bool = False) -> None:
    if open_first:
        page.locator("summary", has_text="申报贷款").click()
        page.get_by_label("依据的调查").select_option(index=1)
    page.get_by_label("金额（元）").fill(amount)
    page.get_by_label("贷款产品").select_option(label="流动资金贷款")
    page.get_by_label("担保方式").select_option("pledge")
    page.get_by_label("期限（月）").fill("3")
    page.get_by_label("用途").fill("购买生铁与焦炭")


def is_issued(walk: Walk) -> None:
    """The next delivery has the loan; nobody links it by hand."""
    walk.go(2026, 7, 13)
    lendingbank.issue(walk.folder)
    row = LoanProposal.objects.get()
    assert (row.state, row.account and row.account.account_no) == ("issued", WALKED)
    page = walk.page("chenjy", f"/credit/proposals/{row.pk}/")
    expect(page.locator("main")).to_contain_text(WALKED)
    walk.look(page, "issued")


# --- After it ---------------------------------------------------------------------------------------------


def is_classified(walk: Walk, number: str, code: str, word: str, why: str, day: date) -> None:
    """Proposed by the manager, confirmed by risk, approved by the head of the outlet."""
    page = walk.page("chenjy", f"/credit/loans/{loan(number)}/classify/")
    page.get_by_label("拟分类").select_option(code)
    page.get_by_label("理由").fill(why)
    walk.look(page, f"classify-{code}")
    press(page, "提出", "已提出分类认定")
    url = page.url
    confirm(walk.page("risk", url), "确认", "已确认。")
    head = walk.page("head", url)
    walk.look(head, f"class-{code}")
    confirm(head, "批准", "已批准。")
    page = walk.page("chenjy", f"/credit/loans/{loan(number)}/")
    expect(page.locator("h1")).to_contain_text(word)
    found = Account.objects.get(account_no=number).classifications.latest("business_date")
    assert (found.loan_class, found.business_date) == (code, day)


def is_inspected(walk: Walk) -> None:
    """On the phone with a photo, and signed by the colleague who came along."""
    row = Inspection.objects.get(account__account_no=WALKED, state="planned")
    page = walk.page("chenjy", f"/credit/inspections/{row.pk}/", phone=True)
    page.get_by_label("协办客户经理").select_option(SECOND)
    for choices in page.locator(".question .choices").all():
        choices.get_by_label("是", exact=True).check()
    page.get_by_label("检查结论").fill("生产正常，原料已入库，回款按月归集，存单在押。")
    page.get_by_label("发现的问题 1").fill("八月库存报表未按时报送")
    page.get_by_label("照片与附件").set_input_files(photo(page, "库房.png"))
    walk.look(page, "inspection-form")
    press(page, "提交，请协办会签", "等待协办客户经理会签")
    second = walk.page("wangq", f"/credit/inspections/{row.pk}/")
    expect(second.get_by_role("link", name="库房.png")).to_be_visible()
    confirm(second, "会签", "已会签。")
    walk.look(second, "inspection")
    row = Inspection.objects.get(pk=row.pk)
    assert (row.state, row.signed_by, row.findings.count(), row.papers.count()) == (
        "done",
        who("wangq"),
        1,
        1,
    )


def is_announced(walk: Walk) -> None:
    """The notices of the month are printed, and the customer's receipt is written down."""
    page = walk.page("chenjy", "/credit/maturities/")
    expect(page.locator("main")).to_contain_text(WALKED)
    walk.look(page, "maturities")
    text = printed(walk, page, page.get_by_role("button", name="打印勾选的（PDF）"), "maturity")
    assert WALKED in text and LONGER in text and "800,000.00" in text
    page.goto(f"/credit/loans/{loan(WALKED)}/")
    page.get_by_role("button", name="登记回执").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("客户方签收人").fill("财务部 孙丽")
    dialog.get_by_label("签收日").fill(walk.today.isoformat())
    dialog.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("回执已登记。")).to_be_visible()
    walk.look(page, "loan")


# --- Three ends -------------------------------------------------------------------------------------------


def ends(walk: Walk, number: str, kind: str, why: str) -> Page:
    """The form of an ending, everything of its checklist ticked."""
    page = walk.page("chenjy", f"/credit/loans/{loan(number)}/end/?kind={kind}")
    for box in page.locator("input[name=item]").all():
        box.check()
    page.get_by_label("说明").fill(why)
    return page


def is_extended(walk: Walk) -> None:
    page = ends(walk, LONGER, "extended", "下游付款顺延两个月，申请展期。")
    page.get_by_label("展期至").fill("2027-04-15")
    page.get_by_label("书面同意", exact=True).set_input_files(photo(page, "担保人同意书.png"))
    walk.look(page, "extend")
    press(page, "提出", "已提出，等待下一位办理。")
    head = walk.page("head", page.url)
    confirm(head, "批准", "已批准。")
    walk.look(head, "extended")
    page = walk.page("chenjy", f"/credit/loans/{loan(LONGER)}/")
    expect(page.locator("main")).to_contain_text("2027-04-15")


def is_recovered(walk: Walk) -> None:
    """Repaid: the pledge goes back, and nothing waits for an inspection any more."""
    page = ends(walk, WALKED, "recovered", "九月二十八日提前还清，存单已退还并签收。")
    expect(page.get_by_label("退还抵（质）押物")).to_be_checked()
    press(page, "提出", "已提出，等待下一位办理。")
    head = walk.page("head", page.url)
    confirm(head, "批准", "已批准。")
    walk.look(head, "recovered")
    states = Inspection.objects.filter(account=loan(WALKED)).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "lapsed"]
    assert walk.today < MATURES


def is_preserved(walk: Walk) -> None:
    """Received, witnessed and approved by three others."""
    page = ends(walk, BAD, "preserved", "催收两次未果，移交资产保全部门依法清收。")
    press(page, "提出", "已提出，等待下一位办理。")
    url = page.url
    for name, button in (("saver", "接收"), ("head", "监交"), ("main", "批准")):
        page = walk.page(name, url)
        confirm(page, button, f"已{button}。")
    walk.look(page, "preserved")
    walk.look(walk.page("main", "/credit/endings/"), "endings")
    kinds = LoanEnding.objects.filter(state="approved").order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["extended", "preserved", "recovered"]


# --- What it does to the appraisals -----------------------------------------------------------------------


def does_not_rise(walk: Walk) -> None:
    """Measured on the figures with the new class: what would have been a step up is vetoed."""
    services.appraise(SCHEME, "2026Q3", by=None, on=walk.today)
    before, now = verdict("2026Q2"), verdict("2026Q3")
    assert (before.outcome, before.struck) == ("promote", ())
    assert now.outcome == "vetoed" and "veto.non_performing" in [each.code for each in now.struck]
    page = walk.page("hr", f"/appraisals/{case('2026Q3').pk}/")
    expect(page.locator("main")).to_contain_text("否决")
    walk.look(page, "vetoed")


def is_looked_back_at(walk: Walk) -> None:
    """The closed quarter before is put to review: its loan has gone bad since."""
    assert case("2026Q2").state == "closed"
    found = lookbacks.look_back(walk.today)
    assert [(each.kind, each.appraisal.manager.employee_no) for each in found] == [("downgrade", LENDER)]
    risk = walk.page("risk", "/lookbacks/")
    expect(risk.get_by_role("link", name=NAMES[LENDER]).first).to_be_visible()
    review = LookBack.objects.get()
    risk.goto(f"/lookbacks/{review.pk}/")
    expect(risk.locator("main")).to_contain_text(BAD)
    walk.look(risk, "lookback")


def is_accounted_for(walk: Walk) -> None:
    """Every step has its row in the log, and no invariant is broken."""
    actions = set(LogEntry.objects.values_list("action", flat=True))
    assert actions >= {
        "sign_investigation",
        "approve_loan_proposal",
        "issue_loan_proposal",
        "approve_classification",
        "sign_loan_inspection",
        "acknowledge_maturity_notice",
        "witness_ending",
        "open_lookback",
    }
    verify_all()
