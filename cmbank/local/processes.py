"""Ends what was started, whole: children, their children, and what those left behind."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

PARENT_DEATH_SIGNAL, CHILD_SUBREAPER = 1, 36  # numbers of Linux' prctl
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def die_with_parent(number: int) -> Callable[[], None]:
    """A preexec function: the kernel sends `number` to the new process when its parent ends.

    Linux only; elsewhere it does nothing.
    """
    return lambda: control(PARENT_DEATH_SIGNAL, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that it can be ended too."""
    control(CHILD_SUBREAPER, 1)


def control(option: int, value: int) -> None:
    """Call Linux' prctl; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def children() -> set[int]:
    """The process ids of our children."""
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(word) for word in listing.read_text().split()} if listing.exists() else set()


def end_children(*, but: set[int], grace_seconds: float) -> None:
    """End every child and adopted orphan except `but`: politely first, by force after the grace."""
    deadline = time.monotonic() + grace_seconds
    asked: set[int] = set()
    while remaining := children() - but:
        late = time.monotonic() > deadline
        for child in remaining:
            if late or child not in asked:
                send(child, signal.SIGKILL if late else signal.SIGTERM)
        asked |= remaining
        reap(remaining)
        time.sleep(0.02)


def send(process: int, number: int) -> None:
    """Send a signal to a process that may have ended."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def reap(processes: set[int]) -> None:
    """Collect those that ended, so that none stays behind as a zombie."""
    for process in processes:
        try:
            os.waitpid(process, os.WNOHANG)
        except ChildProcessError:
            continue


def leave_on_signals() -> None:
    """Make the ending signals leave through every `finally`; a second one changes nothing."""
    for number in ENDING_SIGNALS:
        signal.signal(number, _leave)


def ignore_signals() -> None:
    """From here on only the end matters, and it takes seconds."""
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _leave(number: int, frame: FrameType | None) -> None:
    ignore_signals()
    raise SystemExit(128 + number)
