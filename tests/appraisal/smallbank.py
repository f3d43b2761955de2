"""A bank of nine managers, each in a situation of its own, written as an extract bundle and loaded."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights

SCHEME, PERIOD = "corporate-six-grades", "2026Q3"
START, END = date(2025, 1, 1), date(2026, 9, 30)

STEADY, STEADY_TOO, RISING, BAD_LOAN, WAITING = "1001", "1002", "1003", "1004", "1005"
ELSEWHERE, OTHER_LINE, SPIKE, GIVER, TAKER = "1006", "1007", "1008", "1009", "1010"

HEADERS = {
    "branches.csv": "code,name,kind,parent_code",
    "managers.csv": "employee_no,name,branch_code,line,hired_on,post_started_on,grade_code,"
    "education,title_level",
    "customers.csv": "customer_no,name,kind,branch_code",
    "accounts.csv": "account_no,customer_no,kind,product,currency,opened_on,closed_on",
    "assignments.csv": "customer_no,employee_no,share,starts_on,ends_on",
    "balances.csv": "account_no,business_date,balance",
    "loan_classes.csv": "account_no,business_date,loan_class",
}
BRANCHES = [
    "HO,江城银行,head_office,",
    "B1,城东分行,branch,HO",
    "S1,城东支行,outlet,B1",
    "B2,城西分行,branch,HO",
]
# employee_no, name, branch, line, grade, deposits of the one customer in yuan
PEOPLE = [
    (STEADY, "安稳", "S1", "corporate", "fourth", 20_000_000),
    (STEADY_TOO, "平顺", "S1", "corporate", "fourth", 21_000_000),
    (RISING, "高升", "S1", "corporate", "fourth", 40_000_000),
    (BAD_LOAN, "有欠", "S1", "corporate", "third", 50_000_000),
    (WAITING, "待明", "S1", "corporate", "fourth", 10_000_000),
    (ELSEWHERE, "远方", "B2", "corporate", "fourth", 20_000_000),
    (OTHER_LINE, "别线", "S1", "personal", "fourth", 20_000_000),
    (SPIKE, "冲高", "S1", "corporate", "fourth", 10_000_000),
    (GIVER, "让渡", "S1", "corporate", "fourth", 30_000_000),
    (TAKER, "接手", "S1", "corporate", "fourth", 20_000_000),
]
IN_SCOPE = [number for number, *_ in PEOPLE if number != OTHER_LINE]


def write_bundle(folder: Path, files: dict[str, Iterable[str]], *, start: date, end: date) -> Path:
    """Write the rows of each file under its header, and the manifest."""
    folder.mkdir(parents=True)
    listed = {}
    for name, rows in files.items():
        lines = [HEADERS[name], *rows]
        raw = ("\n".join(lines) + "\n").encode()
        (folder / name).write_bytes(raw)
        listed[name] = {"rows": len(lines) - 1, "sha256": hashlib.sha256(raw).hexdigest()}
    manifest = {"from": start.isoformat(), "to": end.isoformat(), "files": listed}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def rows() -> dict[str, list[str]]:
    """The bank as the core system delivers it."""
    found: dict[str, list[str]] = {name: [] for name in HEADERS}
    found["branches.csv"] = list(BRANCHES)
    for number, name, branch, line, grade, amount in PEOPLE:
        opened, first = ("2020-01-01", "2026-02-01") if number == WAITING else ("2025-01-01", "2025-01-01")
        found["managers.csv"].append(
            f"{number},{name},{branch},{line},2015-01-01,2020-01-01,{grade},bachelor,"
        )
        found["customers.csv"].append(f"C{number},{name}公司,corporate,{branch}")
        found["accounts.csv"].append(f"D{number},C{number},deposit,demand,CNY,{opened},")
        found["balances.csv"].append(f"D{number},{first},{amount}.00")
        if number != GIVER:
            found["assignments.csv"].append(f"C{number},{number},1,2025-01-01,")
    found["assignments.csv"] += [
        f"C{GIVER},{GIVER},1,2025-01-01,2026-08-14",
        f"C{GIVER},{GIVER},0.9,2026-08-15,",
        f"C{GIVER},{TAKER},0.1,2026-08-15,",
    ]
    found["balances.csv"].append(f"D{SPIKE},2026-09-29,2000000000.00")
    found["accounts.csv"].append(f"L{BAD_LOAN},C{BAD_LOAN},loan,term,CNY,2025-01-01,")
    found["balances.csv"].append(f"L{BAD_LOAN},2025-01-01,5000000.00")
    found["loan_classes.csv"] += [
        f"L{BAD_LOAN},2025-01-01,normal",
        f"L{BAD_LOAN},2026-08-01,substandard",
    ]
    return found


def load(folder: Path) -> None:
    """Write and load the bank, and publish the last day of the period."""
    load_bundle(write_bundle(folder, rows(), start=START, end=END))
    run_nights(to=END, start=END)


def load_late(folder: Path, *balances: str, accounts: Iterable[str] = ()) -> None:
    """Load rows inside the period late, and publish its last day again."""
    days = sorted(date.fromisoformat(row.split(",")[1]) for row in balances)
    files = {"accounts.csv": accounts, "balances.csv": balances}
    load_bundle(write_bundle(folder, files, start=days[0], end=days[-1]))
    run_nights(to=END)
