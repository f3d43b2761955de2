"""What every test may ask for: a database of its own on the local servers, and a browser."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Playwright runs an event loop in the thread of the test; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A loaded machine is slow, not wrong: no example fails for the time it took.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SLOTS = range(1, 64)


def pytest_configure(config: pytest.Config) -> None:
    """Give this process a database, a cache and a broker that no other test process uses.

    The workers of one run, and runs started side by side, take different slots: the kernel holds the lock
    until the process ends.
    """
    slot, config.slot_lock = take_slot(settings.DATA_DIR / "locks")  # type: ignore[attr-defined]
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_cmbank_{slot}"
    settings.CACHES["default"]["LOCATION"] = numbered(settings.CACHES["default"]["LOCATION"], slot)
    settings.CELERY_BROKER_URL = numbered(settings.CELERY_BROKER_URL, slot)
    settings.UPLOAD_DIR = settings.DATA_DIR / f"test-uploads-{slot}"
    # Tests sign in by password alone; those of the second factor and of a password's age say so.
    settings.SECOND_FACTOR, settings.PASSWORD_DAYS = False, 0
    # Argon2 is slow on purpose; tests log in hundreds of times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def take_slot(folder: Path) -> tuple[int, Any]:
    """The first number that no other process holds, and the open file that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    for slot in SLOTS:
        lock = (folder / f"test-{slot}").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return slot, lock
    raise pytest.UsageError(f"more than {len(SLOTS)} test processes use {folder.parent}")


def numbered(url: str, number: int) -> str:
    """The address of the database `number` of the same Valkey."""
    return urlsplit(url)._replace(path=f"/{number}").geturl()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The name of the test database is chosen above, not by the number of the xdist worker."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much the access test tried, where it ran."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, [])]
    tried = sum(value for each in reports for name, value in each.user_properties if name == "cells")
    if tried:
        terminalreporter.write_line(f"access: {tried} cells tried (role × address × object)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests, and skip them with one clear line where there is no Chromium."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()) or "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists() and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason=f"no Chromium at {CHROMIUM} (set CHROMIUM)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; as root, in a container, it has no sandbox."""
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desk screen, in China."""
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
    }


@pytest.fixture
def shoot() -> Callable[..., None]:
    """`shoot(page, name)` keeps a picture of the page in the folder SCREENS names (`make screens`)."""
    folder = os.environ.get("SCREENS")

    def take(page: "Page", name: str) -> None:
        if folder:
            # Hiding the caret would take a style that the content policy forbids.
            size = page.evaluate("[innerWidth, Math.min(document.documentElement.scrollHeight, 1300)]")
            clip: Any = {"x": 0, "y": 0, "width": size[0], "height": size[1]}
            path = Path(folder, f"{name}.png")
            page.screenshot(path=path, full_page=True, caret="initial", clip=clip)

    return take


@pytest.fixture(autouse=True)
def empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that one test put into the cache reaches another."""
    yield
    if {"db", "transactional_db"} & set(request.fixturenames):
        from django.core.cache import cache

        cache.clear()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request leaves its language switched on in the thread; the next test starts in the bank's own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def berka_bundle() -> Path:
    """The sample bundle beside the checkout; it is no part of the product, so tests skip without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "berka-1993"
    if not folder.is_dir():
        pytest.skip("the sample data (shared/data/berka-1993) is not beside this checkout")
    return folder
