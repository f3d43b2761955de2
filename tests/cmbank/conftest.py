"""Local servers of their own for the tests of the wiring."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cmbank.runner import Local, forget


@pytest.fixture
def local() -> Iterator[Local]:
    folder = Path(tempfile.mkdtemp(prefix="cmbank-test-"))
    folder.chmod(0o755)
    runner = Local(folder / f"data-{folder.name}")
    yield runner
    assert runner.settled() == []
    forget(runner.data_dir)
    shutil.rmtree(folder)
