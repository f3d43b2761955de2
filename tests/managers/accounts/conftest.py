"""Every test of accounts begins with nobody counted and nobody locked."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nobody_counted() -> None:
    """Rate limits live in the cache."""
    cache.clear()
