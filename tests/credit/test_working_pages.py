"""The pages of the working standard: who sees which, what they say, and how many questions they ask."""

import io
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from credit.models import (
    Agreement,
    Complaint,
    MarketingPlan,
    ResearchNote,
    Survey,
    SurveyResponse,
    WorkLogEntry,
)
from credit.services.working import complaints, logs
from credit.services.working.plans import Aim
from managers.models import Branch, Grant, LogEntry, User
from tests.credit import working
from tests.credit.working import People, bank

pytestmark = pytest.mark.django_db
LISTS = ("work_log", "research", "plans", "agreements", "surveys")


@pytest.fixture
def staff(tmp_path: Path) -> People:
    return bank(tmp_path)


def today() -> Any:
    return timezone.localdate()


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(user)
    return client


def page(user: User, name: str, *args: object, **asked: str) -> tuple[int, str]:
    answer = browser(user).get(reverse(name, args=args), asked)
    return answer.status_code, answer.content.decode(errors="replace")


def send(user: User, name: str, *args: object, **said: Any) -> str:
    answer = browser(user).post(reverse(name, args=args), said, follow=True)
    return answer.content.decode()


def step(user: User, name: str, pk: int, step: str, **said: str) -> str:
    return send(user, f"{name}_step", pk, step, **said)


def aims(**values: str) -> dict[str, str]:
    """The rows of the plan's form, one of them filled in."""
    head = {"aim-TOTAL_FORMS": "1", "aim-INITIAL_FORMS": "0"}
    return head | {f"aim-0-{name}": value for name, value in values.items()}


def test_who_may_open_the_lists(staff: People) -> None:
    may = {
        who: [page(user, name)[0] for name in (*LISTS, "complaints")] for who, user in sorted(staff.items())
    }
    assert {who for who, found in may.items() if set(found) == {200}} == {
        "E1", "E2", "auditor", "head", "head_two", "market", "market_two", "risk", "sister",
    }  # fmt: skip
    assert {who for who, found in may.items() if set(found) == {403}} == {"hr"}


def test_others_papers_are_not_there(staff: People) -> None:
    entry = working.logged(staff, on=today())
    plan = working.planned(staff)
    agreement = working.agreed(staff)
    complaint = working.complained(staff)
    asked: list[tuple[Any, ...]] = [
        ("work_log_entry", entry.pk), ("customer_log", "C2"), ("plan", plan.pk), ("plan_paper", plan.pk),
        ("agreement", agreement.pk), ("agreement_paper", agreement.pk), ("complaint", complaint.pk),
    ]  # fmt: skip
    assert [page(staff["sister"], *each)[0] for each in asked] == [404, 200, 404, 404, 404, 404, 404]
    assert [page(staff["E2"], *each)[0] for each in asked] == [404, 200, 404, 404, 404, 404, 404]
    assert [page(staff["head"], *each)[0] for each in asked] == [200, 404, 200, 200, 200, 200, 200]
    assert page(staff["E1"], "complaint", complaint.pk)[0] == 404


def test_an_entry_is_written_corrected_and_read(staff: People) -> None:
    day = today().isoformat()
    said = {"kind": "visit", "customer": "C1", "text": "走访车间", "day": day, "key": "k"}
    assert "已记入工作日志" in send(staff["E1"], "new_work_log", **said)
    send(staff["E1"], "new_work_log", **said)
    row = WorkLogEntry.objects.get()
    assert "要一起填写" in send(staff["E1"], "new_work_log", **{**said, "key": "", "next_step": "送方案"})
    found = send(staff["E1"], "work_log_entry", row.pk, kind="call", text="是电话", day=day)
    assert "已更正" in found and "查看原来的记录" in found
    assert "这一条已被更正" in page(staff["E1"], "work_log_entry", row.pk)[1]
    newer = WorkLogEntry.objects.get(corrects=row)
    shown = page(staff["head"], "work_log")[1]
    assert "是电话" in shown and "走访车间" not in shown and "勾选查阅" in shown
    assert "已查阅 1 条" in send(staff["head"], "review_work_log", entry=newer.pk, comment="好")
    assert "勾选查阅" not in page(staff["head"], "work_log")[1]
    assert "没有勾选" in send(staff["head"], "review_work_log")


def test_the_log_is_searched_and_what_is_due_stands_above(staff: People) -> None:
    working.logged(staff, on=today(), text="票据贴现", next_step="送协议", next_on=today())
    working.logged(staff, on=today(), text="开户资料")
    shown = page(staff["E1"], "work_log", q="贴现")[1]
    assert "票据贴现" in shown and "开户资料" not in shown
    assert "待跟进" in shown and "送协议" in shown
    assert "没有符合的记录" in page(staff["E1"], "work_log", q="不存在")[1]
    assert "送协议" in page(staff["head"], "work_log")[1]


