"""A small bank with loans, schedules and terms, and the people of the work after a loan."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.models import Account
from managers.models import Branch, ClientManager, User
from tests.ledger import bank
from tests.ledger.acting import day, person

ON = day(6)
FIFTH = day(5)
BANK: bank.Files = bank.REGISTER | {
    "accounts.csv": [
        *bank.REGISTER["accounts.csv"],
        ("L2", "C2", "loan", "loan", "CNY", "1993-06-01", ""),
        ("L3", "C1", "loan", "loan", "CNY", "1993-06-01", ""),
    ],
    "balances.csv": [
        *bank.REGISTER["balances.csv"],
        ("L2", "1994-01-02", "8000000.00"),
        ("L3", "1994-01-02", "100.00"),
        ("L3", "1994-01-04", "0"),
    ],
    "loan_classes.csv": [
        ("L1", "1994-01-02", "normal", ""),
        ("L1", "1994-01-05", "special_mention", "12.34"),
        ("L2", "1994-01-02", "normal", ""),
        ("L3", "1994-01-02", "normal", ""),
    ],
    "loans.csv": [
        ("L1", "300.00", "1993-02-01", "1994-02-01", "guarantee", "5.5", "E1"),
        ("L2", "8000000.00", "1993-06-01", "1994-01-20", "mortgage", "", ""),
        ("L3", "100.00", "1993-06-01", "1994-01-04", "credit", "", ""),
    ],
    "schedules.csv": [("L2", "1993-10-01", "1000.00", "10.00"), ("L2", "1994-01-20", "7999000.00", "0")],
}


def load(folder: Path, **files: bank.Rows) -> None:
    """The bank up to 5 January 1994, some of its files replaced."""
    changed = {f"{name}.csv": rows for name, rows in files.items()}
    bank.loaded(bank.write(folder / "bank", {**BANK, **changed}))


def hire() -> dict[str, User]:
    """Managers of both branches, two of them at the first; heads, risk, and people from elsewhere."""
    staff = {
        "head": person("head", "outlet_head", "B01"),
        "risk": person("risk", "branch_risk", "B01"),
        "risk_two": person("risk_two", "branch_risk", "HO"),
        "keeper": person("keeper", "asset_preservation", "B01"),
        "main": person("main", "head_risk", "HO"),
        "main_two": person("main_two", "head_risk", "HO"),
        "audit": person("audit", "auditor", "HO"),
        "hr": person("hr", "branch_hr", "B01"),
        "other": person("other", "branch_risk", "B02"),
    }
    for number in ("E1", "E2"):
        staff[number] = person(number)
        ClientManager.objects.filter(employee_no=number).update(user=staff[number])
    staff["E3"] = person("E3")
    ClientManager.objects.create(
        employee_no="E3",
        name="李敏",
        branch=Branch.objects.get(code="B01"),
        line="corporate",
        hired_on=day(1),
        post_started_on=day(1),
        grade_code="third",
        user=staff["E3"],
    )
    ClientManager.objects.update(status=ClientManager.Status.ON_POST)
    return staff


def account(number: str = "L1") -> int:
    return Account.objects.get(account_no=number).pk


def manager(number: str) -> ClientManager:
    return ClientManager.objects.select_related("branch").get(employee_no=number)


def photo(name: str = "现场.png") -> SimpleUploadedFile:
    """The smallest picture there is."""
    content = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    return SimpleUploadedFile(name, content)


def answers(**changed: str) -> dict[str, dict[str, str]]:
    """Every question answered with yes, some with "no" and a note."""
    from credit.questions import QUESTIONS

    said: dict[str, Any] = {code: {"answer": "yes", "note": ""} for code in QUESTIONS}
    return said | {code: {"answer": "no", "note": note} for code, note in changed.items()}


def later(number: int) -> date:
    """A day of January 1994."""
    return day(number)
