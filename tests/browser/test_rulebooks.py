"""Next year's numbers in a browser: changed in the grid, checked, tried out, adopted by a second person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cmbank.demo.install import PASSWORD
from grading import queries
from grading.models import RulebookVersion
from tests.appraisal import acting, smallbank
from tests.browser.conftest import Visit
from tests.browser.languages import chinese_left, english_left

Shoot = Callable[[Page, str], None]
GRID = "/rulebooks/corporate-six-grades/grid/"


@pytest.fixture
def bank(transactional_db: None, tmp_path: Path) -> None:
    """The small bank with a published quarter, its people able to log in."""
    smallbank.load(tmp_path / "bank")
    staff = acting.hire()
    for name, called in (("hr", "周慧"), ("hr_head", "叶知秋")):
        staff[name].display_name = called
        staff[name].set_password(PASSWORD)
        staff[name].save(update_fields=["password", "display_name"])


def latest() -> RulebookVersion:
    return RulebookVersion.objects.order_by("-id")[0]


def without_file(page: Page) -> Page:
    """The page without the lines of the file, which are in the language of the format."""
    page.evaluate('document.querySelectorAll(".lines-diff").forEach((each) => each.remove())')
    return page


def fits(page: Page) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (page.url, wider) == (page.url, 0)


def test_a_number_from_the_grid_to_adoption(bank: None, visit: Visit, shoot: Shoot) -> None:
    maker, second = visit("hr"), visit("hr_head")
    changes_numbers(maker, shoot)
    checks_and_tries_out(maker, shoot)
    on_a_phone_and_in_english(visit, shoot)
    adopts(second, shoot)
    row = latest()
    assert (row.state, str(row.effective_on), row.made_by.username) == ("adopted", "2027-01-01", "hr")
    book = queries.rulebook(queries.version_in_force(row.code, row.effective_on))
    held = book.row_on("deposit_average", grade="senior", on=row.effective_on)
    assert held is not None
    assert (str(held.amount), held.cites) == ("280000000", "总行〔2026〕88 号")


def changes_numbers(page: Page, shoot: Shoot) -> None:
    page.goto("/rulebooks/")
    page.get_by_role("link", name="拟定明年数值").first.click()
    page.goto(GRID)
    expect(page.get_by_role("heading", level=1)).to_contain_text("公司客户经理六级标准 · 2027 年数值")
    assert english_left(without_file(page)) == []
    page.goto(GRID)
    page.get_by_label("a 存款日均（不含协议存款） 高级").fill("2.8亿")
    page.get_by_label("b 贷款日均 三级").fill("八千万")
    page.get_by_label("新数的依据（文号或条款）").fill("总行〔2026〕88 号")
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.get_by_text("有 1 格需要改正，没有保存。")).to_be_visible()
    expect(page.get_by_label("b 贷款日均 三级")).to_have_attribute("aria-invalid", "true")
    shoot(page, "grid-error")
    page.get_by_label("b 贷款日均 三级").fill("8000万")
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.get_by_text("版草稿。")).to_be_visible()
    expect(page.get_by_text("原 2.5 亿")).to_be_visible()
    fits(page)
    shoot(page, "grid")


def checks_and_tries_out(page: Page, shoot: Shoot) -> None:
    page.get_by_role("button", name="核对（").click()
    expect(page.get_by_text("已核对：没有错误")).to_be_visible()
    page.get_by_role("link", name="影响试算").click()
    page.get_by_role("button", name="试算", exact=True).click()
    page.get_by_role("button", name="记为已试算").click()
    page.goto(f"/rulebooks/versions/{latest().pk}/")
    expect(page.get_by_text("等待第二人通过：起草人不能通过自己的稿。")).to_be_visible()
    expect(page.get_by_text("2026 年第三季度：8 人中")).to_be_visible()
    shoot(page, "rulebook-version")
    assert english_left(without_file(page)) == []


def on_a_phone_and_in_english(visit: Visit, shoot: Shoot) -> None:
    row = latest()
    pages = {"grid": f"{GRID}?draft={row.pk}", "rulebook-version": f"/rulebooks/versions/{row.pk}/"}
    phone, english = visit("hr", phone=True), visit("hr", language="en")
    for name, url in {**pages, "grid-new": GRID, "rulebooks": "/rulebooks/"}.items():
        phone.goto(url)
        fits(phone)
        shoot(phone, f"{name}-phone")
        english.goto(url)
        fits(english)
        shoot(english, f"{name}-en")
        assert (url, set(chinese_left(without_file(english))) - {"总行", "号"}) == (url, set())


def adopts(page: Page, shoot: Shoot) -> None:
    page.goto(f"/rulebooks/versions/{latest().pk}/")
    shoot(page, "rulebook-adopt")
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_text("版已通过，自 2027-01-01 起生效。")).to_be_visible()
    assert english_left(without_file(page)) == []
