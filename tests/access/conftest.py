"""The bank of the access test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.scene import Scene, open_bank

# Its table does not know every address yet: walked by `make access` until it does.
collect_ignore_glob = [] if os.environ.get("ACCESS") == "1" else ["test_*.py"]


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    """The bank in one transaction; every cell undoes what it did."""
    with open_bank(tmp_path) as opened:
        yield opened
