"""The demo bank behind a live server on the morning after its last night, and browsers for its people."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from cmbank.demo import DemoBank, build
from cmbank.demo.install import FIRST_NIGHT, PASSWORD, create_logins
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights

MORNING = datetime(2026, 10, 1, 1, 12, tzinfo=UTC)
DESK, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}

Visit = Callable[..., Page]


@pytest.fixture(autouse=True)
def morning() -> Iterator[Any]:
    """09:12 in Shanghai on the day after the quarter's end."""
    with time_machine.travel(MORNING, tick=True) as travelled:
        yield travelled


@pytest.fixture
def demo(transactional_db: None, tmp_path: Path) -> DemoBank:
    """The demo bank loaded, its nights published, its people able to log in; no cycle is open."""
    bank = build(tmp_path / "demo", size="small", seed=1)
    for bundle in bank.bundles:
        load_bundle(bundle)
    create_logins(bank)
    run_nights(to=date(2026, 9, 30), start=FIRST_NIGHT)
    return bank


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Visit:
    """`visit("hr")` logs somebody in at a desk, `visit("hr", phone=True, language="en")` elsewhere."""
    pages: dict[tuple[str, bool, str], Page] = {}

    def visit(username: str, *, phone: bool = False, language: str = "zh-hans") -> Page:
        key = (username, phone, language)
        if key not in pages:
            context = browser.new_context(
                viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
                base_url=live_server.url,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            pages[key] = page = context.new_page()
            listen(page, complaints)
            log_in(page, username)
            if language != "zh-hans":
                context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        return pages[key]

    return visit


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Everything a console said is wrong, content policy included; there must be nothing."""
    heard: list[str] = []
    yield heard
    assert heard == []


def listen(page: Page, heard: list[str]) -> None:
    """Keep errors and warnings of the console and of scripts."""
    page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))


def log_in(page: Page, username: str) -> None:
    """Through the login page, as people do."""
    page.goto("/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("form[data-once] button")
    page.wait_for_url(lambda url: "/login/" not in url)