def test_lists_ask_the_same_number_of_questions_for_one_row_and_three(staff: People) -> None:
    counts = []
    for number in range(3):
        working.logged(staff, on=today(), text=f"第 {number} 条", next_step="再访", next_on=today())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(staff["head"], "work_log")
        counts.append(len(asked))
        working.complained(staff)
        with CaptureQueriesContext(connection) as asked:
            page(staff["risk"], "complaints")
        counts.append(len(asked))
    assert counts[0] == counts[4] and counts[1] == counts[5]


def test_audit_sees_no_names_of_people(staff: People) -> None:
    customer = working.customer()
    type(customer).objects.filter(pk=customer.pk).update(kind="personal", name="赵小明")
    entry = working.logged(staff, on=today())
    for name, *args in (("work_log",), ("work_log_entry", entry.pk), ("customer_log", "C1")):
        shown = page(staff["auditor"], name, *args)[1]
        assert "赵*" in shown and "赵小明" not in shown
    assert "赵小明" in page(staff["head"], "work_log")[1]


def test_research_goes_from_report_to_remark(staff: People) -> None:
    send(staff["E1"], "new_research", subject="开发区", findings="三家企业将迁入", deposits="5000000")
    row = ResearchNote.objects.get()
    shown = page(staff["head"], "research_note", row.pk)[1]
    assert "5,000,000.00" in shown and "未预测" in shown and "阅知" in shown
    step(staff["head"], "research", row.pk, "acknowledge", reason="尽快拜访")
    assert "尽快拜访" in page(staff["E1"], "research_note", row.pk)[1]


def test_a_plan_is_drafted_sent_back_and_approved_on_its_pages(staff: People) -> None:
    said = {"manager": "E1", "year": "1994", "market": "分析", "measures": "措施"}
    assert "请至少填写一个目标值" in send(
        staff["E1"], "new_plan", **said, **aims(metric="loan_daily_average")
    )
    send(staff["E1"], "new_plan", **said, **aims(metric="own", own="cards", year="12"))
    row = MarketingPlan.objects.get()
    assert "等待批准" in step(staff["E1"], "plan", row.pk, "submit")
    shown = page(staff["E1"], "plan", row.pk)[1]
    assert 'data-dialog="step-withdraw"' in shown and 'data-dialog="step-approve"' not in shown
    shown = page(staff["head"], "plan", row.pk)[1]
    assert 'data-dialog="step-withdraw"' not in shown and 'data-dialog="step-approve"' in shown
    step(staff["head"], "plan", row.pk, "send_back", reason="目标偏低")
    assert "目标偏低" in page(staff["E1"], "plan", row.pk)[1]
    edited = aims(metric="deposit_daily_average", year="900", q1="300")
    send(staff["E1"], "edit_plan", row.pk, **said, **edited)
    step(staff["E1"], "plan", row.pk, "submit")
    assert "目标已登记" in step(staff["head"], "plan", row.pk, "approve")
    shown = page(staff["E1"], "plan", row.pk)[1]
    assert "存款日均" in shown and "/managers/E1/figures/deposit_daily_average/" in shown
    assert page(staff["E1"], "edit_plan", row.pk)[0] == 403
    assert 'value="900"' in browser(staff["E1"]).get(f"/plans/new/?from={row.pk}").content.decode()


def test_an_agreement_goes_from_draft_to_what_was_kept(staff: People) -> None:
    said = {
        "customer": "C1", "number": "XY-1", "signatory": "赵总", "bank_signatory": "钱行长",
        "starts_on": "2026-01-01", "ends_on": "2030-12-31", "promise-TOTAL_FORMS": "2",
        "promise-INITIAL_FORMS": "0", "promise-0-kind": "deposit_share", "promise-0-threshold": "40",
        "promise-1-kind": "", "promise-1-threshold": "", "promise-1-text": "",
    }  # fmt: skip
    send(staff["E1"], "new_agreement", **said)
    assert "已经用过" in send(staff["E1"], "new_agreement", **said)
    row = Agreement.objects.get()
    assert "等待签署" in step(staff["head"], "agreement", row.pk, "approve")
    step(staff["E1"], "agreement", row.pk, "sign")
    assert "还没有对照" in page(staff["E1"], "agreement", row.pk)[1]
    figures = {"as_of": "1994-01-05", "deposits": "1000", "source": "报表"}
    shown = send(staff["E1"], "agreement", row.pk, **figures)
    assert "60%" in shown and "符合" in shown
    assert "请至少填写一项" in send(staff["E1"], "agreement", row.pk, as_of="1994-01-05", source="报表")
    assert browser(staff["risk"]).post(f"/agreements/{row.pk}/", figures).status_code == 403


