"""What came out: seconds, ratios against the goals, as one table and as JSON."""

from dataclasses import dataclass, field
from typing import Any

from benchmarks.bank import Bank
from benchmarks.measure import median


@dataclass
class Found:
    """All measures of one bank: seconds of every repeat by name, and single figures."""

    bank: Bank
    seconds: dict[str, list[float]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    equal_cells: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        """One more repeat of a measure."""
        self.seconds.setdefault(name, []).append(seconds)

    def middle(self, name: str) -> float | None:
        """The median of a measure, if it was taken."""
        return median(self.seconds[name]) if self.seconds.get(name) else None


@dataclass(frozen=True)
class Goal:
    """A line of the table: a value and the bounds the issue sets."""

    name: str
    value: float | None
    least: float | None = None
    most: float | None = None
    unit: str = "×"

    @property
    def met(self) -> bool:
        """Whether the value keeps to its bounds."""
        value = self.value or 0.0
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def bound(self) -> str:
        """The bounds in words."""
        parts = [] if self.least is None else [f"≥ {self.least:g}"]
        return " ".join(parts + ([] if self.most is None else [f"≤ {self.most:g}"]))


def goals(found: Found) -> list[Goal]:
    """The goals of one bank that were measured."""
    seconds, figure = found.middle, found.figures.get
    lines = [
        Goal(
            "DuckDB, daily snapshots ÷ night", _over(seconds("duckdb snapshots"), seconds("night")), least=10
        ),
        Goal("DuckDB, change list ÷ night", _over(seconds("duckdb changes"), seconds("night")), least=3),
        Goal("PostgreSQL, window functions ÷ night", _over(seconds("postgres"), seconds("night")), least=10),
        Goal("night ÷ bare writes", _over(seconds("night"), seconds("floor")), most=2),
        Goal("night, twice the changes ÷ usual", _over(seconds("night double"), seconds("night")), most=2.2),
        Goal("night, half the changes ÷ usual", _over(seconds("night half"), seconds("night")), most=1.1),
        Goal("peak memory of a night", figure("peak MB of a night"), most=300, unit="MB"),
        Goal("peak memory of the history's load", figure("peak MB of history"), most=300, unit="MB"),
        Goal("bare load ÷ load, rows a second", _over(seconds("bare load"), seconds("load")), least=1 / 3),
        Goal("the same, open month", _over(seconds("bare load"), seconds("load, open month")), least=1 / 3),
        Goal("peak memory of the load", figure("peak MB of the load"), most=300, unit="MB"),
        Goal("explain one manager's quarter, never read before", seconds("explain ms"), most=50, unit="ms"),
        Goal("explain one manager's quarter again", seconds("explain again ms"), most=50, unit="ms"),
        Goal("any span of one manager", seconds("span ms"), most=50, unit="ms"),
        Goal(
            "verdicts a second (30,000 in 30 s)",
            _over(figure("managers judged"), seconds("verdicts")),
            least=1_000,
            unit="/s",
        ),
        Goal("one manager's verdict", seconds("one verdict ms"), most=20, unit="ms"),
        Goal("memory of all verdicts ÷ of some", figure("memory of all verdicts ÷ of some"), most=1.2),
        Goal(
            "rules with every reason ÷ by hand",
            _over(seconds("  verdicts: rules alone"), seconds("  verdicts: by hand")),
        ),
        Goal(
            "simulation, 5,000 managers × 4 quarters",
            _for(5_000, seconds("simulation, four quarters"), found.bank.managers),
            most=10,
            unit="s",
        ),
        Goal("slowest paper of a kind, as PDF/A", figure("slowest paper ms"), most=500, unit="ms"),
        Goal("first paper of a process", seconds("first paper ms"), most=500, unit="ms"),
        Goal("credit file, p95 under 20 users", figure("p95 ms: credit file"), most=150, unit="ms"),
        Goal("due list, p95 under 20 users", figure("p95 ms: due list"), most=150, unit="ms"),
        Goal("bare page, p95 under 20 users", figure("p95 ms: bare page"), unit="ms"),
        Goal("slowest paper ÷ empty page", _over(figure("slowest paper ms"), seconds("empty page ms"))),
    ]
    return [line for line in lines if line.value is not None]


def flatness(banks: list[Found]) -> list[Goal]:
    """A night after the longest history against one after the shortest; beside it the same of the floor."""
    if len(banks) < 2:
        return []
    short, long = banks[0], banks[-1]
    days = f"{long.bank.days} ÷ {short.bank.days} days of history"
    lines = [
        Goal(f"night, {days}", _over(long.middle("night"), short.middle("night")), 0.8, 1.2),
        Goal(f"bare writes, {days}", _over(long.middle("floor"), short.middle("floor"))),
    ]
    return [line for line in lines if line.value is not None]


def _over(above: float | None, below: float | None) -> float | None:
    return None if above is None or not below else above / below


def _for(people: int, seconds: float | None, measured: float | None) -> float | None:
    """Seconds for so many people, from the seconds for those measured."""
    return None if seconds is None or not measured else seconds * people / measured


def table(banks: list[Found]) -> str:
    """Seconds of every bank, then its goals, then the goals between banks."""
    lines: list[str] = []
    for found in banks:
        bank = found.bank
        lines.append(
            f"\n{bank.accounts:,} accounts · {bank.customers:,} customers · {bank.managers:,} managers"
            f" · {bank.days} days of history · medians of {bank.repeats}"
        )
        for name, values in found.seconds.items():
            unit = "ms" if name.endswith(" ms") else "s"
            lines.append(f"  {name:<44}{median(values):>10.3f} {unit:<3} {min(values):.3f}–{max(values):.3f}")
        lines += [f"  {name:<44}{cells:>10,} cells equal" for name, cells in found.equal_cells.items()]
        lines += [_goal_line(goal) for goal in goals(found)]
    between = flatness(banks)
    return "\n".join(lines + ([""] if between else []) + [_goal_line(goal) for goal in between])


def _goal_line(goal: Goal) -> str:
    mark = ("✓" if goal.met else "✗") if goal.bound else " "
    return f"  {mark} {goal.name:<42}{goal.value:>10.2f} {goal.unit:<3} {goal.bound}"


def facts(banks: list[Found], server: dict[str, str], machine: dict[str, Any]) -> dict[str, Any]:
    """Everything measured, as JSON takes it."""
    return {
        "machine": machine,
        "server": server,
        "banks": [_bank_facts(found) for found in banks],
        "goals": [_goal_facts(goal) for goal in flatness(banks)],
    }


def _bank_facts(found: Found) -> dict[str, Any]:
    bank = found.bank
    return {
        "accounts": bank.accounts,
        "customers": bank.customers,
        "managers": bank.managers,
        "days": bank.days,
        "repeats": bank.repeats,
        "compared": bank.compared.isoformat(),
        "seconds": {name: [round(value, 4) for value in values] for name, values in found.seconds.items()},
        "figures": {name: round(value, 1) for name, value in found.figures.items()},
        "equal_cells": found.equal_cells,
        "goals": [_goal_facts(goal) for goal in goals(found)],
    }


def _goal_facts(goal: Goal) -> dict[str, Any]:
    value = None if goal.value is None else round(goal.value, 3)
    return {"name": goal.name, "value": value, "unit": goal.unit, "bound": goal.bound, "met": goal.met}
