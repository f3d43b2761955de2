"""The credit standard: read from its text, the place of every mistake, the version in force, two people."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from credit.models import StandardVersion
from credit.queries import standards
from credit.rules import standard
from credit.services.standards import publish
from managers.models import LogEntry
from managers.services.stepping import Refusal
from tests.managers import people
from tests.managers.people import ON

TEXT = standards.SHIPPED.read_text("utf-8")
SHIPPED = standard.parsed(TEXT)


def test_the_shipped_standard_reads_whole() -> None:
    assert SHIPPED.notice_days == (30, 15, 7)
    assert {rule.loan_class for rule in SHIPPED.inspections} == set(standard.CLASSES)
    assert {papers.security for papers in SHIPPED.papers} == set(standard.SECURITIES)
    assert [each.ending for each in SHIPPED.checklists] == ["recovered", "extended", "renewed", "preserved"]


@pytest.mark.parametrize(
    ("amount", "days"), [("0", 180), ("4999999.99", 180), ("5000000", 90), ("900000000", 90)]
)
def test_the_amount_decides_how_often_a_loan_is_inspected(amount: str, days: int) -> None:
    rule = SHIPPED.inspected_every("normal", Decimal(amount))
    assert rule is not None and rule.every_days == days


@pytest.mark.parametrize(
    ("days", "best"),
    [
        (0, None),
        (1, "special_mention"),
        (90, "special_mention"),
        (91, "substandard"),
        (271, "doubtful"),
        (999, "loss"),
    ],
)
def test_days_overdue_keep_the_class_down(days: int, best: str | None) -> None:
    found = SHIPPED.floor(days)
    assert (found.loan_class if found else None) == best


def test_every_amount_has_an_owner() -> None:
    assert SHIPPED.approved_at(Decimal("5000000")).role == "outlet_head"
    assert SHIPPED.approved_at(Decimal("5000000.01")).role == "head_risk"
    assert (standard.worse("normal", "doubtful"), standard.worse("loss", "normal")) == ("doubtful", "loss")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("days = [30, 15, 7]", "days = [30, 0]", "notices.days"),
        ("days = 15", 'days = "15"', "findings.days"),
        ('class = "special_mention"\nevery_days', 'class = "odd"\nevery_days', "inspection[3].class"),
        ('amount_from = "5000000"', "amount_from = 5000000.5", "inspection[2].amount_from"),
        ('amount_from = "5000000"', 'amount_from = "NaN"', "inspection[2].amount_from"),
        ('up_to = "5000000"\n', "", "approval"),
        ('role = "head_risk"', 'role = "head_risk"\nup_to = "9"', "approval"),
        ("overdue_over = 90", "overdue_over = -1", "class_floor[2].overdue_over"),
        ('ending = "recovered"', "", "checklist[1].ending"),
        ("[notices]", "[notes]", "notices"),
        ("code =", "code", "toml"),
    ],
)
def test_a_mistake_is_named_by_its_place(old: str, new: str, place: str) -> None:
    assert old in TEXT
    with pytest.raises(standard.Unreadable) as found:
        standard.parsed(TEXT.replace(old, new, 1))
    assert found.value.place == place


@pytest.fixture
def bank(db: None) -> None:
    people.organisation()


def test_the_banks_own_version_holds_from_its_day(bank: None) -> None:
    maker, risk = people.person("maker"), people.person("risk", "head_risk", "HO")
    later = ON + timedelta(days=10)
    version = publish(TEXT.replace("[30, 15, 7]", "[20]"), effective_on=later, by=maker, second=risk, on=ON)
    assert standards.standard_on(later - timedelta(days=1)).notice_days == (30, 15, 7)
    assert standards.standard_on(later).notice_days == (20,)
    entry = LogEntry.objects.get(action="adopt_standard")
    assert (entry.by, entry.subject, entry.detail["made_by"]) == (risk, f"standard:{version.pk}", "maker")


def test_one_person_a_past_day_and_a_stranger_are_refused(bank: None) -> None:
    maker, risk = people.person("maker"), people.person("risk", "head_risk", "HO")
    with pytest.raises(Refusal, match="两人"):
        publish(TEXT, effective_on=ON, by=risk, second=risk, on=ON)
    with pytest.raises(Refusal, match="过去"):
        publish(TEXT, effective_on=ON - timedelta(days=1), by=maker, second=risk, on=ON)
    with pytest.raises(PermissionDenied):
        publish(TEXT, effective_on=ON, by=risk, second=maker, on=ON)
    with pytest.raises(Refusal, match="no_such_role"):
        publish(TEXT.replace('"head_risk"', '"no_such_role"'), effective_on=ON, by=maker, second=risk, on=ON)
    assert not StandardVersion.objects.exists()


def test_the_database_wants_two_people_and_rewrites_nothing(bank: None) -> None:
    maker, risk = people.person("maker"), people.person("risk", "head_risk", "HO")
    with pytest.raises(IntegrityError), transaction.atomic():
        StandardVersion.objects.create(
            code="x", title="x", text=TEXT, sha256="x", effective_on=ON, made_by=risk, adopted_by=risk
        )
    version = publish(TEXT, effective_on=ON, by=maker, second=risk, on=ON)
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        StandardVersion.objects.filter(pk=version.pk).update(title="other")


def test_the_command_publishes_or_says_why_not(bank: None, tmp_path: Path) -> None:
    people.person("maker")
    people.person("risk", "head_risk", "HO")
    file, today = tmp_path / "standard.toml", timezone.localdate()
    file.write_text(TEXT, "utf-8")
    options = [str(file), "--effective", today.isoformat(), "--by", "maker"]
    with pytest.raises(CommandError, match="两人") as refused:
        call_command("publish_credit_standard", *options, "--second", "maker")
    assert refused.value.returncode == 2
    out = StringIO()
    call_command("publish_credit_standard", *options, "--second", "risk", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "status": "published",
        "code": "corporate-working-standard",
        "effective_on": str(today),
    }
    assert standards.version_on(date.max) == StandardVersion.objects.get()
