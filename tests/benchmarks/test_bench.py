"""The benchmark on a tiny bank: the same bytes each time, every answer equal, every goal on the table."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks import compare
from benchmarks.bank import FLOORS, Bank, windows

BASE_DIR = Path(__file__).resolve().parents[2]
BANK = Bank(accounts=400, days=9, repeats=1)
CELLS = BANK.managers * 3 * len(FLOORS)


def test_the_nights_lie_inside_a_month_and_the_windows_differ() -> None:
    nights = Bank(1_000_000, 365, 5).nights
    assert [night.kind for night in nights] == ["warm-up"] + ["normal"] * 5 + ["half"] * 5 + ["double"] * 5
    assert (nights[0].day, nights[-1].day) == (date(2025, 12, 15), date(2025, 12, 30))
    assert windows(date(2025, 12, 18)) == {
        "month": (date(2025, 12, 1), 18),
        "quarter": (date(2025, 10, 1), 79),
        "year": (date(2025, 1, 1), 352),
    }


def test_the_first_cell_that_differs_is_named() -> None:
    ours = compare.cells(BANK, [(0, *range(1, 31))])
    theirs = compare.cells(BANK, [(0, *range(1, 12), 99, *range(13, 31))])
    assert compare.check(ours, dict(ours), "the rival") == CELLS
    with pytest.raises(compare.Different) as difference:
        compare.check(ours, theirs, "the rival")
    assert str(difference.value) == (
        "('E0', 'quarter', 0): ours (11, 12), the rival (11, 99) (deposit, loan)"
    )


def test_the_same_size_is_the_same_bank(tmp_path: Path) -> None:
    from benchmarks.generate import write_bank

    for name in ("one", "two"):
        write_bank(BANK, tmp_path / name)
    manifests = sorted(path.relative_to(tmp_path / "one") for path in tmp_path.glob("one/*/manifest.json"))
    assert len(manifests) == 1 + len(BANK.nights)
    for manifest in manifests:
        assert (tmp_path / "one" / manifest).read_text() == (tmp_path / "two" / manifest).read_text()


def test_all_answers_agree_on_a_tiny_bank(tmp_path: Path) -> None:
    found = bench(tmp_path, "--accounts", "400", "--days", "4,9", "--repeats", "1", "--rows", "900")
    equal = {"duckdb snapshots": CELLS, "duckdb changes": CELLS, "postgres": CELLS}
    by_hand = {"verdicts by hand": 6 * BANK.managers}
    assert [bank["equal_cells"] for bank in found["banks"]] == [equal, equal | by_hand]
    assert [goal["name"] for goal in found["banks"][1]["goals"]] == [
        "DuckDB, daily snapshots ÷ night",
        "DuckDB, change list ÷ night",
        "PostgreSQL, window functions ÷ night",
        "night ÷ bare writes",
        "night, twice the changes ÷ usual",
        "night, half the changes ÷ usual",
        "peak memory of a night",
        "peak memory of the history's load",
        "bare load ÷ load, rows a second",
        "the same, open month",
        "peak memory of the load",
        "explain one manager's quarter, never read before",
        "explain one manager's quarter again",
        "any span of one manager",
        "verdicts a second (30,000 in 30 s)",
        "one manager's verdict",
        "memory of all verdicts ÷ of some",
        "rules with every reason ÷ by hand",
        "simulation, 5,000 managers × 4 quarters",
        "slowest paper of a kind, as PDF/A",
        "first paper of a process",
        "credit file, p95 under 20 users",
        "due list, p95 under 20 users",
        "bare page, p95 under 20 users",
        "slowest paper ÷ empty page",
    ]
    assert [goal["name"] for goal in found["goals"]] == [
        "night, 9 ÷ 4 days of history",
        "bare writes, 9 ÷ 4 days of history",
    ]


def bench(folder: Path, *options: str) -> dict[str, Any]:
    """What `make bench` writes to its file, which is also its last line."""
    file = folder / "results" / "found.json"
    command = [sys.executable, "-m", "benchmarks", *options, "--json", str(file)]
    done = subprocess.run(
        command, cwd=BASE_DIR, env=dict(os.environ), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text(encoding="utf-8"))
    assert json.loads(done.stdout.splitlines()[-1]) == found
    return dict(found)
