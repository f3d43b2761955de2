"""Steps refused: by the state, by figures that changed, for want of a reason."""

from datetime import date
from pathlib import Path

import pytest
from django_fsm import TransitionNotAllowed

from appraisal import services
from appraisal.models import Cycle
from tests.appraisal import smallbank
from tests.appraisal.acting import (
    ACTORS,
    EXTRA,
    FROM,
    STEPS,
    Case,
    Reach,
    Staff,
    Take,
    refused,
)
from tests.appraisal.smallbank import RISING, STEADY, WAITING


@pytest.mark.parametrize("state", ["measured", "in_risk_queue", "cleared", "decided", "published"])
def test_a_step_the_state_does_not_allow_is_refused_with_the_state(
    take: Take, reach: Reach, case: Case, state: str
) -> None:
    reach(STEADY, state)
    for step in [each for each in STEPS if FROM[each] != state]:
        with refused("wrong_state"):
            take(step, STEADY, ACTORS[step], **EXTRA.get(step, {}))
    assert case(STEADY).state == state


def test_the_sentence_of_a_wrong_state_says_what_would_be_right(take: Take) -> None:
    with refused("wrong_state") as error:
        take("clear", STEADY, "risk")
    assert str(error.value) == (
        "安稳 1001 的考核现为“已测算”，不能“通过”；只有“风险审核中”的考核可以。"
        "可能他人已先办理，请刷新后查看。"
    )


def test_the_undecided_cannot_be_submitted(take: Take, case: Case) -> None:
    with refused("wrong_state"):
        take("submit", WAITING, "hr")
    assert case(WAITING).state == "undecided"


def test_measuring_what_waits_for_risk_is_refused(take: Take, case: Case, staff: Staff, on: date) -> None:
    take("submit", STEADY, "hr")
    with refused("wrong_state"):
        services.measure(case(STEADY), by=staff["hr"], on=on, reason="已核对")
    assert services.measure(case(STEADY).cycle, by=None, on=on).steps == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_return_needs_a_reason(take: Take, case: Case, reason: str) -> None:
    take("submit", STEADY, "hr")
    with refused("reason_needed"):
        take("send_back", STEADY, "risk", reason=reason)
    assert case(STEADY).state == "in_risk_queue"


def test_the_state_cannot_be_set_past_the_steps(cycle: Cycle, case: Case) -> None:
    found = case(STEADY)
    with pytest.raises(AttributeError):
        found.state = "published"
    with pytest.raises(TransitionNotAllowed):
        found.clear()


def test_figures_that_changed_meanwhile_stop_submission_and_clearing(
    take: Take, case: Case, staff: Staff, on: date, tmp_path: Path
) -> None:
    take("submit", STEADY, "hr")
    smallbank.load_late(tmp_path / "late", f"D{STEADY},2026-08-01,60000000.00", f"D{RISING},2026-08-01,1.00")
    with refused("outdated"):
        take("submit", RISING, "hr")
    with refused("outdated"):
        take("clear", STEADY, "risk")
    with refused("outdated"):
        services.clear_unflagged([case(STEADY).pk], by=staff["risk"], on=on)
    take("send_back", STEADY, "risk", reason="数据有更正")
    services.measure(case(STEADY), by=staff["hr"], on=on, reason="已核对")
    take("submit", STEADY, "hr")
    take("clear", STEADY, "risk")


def test_figures_of_others_stop_nobody(take: Take, tmp_path: Path) -> None:
    take("submit", STEADY, "hr")
    smallbank.load_late(tmp_path / "late", f"D{RISING},2026-08-01,1.00")
    take("clear", STEADY, "risk")
