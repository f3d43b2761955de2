"""The bank of the access test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.scene import Scene, open_bank


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    """The bank in one transaction; every cell undoes what it did."""
    with open_bank(tmp_path) as opened:
        yield opened
