"""The bank of the access test."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.access.scene import Scene, open_bank


@pytest.fixture
def scene(db: None, tmp_path: Path, settings: Any) -> Iterator[Scene]:
    """The bank in one transaction; every cell undoes what it did. Refusals are the rule: none is logged."""
    settings.MEDIA_ROOT = tmp_path
    # Whoever asks for nothing until the others have asked is not signed out meanwhile.
    settings.SESSION_IDLE_SECONDS = settings.SESSION_COOKIE_AGE = 10**6
    quiet = logging.getLogger("django.request")
    before, quiet.disabled = quiet.disabled, True
    with open_bank(tmp_path) as opened:
        yield opened
    quiet.disabled = before
