"""The page of adjustments: proposed by one, approved by another, in reach only."""

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
import time_machine
from django.utils import timezone

from appraisal.models import Adjustment
from managers.models import User
from tests.appraisal.acting import Staff, grant, manager
from tests.appraisal.pages import as_, text
from tests.appraisal.smallbank import ELSEWHERE, STEADY

TODAY = timezone.localdate()
GIVEN = {
    "employee_no": STEADY, "metric": "deposit_daily_average", "window": "year", "amount": "1500000.00",
    "starts_on": "2026-07-01", "expires_on": "2026-12-31", "reason": "系统漏记一户",
    "evidence": "对账单 2026-118",
}  # fmt: skip


@pytest.fixture(autouse=True)
def same_day() -> Iterator[None]:
    """The day stays TODAY though the suite may run past midnight."""
    with time_machine.travel(datetime.combine(TODAY, time(10), timezone.get_default_timezone()), tick=True):
        yield


@pytest.fixture
def head(staff: Staff) -> User:
    user = User.objects.create(username="risk_head", display_name="总行风险")
    grant(user, "head_risk", branch="HO")
    return user


def test_a_proposal_is_approved_by_another_on_the_page(staff: Staff, head: User) -> None:
    risk = as_(staff["risk"])
    assert risk.post("/adjustments/", GIVEN).status_code == 302
    row = Adjustment.objects.get()
    assert (row.manager, row.state, row.expires_on) == (manager(STEADY), "proposed", date(2026, 12, 31))
    page = risk.get("/adjustments/")
    assert [each["steps"] for each in page.context["rows"]] == [
        [{"name": "withdraw", "label": "撤回", "reason": False}]
    ]
    assert "系统漏记一户" in text(page) and "待批准" in text(page)
    page = as_(head).get("/adjustments/")
    assert [step["name"] for step in page.context["rows"][0]["steps"]] == ["approve", "reject"]
    assert as_(head).post(f"/adjustments/{row.pk}/approve/").status_code == 302
    assert Adjustment.objects.get().state == "approved"
    assert "已批准" in text(as_(head).get("/adjustments/"))


def test_what_is_out_of_reach_is_not_found(staff: Staff, head: User) -> None:
    answer = as_(staff["risk"]).post("/adjustments/", GIVEN | {"employee_no": ELSEWHERE})
    assert "所辖范围内没有这个工号；请核对。" in text(answer) and not Adjustment.objects.exists()
    as_(head).post("/adjustments/", GIVEN | {"employee_no": ELSEWHERE})
    row = Adjustment.objects.get()
    assert as_(staff["risk"]).post(f"/adjustments/{row.pk}/withdraw/").status_code == 404
    assert as_(staff["risk"]).get("/adjustments/").context["rows"] == []
    assert as_(staff["hr"]).get("/adjustments/").status_code == 403
    assert as_(head).post(f"/adjustments/{row.pk}/dance/").status_code == 404


def test_what_is_refused_says_why_on_the_form(staff: Staff) -> None:
    answer = as_(staff["risk"]).post("/adjustments/", GIVEN | {"amount": "0"})
    assert "调整额须是不为零的数字。" in text(answer) and not Adjustment.objects.exists()
