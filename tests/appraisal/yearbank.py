"""A bank of three managers over two years: one comes new and rises, one falls, one's loan goes bad later."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from ledger.models import Run
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from tests.appraisal.smallbank import BRANCHES, write_bundle

NEW, FALLING, LENDING = "1021", "1004", "1005"
NAMES = {NEW: "陈新禾", FALLING: "周岚", LENDING: "方舟"}
#: The business dates that are worked, and what the core system delivers for the days up to each.
QUARTERS = {
    "2025Q4": (date(2025, 1, 6), date(2025, 12, 31)),
    "2026Q1": (date(2026, 1, 1), date(2026, 3, 31)),
    "2026Q2": (date(2026, 4, 1), date(2026, 6, 30)),
    "2026Q3": (date(2026, 7, 1), date(2026, 9, 30)),
    "2026Q4": (date(2026, 10, 1), date(2026, 12, 31)),
}
DELIVERED: dict[str, dict[str, list[str]]] = {
    "2025Q4": {
        "customers.csv": ["C1021,江南纺织,corporate,S1"],
        "accounts.csv": ["D1021,C1021,deposit,demand,CNY,2025-03-01,"],
        "assignments.csv": [f"C1021,{NEW},1,2025-03-01,"],
        "balances.csv": ["D1021,2025-03-01,30000000.00"],
    },
    "2026Q1": {"balances.csv": ["D1004,2026-01-01,40000000.00"]},
    "2026Q2": {"balances.csv": ["D1004,2026-04-01,38500000.00"]},
    "2026Q3": {"balances.csv": ["D1004,2026-07-01,30000000.00"]},
    "2026Q4": {"balances.csv": ["D1004,2026-10-01,25000000.00", "D1021,2026-10-01,120000000.00"]},
}


def begin(folder: Path) -> None:
    """The bank as it stands on 5 January 2025, a year of it known; no night has been worked."""
    files: dict[str, Iterable[str]] = {
        "branches.csv": BRANCHES,
        "managers.csv": [
            f"{FALLING},{NAMES[FALLING]},S1,corporate,2015-01-01,2020-01-01,third,bachelor,",
            f"{LENDING},{NAMES[LENDING]},S1,corporate,2015-01-01,2020-01-01,fourth,bachelor,",
        ],
        "customers.csv": [
            "C1004,大江机械,corporate,S1",
            "C1005,城东商贸,corporate,S1",
            "C1006,滨江物流,corporate,S1",
        ],
        "accounts.csv": [
            "D1004,C1004,deposit,demand,CNY,2024-01-01,",
            "D1005,C1005,deposit,demand,CNY,2024-01-01,",
            "D1006,C1006,deposit,demand,CNY,2024-01-01,",
            "L1006,C1006,loan,term,CNY,2024-01-01,",
        ],
        "assignments.csv": [
            f"C1004,{FALLING},1,2024-01-01,",
            f"C1005,{LENDING},1,2024-01-01,",
            f"C1006,{LENDING},1,2024-01-01,",
        ],
        "balances.csv": [
            "D1004,2024-01-01,40000000.00",
            "D1005,2024-01-01,5000000.00",
            "D1006,2024-01-01,16000000.00",
            "L1006,2024-01-01,5000000.00",
        ],
        "loan_classes.csv": ["L1006,2024-01-01,normal"],
    }
    first, last = date(2024, 1, 1), date(2025, 1, 5)
    load_bundle(write_bundle(folder / "begin", files, start=first, end=first))
    since = {"balances.csv": ["D1005,2024-09-01,6000000.00"]}
    load_bundle(write_bundle(folder / "since", since, start=first + timedelta(days=1), end=last))


def deliver(folder: Path, period: str) -> None:
    """Load a quarter and publish its last day; the days before it are left without figures, to save time."""
    start, end = QUARTERS[period]
    load_bundle(write_bundle(folder / period, DELIVERED[period], start=start, end=end))
    if start.year > 2025:
        _waive(start, end)
    run_nights(to=end, start=end if start.year == 2025 else None)


def go_bad(folder: Path, day: date) -> None:
    """The loan is classed as substandard on a day after the year."""
    files = {"loan_classes.csv": [f"L1006,{day.isoformat()},substandard"]}
    load_bundle(write_bundle(folder / "bad", files, start=day, end=day))


def _waive(start: date, end: date) -> None:
    """Every day of the quarter but the last, as if two people had waived it."""
    now: datetime = timezone.now()
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    Run.objects.bulk_create(
        Run(business_date=day, status=Run.Status.WAIVED, finished_at=now, reason="只发布季末") for day in days
    )
