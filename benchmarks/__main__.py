"""`make bench`: nights, loads and reads beside their floor and their rivals, as ratios of one run.

The goals are those of a bank of a million accounts; BENCH="--accounts 5000 --days 20" tries it out.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    compare,
    database,
    floor,
    lending,
    loading,
    measure,
    night,
    papers,
    reading,
    report,
    rivals_postgres,
    verdicts,
)
from benchmarks.bank import FIRST_NIGHT, LAST_NIGHT, Bank
from benchmarks.report import Found

#: Parts that fill a database of their own and need no night before them.
APART = ("verdicts", "papers", "lending")
#: What --only may name; where any other than those apart is named, the usual nights are worked.
PARTS = ("night", "floor", "duckdb", "postgres", "changes", "read", "load", *APART)
#: Repeats for which the days of December suffice: one night to warm up, then three rates of changes each.
MOST_REPEATS = (LAST_NIGHT - FIRST_NIGHT).days // 3


def main() -> int:
    """Build, measure, compare, print; exit 1 where answers differ or, with --strict, a goal is missed."""
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="cmbank-bench-") as temporary, database.own_server():
        try:
            place = Path(options.data or temporary)
            banks = [measured(bank, place, options) for bank in options.banks]
        except compare.Different as difference:
            print(difference, file=sys.stderr)
            return 1
        found = report.facts(banks, database.settings(), machine())
    print(report.table(banks))
    print(json.dumps(found, ensure_ascii=False))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(options.strict and not all(goal["met"] for goal in all_goals(found)))


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line; `banks` are the ones to build, the shortest history first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--days", default="90,365", help="days of history, one bank for each")
    parser.add_argument("--repeats", type=int, default=3, choices=range(1, MOST_REPEATS + 1))
    parser.add_argument("--rows", type=int, help="rows of the large bundle of part load (ten an account)")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument(
        "--json", type=Path, help="a file for the figures, such as benchmarks/results/full.json"
    )
    parser.add_argument("--data", type=Path, help="a folder that keeps the generated data for another run")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a goal is missed")
    options = parser.parse_args(arguments)
    options.rows = options.rows or 10 * options.accounts
    options.parts = frozenset(options.only.split(","))
    if options.parts - set(PARTS):
        parser.error(f"--only: {', '.join(sorted(options.parts - set(PARTS)))} is none of {', '.join(PARTS)}")
    days = sorted(int(each) for each in options.days.split(","))
    options.banks = [Bank(options.accounts, each, options.repeats) for each in days]
    return options


def measured(bank: Bank, place: Path, options: argparse.Namespace) -> Found:
    """Everything asked for, on one bank; what is not its nights only on the one with the longest history."""
    found = Found(bank)
    folder = place / f"bank-{bank.accounts}-{bank.days}-{bank.repeats}"
    if options.parts - set(APART):
        worked(found, folder, options.parts)
    if bank == options.banks[-1]:
        reads(found, options.parts)
        loads(found, folder, options)
        apart(found, options.parts)
    return found


def worked(found: Found, folder: Path, parts: frozenset[str]) -> None:
    """The bank's history and nights, and the rivals' answers to them."""
    once(folder / "written", lambda: _generate("write_bank", found.bank, folder))
    say(f"{found.bank.days} days of history written")
    database.empty_database()
    begun = night.begin(found.bank, folder)
    found.figures["peak MB of history"] = begun.pop("peak MB of history")
    found.seconds |= {name: [seconds] for name, seconds in begun.items()}
    nights(found, folder, parts)
    answers(found, folder, parts)


def apart(found: Found, parts: frozenset[str]) -> None:
    """What fills a database of its own."""
    if "verdicts" in parts:
        verdicts.measure(found)
        say("verdicts")
    if "papers" in parts:
        papers.measure(found)
        say("papers")
    if "lending" in parts:
        lending.measure(found, min(found.bank.accounts, lending.LOANS))
        say("pages of the loan side")


def nights(found: Found, folder: Path, parts: frozenset[str]) -> None:
    """Night after night, the bare writes of the same day right after each."""
    bare = "floor" in parts
    if bare:
        floor.prepare(found.bank.eve)
    for each in found.bank.nights:
        if each.kind in ("half", "double") and "changes" not in parts:
            continue
        steps = night.measure(found.bank, folder, each)
        held = found.figures.get("peak MB of a night", 0.0)
        found.figures["peak MB of a night"] = max(held, steps.pop("peak"))
        _keep(found, "night", each.kind, steps)
        if bare:
            _keep(found, "floor", each.kind, night.measure_floor(folder, each))
        say(f"night of {each.day} ({each.kind})")


def _keep(found: Found, what: str, kind: str, steps: dict[str, float]) -> None:
    """File the seconds of one repeat under its kind; warming up counts for nothing."""
    if kind == "warm-up":
        return
    name = what if kind == "normal" else f"{what} {kind}"
    for step, seconds in steps.items():
        if step == "all" or kind == "normal":
            found.add(name if step == "all" else f"  {name}: {step}", seconds)


def answers(found: Found, folder: Path, parts: frozenset[str]) -> None:
    """The rivals' seconds, and their figures equal to the published ones in every cell."""
    bank = found.bank
    rivals: dict[str, Callable[[], Any]] = {}
    if "duckdb" in parts:
        once(folder / "snapshots-written", lambda: _generate("write_snapshots", bank, folder))
        say("daily snapshots written")
        rivals["duckdb snapshots"] = lambda: _duckdb(bank, folder, "snapshots")
        rivals["duckdb changes"] = lambda: _duckdb(bank, folder, "changes")
    if "postgres" in parts:
        rivals["postgres"] = lambda: rivals_postgres.measure(bank)
    ours = night.published(bank) if rivals else {}
    for name, rival in rivals.items():
        found.seconds[name], rows = rival()
        found.equal_cells[name] = compare.check(ours, compare.cells(bank, rows), name)
        say(name)


def reads(found: Found, parts: frozenset[str]) -> None:
    """Milliseconds to read one manager's figures."""
    if "read" in parts:
        found.seconds["explain ms"] = reading.explain_ms(found.bank)
        found.seconds["explain again ms"] = reading.explain_ms(found.bank)
        found.seconds["span ms"] = reading.span_ms(found.bank)
        say("reads")


def loads(found: Found, folder: Path, options: argparse.Namespace) -> None:
    """The large bundle."""
    if "load" in options.parts:
        seconds, peak = loading.measure(found.bank, folder, options.rows)
        found.seconds |= seconds
        found.figures["peak MB of the load"] = peak
        say(f"loads of {options.rows:,} rows")


def once(stamp: Path, work: Callable[[], Any]) -> None:
    """Do work whose result is kept in the stamp's folder, unless it is there already."""
    if not stamp.exists():
        work()
        stamp.touch()


def _generate(name: str, bank: Bank, folder: Path) -> None:
    measure.elsewhere("benchmarks.generate", name, bank, folder)


def _duckdb(bank: Bank, folder: Path, kind: str) -> Any:
    return measure.elsewhere("benchmarks.rivals_duckdb", "measure", bank, folder, kind)


def say(what: str) -> None:
    """Progress, apart from the results."""
    print(f"… {what}", file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    """What it ran on."""
    return {"processors": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}


def all_goals(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The goals of every bank and between them."""
    return found["goals"] + [goal for bank in found["banks"] for goal in bank["goals"]]


if __name__ == "__main__":
    sys.exit(main())
