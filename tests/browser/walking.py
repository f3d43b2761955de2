"""What long walks through a browser share: the clock, the people at their pages, what they press."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from appraisal.services import sweeping
from cmbank.demo.install import PASSWORD
from managers.models import User
from tests.browser.conftest import Visit, log_in
from tests.browser.languages import english_left


class Walk:
    """The clock, the people at their pages, and the pictures."""

    def __init__(
        self,
        called: str,
        clock: Any,
        visit: Visit,
        shoot: Callable[[Page, str], None],
        folder: Path,
        latin: frozenset[str] = frozenset(),
    ) -> None:
        self.called, self.clock, self.visit, self.shoot = called, clock, visit, shoot
        self.folder, self.latin = folder, latin

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    def go(self, *day: int) -> None:
        """Nine in the morning of a later day in Shanghai: sessions and windows have ended."""
        self.clock.move_to(datetime(*day, 1, tzinfo=UTC))
        sweeping.end_windows(self.today)

    def page(self, username: str, path: str, *, phone: bool = False) -> Page:
        """A page as this person sees it today."""
        page = self.visit(username, phone=phone)
        page.goto(path)
        if "/login/" in page.url:
            log_in(page, username)
            page.goto(path)
        return page

    def look(self, page: Page, name: str) -> None:
        """A picture; no English left, and nothing wider than the screen."""
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo(0, 0)")
        self.shoot(page, f"{self.called}-{name}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (name, set(english_left(page)) - self.latin, wider) == (name, set(), 0)

    def keep(self, paper: Path) -> None:
        """A paper handed out is kept beside the pictures, where they are kept (`make screens`)."""
        if folder := os.environ.get("SCREENS"):
            shutil.copy(paper, Path(folder, f"{self.called}-{paper.name}"))


def login(username: str, called: str) -> User:
    """Somebody who can sign in."""
    made = User.objects.create(username=username, display_name=called)
    made.set_password(PASSWORD)
    made.save(update_fields=["password"])
    return made


def who(username: str) -> User:
    """The login of a name."""
    return User.objects.get(username=username)


def press(page: Page, button: str, told: str) -> None:
    """Press a button of the page and read what it answers."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(told).first).to_be_visible()


def confirm(page: Page, button: str, told: str, submit: str = "") -> None:
    """Press a button that asks again, confirm, and read what it answers."""
    page.get_by_role("button", name=button, exact=True).click()
    press_in(page, submit or button)
    expect(page.get_by_text(told).first).to_be_visible()


def press_in(page: Page, button: str) -> None:
    """Press a button of the open dialog."""
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()


def verify_all() -> None:
    """The bank's own check of everything finds nothing wrong; where it does, the test says what."""
    told = StringIO()
    try:
        call_command("verify", "--strict", "--full", stdout=told)
    except SystemExit:
        pytest.fail(told.getvalue())
    assert "处不符" not in told.getvalue()
