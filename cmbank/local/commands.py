"""Runs one command with the servers up and passes on how it ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from cmbank.local import processes
from cmbank.local.sharing import environment

GRACE_SECONDS = 10


def execute(command: list[str], *, data_dir: Path) -> int:
    """Run `command`; its exit status, or 128 + the number of the signal that ended it, or 127.

    Raises ServerError if the servers cannot be started.
    """
    with environment(data_dir) as variables:
        return follow(command, variables)


def follow(command: list[str], variables: dict[str, str]) -> int:
    """Run `command` in the foreground, pass signals on to it, and end what it leaves behind."""
    processes.adopt_orphans()
    before = processes.children()
    try:
        child = subprocess.Popen(  # nosec B603  # what was typed after `exec --`
            command, env=variables, preexec_fn=processes.die_with_parent(signal.SIGTERM)
        )
    except FileNotFoundError:
        print(f"{command[0]}: no such command", file=sys.stderr)
        return 127
    try:
        pass_on_signals(child)
        status = child.wait()
    finally:
        processes.ignore_signals()
        processes.end_children(but=before, grace_seconds=GRACE_SECONDS)
    return status if status >= 0 else 128 - status


def pass_on_signals(child: "subprocess.Popen[bytes]") -> None:
    """Send ending signals to the child, and end it by force if it does not end then."""

    def forward(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and terminal_sends_it_too():
            return
        child.send_signal(number)
        signal.alarm(GRACE_SECONDS)

    for number in processes.ENDING_SIGNALS:
        signal.signal(number, forward)
    signal.signal(signal.SIGALRM, lambda number, frame: child.kill())


def terminal_sends_it_too() -> bool:
    """Whether Ctrl-C reaches the child without us, because both are in the terminal's foreground."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
