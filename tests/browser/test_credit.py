"""A credit file, an investigation and a loan proposed in a browser, wide and on a phone."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from cmbank.demo.install import PASSWORD
from credit.models import Facility
from credit.services import entries, proposals
from managers.models import User
from tests.browser.conftest import Visit
from tests.browser.languages import english_left
from tests.credit.borrowing import ON, bank, customer, found, graded, loan, proposed, scan, signed, started

#: What stays Latin: kinds of files, and numbers of accounts and customers.
LATIN = {"PDF", "JPG", "PNG", "DOCX", "XLSX", "MB", "CNY", "DK", "working", "pdf"}
MORNING = datetime(2026, 10, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[dict[str, User]]:
    settings.UPLOAD_DIR = str(tmp_path)
    with time_machine.travel(MORNING, tick=True):
        made = bank()
        for number, each in enumerate(made.values()):
            each.display_name = "周慧叶知秋林深方圆江雪"[number : number + 2]
            each.set_password(PASSWORD)
            each.save()
        fill(made)
        yield made


def fill(people: dict[str, User]) -> None:
    """A file with something in every part, some of it wrong."""
    by, file = {"by": people["M1"], "on": ON}, found()
    graded("M1", "client_manager", "integrated")
    plan = [
        ("2026-06-20", "300000", "12500"),
        ("2026-09-20", "300000", "9375"),
        ("2026-12-20", "400000", "6250"),
    ]
    paid = [("2026-06-20", "300000", "12500"), ("2026-09-28", "120000.50", "9375")]
    loan("DK202601050001", "580000", security="mortgage", schedule=plan, paid=paid)
    loan("DK202603120007", "40000", security="guarantee")
    customer("C2", "江城精密机械制造有限责任公司第二分公司", "M1")
    loan("DK202602010003", "1200000", owner="C2")
    given: dict[str, Any] = {"number": "江银授〔2026〕18 号", "limit": Decimal(1000000), "security": ""}
    given |= {"revolving": True, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    row = entries.add_facility(file, given, **by)
    entries.confirm_facility(row.pk, by=people["head"], on=ON)
    entries.add_facility(file, {**given, "number": "江银授〔2026〕31 号", "limit": Decimal(300000)}, **by)
    party = {"role": "controller", "name": "赵小明", "is_person": True, "share": Decimal(60), "note": ""}
    entries.add_party(file, {**party, "identity_no": "110101199003071233", "phone": "13812341234"}, **by)
    entries.add_party(file, {**party, "role": "guarantor", "name": "江城担保公司", "is_person": False}, **by)
    link = {"other": found("C2"), "kind": "same_control", "note": "同为赵小明控制"}
    entries.add_link(file, link, **by)
    for year, assets in ((2024, "1800000"), (2025, "2100000")):
        items = {
            "current_assets": "900000",
            "inventory": "300000",
            "total_assets": assets,
            "equity": "800000",
        }
        items |= {
            "current_liabilities": str(500000 + year),
            "revenue": str(year * 1500),
            "net_profit": "92000",
        }
        amounts = {code: Decimal(text) for code, text in items.items()}
        amounts["total_liabilities"] = amounts["total_assets"] - amounts["equity"]
        sheet = {"kind": "year", "ends_on": date(year, 12, 31), "audited": True, "upload": scan("年报.pdf")}
        entries.add_statement(file, {**sheet, **amounts}, **by)
    backing = {
        "kind": "mortgage",
        "title": "城东工业园厂房 2 幢",
        "number": "江房抵 2026-118",
        "account": None,
    }
    backing |= {"secured": Decimal(800000), "share": Decimal("0.7"), "starts_on": date(2026, 1, 5)}
    house = entries.add_guarantee(file, {**backing, "expires_on": None}, **by)
    value = {"guarantee": house, "valued_on": date(2025, 12, 20), "amount": Decimal(1100000)}
    entries.add_valuation(file, {**value, "valuer": "江城评估事务所", "good_until": date(2026, 12, 20)}, **by)
    entries.add_guarantee(
        file,
        {**backing, "kind": "guarantor", "title": "江城担保公司", "share": 1, "expires_on": date(2026, 9, 1)},
        **by,
    )
    for code, day in (("identity", ON), ("contract", date(2026, 1, 5)), ("valuation", date(2025, 10, 20))):
        upload = SimpleUploadedFile(f"资料{day:%m%d}.pdf", b"%PDF-1.7 " + code.encode())
        paper = {"paper": code, "account": None, "dated_on": day, "expires_on": None, "note": ""}
        entries.add_document(file, {**paper, "upload": upload}, **by)


def test_a_credit_file_looks_right_at_the_desk_and_on_a_phone(
    people: dict[str, User], visit: Visit, shoot: Callable[..., None]
) -> None:
    open_row, row = started(people), signed(people)
    proposed(people, "10000", investigation=row)
    asked = proposed(people, "250000", investigation=row, escalate=True)
    proposals.refuse(asked.pk, by=people["head"], on=ON, opinion="先收回逾期本金")
    asked = proposed(people, "150000", investigation=row, security="mortgage")
    assert Facility.objects.count() == 2
    parts = {
        "loans": "最长逾期",
        "parties": "集团合计",
        "statements": "资产负债率",
        "guarantees": "担保覆盖率",
        "papers": "资料完整性",
        "work": "贷款申报",
    }
    pages = [("desk", visit("M1")), ("phone", visit("M1", phone=True)), ("head", visit("head"))]
    for name, page in pages:
        for path, shown in (
            ("/credit/files/", "甲机械厂"),
            *((f"/credit/files/C1/?part={part}", word) for part, word in parts.items()),
            (f"/credit/investigations/{open_row.pk}/", "签署"),
            (f"/credit/investigations/{row.pk}/", "两人已签署"),
            ("/credit/proposals/", "超权限上报"),
            (f"/credit/proposals/{asked.pk}/", "该户现有贷款与在途申报"),
        ):
            page.goto(path)
            expect(page.locator("main")).to_contain_text(shown)
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert (name, path, wider) == (name, path, 0)
            assert set(english_left(page)) <= LATIN
            shoot(page, f"credit-{name}-{path.strip('/').replace('/', '-').replace('?part=', '')}")


def test_a_party_is_revealed_and_a_refusal_stays_in_its_form(
    people: dict[str, User], visit: Visit, shoot: Callable[..., None]
) -> None:
    page = visit("M1")
    page.goto("/credit/files/C1/?part=parties")
    field = page.locator("[id^=sealed-][id$=identity_no]").first
    field.locator("summary").click()
    field.locator("input[name=reason]").fill("核对抵押登记")
    field.locator("button").click()
    expect(page.locator("main")).to_contain_text("110101199003071233")
    row = signed(people)
    page.goto("/credit/files/C1/?part=work")
    page.locator("summary", has_text="申报贷款").click()
    page.locator("select[name=investigation]").select_option(str(row.pk))
    page.locator("input[name=amount]").fill("60000")
    page.locator("select[name=product]").select_option(label="working")
    page.locator("select[name=security]").select_option("guarantee")
    page.locator("input[name=term_months]").fill("12")
    page.locator("input[name=purpose]").fill("购买钢材")
    page.get_by_role("button", name="提交申报").click()
    expect(page.locator("main")).to_contain_text("超出您的贷款权限")
    shoot(page, "credit-desk-refused")
