"""The bank of the access test, and the count of what was tried."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.access.scene import Scene, open_bank

Tried = Callable[[int], None]


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    """The bank in one transaction; every cell undoes what it did."""
    with open_bank(tmp_path) as opened:
        yield opened


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Iterator[Tried]:
    """`tried(1)` counts cells; the sum stands in the summary of the run (`tests/conftest.py`)."""
    counted = []
    yield counted.append
    record_property("cells", sum(counted))
