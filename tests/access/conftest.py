"""The bank of the access test, built once for all its cells."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.access.scene import Scene, open_bank


@pytest.fixture(scope="module")
def scene(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The bank in one transaction; every cell undoes what it did."""
    with django_db_blocker.unblock(), open_bank(tmp_path_factory.mktemp("access")) as opened:
        yield opened
