"""The work after a loan in a browser: the due list, a class, an inspection on a phone, notices, endings."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from cmbank.demo.install import PASSWORD
from credit.models import Finding, Inspection
from credit.services.afterloan import classes, endings, inspecting, maturing, watching
from managers.models import User
from tests.browser.conftest import Visit
from tests.credit import loanbank
from tests.credit.loanbank import ON, account, answers, manager, photo
from tests.credit.test_endings import everything

WHY = "上季度订单减少四成，下游回款放慢，还款来源不足，拟下调分类"
NAMES = {"head": "周慧", "risk": "沈明远", "main": "林知秋", "E1": "陈嘉怡", "E3": "李敏"}


@pytest.fixture(autouse=True)
def morning() -> Iterator[Any]:
    """The morning after the last day delivered."""
    with time_machine.travel("1994-01-06T01:12:00Z", tick=True) as travelled:
        yield travelled


@pytest.fixture
def staff(transactional_db: None, tmp_path: Path, settings: Any) -> dict[str, User]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    loanbank.load(tmp_path)
    people = loanbank.hire()
    for user in people.values():
        user.display_name = NAMES.get(user.username, user.username)
        user.set_password(PASSWORD)
        user.save()
    watching.keep_watch(on=ON)
    inspecting.plan(on=ON - timedelta(days=2))
    maturing.make_notices(on=ON)
    return people


def looked_at(page: Page, shoot: Callable[..., None], name: str, path: str, *shown: str) -> None:
    """A page with what it must show, no wider than the screen."""
    page.goto(path)
    for words in shown:
        expect(page.locator("main")).to_contain_text(words)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, path
    shoot(page, name)


def test_the_work_after_a_loan_looks_right_at_the_desk_and_on_a_phone(
    staff: dict[str, User], visit: Visit, shoot: Callable[..., None]
) -> None:
    proposal = classes.propose(account(), "substandard", reason=WHY, evidence=photo(), by=staff["E1"], on=ON)
    classes.confirm(proposal.pk, by=staff["risk"], on=ON)
    ending = endings.propose(
        account("L3"), "recovered", reason="到期收回", ticked=everything("recovered"), by=staff["E1"], on=ON
    )
    done = _inspected(staff)
    planned = Inspection.objects.get(account=account(), state="planned")
    for phone, name in ((False, "desk"), (True, "phone")):
        mine, head, main = (visit(who, phone=phone) for who in ("E1", "head", "main"))
        other = visit("E2", phone=phone)
        pages = (
            (other, "today", "/credit/today/", ("已逾期", "日历订阅")),
            (main, "classes", "/credit/classes/", ("系统下限", "优于系统下限")),
            (head, "class", f"/credit/classes/{proposal.pk}/", ("批准", "办理过程")),
            (other, "classify", f"/credit/loans/{account('L2')}/classify/", ("系统下限：次级",)),
            (mine, "loan", f"/credit/loans/{account()}/", ("终身责任", "到期通知")),
            (main, "inspections", "/credit/inspections/?show=all", ("已完成", "待检查")),
            (mine, "inspection_form", f"/credit/inspections/{planned.pk}/", ("提交，请协办会签",)),
            (head, "inspection", f"/credit/inspections/{done.pk}/", ("核销", "检查结论")),
            (main, "maturities", "/credit/maturities/", ("打印勾选的",)),
            (mine, "end", f"/credit/loans/{account()}/end/?kind=extended", ("按《贷款通则》",)),
            (head, "ending", f"/credit/endings/{ending.pk}/", ("登记贷款卡", "终身责任")),
            (head, "endings", "/credit/endings/", ("待我办理",)),
        )
        for page, what, path, shown in pages:
            looked_at(page, shoot, f"afterloan_{what}_{name}", path, *shown)


def _inspected(staff: dict[str, User]) -> Inspection:
    """An inspection done and signed, with a finding put right."""
    from credit.services.afterloan import findings

    row = Inspection.objects.get(account=account(), state="planned")
    inspecting.record(
        row.pk,
        companion=manager("E3"),
        done_on=ON,
        answers=answers(income="主要客户回款由三十天延至九十天"),
        summary="经营尚可，回款放慢；建议下调分类，按月跟踪。",
        findings=["抵押物保险已过期"],
        uploads=[photo("厂区.png")],
        by=staff["E1"],
        on=ON,
    )
    inspecting.sign(row.pk, by=staff["E3"], on=ON)
    findings.remedy(Finding.objects.get().pk, words="已续保，保单附后", by=staff["E1"], on=ON)
    return row
