"""Who may: roles, scope, nobody on the own appraisal, one seat a person, and what the pages offer."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from appraisal import queries, services
from appraisal.models import Cycle, Step
from managers.models import Delegation, User
from tests.appraisal.acting import (
    ACTORS,
    EXTRA,
    FROM,
    ON,
    STEPS,
    Case,
    Reach,
    Staff,
    Take,
    grant,
    manager,
    refused,
)
from tests.appraisal.smallbank import ELSEWHERE, PERIOD, SCHEME, STEADY, STEADY_TOO

PERMITTED = {"hr": {"hr", "hr_two", "hr_head"}, "risk": {"risk", "risk_two"}, "leader": {"leader"}}


@pytest.mark.parametrize("step", STEPS)
def test_only_the_roles_named_may_take_a_step(
    take: Take, reach: Reach, case: Case, staff: Staff, step: str
) -> None:
    reach(STEADY, FROM[step])
    permitted = PERMITTED[ACTORS[step]]
    for who in set(staff) - permitted:
        with pytest.raises(PermissionDenied, match="您的角色或所辖机构不包括"):
            take(step, STEADY, who, **EXTRA.get(step, {}))
    assert case(STEADY).state == FROM[step]


def test_a_sister_branch_is_out_of_reach(take: Take, case: Case) -> None:
    with pytest.raises(PermissionDenied, match="远方"):
        take("submit", ELSEWHERE, "hr")
    take("submit", ELSEWHERE, "hr_west")
    with pytest.raises(PermissionDenied):
        take("clear", ELSEWHERE, "risk")
    assert case(ELSEWHERE).state == "in_risk_queue"


@pytest.mark.parametrize("step", STEPS)
def test_nobody_takes_a_step_on_the_own_appraisal(take: Take, reach: Reach, staff: Staff, step: str) -> None:
    reach(STEADY, FROM[step])
    mine = manager(STEADY)
    mine.user = staff[ACTORS[step]]
    mine.save()
    with pytest.raises(PermissionDenied, match="本人"):
        take(step, STEADY, ACTORS[step], **EXTRA.get(step, {}))


@pytest.mark.parametrize(
    ("who", "roles", "step", "state"),
    [
        ("hr", ["branch_risk"], "clear", "in_risk_queue"),
        ("hr", ["branch_risk"], "send_back", "in_risk_queue"),
        ("hr", ["group_member"], "decide", "cleared"),
        ("risk", ["group_member"], "decide", "cleared"),
        ("risk", ["branch_hr"], "publish", "decided"),
        ("leader", ["branch_hr"], "publish", "decided"),
    ],
)
def test_one_person_takes_one_seat(
    take: Take, reach: Reach, case: Case, staff: Staff, who: str, roles: list[str], step: str, state: str
) -> None:
    grant(staff[who], *roles)
    reach(STEADY, state)
    with refused("same_person"):
        take(step, STEADY, who, **EXTRA.get(step, {}))
    assert case(STEADY).state == state


def test_hr_that_measured_does_not_decide(
    case: Case, cycle: Cycle, staff: Staff, take: Take, on: date
) -> None:
    take("submit", STEADY, "hr_two")
    take("send_back", STEADY, "risk", reason="请核对")
    services.measure(case(STEADY), by=staff["hr"], on=on, reason="已核对")
    take("submit", STEADY, "hr_two")
    take("clear", STEADY, "risk")
    grant(staff["hr"], "group_member")
    with refused("same_person") as error:
        take("decide", STEADY, "hr", outcome="keep")
    assert str(error.value) == (
        "您已在 安稳 1001 的考核中办理过“测算”，不能再办理“决定”；"
        "同一考核的经办、审核、决定须由不同的人担任，请转给他人。"
    )


def test_what_the_buttons_offer_is_what_the_services_allow(
    take: Take, reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    def offered() -> dict[str, list[str]]:
        found = {name: queries.next_steps(case(STEADY), by=user, on=on) for name, user in staff.items()}
        return {name: steps for name, steps in found.items() if steps}

    assert offered() == {name: ["measure", "submit"] for name in ("hr", "hr_two", "hr_head")}
    take("submit", STEADY, "hr")
    grant(staff["hr"], "branch_risk")
    assert offered() == {name: ["clear", "send_back"] for name in ("risk", "risk_two")}
    take("clear", STEADY, "risk")
    assert offered() == {"leader": ["decide"]}
    take("decide", STEADY, "leader", outcome="keep")
    assert offered() == {name: ["publish"] for name in ("hr", "hr_two", "hr_head")}


def test_the_queue_shows_what_is_in_reach_the_longest_waiting_first(
    take: Take, case: Case, staff: Staff, on: date
) -> None:
    for number, who in ((STEADY_TOO, "hr"), (ELSEWHERE, "hr_west"), (STEADY, "hr")):
        take("submit", number, who)
    waiting = {
        name: [each.manager.employee_no for each in queries.queue(user, on)] for name, user in staff.items()
    }
    assert waiting["risk"] == [STEADY_TOO, STEADY]
    assert waiting["risk_west"] == [ELSEWHERE]
    assert waiting["auditor"] == [STEADY_TOO, ELSEWHERE, STEADY]
    assert waiting["admin"] == []


def deputise(staff: Staff, who: str) -> User:
    """Somebody new who exercises the latest grant of a person on this day."""
    deputy = staff.setdefault("deputy", User.objects.create(username="deputy"))
    Delegation.objects.create(
        grant=staff[who].grants.latest("pk"), to=deputy, starts_on=ON, ends_on=ON, reason="休假",
        made_by=staff[who],
    )  # fmt: skip
    return deputy


def test_a_step_taken_for_somebody_takes_the_seats_of_both(
    take: Take, reach: Reach, case: Case, staff: Staff
) -> None:
    deputise(staff, "risk")
    reach(STEADY, "in_risk_queue")
    assert take("clear", STEADY, "deputy").on_behalf_of == staff["risk"]
    for who in ("deputy", "risk"):
        grant(staff[who], "group_member")
        assert queries.next_steps(case(STEADY), by=staff[who], on=ON) == []
        with refused("same_person"):
            take("decide", STEADY, who, outcome="keep")
    take("decide", STEADY, "leader", outcome="keep")


def test_nobody_acts_for_somebody_who_sat_on_another_side(
    take: Take, reach: Reach, case: Case, staff: Staff
) -> None:
    reach(STEADY, "cleared")
    grant(staff["risk"], "group_member")
    deputy = deputise(staff, "risk")
    assert queries.next_steps(case(STEADY), by=deputy, on=ON) == []
    with refused("same_person_for") as error:
        take("decide", STEADY, "deputy", outcome="keep")
    assert str(error.value).startswith("您所代表的risk已在 安稳 1001 的考核中办理过“通过”，您不能代其办理“")
    assert case(STEADY).state == "cleared"


def test_the_vote_that_decides_for_another_is_kept_as_such(take: Take, reach: Reach, staff: Staff) -> None:
    deputise(staff, "leader")
    reach(STEADY, "cleared")
    assert take("decide", STEADY, "deputy", outcome="keep").on_behalf_of == staff["leader"]


def test_opening_and_measuring_for_another_are_kept_as_such(staff: Staff) -> None:
    services.appraise(SCHEME, PERIOD, by=deputise(staff, "hr_west"), on=ON)
    found = set(Step.objects.values_list("name", "by__username", "on_behalf_of__username"))
    assert found == {(name, "deputy", "hr_west") for name in ("open", "measure")}
