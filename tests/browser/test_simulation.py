"""试算 through a browser: two quarters tried out, a number dragged and typed, at a desk and on a phone."""

import re
from collections.abc import Callable
from datetime import date
from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from cmbank.demo import DemoBank
from grading import services
from grading.models import RulebookVersion
from managers.models import User
from tests.browser.conftest import MORNING, Visit
from tests.browser.languages import chinese_left, english_left

Shoot = Callable[[Page, str], None]
TEXT = resources.files("grading.rulebooks").joinpath("corporate-six-grades.toml").read_text(encoding="utf-8")


@pytest.fixture
def draft(demo: DemoBank) -> RulebookVersion:
    """Next year's draft: harder to reach for the third grade, easier for the second."""
    text = TEXT.replace("value = 38_000_000", "value = 46_000_000").replace(
        "value = 75_000_000", "value = 62_000_000"
    )
    by, on = User.objects.get(username="hr2"), MORNING.date()
    made = services.draft(text, effective_on=date(2027, 1, 1), by=by, on=on)
    return services.check(made, by=by, on=on)


def test_a_draft_is_tried_out(draft: RulebookVersion, visit: Visit, shoot: Shoot) -> None:
    for phone in (False, True):
        page = visit("hr2", phone=phone)
        page.goto(f"/rulebooks/versions/{draft.pk}/simulation/")
        expect(page.get_by_label("2026 年第三季度")).to_be_checked()
        page.get_by_role("button", name="试算", exact=True).click()
        expect(page.get_by_role("heading", name=re.compile("变化名单"))).to_be_visible()
        expect(page.locator(".simulation-period")).to_have_count(2)
        expect(page.locator(".simulation-names tbody tr").first).to_be_visible()
        assert page.url.endswith("effective=2027-01-01")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shoot(page, "simulation-phone" if phone else "simulation")
        assert english_left(page) == []
    english = visit("hr2", language="en")
    english.goto(f"/rulebooks/versions/{draft.pk}/simulation/?period=2026Q3&effective=2027-01-01")
    expect(english.get_by_role("heading", name=re.compile("Who changes"))).to_be_visible()
    assert chinese_left(english) == []


def test_a_number_is_dragged_and_typed(draft: RulebookVersion, visit: Visit, shoot: Shoot) -> None:
    for phone in (False, True):
        page = visit("hr2", phone=phone)
        page.goto(f"/rulebooks/versions/{draft.pk}/simulation/threshold/?number=deposit_average.third")
        status = page.get_by_role("status").first
        expect(status).to_contain_text("4,600 万")
        slider = page.get_by_label("拖动试改")
        slider.focus()
        for _ in range(4):
            page.keyboard.press("ArrowLeft")
        expect(page.locator("#effect .simulation-period")).to_be_visible()
        expect(status).not_to_contain_text("4,600 万")
        expect(slider).to_be_focused()
        page.get_by_label("或直接填写").fill("3000万")
        page.get_by_label("或直接填写").press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("3,000 万")
        expect(page.locator("#slider")).to_have_value("30000000")
        expect(page.get_by_text(re.compile("现值达到"))).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shoot(page, "threshold-phone" if phone else "threshold")
        page.get_by_label("或直接填写").fill("很多")
        page.get_by_label("或直接填写").press("Enter")
        expect(page.get_by_text(re.compile("看不懂这个金额"))).to_be_visible()
        assert english_left(page) == []
    english = visit("hr2", language="en")
    english.goto(f"/rulebooks/versions/{draft.pk}/simulation/threshold/?number=deposit_average.third")
    expect(english.get_by_role("status").first).to_contain_text("reach it")
    assert chinese_left(english) == []
