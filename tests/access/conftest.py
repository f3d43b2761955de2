"""The bank of the access test."""

import gc
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
        gc.freeze()  # what is there now stays: no need to look through it after every request
        yield opened
    gc.unfreeze()
    quiet.disabled = before
