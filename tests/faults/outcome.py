"""What a fault is asked for and what it answers with."""

import random
from dataclasses import dataclass, field

from tests.faults.twins import Twins


@dataclass
class Outcome:
    """Of one fault: how often it was done, its figures, and what was violated."""

    repetitions: int = 0
    figures: dict[str, object] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def count(self, name: str, by: int = 1) -> None:
        """Raise a figure."""
        self.figures[name] = int(str(self.figures.get(name, 0))) + by


@dataclass
class Asked:
    """The twins to compare with, the seed, and how much to do."""

    twins: Twins
    seed: int
    short: bool
    kills: int

    def chance(self, name: str) -> random.Random:
        """The chances of one fault, the same for the same seed."""
        return random.Random(f"{self.seed}/{name}")

    def times(self, *, short: int, full: int) -> int:
        """How often."""
        return short if self.short else full
