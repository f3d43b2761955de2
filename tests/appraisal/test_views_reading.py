"""Reading somebody else's figures leaves one line a day in the log; its readers find the history."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from managers.models import LogEntry
from managers.services import identity
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, Case, Reach, Staff, grant
from tests.appraisal.pages import as_, manager_login, text


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def read() -> list[tuple[str, str]]:
    found = LogEntry.objects.filter(action="read_file").order_by("id")
    return [(name, subject) for name, subject in found.values_list("by__username", "subject")]


def test_reading_a_workbench_is_logged_once_a_person_and_day_and_ones_own_never(
    cycle: object, case: Case, staff: Staff
) -> None:
    for who in (staff["auditor"], staff["auditor"], staff["hr"]):
        assert as_(who).get("/managers/1001/").status_code == 200
    own = as_(manager_login(smallbank.STEADY))
    assert (own.get("/me/").status_code, own.get("/managers/1001/").status_code) == (200, 200)
    assert read() == [("auditor", "manager:1001"), ("hr", "manager:1001")]
    later = ON + timedelta(days=1)
    identity.note_reading(case(smallbank.STEADY).manager, by=staff["auditor"], on=later)
    assert len(read()) == 3


def test_reading_the_evidence_is_logged_by_case(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "in_risk_queue")
    for _each in range(2):
        assert as_(staff["risk"]).get("/queue/").status_code == 200
    assert read() == [("risk", f"appraisal:{case(smallbank.STEADY).pk}")]


def test_a_refused_page_is_not_read(cycle: object, staff: Staff) -> None:
    assert as_(staff["hr_west"]).get("/managers/1001/").status_code == 404
    assert read() == []


def test_readers_of_the_log_find_the_history(reach: Reach, case: Case, staff: Staff) -> None:
    reach(smallbank.STEADY, "in_risk_queue")
    row = case(smallbank.STEADY)
    audit = reverse("audit")
    of_manager = f'href="{audit}?record=managers_clientmanager%3A{row.manager_id}">历史</a>'
    of_case = f'href="{audit}?record=appraisal_appraisal%3A{row.pk}">历史</a>'
    assert of_manager in text(as_(staff["auditor"]).get("/managers/1001/"))
    assert "历史</a>" not in text(as_(staff["hr"]).get("/managers/1001/"))
    assert "历史</a>" not in text(as_(staff["risk"]).get("/queue/"))
    grant(staff["risk"], "auditor", branch="HO")
    assert of_case in text(as_(staff["risk"]).get("/queue/"))
