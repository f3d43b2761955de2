"""What the tests of lending may ask for: the small bank's people, and the morning on which they work."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from managers.models import User
from tests.credit.borrowing import bank


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Managers and those who decide, by name."""
    return bank()


@pytest.fixture
def morning(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Ten o'clock in Shanghai on the day of the tests; files handed in go to a folder of their own."""
    settings.UPLOAD_DIR = str(tmp_path)
    with time_machine.travel(datetime(2026, 10, 12, 2, 0, tzinfo=UTC), tick=True):
        yield