def test_a_complaint_goes_from_receipt_to_its_end(staff: People) -> None:
    said = {
        "manager": "E1", "received_on": today().isoformat(), "channel": "phone", "complainant": "孙女士",
        "text": "无人接待", "contact": "13800000000",
    }  # fmt: skip
    assert "没有客户号 C9" in send(staff["risk"], "new_complaint", **said, customer_no="C9")
    send(staff["risk"], "new_complaint", **said, customer_no="C1")
    row = Complaint.objects.get()
    assert "请选择承办人" in step(staff["risk"], "complaint", row.pk, "assign")
    step(staff["risk"], "complaint", row.pk, "assign", handler="head")
    assert "核查与答复" not in page(staff["risk"], "complaint", row.pk)[1]
    assert "核查与答复" in page(staff["head"], "complaint", row.pk)[1]
    assert "必填" in step(staff["head"], "complaint", row.pk, "reply", upheld="1", findings="证实")
    step(staff["head"], "complaint", row.pk, "reply", upheld="1", findings="证实", answer="致歉")
    shown = page(staff["E1"], "complaint", row.pk)[1]
    assert "致歉" in shown and "孙女士" not in shown and "13800000000" not in shown
    step(staff["risk"], "complaint", row.pk, "close")
    assert "已办结 · 成立" in page(staff["E1"], "complaints")[1]


def test_a_survey_is_made_entered_and_closed(staff: People) -> None:
    said = {"title": "年度调查", "branch": "B01", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    send(staff["market"], "new_survey", **said, questions="态度\n效率\n")
    row = Survey.objects.get()
    assert row.questions == ["态度", "效率"]
    shown = send(staff["head"], "survey", row.pk, manager="E1", customer_no="C1", q1="5", q2="4")
    assert "已录入一份答卷" in shown and "份数太少" in shown
    assert "只录一份" in send(staff["head"], "survey", row.pk, manager="E1", customer_no="C1", q1="5", q2="4")
    sheet = SimpleUploadedFile("a.csv", b"customer_no,employee_no,q1,q2\nC9,E1,5,5\n")
    assert "第 2 行" in send(staff["head"], "survey_sheet", row.pk, file=sheet)
    assert SurveyResponse.objects.count() == 1
    step(staff["market"], "survey", row.pk, "close")
    shown = page(staff["E1"], "survey", row.pk)[1]
    assert "份数太少" in shown and "录入一份答卷" not in shown
    assert page(staff["E2"], "survey", row.pk)[0] == 404


def test_the_forms_print_and_every_copy_is_logged(staff: People) -> None:
    entry = working.logged(staff, on=today(), text="走访车间")
    logs.review([entry.pk], by=staff["head"], on=today(), comment="好")
    plan = working.approved(staff, Aim("deposit_daily_average", "year", Decimal(25_000_000)))
    agreement = working.agreed(staff)
    day = today().isoformat()
    for who, path, words in (
        ("E1", f"/work-log/sheet/?from={day}&to={day}", ("工作日志", "走访车间", "甲公司", "好")),
        ("head", f"/work-log/sheet/?manager=E1&from={day}&to={day}", ("走访车间",)),
        ("head", f"/plans/{plan.pk}/paper/", ("营销计划", "2,500.00", "万元", "逐户走访")),
        (
            "risk",
            f"/agreements/{agreement.pk}/paper/",
            ("银企合作协议", "XY-1994-01", "不低于 40%", "优先办理代发工资"),
        ),
    ):
        answer = browser(staff[who]).get(path)
        assert answer["Content-Type"] == "application/pdf"
        if os.environ.get("SCREENS"):
            name = path.partition("?")[0].strip("/").replace("/", "-")
            Path(os.environ["SCREENS"], f"working-{name}.pdf").write_bytes(answer.content)
        text = told(answer.content)
        assert [word for word in words if word.replace(" ", "") not in text] == []
    printed = LogEntry.objects.filter(action__startswith="print_").values_list("action", flat=True)
    assert sorted(printed) == ["print_agreement", "print_plan", "print_work_log", "print_work_log"]
    assert browser(staff["E1"]).get("/work-log/sheet/?from=x&to=y").status_code == 404
    assert browser(staff["E1"]).get(f"/work-log/sheet/?manager=E2&from={day}&to={day}").status_code == 404


def told(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


def test_a_reply_to_what_is_not_mine_is_refused(staff: People) -> None:
    row = working.complained(staff)
    complaints.assign(row.pk, handler=staff["head"], by=staff["risk"], on=working.ON)
    said = {"upheld": "1", "findings": "x", "answer": "y"}
    answer = browser(staff["risk"]).post(reverse("complaint_step", args=[row.pk, "reply"]), said)
    assert answer.status_code == 403


def test_a_manager_who_is_in_hr_as_well_finds_no_colleagues_papers(staff: People) -> None:
    office = Branch.objects.get(code="HO")
    Grant.objects.create(user=staff["E2"], role="branch_hr", branch=office, starts_on=working.ON)
    entry, plan = working.logged(staff, on=today()), working.planned(staff)
    survey = working.surveyed(staff, on=today())
    days = {"manager": "E1", "from": "2020-01-01", "to": today().isoformat()}
    assert page(staff["E1"], "work_log_sheet", **days)[0] == 200
    assert page(staff["E2"], "work_log_sheet", **days)[0] == 404
    assert "走访车间" not in page(staff["E2"], "work_log")[1]
    for name, row in (("work_log_entry", entry), ("plan", plan), ("survey", survey)):
        assert page(staff["E2"], name, row.pk)[0] == 404
