"""The whole way through a browser: opened by HR, seen by the manager, cleared by risk, decided, published."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from appraisal.models import Appraisal, State
from cmbank.demo import DemoBank
from grading.queries import grade_history
from tests.browser.conftest import Visit
from tests.browser.languages import chinese_left, english_left

Shoot = Callable[[Page, str], None]


def case(employee_no: str) -> Appraisal:
    return Appraisal.objects.select_related("verdict").get(manager__employee_no=employee_no)


def settle(page: Page) -> None:
    """Wait until the curves are drawn and nothing is asked for any more."""
    page.wait_for_load_state("networkidle")


def test_from_opening_to_result(demo: DemoBank, visit: Visit, shoot: Shoot) -> None:
    hr, risk, group, linxw = (visit(name) for name in ("hr", "risk", "leader", "linxw"))
    opens_and_submits(hr, shoot)
    sees_figures(linxw, shoot)
    returns_one_and_clears_the_rest(risk, shoot)
    decides_all(group, shoot)
    publishes(hr, shoot)
    sees_the_result(linxw, shoot)


def opens_and_submits(hr: Page, shoot: Shoot) -> None:
    hr.goto("/")
    expect(hr).to_have_url(re.compile("/admin/$"))
    assert english_left(hr) == []
    hr.goto("/cycles/")
    hr.fill("#id_period", "2026Q3")
    hr.get_by_role("button", name="开启并测算").click()
    expect(hr.get_by_text("已开启：新增")).to_be_visible()
    assert set(Appraisal.objects.values_list("state", flat=True)) == {State.MEASURED, State.UNDECIDED}
    hr.get_by_role("button", name=re.compile("提交风险审核 14 人")).click()
    hr.get_by_role("dialog").get_by_role("button", name="提交", exact=True).click()
    expect(hr.get_by_text("已提交风险审核 14 人")).to_be_visible()
    assert english_left(hr) == []


def sees_figures(linxw: Page, shoot: Shoot) -> None:
    linxw.goto("/")
    expect(linxw.get_by_role("heading", level=1)).to_have_text("二级客户经理")
    expect(linxw.get_by_text("风险审核中").first).to_be_visible()
    settle(linxw)
    shoot(linxw, "workbench")
    linxw.get_by_role("link", name="a 存款日均").first.click()
    expect(linxw.get_by_text("各行之和与日终 2026-09-30 第 1 版一致")).to_be_visible()
    first = linxw.locator("details.fold").first
    first.locator("summary").click()
    expect(first.get_by_text("balances.csv").first).to_be_visible()
    shoot(linxw, "figure")
    assert english_left(linxw) == []


def returns_one_and_clears_the_rest(risk: Page, shoot: Shoot) -> None:
    risk.goto("/")
    expect(risk.get_by_role("heading", level=1)).to_have_text("考核审批队列")
    risk.keyboard.press("ArrowDown")
    expect(risk.locator("#evidence > .card-head h2")).to_contain_text("林晓雯")
    settle(risk)
    shoot(risk, "queue")
    risk.get_by_role("link", name="唐若曦").click()
    expect(risk.locator("#evidence > .card-head h2")).to_contain_text("唐若曦")
    risk.keyboard.press("r")
    risk.select_option("#return-choice", "spike")
    risk.fill("#return-reason", "请说明 9 月 29 日到账资金的来源和期限。")
    risk.get_by_role("dialog").get_by_role("button", name="退回", exact=True).click()
    expect(risk.get_by_text("唐若曦 的考核已退回人力资源部。")).to_be_visible()
    assert english_left(risk) == []
    unflagged = Appraisal.objects.filter(state=State.IN_RISK_QUEUE, flags=[]).count()
    risk.goto("/queue/")
    risk.get_by_role("button", name=f"批量通过无标记 {unflagged} 人").click()
    risk.get_by_role("button", name="确认通过").click()
    expect(risk.get_by_text(f"已批量通过 {unflagged} 人")).to_be_visible()
    assert unflagged == Appraisal.objects.filter(state=State.CLEARED).count()
    while Appraisal.objects.filter(state=State.IN_RISK_QUEUE).exists():
        left = Appraisal.objects.filter(state=State.IN_RISK_QUEUE).count()
        risk.goto("/queue/")
        risk.keyboard.press("c")
        expect(risk.get_by_text("的考核已通过，转领导小组决定。")).to_be_visible()
        assert Appraisal.objects.filter(state=State.IN_RISK_QUEUE).count() == left - 1
    assert case("010204").state == State.RETURNED
    assert Appraisal.objects.filter(state=State.CLEARED).count() == 13


def decides_all(group: Page, shoot: Shoot) -> None:
    group.goto("/")
    group.get_by_role("link", name="林晓雯").click()
    expect(group.locator("#evidence > .card-head h2")).to_contain_text("林晓雯")
    expect(group.get_by_label("晋升")).to_be_checked()
    shoot(group, "decisions")
    assert english_left(group) == []
    group.goto("/decisions/")
    while Appraisal.objects.filter(state=State.CLEARED).exists():
        left = Appraisal.objects.filter(state=State.CLEARED).count()
        group.get_by_role("button", name="投票 (D)").click()
        expect(group.get_by_text("的考核已决定，待人力资源部公布。")).to_be_visible()
        assert Appraisal.objects.filter(state=State.CLEARED).count() == left - 1
    assert (case("010102").decided_outcome, case("010102").decided_grade) == ("promote", "first")


def publishes(hr: Page, shoot: Shoot) -> None:
    hr.goto("/cycles/")
    hr.get_by_role("link", name="2026 年第三季度").click()
    shoot(hr, "cycle")
    hr.get_by_role("button", name=re.compile("公布 13 人")).click()
    hr.get_by_role("dialog").get_by_role("button", name="公布", exact=True).click()
    expect(hr.get_by_text("已公布 13 人的考核结果。")).to_be_visible()
    assert english_left(hr) == []


def sees_the_result(linxw: Page, shoot: Shoot) -> None:
    linxw.goto("/me/")
    expect(linxw.get_by_text("决定：晋升，等级 一级。")).to_be_visible()
    expect(linxw.get_by_text("自 2026-10-01 起任 一级客户经理")).to_be_visible()
    settle(linxw)
    shoot(linxw, "result")
    newest = grade_history(case("010102").manager_id)[0]
    assert (newest.grade_code, str(newest.effective_on)) == ("first", "2026-10-01")


PAGES = {
    "linxw": [
        "/me/",
        "/managers/010102/figures/deposit_daily_average/?floor=3000000",
        "/rulebooks/",
        "/password/",
    ],
    "risk": ["/queue/", "/cycles/", "/lookbacks/", "/rulebooks/corporate-six-grades/1/"],
    "hr": [
        "/admin/",
        "/admin/managers/clientmanager/",
        "/admin/appraisal/appraisal/",
        "/admin/grading/verdict/",
    ],
    "leader": ["/decisions/", "/scoring/"],
    "ops": ["/runs/", "/bundles/"],
    "security": ["/"],
}
NAMES = {
    "/me/": "workbench",
    "/queue/": "queue",
    "/runs/": "runs",
    "/admin/managers/clientmanager/": "register",
}


def test_every_page_in_both_languages_and_on_a_phone(demo: DemoBank, visit: Visit, shoot: Shoot) -> None:
    from appraisal import services
    from managers.models import User

    hr = User.objects.get(username="hr")
    cycle = services.open_cycle("corporate-six-grades", "2026Q3", by=hr, on=demo.last_date).cycle
    services.measure(cycle, by=hr, on=demo.last_date)
    measured = Appraisal.objects.filter(cycle=cycle, state=State.MEASURED)
    services.submit_many([each.pk for each in measured], by=hr, on=demo.last_date)
    for username, urls in PAGES.items():
        for url in [*urls, f"/cycles/{cycle.pk}/"] if username == "hr" else urls:
            in_chinese(visit(username), url, shoot)
            in_english(visit(username, language="en"), url, shoot)
            on_a_phone(visit(username, phone=True), url, shoot)


def in_chinese(page: Page, url: str, shoot: Shoot) -> None:
    page.goto(url)
    settle(page)
    if url in ("/runs/", "/admin/managers/clientmanager/"):
        shoot(page, NAMES[url])
    assert (url, page.locator("html").get_attribute("lang"), english_left(page)) == (url, "zh-hans", [])


def in_english(page: Page, url: str, shoot: Shoot) -> None:
    page.goto(url)
    settle(page)
    if url in ("/me/", "/queue/"):
        shoot(page, f"{NAMES[url]}-en")
    assert (url, page.locator("html").get_attribute("lang"), chinese_left(page)) == (url, "en", [])


def on_a_phone(page: Page, url: str, shoot: Shoot) -> None:
    page.goto(url)
    settle(page)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (url, wider) == (url, 0)
    if url in ("/me/", "/queue/"):
        shoot(page, f"{NAMES[url]}-phone")
