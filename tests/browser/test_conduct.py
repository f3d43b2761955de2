"""Training, conduct and rotation in a browser, wide and on a phone."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cmbank.demo.install import PASSWORD
from managers.models import Branch, ClientManager, ScreeningSheet, TrainingSession, User
from managers.services import (
    certificates,
    findings,
    inspections,
    results,
    rotation,
    screening,
    training,
    visits,
)
from managers.services.screening import Answer
from tests.browser.conftest import Visit
from tests.browser.languages import english_left
from tests.managers.conduct_people import called, found, team
from tests.managers.staff import manager

ON = date(2026, 10, 1)
NAMES = "周慧叶知秋林深方圆江雪苏陈嘉怡白"
#: What stays Latin: the kind of file and its encodings, logins, codes of grades and numbers of papers.
LATIN = {"Excel", "xlsx", "CSV", "csv", "UTF", "GB", "GW", "JJ", "MB"}


@pytest.fixture
def bank(transactional_db: None) -> dict[str, User]:
    people = team()
    for number, each in enumerate(people.values()):
        each.display_name = NAMES[number % 14 : number % 14 + 2]
        each.set_password(PASSWORD)
        each.save()
    for row, name in zip(ClientManager.objects.order_by("pk"), ("陈嘉怡", "周望", "慕容明"), strict=True):
        ClientManager.objects.filter(pk=row.pk).update(name=name)
    manager("1004", name="欧阳修远", branch="S1", line="micro")
    return people


def fill(bank: dict[str, User]) -> dict[str, int]:
    """Something on every page; the numbers of what has a page of its own."""
    east, one, two = (Branch.objects.get(code=code) for code in ("B1", "S1", "S2"))
    plan = training.plan(
        title="新规与反洗钱周训", branch=east, starts_on=date(2026, 9, 10), ends_on=date(2026, 10, 29),
        weekly=True, hours=Decimal("1.5"), pass_mark=Decimal(80), by=bank["hr"], on=ON,
        content="每周四晚，先学后考",
    )  # fmt: skip
    session = TrainingSession.objects.select_related("plan__branch").filter(plan=plan)[0]
    given: Any = {"file_name": "第一周.csv", "exam_on": date(2026, 9, 10), "by": bank["hr"], "on": ON}
    sheet = results.stage(session, "工号,成绩\n1,92\n2,71.5\n3,88\n".encode(), **given)
    results.enter(sheet, by=bank["hr"], on=ON)
    bad = results.stage(session, "工号,成绩\n1004,八十\n9,80\n1,90\n".encode(), **given)
    for number, kind, no, ends in (
        ("1", "post", "GW-2023-018", date(2026, 11, 3)),
        ("2", "funds", "JJ-7", None),
    ):
        certificates.record(
            called(number), kind=kind, number=no, issuer="江城银行", issued_on=date(2023, 11, 3),
            expires_on=ends, evidence="人事档案 12 号盒", by=bank["hr"], on=ON,
        )  # fmt: skip
    campaign = screening.open_campaign(
        title="2026 年三季度员工行为排查", branch=east, starts_on=date(2026, 7, 1),
        ends_on=date(2026, 9, 30), due_on=date(2026, 10, 20), by=bank["risk"], on=ON,
        items=["参与民间借贷、非法集资或违规担保", "与客户有非正常资金往来", "经商办企业或兼职"],
    )  # fmt: skip
    sheets = {each.manager.employee_no: each for each in ScreeningSheet.objects.select_related("manager")}
    answers = [Answer("none"), Answer("serious", "向客户借款五万元，未归还"), Answer("none")]
    screening.fill(sheets["2"], answers, by=bank["outlet"], on=ON)
    row = found(
        bank,
        "1",
        summary="工作日内离岗未登记",
        severity="minor",
        opened_on=ON,
        due_on=date(2026, 10, 9),
        on=ON,
    )
    findings.rectify(row, measures="已补登记并约谈", by=bank["outlet"], on=ON)
    visits.record(
        called("2"), visited_on=date(2026, 9, 20), visitor=bank["risk"], second_visitor=bank["outlet"],
        summary="家庭和睦，父亲住院", by=bank["risk"], on=ON,
    )  # fmt: skip
    inspection = inspections.plan(
        quarter="2026Q4", inspected=one, inspecting=two, lead=bank["outlet_two"], second=bank["other_two"],
        by=bank["risk"], on=ON,
    )  # fmt: skip
    for kind, months, cites in (("place", 36, "轮岗办法第三条"), ("leave", 12, "强制休假办法第五条")):
        rotation.lay_down(kind=kind, months=months, days=5, starts_on=ON, cites=cites, by=bank["head"], on=ON)
    rotation.record_leave(
        called("1"), kind="mandatory", starts_on=date(2026, 8, 3), ends_on=date(2026, 8, 7),
        stand_in=called("2"), by=bank["hr"], on=ON,
    )  # fmt: skip
    return {
        "plan": plan.pk, "session": session.pk, "bad": bad.pk, "campaign": campaign.pk, "row": row.pk,
        "waiting": sheets["1004"].pk, "filled": sheets["2"].pk, "inspection": inspection.pk,
    }  # fmt: skip


PAGES = [
    ("hr", "/training/", "新规与反洗钱周训"),
    ("hr", "/training/plans/{plan}/", "未合格的 14 天内补考"),
    ("hr", "/training/sessions/{session}/", "保存出席情况"),
    ("hr", "/training/sheets/{bad}/", "整份成绩单不能登记"),
    ("hr", "/training/certificates/", "GW-2023-018"),
    ("hr", "/rotation/", "轮岗办法第三条"),
    ("mine", "/people/1/development/", "GW-2023-018"),
    ("risk_two", "/conduct/", "三季度员工行为排查"),
    ("risk_two", "/conduct/campaigns/{campaign}/", "排查项目（3 项）"),
    ("outlet", "/conduct/screenings/{waiting}/", "提交后不能修改"),
    ("outlet", "/conduct/screenings/{filled}/", "向客户借款"),
    ("risk_two", "/conduct/findings/", "严重"),
    ("risk_two", "/conduct/findings/{row}/", "已补登记并约谈"),
    ("risk_two", "/conduct/visits/", "查看情况"),
    ("risk_two", "/conduct/inspections/", "2026Q4"),
    ("outlet_two", "/conduct/inspections/{inspection}/", "登记检查结果"),
    ("head", "/rotation/", "制定期限"),
]


def test_the_pages_look_right_at_the_desk_and_on_a_phone(
    bank: dict[str, User], visit: Visit, shoot: Callable[..., None]
) -> None:
    numbers = fill(bank)
    for phone in (False, True):
        for who, path, shown in PAGES:
            page = visit(who, phone=phone)
            page.goto(path.format(**numbers))
            expect(page.locator("main")).to_contain_text(shown)
            assert not wider(page), path
            assert set(english_left(page)) <= LATIN, path
            _open_forms(page)
            assert not wider(page), path
            name = "-".join(part for part in path.format(**numbers).split("/") if part)
            shoot(page, f"{name}-{who}-{'phone' if phone else 'desk'}")


def wider(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth > 0")
    )


def _open_forms(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")


def test_what_was_seen_on_a_visit_opens_in_its_place(bank: dict[str, User], visit: Visit) -> None:
    fill(bank)
    page = visit("risk_two")
    page.goto("/conduct/visits/")
    page.get_by_text("查看情况").click()
    page.get_by_label("查看的原因").fill("复核家访")
    page.get_by_role("button", name="查看").click()
    expect(page.locator("main")).to_contain_text("家庭和睦，父亲住院")
