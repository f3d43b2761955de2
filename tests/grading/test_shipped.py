"""The rulebooks that come with the product: installed, readable in two languages, judged on real files."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from grading import queries
from grading.models import RulebookVersion, Verdict
from grading.rules.verdict import Verdict as Ruling
from grading.services import rejudged
from ledger.rules.windows import Window
from tests.grading.people import hire
from tests.ledger import bank

CODES = ["corporate-six-grades", "group-five-steps", "rural-loan-grades", "rural-monthly-points"]
YEAR = Window("span", date(1994, 1, 1), date(1994, 12, 31))
CYCLES = {
    "group-five-steps": "1994",
    "rural-loan-grades": "1994Q4",
    "rural-monthly-points": "1994M12",
}

pytestmark = pytest.mark.django_db


def test_every_shipped_rulebook_is_installed_and_in_force() -> None:
    versions = list(queries.in_force(date(2026, 9, 30)))
    assert [(each.code, each.origin, each.state) for each in versions] == [
        (code, "shipped", "adopted") for code in CODES
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_shipped_rulebook_reads_as_a_page_and_a_pdf(code: str, language: str) -> None:
    client = Client()
    client.force_login(hire()["audit"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    version = RulebookVersion.objects.get(code=code)
    page = client.get(reverse("rulebook_version", args=[version.pk])).content.decode()
    notes = queries.rulebook(version).notes
    readings = [note.reading_en if language == "en" else note.reading for note in notes]
    assert [reading for reading in readings if reading.replace("'", "&#x27;") not in page] == []
    pdf = client.get(reverse("rulebook_pdf", args=[version.pk]))
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")


@pytest.mark.parametrize("code", CODES)
def test_the_numbers_of_every_shipped_rulebook_open_in_the_grid(code: str) -> None:
    client = Client()
    client.force_login(hire()["hr"])
    page = client.get(reverse("numbers_grid", args=[code])).content.decode()
    parameters = queries.rulebook(RulebookVersion.objects.get(code=code)).parameters.values()
    assert [each.title for each in parameters if each.title not in page] == []


def manager(number: str, line: str, grade: str) -> tuple[str, ...]:
    return (number, f"{number}某", "B01", line, "1990-01-01", "1992-01-01", grade, "bachelor", "")


def delivered(folder: Path) -> None:
    """E1 under the rural points, E2 under the group's steps, E3 under the rural grades."""
    events = {
        "E1": {"own_pay": 2_000, "four_costs": 1_000, "interest_received": 3_000, "loans_issued": 50_000},
        "E2": {"training_passed": 1, "certificate_valid": 1, "recognised_middle": 1}
        | {f"ability_{each}": 1 for each in ("selling", "judgement", "risk", "pressure")},
        "E3": {"loans_issued": 9_000_000, "training_passed": 1, "certificate_valid": 1},
    }
    plans = {"loans_issued": "100000", "deposit_daily_average": "500000", "loan_daily_average": "0"}
    files: Any = {
        **bank.REGISTER,
        "managers.csv": [
            manager("E1", "integrated", "client_manager"),
            manager("E2", "corporate", "junior"),
            manager("E3", "micro", "grade_three"),
        ],
        "assignments.csv": [("C1", "E1", "1", "1994-01-01", ""), ("C2", "E2", "1", "1994-01-01", "")],
        "accounts.csv": [
            ("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", ""),
            ("A2", "C2", "deposit", "demand", "CNY", "1994-01-01", ""),
        ],
        "balances.csv": [("A1", "1994-01-01", "700000.00"), ("A2", "1994-01-01", "500000.00")],
        "loan_classes.csv": [],
        "settlements.csv": [],
        "events.csv": [
            (number, "1994-12-10", code, str(quantity), "")
            for number, found in events.items()
            for code, quantity in found.items()
        ],
        "targets.csv": [
            ("E1" if metric == "loans_issued" else "E2", metric, "1994-01-01", "", value)
            for metric, value in plans.items()
        ],
    }
    bank.loaded(bank.write(folder / "bundle", files, YEAR))


@pytest.fixture
def lines(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The one exported verdict of each scheme."""
    delivered(tmp_path)
    call_command("run_nights", "--from", "1994-12-31", "--to", "1994-12-31", stdout=StringIO())
    found = {}
    for scheme, period in CYCLES.items():
        call_command("appraise", "--scheme", scheme, "--period", period, stdout=StringIO())
        told = StringIO()
        call_command("export_verdicts", "--scheme", scheme, "--period", period, stdout=told)
        (found[scheme],) = map(json.loads, told.getvalue().splitlines())
    return found


def ruled(line: dict[str, Any]) -> tuple[str, str, str]:
    return line["employee_no"], line["outcome"], line["proposed_grade"]


def test_the_rural_points_of_a_month(lines: dict[str, dict[str, Any]]) -> None:
    line = lines["rural-monthly-points"]
    sheet = line["scores"]["monthly"]
    # Without a target for recovery its 10 points go to the other 90: 85 of 90 were earned.
    assert (ruled(line), sheet["total"]) == (("E1", "keep", "client_manager"), "94.44")
    assert [(each["code"], each["points"], each["state"]) for each in sheet["items"]] == [
        ("monthly.balance", "13.89", "scored"),
        ("monthly.product", "13.89", "scored"),
        ("monthly.issued", "5.56", "scored"),
        ("monthly.recovered", None, "left_out"),
        ("monthly.compliance", "5.56", "scored"),
        ("monthly.interest", "27.78", "scored"),
        ("monthly.conduct", "27.78", "scored"),
    ]


def test_a_step_up_in_the_group_needs_recognition(lines: dict[str, dict[str, Any]]) -> None:
    line = lines["group-five-steps"]
    assert (ruled(line), line["entry"]) == (("E2", "promote", "middle"), "met")


def test_rural_grades_wait_for_the_numbers_of_the_bank(lines: dict[str, dict[str, Any]]) -> None:
    line = lines["rural-loan-grades"]
    assert ruled(line) == ("E3", "undecided", "grade_three")
    assert {each["code"]: each["amount"] for each in line["pay"]} == {
        "performance": None,
        "risk_reserve": None,
    }


def test_the_stored_evidence_alone_gives_the_verdicts_again(lines: dict[str, dict[str, Any]]) -> None:
    assert Verdict.objects.count() == len(CYCLES)
    for stored in Verdict.objects.all():
        assert rejudged(stored) == Ruling.from_dict(stored.result)
