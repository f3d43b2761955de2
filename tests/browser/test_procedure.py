"""The full procedure through a browser: draft, issue, statement, scores, votes, appeal, another body."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from appraisal import services
from appraisal.models import Appraisal
from cmbank.demo.install import PASSWORD
from managers.models import User
from tests.appraisal import full, smallbank
from tests.appraisal.acting import find
from tests.browser.conftest import Visit
from tests.browser.languages import english_left

Shoot = Callable[[Page, str], None]
#: How the ledger names what the small bank does not deliver.
LACKING = ("interest", "arrears")
NAME, DAY = "高升", date(2026, 10, 1)
NAMES = {
    "hr": "周慧",
    "risk": "沈立新",
    "leader": "韩国栋",
    "second": "何文静",
    "chair": "方正平",
    "auditor": "严正",
}


def case() -> Appraisal:
    return find(smallbank.RISING)


@pytest.fixture
def measured(transactional_db: None, tmp_path: Path) -> None:
    """The small bank with a group of three, measured by a version that asks for every stage in a quarter."""
    smallbank.load(tmp_path / "bank")
    people = full.hire()
    for username, user in people.items():
        user.display_name = NAMES.get(username, "某某")
        user.set_password(PASSWORD)
        user.save()
    full.opened(people)


def looked_at(page: Page, shoot: Shoot, name: str) -> None:
    """A picture, no English left, and nothing wider than the screen."""
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    shoot(page, name)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    left = [word for word in english_left(page) if word not in LACKING]
    assert (name, left, wider) == (name, [], 0)


def test_from_draft_to_appeal(measured: None, visit: Visit, shoot: Shoot) -> None:
    finds_an_error(visit("rising", phone=True), shoot)
    answers(visit("hr"), shoot)
    states(visit("rising"), shoot)
    for name in ("leader", "second", "chair"):
        scores(visit(name, phone=name == "leader"), shoot if name == "leader" else lambda _page, _name: None)
    reviews_and_submits(visit("hr"), shoot)
    services.clear(case(), by=User.objects.get(username="risk"), on=DAY)
    votes(visit("second"), shoot, settles=False)
    votes(visit("leader"), shoot, settles=True)
    services.publish(case(), by=User.objects.get(username="hr"), on=DAY)
    appeals(visit("rising"), visit("rising", phone=True), shoot)
    hears(visit("leader"), visit("chair"), shoot)
    visit("auditor").goto(f"/appraisals/{case().pk}/")
    looked_at(visit("auditor"), shoot, "dossier")


def finds_an_error(page: Page, shoot: Shoot) -> None:
    page.goto("/me/")
    first = page.locator(".draft .wrong").first
    first.locator("summary").click()
    first.get_by_label("认为应为").fill("1.2 亿")
    first.get_by_label("哪里不对、依据是什么").fill("九月新开户的存款没有计入，附开户回单。")
    looked_at(page, shoot, "draft-phone")
    first.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("已提出数据异议")).to_be_visible()


def answers(page: Page, shoot: Shoot) -> None:
    page.goto(f"/cycles/{case().cycle_id}/")
    looked_at(page, shoot, "board")
    page.get_by_role("link", name="数据异议待答复").click()
    page.get_by_label("答复").fill("该户开户日在十月一日，不属本期。")
    page.get_by_role("button", name="不采纳").click()
    expect(page.get_by_text("的数据异议。")).to_be_visible()


def states(page: Page, shoot: Shoot) -> None:
    page.goto("/me/")
    page.get_by_label("本期工作与需要说明的情况").fill("本季新增三户，存款稳定，无逾期。")
    looked_at(page, shoot, "draft")
    page.get_by_role("button", name="提交自述").click()
    expect(page.get_by_text("自述已提交。")).to_be_visible()


def scores(page: Page, shoot: Shoot) -> None:
    page.goto("/scoring/")
    page.get_by_role("link", name="评分", exact=True).first.click()
    for field, points in (("德", "90"), ("能", "85"), ("勤", "88"), ("绩", "92.5")):
        page.get_by_label(field, exact=True).fill(points)
    looked_at(page, shoot, "score-phone")
    page.get_by_role("button", name="提交评分").click()
    expect(page.get_by_text(f"已记下您对 {NAME} 的评议。")).to_be_visible()


def reviews_and_submits(page: Page, shoot: Shoot) -> None:
    page.goto(f"/appraisals/{case().pk}/")
    page.get_by_role("button", name="人力审查").click()
    expect(page.get_by_text("的考核已通过人力审查。")).to_be_visible()
    looked_at(page, shoot, "dossier-hr")
    page.get_by_role("button", name="提交风险审核").click()
    expect(page.get_by_text("的考核已提交风险审核。")).to_be_visible()


def votes(page: Page, shoot: Shoot, *, settles: bool) -> None:
    page.goto("/decisions/")
    expect(page.get_by_label("晋升")).to_be_checked()
    page.get_by_role("button", name="投票 (D)").click()
    said = "的考核已决定，待人力资源部公布。" if settles else "待其他成员表决。"
    expect(page.get_by_text(said)).to_be_visible()
    if not settles:
        looked_at(page, shoot, "vote")
    assert case().state == ("decided" if settles else "cleared")


def appeals(page: Page, phone: Page, shoot: Shoot) -> None:
    page.goto("/me/")
    expect(page.get_by_text("决定：晋升，等级 三级。")).to_be_visible()
    page.get_by_text("对决定提出申诉").click()
    page.get_by_label("对哪一项有异议").select_option(index=1)
    page.get_by_label("认为应为").fill("应晋升为二级")
    page.get_by_label("理由与证据").fill("九月新开户的存款没有计入，附开户回单。")
    looked_at(page, shoot, "appeal")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.get_by_text("原决定照常有效").first).to_be_visible()
    phone.goto("/me/")
    looked_at(phone, shoot, "appealed-phone")


def hears(earlier: Page, chair: Page, shoot: Shoot) -> None:
    earlier.goto("/decisions/")
    expect(earlier.get_by_text("须回避：参与过原决定").first).to_be_visible()
    expect(earlier.get_by_role("button", name="投票 (D)")).to_have_count(0)
    chair.goto("/decisions/")
    chair.get_by_label("维持").check()
    chair.get_by_label("理由").fill("证据不足以改变标准，不宜越级。")
    looked_at(chair, shoot, "appeal-desk")
    chair.get_by_role("button", name="投票 (D)").click()
    expect(chair.get_by_text(f"{NAME} 的申诉已作出决定。")).to_be_visible()
    assert case().state == "closed"
