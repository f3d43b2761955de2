"""Memory that large work has let go of, handed back to the machine."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def given_back() -> Iterator[None]:
    """At the end, whatever happened: the C library keeps what is free to itself otherwise (glibc only)."""
    try:
        yield
    finally:
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
