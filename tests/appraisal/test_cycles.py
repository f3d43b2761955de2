"""Opening a cycle: who is in, who is not and why, and that a second opening adds nobody twice."""

from datetime import date

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied

from appraisal import queries, services
from appraisal.models import Appraisal, Cycle, Step
from appraisal.services import Refusal
from managers.models import ClientManager, LogEntry, User
from tests.appraisal.acting import manager
from tests.appraisal.smallbank import (
    ELSEWHERE,
    GIVER,
    IN_SCOPE,
    OTHER_LINE,
    PERIOD,
    RISING,
    SCHEME,
    STEADY,
    STEADY_TOO,
    WAITING,
)


def numbers(appraisals: list[Appraisal]) -> list[str]:
    return [each.manager.employee_no for each in appraisals]


def test_everyone_in_scope_gets_one_and_the_rest_a_reason(staff: dict[str, User], on: date) -> None:
    opened = services.open_cycle(SCHEME, PERIOD, by=staff["hr_head"], on=on)
    assert numbers(opened.added) == IN_SCOPE
    assert [(each.manager.employee_no, each.text) for each in opened.left_out] == [
        (OTHER_LINE, "所在条线不适用本办法")
    ]
    assert (opened.cycle.starts_on, opened.cycle.ends_on) == (date(2026, 7, 1), date(2026, 9, 30))
    assert opened.cycle.opened_by == staff["hr_head"]


def test_every_reason_to_be_left_out(staff: dict[str, User], on: date) -> None:
    ClientManager.objects.filter(employee_no=STEADY).update(status="back_office")
    ClientManager.objects.filter(employee_no=STEADY_TOO).update(post_started_on=date(2026, 10, 1))
    with pgtrigger.ignore("managers.ClientManager:career"):
        ClientManager.objects.filter(employee_no=RISING).update(status="trainee")
    newcomer = manager(GIVER)
    newcomer.pk, newcomer.employee_no = None, "2001"
    newcomer.save()
    opened = services.open_cycle(SCHEME, PERIOD, by=None, on=on)
    assert {each.manager.employee_no: each.code for each in opened.left_out} == {
        STEADY: "not_on_post",
        STEADY_TOO: "not_yet_on_post",
        OTHER_LINE: "other_line",
        "2001": "no_grade",
    }
    assert numbers(opened.added) == [number for number in IN_SCOPE if number not in (STEADY, STEADY_TOO)]


def test_opening_is_logged_step_by_step(staff: dict[str, User], on: date) -> None:
    opened = services.open_cycle(SCHEME, PERIOD, by=staff["hr"], on=on)
    logged = list(Step.objects.values_list("name", "from_state", "to_state", "by"))
    assert logged == [("open", "", "opened", staff["hr"].pk)] * 8
    assert list(LogEntry.objects.filter(action="open_cycle").values_list("by", "subject", "detail")) == [
        (staff["hr"].pk, f"cycle:{opened.cycle.pk}", {"scheme": SCHEME, "period": PERIOD, "added": 8})
    ]


def test_a_second_opening_adds_nobody_and_logs_nothing(staff: dict[str, User], on: date) -> None:
    first = services.open_cycle(SCHEME, PERIOD, by=staff["hr"], on=on)
    again = services.open_cycle(SCHEME, PERIOD, by=staff["hr_two"], on=on)
    assert (again.cycle, again.added, len(first.added)) == (first.cycle, [], 8)
    assert Step.objects.count() == 8
    assert LogEntry.objects.filter(action="open_cycle").count() == 1


def test_each_branch_opens_its_own_people_and_hears_of_no_others(staff: dict[str, User], on: date) -> None:
    west = services.open_cycle(SCHEME, PERIOD, by=staff["hr_west"], on=on)
    assert (numbers(west.added), west.left_out) == ([ELSEWHERE], [])
    east = services.open_cycle(SCHEME, PERIOD, by=staff["hr"], on=on)
    assert (east.cycle, ELSEWHERE in numbers(east.added), len(east.added)) == (west.cycle, False, 8)


def test_whoever_comes_into_scope_later_is_added(staff: dict[str, User], on: date) -> None:
    ClientManager.objects.filter(employee_no=WAITING).update(status="suspended")
    opened = services.open_cycle(SCHEME, PERIOD, by=None, on=on)
    ClientManager.objects.filter(employee_no=WAITING).update(status="on_post")
    (left,) = [
        each for each in queries.left_out(opened.cycle, ClientManager.objects.filter(employee_no=WAITING))
    ]
    assert left.code == "not_opened"
    assert numbers(services.open_cycle(SCHEME, PERIOD, by=None, on=on).added) == [WAITING]


@pytest.mark.parametrize("name", ["risk", "leader", "auditor", "admin"])
def test_other_roles_open_nothing(staff: dict[str, User], on: date, name: str) -> None:
    with pytest.raises(PermissionDenied):
        services.open_cycle(SCHEME, PERIOD, by=staff[name], on=on)
    assert not Cycle.objects.exists()


@pytest.mark.parametrize(
    ("scheme", "period", "code"),
    [
        (SCHEME, "2026-3", "bad_period"),
        (SCHEME, "2026Q5", "bad_period"),
        ("nothing", PERIOD, "no_rulebook"),
        (SCHEME, "1980Q1", "no_rulebook"),
    ],
)
def test_what_cannot_be_opened(staff: dict[str, User], on: date, scheme: str, period: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.open_cycle(scheme, period, by=staff["hr"], on=on)
    assert refused.value.code == code
    assert not Cycle.objects.exists()
