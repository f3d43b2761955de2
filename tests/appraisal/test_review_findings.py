"""What a review as an attacker found, held by a test each."""

from datetime import date

import pytest
from django.test import Client

from appraisal import presenters, queries, services
from appraisal.models import Cycle
from appraisal.services import Refusal
from managers.models import User
from tests.appraisal import smallbank
from tests.appraisal.acting import Case
from tests.appraisal.smallbank import STEADY

pytestmark = pytest.mark.django_db


def test_a_period_that_has_not_ended_opens_nothing(staff: dict[str, User], on: date) -> None:
    with pytest.raises(Refusal) as refused:
        services.open_cycle(smallbank.SCHEME, f"{on.year + 1}Q1", by=staff["hr"], on=on)
    assert (refused.value.code, Cycle.objects.count()) == ("not_ended", 0)


def test_a_returned_appraisal_wants_an_answer(
    cycle: Cycle, staff: dict[str, User], on: date, case: Case
) -> None:
    services.submit(case(STEADY), by=staff["hr"], on=on)
    services.send_back(case(STEADY), by=staff["risk"], on=on, reason="请核对客户归属")
    with pytest.raises(Refusal) as refused:
        services.measure(case(STEADY), by=staff["hr"], on=on, reason="  ")
    assert (refused.value.code, case(STEADY).state) == ("answer_needed", "returned")


def test_the_person_concerned_reads_no_internal_note(
    cycle: Cycle, staff: dict[str, User], on: date, case: Case
) -> None:
    services.submit(case(STEADY), by=staff["hr"], on=on)
    services.send_back(case(STEADY), by=staff["risk"], on=on, reason="怀疑虚增")
    steps = queries.steps(case(STEADY))
    assert {each.get("note", "") for each in presenters.timeline(case(STEADY), steps, named=False)} == {""}
    named = presenters.timeline(case(STEADY), steps, named=True)
    assert "怀疑虚增" in {each.get("note", "") for each in named}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/managers/%00/", 400),
        ("/rulebooks/%00/1/", 400),
        ("/queue/?id=%C2%B2", 200),
        ("/managers/010101/figures/deposit_daily_average/?floor=NaN", 404),
        ("/managers/010101/figures/deposit_daily_average/?floor=1e999999999", 404),
    ],
)
def test_no_address_makes_a_page_fall_over(
    cycle: Cycle, staff: dict[str, User], path: str, status: int
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(staff["risk"])
    assert client.get(path).status_code == status
