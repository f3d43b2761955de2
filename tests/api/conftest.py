"""A small bank behind the REST interface: two sister branches, four managers, one published night."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appraisal import services as procedure
from appraisal.models import Appraisal, Cycle
from ledger.models import Run
from ledger.rules import windows
from ledger.services.nights import run_nights
from managers.models import Branch, ClientManager, Grant, User
from managers.services import tokens
from managers.tokens import SCOPES
from tests.ledger.bank import Files, loaded, write

DAY = date(1994, 3, 31)
QUARTER = windows.period("1994Q1")
SCHEME = "corporate-six-grades"
HIRED = ("1990-01-01", "1992-01-01")
FILES: Files = {
    "branches.csv": [
        ("HO", "总行", "head_office", ""),
        ("B1", "东支行", "branch", "HO"),
        ("B11", "东门分理处", "outlet", "B1"),
        ("B2", "西支行", "branch", "HO"),
    ],
    "managers.csv": [
        ("E1", "陈嘉怡", "B1", "corporate", *HIRED, "third", "bachelor", "senior"),
        ("E2", "李明", "B11", "corporate", *HIRED, "fourth", "", ""),
        ("E3", "赵云", "B1", "personal", *HIRED, "fourth", "", ""),
        ("F9", "王秘密", "B2", "corporate", *HIRED, "second", "", ""),
    ],
    "customers.csv": [
        ("C1", "甲公司", "corporate", "B1"),
        ("C2", "欧阳某某", "personal", "B1"),
        ("C3", "丙公司", "corporate", "B11"),
        ("S9", "秘密公司", "corporate", "B2"),
    ],
    "accounts.csv": [
        ("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", ""),
        ("A2", "C2", "deposit", "demand", "CNY", "1994-01-01", ""),
        ("A3", "C3", "deposit", "demand", "CNY", "1994-01-01", ""),
        ("A9", "S9", "deposit", "demand", "CNY", "1994-01-01", ""),
        ("L1", "C1", "loan", "loan", "CNY", "1994-01-01", ""),
    ],
    "assignments.csv": [
        ("C1", "E1", "0.7", "1994-01-01", ""),
        ("C1", "F9", "0.3", "1994-01-01", ""),
        ("C2", "E1", "1", "1994-01-01", "1994-03-31"),
        ("C3", "E2", "1", "1994-01-01", ""),
        ("S9", "F9", "1", "1994-01-01", ""),
    ],
    "balances.csv": [
        ("A1", "1994-01-01", "10000000"),
        ("A1", "1994-03-31", "10000000.01"),
        ("A2", "1994-01-01", "400000"),
        ("A3", "1994-01-01", "2000000"),
        ("A9", "1994-01-01", "98765432.10"),
        ("L1", "1994-01-01", "9000000"),
    ],
    "loan_classes.csv": [("L1", "1994-01-01", "normal", "")],
}


@dataclass(frozen=True)
class Bank:
    """What the tests compare answers with."""

    run: Run
    cycle: Cycle
    appraisals: dict[str, Appraisal]


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Bank:
    """The bundle loaded, its last night published, its quarter appraised."""
    loaded(write(tmp_path / "bundle", FILES, windows.Window("span", QUARTER.start, QUARTER.end)))
    (run,) = run_nights(to=DAY, start=DAY).runs
    opened, _measured = procedure.appraise(SCHEME, QUARTER.code, by=None, on=DAY)
    rows = Appraisal.objects.select_related("manager", "verdict__rulebook")
    return Bank(run, opened.cycle, {row.manager.employee_no: row for row in rows})


@pytest.fixture
def person(bank: Bank) -> Callable[..., User]:
    """`person("branch_risk", "B1")`: a user with that role at that branch; further pairs are more grants."""

    def make(*grants: str) -> User:
        user = User.objects.create_user("-".join(grants) or "nobody")
        for role, branch in zip(grants[::2], grants[1::2], strict=True):
            place = Branch.objects.get(code=branch)
            Grant.objects.create(user=user, role=role, branch=place, starts_on=date(2020, 1, 1))
        return user

    return make


@pytest.fixture
def own(bank: Bank) -> User:
    """The client manager E1 as a user."""
    user = User.objects.create_user("chenjiayi")
    ClientManager.objects.filter(employee_no="E1").update(user=user)
    return user


@pytest.fixture
def bearer() -> Callable[..., Client]:
    """`bearer(user, "runs:read")`: a client with a new token of these scopes (all, if none is named)."""

    def make(user: User, *scopes: str, **options: Any) -> Client:
        issued = tokens.issue(user=user, scopes=scopes or SCOPES, at=timezone.now(), name="test", **options)
        return Client(headers={"authorization": f"Bearer {issued.text}"})

    return make


@pytest.fixture
def auditor(person: Callable[..., User], bearer: Callable[..., Client]) -> Client:
    """A client that may read everything."""
    return bearer(person("auditor", "HO"))


@pytest.fixture
def east(person: Callable[..., User], bearer: Callable[..., Client]) -> Client:
    """A client of the eastern branch and what lies below it."""
    return bearer(person("api_client", "B1"))
