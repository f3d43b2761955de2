"""What was told and would come out otherwise today is put to review, once, with its difference."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import InternalError

from appraisal import queries, reviews, services
from appraisal.models import LookBack
from appraisal.services import lookbacks
from ledger.models import Bundle
from ledger.services.extracts import load_bundle
from managers.models import LogEntry
from managers.services import stepping
from tests.appraisal import smallbank
from tests.appraisal.acting import Case, Reach, Staff, find, refused
from tests.appraisal.smallbank import END, RISING, STEADY

LATER = END + timedelta(days=20)


@pytest.fixture
def told(reach: Reach) -> None:
    """Steady and Rising are published: keep against the proposal for Rising."""
    reach(STEADY, "published")
    reach(RISING, "published")


def correct(folder: Path, *rows: str) -> None:
    smallbank.load_late(folder, *rows)


def test_nothing_is_opened_while_nothing_changed(told: None) -> None:
    assert lookbacks.look_back(LATER) == []


def test_a_correction_that_changes_a_told_verdict_opens_one_review(told: None, tmp_path: Path) -> None:
    correct(tmp_path / "late", f"D{RISING},2026-01-01,1000000.00")
    (review,) = lookbacks.look_back(LATER)
    assert (review.appraisal, review.kind, review.cause) == (find(RISING), "figures", f"run:{review.run_id}")
    found = review.found
    assert (found["before"]["outcome"], found["after"]["outcome"]) == ("promote", "warn")
    averages = {line["metric"]: (line["before"], line["after"]) for line in found["lines"]}
    assert averages["deposit_daily_average"] == (
        {"value": "40000000.00", "outcome": "met"},
        {"value": "1000000.00", "outcome": "not_met"},
    )
    assert review.relied == [{"kind": "decision", "number": 1, "outcome": "keep"}]
    assert lookbacks.look_back(LATER) == []
    assert LogEntry.objects.filter(action="open_lookback").count() == 1


def test_figures_that_move_without_changing_the_verdict_open_none(told: None, tmp_path: Path) -> None:
    correct(tmp_path / "late", f"D{STEADY},2026-09-01,20500000.00")
    assert lookbacks.look_back(LATER) == []


def lend(folder: Path, numbers: str) -> None:
    """Loans of Steady, one for each digit, all normal."""
    names = [f"L{STEADY}-{number}" for number in numbers]
    files = {
        "accounts.csv": [f"{name},C{STEADY},loan,term,CNY,2026-01-01," for name in names],
        "balances.csv": [f"{name},2026-01-01,900000.00" for name in names],
        "loan_classes.csv": [f"{name},2026-01-01,normal" for name in names],
    }
    load_bundle(smallbank.write_bundle(folder, files, start=date(2026, 1, 1), end=date(2026, 1, 1)))
    smallbank.run_nights(to=END)


def go_bad(folder: Path, numbers: str, day: date) -> None:
    rows = [f"L{STEADY}-{number},{day},doubtful" for number in numbers]
    load_bundle(smallbank.write_bundle(folder, {"loan_classes.csv": rows}, start=day, end=day))


@pytest.fixture
def lent(bank: None, staff: Staff, tmp_path: Path, on: date) -> None:
    """Steady holds four good loans and is published on them."""
    lend(tmp_path / "loan", "1234")
    services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    for step, who, extra in (
        ("submit", "hr", {}),
        ("clear", "risk", {}),
        ("decide", "leader", {"outcome": "keep", "reason": "再看一季"}),
        ("publish", "hr", {}),
    ):
        getattr(services, step)(find(STEADY), by=staff[who], on=on, **extra)


def test_a_loan_that_goes_bad_after_the_period_opens_a_review(lent: None, tmp_path: Path) -> None:
    assert lookbacks.look_back(LATER) == []
    go_bad(tmp_path / "bad", "1", date(2026, 10, 5))
    assert lookbacks.look_back(date(2026, 10, 4)) == []
    (review,) = lookbacks.look_back(LATER)
    assert (review.kind, review.cause) == ("downgrade", f"loan:L{STEADY}-1:2026-10-05")
    assert review.loans == [{
        "account": f"L{STEADY}-1", "customer": f"C{STEADY}", "from": "normal", "to": "doubtful",
        "on": "2026-10-05", "bundle": Bundle.objects.latest("id").pk,
    }]  # fmt: skip
    assert review.relied == [{"kind": "decision", "number": 1, "outcome": "keep"}]
    assert lookbacks.look_back(LATER) == []


def test_the_loans_of_a_case_share_a_review_until_it_is_ended(
    lent: None, staff: Staff, tmp_path: Path, on: date
) -> None:
    def loans() -> list[list[str]]:
        rows = LookBack.objects.order_by("pk")
        return [[loan["account"].removeprefix(f"L{STEADY}-") for loan in row.loans] for row in rows]

    go_bad(tmp_path / "two", "12", date(2026, 10, 5))
    (review,) = lookbacks.look_back(LATER)
    assert loans() == [["1", "2"]]
    assert reviews.finding(review) == f"考核期后 2 笔贷款降为不良：L{STEADY}-1、L{STEADY}-2"
    go_bad(tmp_path / "third", "3", date(2026, 10, 6))
    assert lookbacks.look_back(LATER) == [] == lookbacks.look_back(LATER)
    assert loans() == [["1", "2", "3"]]
    (entry,) = LogEntry.objects.filter(action="extend_lookback")
    assert entry.detail["causes"] == [f"loan:L{STEADY}-3:2026-10-06"]
    lookbacks.dismiss(review, by=staff["risk"], on=on, reason="已足额抵押")
    go_bad(tmp_path / "fourth", "4", date(2026, 10, 7))
    (another,) = lookbacks.look_back(LATER)
    assert (another.state, loans()) == ("open", [["1", "2", "3"], ["4"]])


def test_a_review_is_ended_once_by_risk_with_a_reason(
    told: None, staff: Staff, tmp_path: Path, on: date
) -> None:
    correct(tmp_path / "late", f"D{RISING},2026-01-01,1000000.00")
    (review,) = lookbacks.look_back(LATER)
    with pytest.raises(PermissionDenied):
        lookbacks.dismiss(review, by=staff["hr"], on=on, reason="无碍")
    with refused("reason_needed"):
        lookbacks.dismiss(review, by=staff["risk"], on=on, reason=" ")
    first, again = (
        lookbacks.dismiss(review, by=staff["risk"], on=on, reason="影响不大", key="k") for _ in range(2)
    )
    assert (first, first.from_state, first.to_state) == (again, "open", "dismissed")
    with pytest.raises(stepping.Refusal, match="现在的状态"):
        lookbacks.reopen(review, by=staff["risk_two"], on=on, reason="再议")
    with pytest.raises(InternalError), transaction.atomic():
        LookBack.objects.filter(pk=review.pk).update(reason="改写")


def test_reopening_starts_the_case_anew_on_what_is_known_now(
    told: None, staff: Staff, case: Case, tmp_path: Path, on: date
) -> None:
    correct(tmp_path / "late", f"D{RISING},2026-01-01,1000000.00")
    (review,) = lookbacks.look_back(LATER)
    lookbacks.reopen(review, by=staff["risk"], on=on, reason="余额更正")
    assert (case(RISING).state, LookBack.objects.get().state) == ("reopened", "reopened")
    services.measure(case(RISING), by=staff["hr"], on=on)
    row = case(RISING)
    assert (row.state, row.verdict and row.verdict.outcome) == ("measured", "warn")
    assert not queries.unlogged().exists()
