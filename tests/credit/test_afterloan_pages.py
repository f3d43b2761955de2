"""The pages of the work after a loan: who sees which, what the buttons do, what a refusal says."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit import due
from credit.models import Finding, Inspection, LoanEnding, MaturityNotice, Reclassification
from credit.questions import QUESTIONS
from credit.services.afterloan import classes, inspecting, maturing, watching
from ledger.models import Product
from managers.models import Branch, Grant, LogEntry, User
from tests.credit import loanbank
from tests.credit.loanbank import ON, account, photo

pytestmark = pytest.mark.django_db
WHY = "经营恶化，还款来源不足，拟下调分类"


@pytest.fixture
def staff(tmp_path: Path, settings: Any) -> Iterator[dict[str, User]]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    loanbank.load(tmp_path)
    found = loanbank.hire()
    watching.keep_watch(on=ON)
    inspecting.plan(on=ON)
    maturing.make_notices(on=ON)
    with time_machine.travel("1994-01-06T02:00:00Z", tick=True):
        yield found


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(user)
    return client


def page(user: User, name: str, *args: object, **data: str) -> tuple[int, str]:
    answer = signed_in(user).get(reverse(name, args=args), data)
    return answer.status_code, answer.content.decode()


def press(user: User, name: str, *args: object, **data: Any) -> str:
    answer = signed_in(user).post(reverse(name, args=args), data, follow=True)
    return answer.content.decode()


def test_what_else_a_person_holds_shows_no_further_loans(staff: dict[str, User]) -> None:
    everywhere = Branch.objects.get(code="HO")
    Grant.objects.create(user=staff["other"], role="branch_hr", branch=everywhere, starts_on=date(1990, 1, 1))
    text = page(staff["other"], "classifications")[1]
    assert (">L1<" in text, ">L2<" in text) == (False, True)
    assert page(staff["other"], "afterloan", account("L1"))[0] == 404


def test_managers_see_what_they_handle_and_roles_their_branches(staff: dict[str, User]) -> None:
    seen = {
        who: (status, ">L1<" in text, ">L2<" in text)
        for who, user in staff.items()
        for status, text in [page(user, "classifications")]
    }
    assert seen == {
        "head": (200, True, False), "risk": (200, True, False), "risk_two": (200, True, True),
        "keeper": (200, True, False),
        "main": (200, True, True), "main_two": (200, True, True), "audit": (200, True, True),
        "hr": (403, False, False), "other": (200, False, True), "E1": (200, True, False),
        "E2": (200, True, True), "E3": (200, False, False),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["afterloan", "classify", "end_loan"])
def test_other_peoples_loans_are_not_found(staff: dict[str, User], name: str) -> None:
    seen = {who: page(user, name, account("L2"))[0] for who, user in staff.items()}
    assert {who for who, status in seen.items() if status == 200} == {
        "E2", "other", "main", "main_two", "audit", "risk_two",
    }  # fmt: skip
    assert (seen["E1"], seen["head"], seen["hr"]) == (404, 404, 403)
    assert page(staff["main"], name, account("A1"))[0] == 404


def test_the_floor_is_shown_with_its_reason_and_who_is_liable(staff: dict[str, User]) -> None:
    text = page(staff["E2"], "afterloan", account("L2"))[1]
    assert "自 1993-10-01 起逾期 96 天" in text and "系统下限：次级" in text and "由系统建议" in text
    assert re.search(r"终身责任.*王强 E2.*自 1993-06-01 放款", text, re.DOTALL)
    assert "1 笔贷款的分类优于系统下限" in page(staff["other"], "classifications")[1]
    assert ">L2<" not in page(staff["other"], "classifications", floor="overdue", **{"class": "loss"})[1]


def test_a_class_from_the_form_to_the_approval(staff: dict[str, User]) -> None:
    E1 = staff["E1"]
    told = press(E1, "classify", account(), loan_class="special_mention", reason=WHY)
    assert "拟分类与现分类相同" in told and WHY in told
    told = press(E1, "classify", account(), loan_class="doubtful", reason=WHY, evidence=photo())
    assert "已提出分类认定" in told
    row = Reclassification.objects.get()
    assert "待我办理" in page(staff["risk"], "classifications")[1]
    assert "待我办理" not in page(staff["head"], "classifications")[1]
    assert 'data-dialog="confirm"' not in page(staff["head"], "classification", row.pk)[1]
    assert "已确认" in press(staff["risk"], "classification_step", row.pk, "confirm")
    assert 'data-dialog="approve"' in page(staff["head"], "classification", row.pk)[1]
    assert "已批准" in press(staff["head"], "classification_step", row.pk, "approve")
    assert "计入日期" in page(E1, "classification", row.pk)[1]
    assert "可疑" in page(E1, "afterloan", account())[1]
    assert "不能“批准”" in press(staff["main"], "classification_step", row.pk, "approve")


def test_what_comes_back_is_answered_on_the_page(staff: dict[str, User]) -> None:
    row = classes.propose(account(), "doubtful", reason=WHY, by=staff["E1"], on=ON)
    press(staff["risk"], "classification_step", row.pk, "send_back", reason="请补充依据")
    text = page(staff["E1"], "classification", row.pk)[1]
    assert "请补充依据" in text and "重新提出" in text
    assert "处理退回的分类认定" in page(staff["E1"], "credit_today")[1]
    given = {"loan_class": "substandard", "reason": "已补充依据", "evidence": photo()}
    assert "待确认" in press(staff["E1"], "classification_step", row.pk, "propose_again", **given)
    assert (
        signed_in(staff["E1"]).post(reverse("classification_step", args=[row.pk, "leap"])).status_code == 404
    )


def form(**more: Any) -> dict[str, Any]:
    said = {f"answer-{code}": "yes" for code in QUESTIONS}
    return {"done_on": "1994-01-06", "companion": "E3", "summary": "借款人经营正常，担保有效"} | said | more


def test_an_inspection_on_the_phone_with_photo_second_signature_and_finding(staff: dict[str, User]) -> None:
    row = Inspection.objects.get(account=account())
    assert "提交，请协办会签" in page(staff["E1"], "loan_inspection", row.pk)[1]
    assert "提交，请协办会签" not in page(staff["head"], "loan_inspection", row.pk)[1]
    told = press(staff["E1"], "loan_inspection_step", row.pk, "record", **form(**{"answer-income": "no"}))
    assert "答为“否”" in told and "借款人经营正常，担保有效" in told
    files = {"files": [photo("一.png"), photo("二.png")], "finding": ["抵押物未续保", "", ""]}
    assert "等待协办客户经理会签" in press(
        staff["E1"], "loan_inspection_step", row.pk, "record", **form(**files)
    )
    assert page(staff["E1"], "loan_inspection", row.pk)[1].count("一.png") == 1
    assert "会签检查" in page(staff["E3"], "credit_today")[1]
    photo_one = reverse("loan_inspection_file", args=[row.pk, row.papers.all()[0].file_id])
    got = {who: signed_in(staff[who]).get(photo_one).status_code for who in ("E1", "E3", "head", "other")}
    assert got == {"E1": 200, "E3": 200, "head": 200, "other": 404}
    assert "已会签" in press(staff["E3"], "loan_inspection_step", row.pk, "sign")
    found = Finding.objects.get()
    assert "报告整改" in page(staff["E1"], "loan_inspection", row.pk)[1]
    with time_machine.travel(f"{found.due_on}T02:00:00Z"):
        address = f"{reverse('loan_inspection', args=[row.pk])}#finding-{found.pk}"
        assert f'href="{address}"' in page(staff["E1"], "credit_today")[1]
    press(staff["E1"], "loan_finding_step", found.pk, "remedy", words="已续保", evidence=photo())
    assert "核销" in page(staff["head"], "loan_inspection", row.pk)[1]
    press(staff["head"], "loan_finding_step", found.pk, "close")
    assert Finding.objects.get().state == "closed"
    assert (
        signed_in(staff["other"]).post(reverse("loan_finding_step", args=[found.pk, "close"])).status_code
        == 404
    )


def test_the_due_list_groups_by_day(staff: dict[str, User]) -> None:
    text = page(staff["E2"], "credit_today")[1]
    today = text[text.index('id="today"') :]
    assert "贷后检查" in today and "L2" in today and 'id="overdue"' not in text
    with time_machine.travel("1994-01-07T02:00:00Z", tick=True):
        late = page(staff["E2"], "credit_today")[1]
    assert "贷后检查" in late[late.index('id="overdue"') :]
    assert "提出分类认定" in text and "最高只能为“次级”" in text
    assert "七天内没有要办的事" in page(staff["E3"], "credit_today")[1]
    assert "所辖机构的贷款" in page(staff["head"], "credit_today")[1]
    assert page(staff["hr"], "credit_today")[0] == 403


def test_a_due_list_that_is_cut_says_so(staff: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(staff["main"], "credit_today")[1]
    assert "只列出最紧的" not in whole and "L1" in whole and "L2" in whole
    monkeypatch.setattr(due, "MOST", 1)
    cut = page(staff["main"], "credit_today")[1]
    assert "每类事项只列出最紧的 1 项" in cut
    assert cut.count('<th scope="row" class="lead">') < whole.count('<th scope="row" class="lead">')


def test_notices_are_printed_together_and_receipts_written_down(staff: dict[str, User]) -> None:
    rows = list(MaturityNotice.objects.order_by("pk"))
    assert "甲公司" in page(staff["E1"], "maturities")[1]
    ticked = {"notice": [row.pk for row in rows]}
    answer = signed_in(staff["E2"]).post(reverse("print_maturities"), ticked)
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert LogEntry.objects.get(action="print_maturity_notices").detail == {
        "notices": [row.pk for row in sorted(rows, key=lambda row: row.matures_on)]
    }
    mine = MaturityNotice.objects.get(account=account("L2"))
    foreign = signed_in(staff["E1"]).post(reverse("print_maturities"), {"notice": [mine.pk]})
    assert foreign.status_code == 404
    assert "请先勾选" in press(staff["E1"], "print_maturities")
    told = press(
        staff["E2"], "maturity_receipt", mine.pk, received_by="乙公司王会计", received_on="1994-01-06"
    )
    assert "回执已登记" in told and "乙公司王会计" in told
    assert ">L2<" not in page(staff["E2"], "maturities")[1]
    assert "乙公司王会计" in page(staff["E2"], "maturities", show="received")[1]


def test_the_calendar_opens_by_its_secret_and_names_nobody(staff: dict[str, User]) -> None:
    told = press(staff["E2"], "renew_calendar")
    address = re.search(r"calendar\.ics\?token=([\w-]+)", told)
    assert address is not None
    assert "calendar.ics?token=" not in page(staff["E2"], "credit_today")[1]
    feed = Client().get(reverse("credit_calendar"), {"token": address[1]})
    text = feed.content.decode()
    assert feed["Content-Type"].startswith("text/calendar")
    assert "SUMMARY:贷款到期 L2" in text and "DTSTART;VALUE=DATE:19940120" in text
    assert "乙公司" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    press(staff["E2"], "renew_calendar")
    assert Client().get(reverse("credit_calendar"), {"token": address[1]}).status_code == 404
    assert Client().get(reverse("credit_calendar")).status_code == 404


def test_an_ending_by_its_checklist(staff: dict[str, User]) -> None:
    text = page(staff["E1"], "end_loan", account("L3"), kind="recovered")[1]
    assert "登记贷款卡" in text and "《公司客户经理工作规范》第 6 节" in text
    told = press(staff["E1"], "end_loan", account("L3"), kind="recovered", item=["ledger"], reason="收回")
    assert "清单尚未办妥：登记贷款卡、退还抵（质）押物" in told
    items = ["loan_card", "collateral_returned", "ledger"]
    press(staff["E1"], "end_loan", account("L3"), kind="recovered", item=items, reason="收回")
    row = LoanEnding.objects.get()
    assert "待我办理" in page(staff["head"], "endings")[1]
    assert "已批准" in press(staff["head"], "ending_step", row.pk, "approve")
    assert "陈嘉怡 E1" in page(staff["head"], "ending", row.pk)[1]
    assert page(staff["other"], "ending", row.pk)[0] == 404


@pytest.mark.parametrize(
    "name", ["classifications", "loan_inspections", "maturities", "endings", "credit_today"]
)
def test_lists_cost_the_same_for_one_row_as_for_three(
    staff: dict[str, User], name: str, tmp_path: Path
) -> None:
    client = signed_in(staff["risk"])
    client.get(reverse(name))

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse(name))
        return len(asked)

    before = cost()
    from tests.ledger.acting import load_days

    new = [(f"M{n}", "C1", "loan", "loan", "CNY", "1993-06-01", "") for n in range(3)]
    terms = [(no, "100.00", "1993-06-01", "1994-01-10", "credit", "", "") for no, *_rest in new]
    balances = [(no, "1994-01-05", "100.00") for no, *_rest in new]
    load_days(tmp_path, 5, 5, accounts=new, loans=terms, balances=balances)
    watching.keep_watch(on=ON)
    inspecting.plan(on=ON)
    maturing.make_notices(on=ON)
    for no, *_rest in new:
        classes.propose(account(no), "doubtful", reason=WHY, by=staff["E1"], on=ON)
    assert cost() == before


def test_an_auditor_reads_people_masked_and_changes_nothing(staff: dict[str, User], tmp_path: Path) -> None:
    from tests.ledger.acting import load_days

    load_days(
        tmp_path, 5, 5,
        accounts=[("P1", "C3", "loan", "loan", "CNY", "1993-06-01", "")],
        balances=[("P1", "1994-01-05", "100.00")],
    )  # fmt: skip
    watching.keep_watch(on=ON)
    text = page(staff["audit"], "classifications")[1]
    assert "P1" in text and ">丙 " not in text and "甲公司" in text
    row = classes.propose(account(), "doubtful", reason=WHY, by=staff["E1"], on=ON)
    answer = signed_in(staff["audit"]).post(reverse("classification_step", args=[row.pk, "confirm"]))
    assert answer.status_code == 403


def test_due_days_are_told_in_words(staff: dict[str, User]) -> None:
    with time_machine.travel("1994-01-09T02:00:00Z", tick=True):
        assert "1 笔检查已逾期" in page(staff["head"], "loan_inspections")[1]
    assert "检查已逾期" not in page(staff["head"], "loan_inspections")[1]
    assert "没有符合条件的检查" in page(staff["head"], "loan_inspections", show="done")[1]


def test_a_loan_and_its_file_lead_to_each_other(staff: dict[str, User]) -> None:
    text = page(staff["head"], "afterloan", account("L1"))[1]
    assert reverse("credit_file", args=["C1"]) in text
    file = page(staff["head"], "credit_file", "C1")[1]
    assert reverse("afterloan", args=[account("L1")]) in file
    # the market reads files and no loans
    market = User.objects.create(username="market")
    at = Branch.objects.get(code="B01")
    Grant.objects.create(user=market, role="branch_market", branch=at, starts_on=date(1990, 1, 1))
    file = page(market, "credit_file", "C1")[1]
    assert "L1" in file and reverse("afterloan", args=[account("L1")]) not in file


def test_a_loan_says_how_late_it_is_or_that_it_is_not(staff: dict[str, User]) -> None:
    quiet = page(staff["head"], "afterloan", account("L3"))[1]
    assert "没有逾期" in quiet and "逾期本金" not in quiet
    late = page(staff["E2"], "afterloan", account("L2"))[1]
    assert "逾期本金" in late and "没有逾期" not in late


def test_a_notice_says_how_many_days_ahead_it_really_was(staff: dict[str, User]) -> None:
    row = MaturityNotice.objects.get(account=account("L2"))
    assert (row.days_before, row.ahead) == (15, 14)
    text = page(staff["E2"], "afterloan", account("L2"))[1]
    assert "14 天" in text and "标准 15 天" in text


def test_products_are_called_by_their_names(staff: dict[str, User]) -> None:
    Product.objects.filter(kind="loan").update(name="流动资金贷款")
    assert "L1 · 流动资金贷款" in page(staff["head"], "afterloan", account("L1"))[1]
    assert "流动资金贷款" in page(staff["head"], "credit_file", "C1")[1]
