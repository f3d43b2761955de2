"""Two sessions step by step: every order in which their statements can meet, on two real connections.

A session halts before each of its steps. Who is told to go on and does not halt again waits for a lock that
the other one holds; it goes on by itself later.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

#: A statement that has not ended by then waits for a lock.
BLOCKED_SECONDS = 0.08
PATIENCE = 20.0
Session = Callable[[], object]


def orders(steps: int) -> Iterator[tuple[int, ...]]:
    """Every order of two sessions of so many steps each."""
    for first in itertools.combinations(range(2 * steps), steps):
        yield tuple(0 if place in first else 1 for place in range(2 * steps))


class _Player:
    """One session on a thread and a connection of its own."""

    def __init__(self, work: Session, halts: Callable[[str], bool]) -> None:
        self.work, self.halts = work, halts
        self.go, self.halted = threading.Semaphore(0), threading.Semaphore(0)
        self.ended = threading.Event()
        self.told: object = None
        self.waits = False
        self.thread = threading.Thread(target=self._play, daemon=True)
        self.thread.start()

    def halt(self) -> None:
        self.halted.release()
        self.go.acquire(timeout=PATIENCE)

    def _play(self) -> None:
        try:
            self.halt()
            with transaction.atomic(), connection.execute_wrapper(self._before):
                self.told = self.work()
                self.halt()
        except Exception as error:
            self.told = error
        finally:
            connection.close()
            self.ended.set()
            self.halted.release()

    def _before(self, execute: Any, text: str, given: Any, many: bool, context: Any) -> Any:
        if self.halts(text):
            self.halt()
        return execute(text, given, many, context)

    def step(self) -> None:
        """Let it go on to its next halt, or until it waits for the other one."""
        if self.waits:  # for a lock; it goes on only once it has come to its next halt
            self.waits = not self.halted.acquire(timeout=BLOCKED_SECONDS)
        if not self.waits and not self.ended.is_set():
            self.go.release()
            self.waits = not self.halted.acquire(timeout=BLOCKED_SECONDS)


def play(
    order: tuple[int, ...], works: tuple[Session, Session], halts: Callable[[str], bool]
) -> list[object]:
    """What both sessions were told when they met in this order."""
    players = [_Player(work, halts) for work in works]
    for player in players:
        player.halted.acquire()
    for place in order:
        players[place].step()
    while not all(player.ended.wait(0.001) for player in players):
        for player in players:
            player.go.release()
    return [player.told for player in players]


def before_locks_and_writes(text: str) -> bool:
    """A halt before whatever reads for update or writes."""
    return "FOR UPDATE" in text or text.lstrip().startswith(("UPDATE", "INSERT"))
