"""Repeats with a key, and batches: all or none."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal import services
from appraisal.models import Cycle, Step
from tests.appraisal.acting import (
    Case,
    Staff,
    Take,
    log,
    refused,
)
from tests.appraisal.smallbank import BAD_LOAN, ELSEWHERE, RISING, SPIKE, STEADY, STEADY_TOO, WAITING


def test_a_repeat_with_the_same_key_gives_the_first_answer(take: Take, case: Case) -> None:
    first = take("submit", STEADY, "hr", key="form-1")
    assert take("submit", STEADY, "hr", key="form-1").pk == first.pk
    take("clear", STEADY, "risk", key="form-1")
    assert take("submit", STEADY, "hr", key="form-1").pk == first.pk
    decided = take("decide", STEADY, "leader", outcome="keep", key="form-2")
    again = take("decide", STEADY, "leader", outcome="demote", reason="改主意", key="form-2")
    assert (again.pk, case(STEADY).decided_outcome) == (decided.pk, "keep")
    assert [name for name, *_ in log(case(STEADY))] == ["open", "measure", "submit", "clear", "decide"]


def test_a_key_is_good_for_one_person_and_one_appraisal(take: Take, case: Case) -> None:
    take("submit", STEADY, "hr", key="form-1")
    take("submit", STEADY_TOO, "hr", key="form-1")
    with refused("wrong_state"):
        take("submit", STEADY, "hr_two", key="form-1")


def test_measuring_one_repeats_too(cycle: Cycle, case: Case, staff: Staff, take: Take, on: date) -> None:
    take("submit", STEADY, "hr")
    take("send_back", STEADY, "risk", reason="请核对")
    first = services.measure(case(STEADY), by=staff["hr"], on=on, reason="已核对", key="form-3")
    again = services.measure(case(STEADY), by=staff["hr"], on=on, reason="已核对", key="form-3")
    assert [step.pk for step in again.steps] == [step.pk for step in first.steps]
    assert Step.objects.filter(appraisal=case(STEADY), name="measure").count() == 2


def test_a_batch_clears_the_unflagged_and_repeats(take: Take, case: Case, staff: Staff, on: date) -> None:
    ids = [case(number).pk for number in (STEADY, STEADY_TOO)]
    services.submit_many(ids, by=staff["hr"], on=on)
    first = services.clear_unflagged(ids, by=staff["risk"], on=on, key="batch-1")
    again = services.clear_unflagged(reversed(ids), by=staff["risk"], on=on, key="batch-1")
    assert [step.pk for step in again] == [step.pk for step in first]
    assert [(step.appraisal_id, step.to_state, step.by) for step in first] == [
        (pk, "cleared", staff["risk"]) for pk in ids
    ]
    assert {case(STEADY).state, case(STEADY_TOO).state} == {"cleared"}


@pytest.mark.parametrize("number", [RISING, BAD_LOAN, SPIKE])
def test_one_flag_refuses_the_whole_batch(
    take: Take, case: Case, staff: Staff, on: date, number: str
) -> None:
    ids = [case(each).pk for each in (STEADY, number)]
    services.submit_many(ids, by=staff["hr"], on=on)
    with refused("flagged"):
        services.clear_unflagged(ids, by=staff["risk"], on=on)
    assert {case(STEADY).state, case(number).state} == {"in_risk_queue"}


def test_one_that_cannot_go_on_keeps_the_batch(take: Take, case: Case, staff: Staff, on: date) -> None:
    with refused("wrong_state"):
        services.submit_many([case(STEADY).pk, case(WAITING).pk], by=staff["hr"], on=on)
    with pytest.raises(PermissionDenied):
        services.submit_many([case(STEADY).pk, case(ELSEWHERE).pk], by=staff["hr"], on=on)
    with refused("unknown"):
        services.submit_many([case(STEADY).pk, 10**9], by=staff["hr"], on=on)
    with refused("nothing_chosen"):
        services.submit_many([], by=staff["hr"], on=on)
    assert case(STEADY).state == "measured"


def test_a_batch_costs_the_same_queries_whatever_its_length(
    cycle: Cycle, case: Case, staff: Staff, on: date
) -> None:
    with CaptureQueriesContext(connection) as one:
        services.submit(case(RISING), by=staff["hr"], on=on)
    ids = [case(number).pk for number in (STEADY, STEADY_TOO, SPIKE, BAD_LOAN)]
    with CaptureQueriesContext(connection) as four:
        services.submit_many(ids, by=staff["hr"], on=on)
    # one more: the first call reads its appraisal inside
    assert len(four) + 1 == len(one)
