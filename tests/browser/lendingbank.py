"""A bank of two lenders whose core system delivers, month after month, what a walk through a loan needs."""

from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path

from django.utils import timezone

from grading.services import publishing
from ledger.models import Product, Run
from ledger.rules.windows import Window
from ledger.services import naming
from ledger.services.nights import run_nights
from managers.models import ClientManager
from tests.appraisal.acting import grant
from tests.browser.walking import login, who
from tests.ledger.bank import Files, loaded, write

LENDER, SECOND = "2001", "2002"
NAMES = {LENDER: "陈嘉怡", SECOND: "王强"}
STAFF = [
    ("head", "周慧", "outlet_head", "S1"),
    ("risk", "沈明远", "branch_risk", "B1"),
    ("saver", "卢安", "asset_preservation", "B1"),
    ("main", "林知秋", "head_risk", "HO"),
    ("hr", "林静", "branch_hr", "B1"),
    ("leader", "何文", "group_member", "B1"),
    ("second", "罗远", "group_member", "B1"),
    ("keeper", "郭岩", "head_hr", "HO"),
    ("auditor", "江平", "auditor", "HO"),
]
OWN = {"chenjy": LENDER, "wangq": SECOND}
#: The loan that is walked, the one to be extended, and the one that goes bad.
WALKED, LONGER, BAD = "L9001", "L9002", "L9003"

PRODUCTS = {"working": "流动资金贷款", "demand": "活期存款"}

FIRST, SPRING = date(2025, 1, 1), date(2026, 6, 30)
ISSUED, REPAID, MATURES = date(2026, 7, 10), date(2026, 9, 28), date(2026, 10, 10)
#: The bank's own letter of authority, as its version of the rulebook says it.
AUTHORITY = """
[parameters.lending_limit]
title = "贷款单户权限"
title_en = "Lending authority for one customer"
unit = "CNY"
values = [{ starts_on = 1990-01-01, value = 2_000_000, cites = "授权书第三条" }]

[[authority]]
grades = ["third", "fourth"]
limit = "lending_limit"
cites = "授权书第三条"
"""


def begin(folder: Path) -> None:
    """The bank up to the end of the second quarter of 2026, that day published, its people able to log in."""
    loaded(write(folder / "begin", _register(), Window("span", FIRST, FIRST)))
    _deliver(folder / "since", FIRST, SPRING, {"balances.csv": [("DC9001", "2026-01-01", "30000000.00")]})
    run_nights(to=SPRING, start=SPRING)
    for username, called, role, branch in STAFF:
        grant(login(username, called), role, branch=branch)
    for code, called in PRODUCTS.items():
        row = Product.objects.get(code=code)
        naming.name_product(row.pk, called, by=who("keeper"), on=SPRING)
    for username, number in OWN.items():
        ClientManager.objects.filter(employee_no=number).update(user=login(username, NAMES[number]))
    text = resources.files("grading.rulebooks").joinpath("corporate-six-grades.toml").read_text("utf-8")
    publishing.publish_rulebook(
        text + AUTHORITY,
        effective_on=date(2026, 1, 1),
        by=who("keeper"),
        second=who("main"),
        reason="本行授权书：客户经理贷款单户权限二百万元",
    )


def _register() -> Files:
    """Two lenders; the first has three borrowers, of whom two have loans already."""
    day = FIRST.isoformat()
    customers = {"C9001": "江南机械制造", "C9002": "滨江物流", "C9003": "城东商贸", "C9004": "大江纺织"}
    return {
        "branches.csv": [
            ("HO", "江城银行", "head_office", ""),
            ("B1", "城东分行", "branch", "HO"),
            ("S1", "城东支行", "outlet", "B1"),
        ],
        "managers.csv": [
            (number, name, "S1", "corporate", "2015-01-01", "2020-01-01", "fourth", "bachelor", "")
            for number, name in NAMES.items()
        ],
        "customers.csv": [
            (number, f"{name}有限公司", "corporate", "S1") for number, name in customers.items()
        ],
        "accounts.csv": [
            *((f"D{number}", number, "deposit", "demand", "CNY", day, "") for number in customers),
            (LONGER, "C9002", "loan", "working", "CNY", day, ""),
            (BAD, "C9003", "loan", "working", "CNY", day, ""),
        ],
        "assignments.csv": [
            (number, SECOND if number == "C9004" else LENDER, "1", day, "") for number in customers
        ],
        "balances.csv": [
            *((f"D{number}", day, "20000000.00") for number in customers),
            (LONGER, day, "1500000.00"),
            (BAD, day, "3200000.00"),
        ],
        "loan_classes.csv": [(LONGER, day, "normal", "0"), (BAD, day, "normal", "0")],
        "loans.csv": [
            (LONGER, "1500000.00", "2025-10-15", "2026-10-15", "guarantee", "4.35", LENDER),
            (BAD, "3200000.00", day, "2026-12-31", "mortgage", "4.9", LENDER),
        ],
    }


def issue(folder: Path) -> None:
    """The core system issues the loan that was approved."""
    day = ISSUED.isoformat()
    _deliver(
        folder / "issued",
        SPRING,
        date(2026, 7, 12),
        {
            "accounts.csv": [(WALKED, "C9001", "loan", "working", "CNY", day, "")],
            "balances.csv": [(WALKED, day, "800000.00")],
            "loans.csv": [(WALKED, "800000.00", day, MATURES.isoformat(), "pledge", "4.35", LENDER)],
            "schedules.csv": [(WALKED, MATURES.isoformat(), "800000.00", "8893.33")],
        },
    )


def go_on(folder: Path) -> None:
    """Nothing changes until 20 September."""
    _deliver(folder / "summer", date(2026, 7, 12), date(2026, 9, 20), {})


def repay(folder: Path) -> None:
    """The loan is repaid ahead of its day; the quarter ends, and its last day is published."""
    day, end = REPAID.isoformat(), date(2026, 9, 30)
    _deliver(
        folder / "repaid",
        date(2026, 9, 20),
        end,
        {
            "balances.csv": [(WALKED, day, "0")],
            "repayments.csv": [(WALKED, day, "HK20260928001", "800000.00", "7733.33")],
        },
    )
    _waive(SPRING, end)
    run_nights(to=end)


def _deliver(folder: Path, before: date, last: date, files: Files) -> None:
    loaded(write(folder, files, Window("span", before + timedelta(days=1), last)))


def _waive(before: date, end: date) -> None:
    """Every day between two published ones, as if two people had waived it."""
    now: datetime = timezone.now()
    days = [before + timedelta(days=number) for number in range(1, (end - before).days)]
    Run.objects.bulk_create(
        Run(business_date=day, status=Run.Status.WAIVED, finished_at=now, reason="只发布季末") for day in days
    )
