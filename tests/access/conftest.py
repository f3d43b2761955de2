"""The bank of the access test."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.scene import Scene, open_bank


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    """The bank in one transaction; every cell undoes what it did. Refusals are the rule: none is logged."""
    quiet = logging.getLogger("django.request")
    before, quiet.disabled = quiet.disabled, True
    with open_bank(tmp_path) as opened:
        yield opened
    quiet.disabled = before
