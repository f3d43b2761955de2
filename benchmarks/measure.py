"""Seconds, medians and memory, and work done in a process of its own."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any


def timed(work: Callable[..., Any], *arguments: Any, **named: Any) -> float:
    """Seconds that `work` takes with these arguments."""
    start = time.perf_counter()
    work(*arguments, **named)
    return time.perf_counter() - start


def median(seconds: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(seconds)


def reset_peak() -> None:
    """Forget the highest memory of this process so far (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The most memory this process held at once since `reset_peak`, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("VmHWM")


def elsewhere(module: str, name: str, *arguments: Any) -> Any:
    """What function `name` of `module` returns in a new process: DuckDB's memory is not counted as ours.

    By name, because only that process can import what needs DuckDB.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_call, module, name, *arguments).result()


def _call(module: str, name: str, *arguments: Any) -> Any:
    return getattr(import_module(module), name)(*arguments)
