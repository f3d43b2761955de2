"""A person sets up the second factor, signs in with it and looks at the account, at a desk and on a phone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.managers.accounts.people import PASSWORD, code, somebody

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What a console said is wrong; the status 429 of a paused sign-in is no surprise to anybody."""
    heard: list[str] = []
    yield heard
    assert [each for each in heard if "429" not in each] == []


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """`opened(DESK)` is a page in a browser of its own."""
    contexts: list[BrowserContext] = []

    def opened(size: dict[str, int], language: str = "zh-hans") -> Page:
        contexts.append(browser.new_context(viewport=size, base_url=live_server.url, locale="zh-CN"))
        cookie: Any = {"name": "django_language", "value": language, "url": live_server.url}
        contexts[-1].add_cookies([cookie])
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page) -> None:
    page.goto("/login/")
    page.fill("#id_username", "wang")
    page.fill("#id_password", PASSWORD)
    page.click("form[data-once] button")


def fits(page: Page) -> bool:
    """Whether nothing scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_second_factor_is_set_up_and_used(
    transactional_db: None, settings: Any, opened: Callable[..., Page], shoot: Callable[..., None]
) -> None:
    settings.SECOND_FACTOR = True
    somebody(role="auditor")
    page = opened(PHONE)
    sign_in(page)
    page.wait_for_url("**/account/factor/")
    # The picture is drawn: the policy did not stop it.
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    assert fits(page)
    shoot(page, "factor-enrol-phone")
    secret = str(page.text_content("#secret"))
    page.fill("#id_code", "000000")
    page.click("form[data-once] button")
    assert "验证码不正确" in str(page.text_content(".field-error"))
    secret = str(page.text_content("#secret"))
    page.fill("#id_code", code(secret))
    page.click("form[data-once] button")
    page.wait_for_url("**/account/factor/codes/")
    assert page.locator(".codes li").count() == 10
    shoot(page, "factor-codes-phone")
    page.click("text=已妥善保管，继续")
    page.wait_for_url(lambda url: "/factor/" not in url)

    desk = opened(DESK)
    sign_in(desk)
    desk.wait_for_url("**/login/code/")
    shoot(desk, "login-code")
    desk.fill("#id_code", code(secret, 1))
    desk.click("form[data-once] button")
    desk.wait_for_url(lambda url: "/login/" not in url)
    desk.goto("/account/")
    shoot(desk, "account")
    assert desk.locator("section:has-text('会话') tbody tr").first.text_content() is not None
    page.goto("/account/")
    assert fits(page)
    shoot(page, "account-phone")
    desk.click("text=结束其他全部会话")
    desk.wait_for_selector("text=已结束 1 个会话。")
    page.reload()
    page.wait_for_url("**/login/**")
    assert "您的登录已经结束" in str(page.text_content(".notice"))
    shoot(page, "login-ended-phone")


def test_the_pages_of_the_password_and_of_a_paused_account(
    transactional_db: None, opened: Callable[..., Page], shoot: Callable[..., None]
) -> None:
    somebody(must_change_password=True)
    page = opened(DESK)
    sign_in(page)
    page.wait_for_url("**/password/")
    page.fill("#id_old", "wrong")
    page.fill("#id_new", "short")
    page.fill("#id_again", "short")
    page.click("form[data-once] button")
    page.wait_for_selector(".field-error")
    shoot(page, "password")
    other = opened(PHONE, "en")
    other.goto("/login/")
    for _number in range(6):
        other.fill("#id_username", "li")
        other.fill("#id_password", "wrong")
        other.click("form[data-once] button")
        other.wait_for_selector(".notice-failed")
    shoot(other, "login-paused-en")
    assert fits(other)
