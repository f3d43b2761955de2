"""The pay ledger: what a published appraisal enters, that it adds up, and what a claw-back takes."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.models import Sum

from appraisal import services
from appraisal.models import Appraisal, PayEntry
from managers.models import Branch, Grant, User
from tests.appraisal.test_language_end_to_end import BOOK, MONTHS, SCHEME, command, delivered
from tests.ledger import bank

CLAW_BACK = """
claw_back = { event = "bad_loan", window = "month", op = ">", value = 0, cites = "第九条" }
"""
ON = date(1994, 3, 10)
SEATS = {"submit": "branch_hr", "clear": "branch_risk", "decide": "group_member", "publish": "branch_hr"}


def staff() -> dict[str, User]:
    """Who takes each step; HR submits and publishes."""
    at, seats = Branch.objects.get(code="HO"), {}
    for role in dict.fromkeys(SEATS.values()):
        seats[role] = User.objects.create_user(role)
        Grant.objects.create(user=seats[role], role=role, branch=at, starts_on=date(1990, 1, 1))
    return {step: seats[role] for step, role in SEATS.items()}


def publish(period: str, people: dict[str, User], manager: str = "E1") -> Appraisal:
    """An appraisal taken from the figures to its publication, the grade kept."""
    command("appraise", "--scheme", SCHEME, "--period", period)
    row = Appraisal.objects.get(cycle__period=period, manager__employee_no=manager)
    services.submit(row, by=people["submit"], on=ON)
    services.clear(row, by=people["clear"], on=ON)
    services.decide(row, outcome="keep", by=people["decide"], on=ON, reason="本月维持，下月再议。")
    services.publish(row, by=people["publish"], on=ON)
    return row


@pytest.fixture
def people(db: None, tmp_path: Path) -> dict[str, User]:
    """A bank with two months of figures and a book that holds back a part of the pay."""
    delivered(tmp_path)
    later = [("E1", "1994-02-20", "bad_loan", "1", "")]
    bank.loaded(bank.write(tmp_path / "later", {"events.csv": later}, MONTHS))
    command("run_nights", "--from", "1994-01-31", "--to", "1994-02-28")
    path = tmp_path / "points.toml"
    path.write_text(BOOK + CLAW_BACK, encoding="utf-8")
    for name in ("maker", "second"):
        User.objects.create_user(name)
    command("publish_rulebook", str(path), "--effective", "1994-01-01", "--by", "maker", "--second", "second")
    return staff()


def rows() -> list[tuple[str, str, date, Decimal]]:
    found = PayEntry.objects.order_by("id").values_list(
        "appraisal__cycle__period", "kind", "due_on", "amount"
    )
    return list(found)


def test_a_published_appraisal_enters_its_schedule_and_a_claw_back_what_is_still_held(
    people: dict[str, User],
) -> None:
    january = publish("1994M01", people)
    entered = [
        ("1994M01", "paid", date(1994, 1, 31), Decimal("385.00")),
        ("1994M01", "release", date(1995, 1, 31), Decimal("82.50")),
        ("1994M01", "release", date(1996, 1, 31), Decimal("82.50")),
    ]
    assert rows() == entered
    assert january.pay.aggregate(total=Sum("amount"))["total"] == Decimal("550.00")
    publish("1994M02", people)
    assert rows() == [
        *entered,
        ("1994M02", "paid", date(1994, 2, 28), Decimal("210.00")),
        ("1994M02", "release", date(1995, 2, 28), Decimal("45.00")),
        ("1994M02", "release", date(1996, 2, 29), Decimal("45.00")),
        ("1994M02", "claw_back", date(1994, 2, 28), Decimal("-82.50")),
        ("1994M02", "claw_back", date(1994, 2, 28), Decimal("-82.50")),
        ("1994M02", "claw_back", date(1994, 2, 28), Decimal("-45.00")),
        ("1994M02", "claw_back", date(1994, 2, 28), Decimal("-45.00")),
    ]
    assert PayEntry.objects.filter(kind="release", taken_back_by=None).count() == 0
    _the_database_holds_it(january)


def _the_database_holds_it(row: Appraisal) -> None:
    """Nothing is entered twice, taken back twice, changed or deleted."""
    release = row.pay.filter(kind="release").first()
    assert release is not None
    twice = {"appraisal": row, "verdict_id": row.verdict_id, "item": "bonus", "reason": "x"}
    with pytest.raises(IntegrityError, match="pay_entry_once"), transaction.atomic():
        PayEntry.objects.create(kind="release", due_on=release.due_on, amount=1, **twice)
    with pytest.raises(IntegrityError, match="takes_back"), transaction.atomic():
        PayEntry.objects.create(kind="claw_back", due_on=ON, amount=-1, takes_back=release, **twice)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        PayEntry.objects.filter(pk=release.pk).update(amount=1)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        PayEntry.objects.filter(kind="claw_back").delete()
