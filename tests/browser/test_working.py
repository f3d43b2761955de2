"""The papers of the working standard in a browser, wide and on a phone; an entry written with a few taps."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cmbank.demo.install import PASSWORD
from credit.models import WorkLogEntry
from credit.services.working import agreements, complaints, logs, research, surveys
from credit.services.working.plans import Aim
from credit.services.working.surveys import Answer
from managers.models import Customer, User
from tests.browser.conftest import Visit
from tests.browser.languages import english_left
from tests.credit import working
from tests.credit.working import People
from tests.ledger.bank import loaded, write

TODAY = date(2026, 10, 1)
#: What stays Latin: numbers of employees, customers and papers, and kinds of files.
LATIN = {"PDF", "CSV", "UTF", "GB", "JPG", "PNG", "MB", "XY", "customer", "no", "employee", "cards"}
LATIN |= {"customer_no", "employee_no"}


@pytest.fixture
def bank(transactional_db: None, tmp_path: Path) -> People:
    staff = working.bank(tmp_path)
    held = [(f"D{number}", "E1", "1", "1994-01-01", "") for number in range(4)]
    known = [
        (row[0], f"江城{'甲乙丙丁'[place]}机械制造有限公司", "corporate", "B01")
        for place, row in enumerate(held)
    ]
    loaded(write(tmp_path / "more", {"customers.csv": known, "assignments.csv": held}))
    for number, each in enumerate(staff.values()):
        each.display_name = "周慧叶知秋林深方圆江雪梅竹"[number : number + 2]
        each.set_password(PASSWORD)
        each.save()
    return staff


def fill(staff: People) -> dict[str, int]:
    """One of each paper, some of them finished."""
    soon = {"next_step": "送授信方案并约财务总监面谈", "next_on": TODAY + timedelta(days=3)}
    entry = working.logged(
        staff, on=TODAY, text="走访新厂区，二期设备款约两千万元，拟用承兑汇票。" * 3, **soon
    )
    late = {"next_step": "催收二季度报表", "next_on": TODAY - timedelta(days=2)}
    read = working.logged(staff, on=TODAY - timedelta(days=9), kind="call", text="电话了解回款情况", **late)
    logs.review([read.pk], by=staff["head"], on=TODAY, comment="报表要盖章件")
    note = research.report(
        "开发区装备制造业调查", "区内规上企业四十余家，前五户占产值七成。\n两家拟上市，明年需要资金。",
        by=staff["E1"], on=TODAY, industry="装备制造", area="江城开发区", prospect="江城重工",
        sources="统计公报、走访", forecast={"deposits": Decimal(30_000_000), "loans": Decimal(50_000_000)},
    )  # fmt: skip
    aims = (
        Aim("deposit_daily_average", "year", Decimal(900)), Aim("deposit_daily_average", "q1", Decimal(300)),
        Aim("loan_daily_average", "q2", Decimal(120_000_000)), Aim("cards", "year", Decimal(12)),
    )  # fmt: skip
    plan = working.approved(staff, *aims)
    agreement = working.agreed(staff, on=TODAY)
    stated = {"deposits": Decimal(1000), "loans": Decimal(400), "settlements": Decimal(500)}
    agreements.state(
        agreement.pk, date(1994, 1, 5), stated, source="二季度财务报表", by=staff["E1"], on=TODAY
    )
    complaint = working.complained(staff, on=TODAY)
    complaints.assign(complaint.pk, handler=staff["head"], by=staff["risk"], on=TODAY)
    survey = working.surveyed(staff, on=TODAY)
    who = working.manager()
    answers = [
        Answer(Customer.objects.get(customer_no=f"D{n}"), who, (5 - n % 2, 4 + n % 2)) for n in range(3)
    ]
    surveys.enter(survey, answers, by=staff["head"], on=TODAY)
    return {
        "entry": entry.pk, "note": note.pk, "plan": plan.pk, "agreement": agreement.pk,
        "complaint": complaint.pk, "survey": survey.pk,
    }  # fmt: skip


def test_the_pages_look_right_at_the_desk_and_on_a_phone(
    bank: People, visit: Visit, shoot: Callable[..., None]
) -> None:
    made = fill(bank)
    paths = {
        "E1": [
            ("/work-log/", "待跟进"), ("/work-log/new/", "记下"), (f"/work-log/{made['entry']}/", "更正"),
            ("/work-log/customers/C1/", "走访"), ("/research/new/", "调查情况"), ("/plans/new/", "自定代码"),
            (f"/plans/{made['plan']}/", "目标与实际"), ("/agreements/new/", "双方约定"),
            (f"/agreements/{made['agreement']}/", "履行情况"), ("/complaints/", "没有投诉"),
        ],
        "head": [
            ("/work-log/", "勾选查阅"), ("/research/", "装备制造"), (f"/research/{made['note']}/", "预计"),
            ("/plans/", "已批准"), ("/agreements/", "XY-1994-01"), ("/complaints/", "办理中"),
            ("/complaints/new/", "投诉人"), (f"/complaints/{made['complaint']}/", "核查与答复"),
            ("/surveys/", "九四年调查"), (f"/surveys/{made['survey']}/", "录入一份答卷"),
        ],
        "market": [("/surveys/new/", "每行一题")],
    }  # fmt: skip
    for user, asked in paths.items():
        for name, page in (("desk", visit(user)), ("phone", visit(user, phone=True))):
            for path, shown in asked:
                page.goto(path)
                expect(page.locator("main")).to_contain_text(shown)
                wider = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                shoot(page, f"working-{user}-{name}-{path.strip('/').replace('/', '-')}")
                assert (path, wider) == (path, 0)
                assert (path, set(english_left(page)) - LATIN) == (path, set())


def test_an_entry_takes_a_few_taps_on_a_phone(bank: People, visit: Visit) -> None:
    page = visit("E1", phone=True)
    page.goto("/work-log/new/?customer=C1")
    page.get_by_text("电话", exact=True).click()
    page.fill("textarea[name=text]", "约定周五送方案")
    page.get_by_role("button", name="记下").click()
    expect(page.locator("main")).to_contain_text("已记入工作日志")
    row = WorkLogEntry.objects.get()
    assert (row.kind, row.day, row.text, row.written_by) == ("call", TODAY, "约定周五送方案", bank["E1"])
    assert User.objects.get(pk=row.written_by_id).username == "E1"
