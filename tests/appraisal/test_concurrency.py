"""Two people at the same moment: exactly one of them takes the step, and the log has one row for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from appraisal import queries, services
from appraisal.models import Appraisal, Cycle, Step
from appraisal.services import Refusal
from tests.appraisal import smallbank
from tests.appraisal.acting import Case, Reach, Staff
from tests.appraisal.smallbank import STEADY, STEADY_TOO

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], object]) -> list[object]:
    """What each call gives back or is refused with, all started at once on connections of their own."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        start.wait()
        try:
            return call()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(answers: list[object]) -> list[str]:
    return sorted(answer if isinstance(answer, str) else type(answer).__name__ for answer in answers)


def test_of_two_who_clear_one_is_told_that_it_is_done(
    reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    reach(STEADY, "in_risk_queue")
    answers = together(
        lambda: services.clear(case(STEADY), by=staff["risk"], on=on),
        lambda: services.clear(case(STEADY), by=staff["risk_two"], on=on),
    )
    assert kinds(answers) == ["Step", "wrong_state"]
    assert (case(STEADY).state, Step.objects.filter(name="clear").count()) == ("cleared", 1)


def test_clearing_and_returning_at_once_leaves_one_outcome(
    reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    reach(STEADY, "in_risk_queue")
    answers = together(
        lambda: services.clear(case(STEADY), by=staff["risk"], on=on),
        lambda: services.send_back(case(STEADY), by=staff["risk_two"], on=on, reason="请核对"),
    )
    assert kinds(answers) == ["Step", "wrong_state"]
    assert Step.objects.filter(name__in=["clear", "send_back"]).count() == 1
    assert not queries.unlogged().exists()


def test_a_form_sent_twice_at_once_is_answered_twice_and_done_once(
    reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    reach(STEADY, "in_risk_queue")
    answers = together(
        *[lambda: services.clear(case(STEADY), by=staff["risk"], on=on, key="form") for _ in "12"]
    )
    assert kinds(answers) == ["Step", "Step"]
    assert len({step.pk for step in answers if isinstance(step, Step)}) == 1


def test_two_batches_in_opposite_order_do_not_block_each_other(
    reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    for number in (STEADY, STEADY_TOO):
        reach(number, "in_risk_queue")
    ids = [case(STEADY).pk, case(STEADY_TOO).pk]
    answers = together(
        lambda: services.clear_unflagged(ids, by=staff["risk"], on=on),
        lambda: services.clear_unflagged(ids[::-1], by=staff["risk_two"], on=on),
    )
    assert kinds(answers) == ["list", "wrong_state"]
    assert Step.objects.filter(name="clear").count() == 2


def test_a_cycle_opened_twice_at_once_has_everybody_once(staff: Staff, on: date) -> None:
    scheme, period = smallbank.SCHEME, smallbank.PERIOD
    together(
        lambda: services.open_cycle(scheme, period, by=staff["hr"], on=on),
        lambda: services.open_cycle(scheme, period, by=staff["hr_head"], on=on),
    )
    assert Cycle.objects.count() == 1
    assert Appraisal.objects.count() == Step.objects.count() == len(smallbank.IN_SCOPE)
