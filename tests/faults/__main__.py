"""`python -m tests.faults`: every fault, its figures, a table; exit 1 on any violation.

ONLY=name,name chooses, SEED=n repeats, KILLS=n is how many workers die, SHORT=1 does a little of all.
"""

import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module

from cmbank.local import processes
from tests.faults.servers import Servers

#: Where each fault is, in the order in which they are done.
FAULTS = {
    "kill_worker": "kills",
    "freeze_worker": "kills",
    "two_beats": "beats",
    "no_beat": "beats",
    "wrong_clocks": "beats",
    "broker_killed": "brokers",
    "broker_flushed": "brokers",
    "broker_away": "brokers",
    "copy_ended": "databases",
    "server_killed": "databases",
    "bad_files": "files",
    "late_files": "files",
    "correction": "corrections",
    "older_days": "corrections",
    "same_key": "keys",
    "approvals": "people",
    "votes": "votes",
    "closings": "closings",
    "shares": "people",
    "transfers": "transfers",
    "notices": "notices",
    "self_test": "selftest",
}
SHOWN = 12
#: Violations of each fault said again under the table, where a log that keeps its end still has them.
SUMMED, LONGEST = 3, 300


def chosen() -> list[str]:
    """The faults that ONLY names, or all."""
    names = [name.strip() for name in os.environ.get("ONLY", "").split(",") if name.strip()]
    if unknown := sorted(set(names) - set(FAULTS)):
        sys.exit(f"no fault named {', '.join(unknown)}; there are: {', '.join(FAULTS)}")
    return names or list(FAULTS)


def main() -> int:
    """Do the faults on servers of our own; 1 where anything was violated."""
    names = chosen()
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    short = os.environ.get("SHORT", "") not in ("", "0")
    print(f"SEED={seed}{' SHORT=1' if short else ''}", flush=True)
    processes.leave_on_signals()
    with Servers() as servers:
        import django

        django.setup()
        from tests.faults.outcome import Asked, Outcome
        from tests.faults.twins import Twins

        twins = Twins(servers, servers.data_dir)
        twins.prepare()
        kills = int(os.environ.get("KILLS") or (3 if short else 24))
        asked = Asked(twins, seed, short, kills)
        outcomes: dict[str, Outcome] = {}
        for name in names:
            outcomes[name] = attempt(getattr(import_module(f"tests.faults.{FAULTS[name]}"), name), asked)
            tell(name, outcomes[name])
    return summed_up(outcomes)


def attempt(fault: Callable[..., object], asked: object) -> "object":
    """A fault that cannot be done is a violation too."""
    from tests.faults.outcome import Outcome

    begun = time.monotonic()
    try:
        outcome = fault(asked)
    except Exception as error:
        traceback.print_exc()
        outcome = Outcome(violations=[f"could not be done: {error!r}"])
    outcome.figures["seconds"] = round(time.monotonic() - begun)
    return outcome


def tell(name: str, outcome: "object") -> None:
    """One line of figures, and what was violated."""
    figures = ", ".join(f"{what} {figure}" for what, figure in outcome.figures.items())
    print(f"{name}: {outcome.repetitions} times; {figures}", flush=True)
    for violation in outcome.violations[:SHOWN]:
        print(f"    VIOLATION {violation}", flush=True)
    if len(outcome.violations) > SHOWN:
        print(f"    … and {len(outcome.violations) - SHOWN} more", flush=True)


def summed_up(outcomes: "dict[str, object]") -> int:
    """The table."""
    print(f"\n{'fault':<16}{'repetitions':>12}{'violations':>12}{'seconds':>9}")
    for name, outcome in outcomes.items():
        seconds = outcome.figures["seconds"]
        print(f"{name:<16}{outcome.repetitions:>12}{len(outcome.violations):>12}{seconds:>9}")
    for name, outcome in outcomes.items():
        for violation in outcome.violations[:SUMMED]:
            print(f"{name}: {violation[:LONGEST]}")
    broken = sum(len(outcome.violations) for outcome in outcomes.values())
    print(f"{broken} violations", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
