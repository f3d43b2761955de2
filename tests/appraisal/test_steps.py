"""From measured to published: the whole path, its log, decisions, and what publishing does."""

from datetime import date

import pytest

from appraisal import queries, services
from appraisal.models import Cycle
from grading import queries as grading
from grading import services as grades
from grading.models import GradeRecord
from managers.services import findings
from tests.appraisal import smallbank
from tests.appraisal.acting import (
    Case,
    Reach,
    Staff,
    Take,
    log,
    manager,
    refused,
)
from tests.appraisal.smallbank import BAD_LOAN, RISING, STEADY, STEADY_TOO

AFTER = date(2026, 10, 1)


def record(number: str, grade: str, day: date) -> None:
    grades.record_grade(manager(number), grade=grade, effective_on=day, basis="test", by=None)


def test_the_whole_path_and_every_row_of_its_log(
    take: Take, reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    take("submit", RISING, "hr")
    take("send_back", RISING, "risk", reason="请补充客户走访记录")
    services.measure(case(RISING), by=staff["hr"], on=on, reason="已补充")
    take("submit", RISING, "hr_two")
    take("clear", RISING, "risk_two", reason="证据齐全")
    take("decide", RISING, "leader", outcome="promote", grade="third")
    take("publish", RISING, "hr")
    assert log(case(RISING)) == [
        ("open", "", "opened", "", ""),
        ("measure", "opened", "measured", "", ""),
        ("submit", "measured", "in_risk_queue", "hr", ""),
        ("send_back", "in_risk_queue", "returned", "risk", "请补充客户走访记录"),
        ("measure", "returned", "measured", "hr", "已补充"),
        ("submit", "measured", "in_risk_queue", "hr_two", ""),
        ("clear", "in_risk_queue", "cleared", "risk_two", "证据齐全"),
        ("decide", "cleared", "decided", "leader", ""),
        ("publish", "decided", "published", "hr", ""),
    ]
    found = case(RISING)
    assert (found.state, found.decided_grade, found.decided_outcome) == ("published", "third", "promote")
    assert not queries.unlogged().exists()


def test_every_row_names_the_verdict_it_rests_on(reach: Reach, case: Case) -> None:
    reach(STEADY, "published")
    verdict = case(STEADY).verdict_id
    assert list(queries.steps(case(STEADY)).values_list("verdict", flat=True)) == [None, *[verdict] * 5]


def test_time_in_a_state_begins_with_the_step(take: Take, case: Case) -> None:
    before = case(STEADY).state_since
    step = take("submit", STEADY, "hr")
    assert before < case(STEADY).state_since <= step.at


def test_a_promotion_holds_from_the_day_after_the_period(take: Take, reach: Reach, staff: Staff) -> None:
    reach(RISING, "cleared")
    take("decide", RISING, "leader", outcome="promote")
    take("publish", RISING, "hr")
    record = GradeRecord.objects.filter(manager=manager(RISING)).latest("id")
    assert (record.grade_code, record.effective_on, record.recorded_by) == ("third", AFTER, staff["hr"])
    pk = manager(RISING).pk
    assert grading.grades_on(date(2026, 9, 30), [pk]) == {pk: "fourth"}
    assert grading.grades_on(AFTER, [pk]) == {pk: "third"}


def test_keeping_the_grade_writes_no_history(reach: Reach) -> None:
    before = GradeRecord.objects.count()
    reach(STEADY, "published")
    assert GradeRecord.objects.count() == before


def test_a_grade_recorded_meanwhile_is_not_overwritten(take: Take, reach: Reach, case: Case) -> None:
    reach(RISING, "cleared")
    take("decide", RISING, "leader", outcome="promote")
    grades.record_grade(
        manager(RISING), grade="second", effective_on=date(2026, 10, 5), basis="test", by=None
    )
    with refused("grade_moved") as error:
        take("publish", RISING, "hr")
    assert str(error.value) == (
        "高升 1003 的等级自 2026-10-05 起已登记为“二级”，与考核时的“四级”不同，"
        "不能按本次决定变更；请人力资源部先核对等级记录。"
    )
    assert case(RISING).state == "decided"


@pytest.mark.parametrize(
    ("number", "outcome", "extra", "code"),
    [
        (RISING, "keep", {}, "deviation_needs_reason"),
        (RISING, "demote", {"reason": "  "}, "deviation_needs_reason"),
        (RISING, "promote", {"grade": "second"}, "more_than_one_step"),
        (STEADY, "promote", {}, "deviation_needs_reason"),
        (BAD_LOAN, "promote", {"reason": "业绩突出"}, "vetoed"),
        (STEADY, "dismiss", {}, "unknown_outcome"),
        (STEADY, "remove", {}, "deviation_needs_reason"),
        (STEADY, "extend", {}, "deviation_needs_reason"),
    ],
)
def test_decisions_that_are_refused(
    take: Take, reach: Reach, case: Case, number: str, outcome: str, extra: dict[str, str], code: str
) -> None:
    reach(number, "cleared")
    with refused(code):
        take("decide", number, "leader", outcome=outcome, **extra)
    assert (case(number).state, case(number).decided_grade) == ("cleared", "")


def test_no_promotion_while_a_serious_finding_is_unsettled(
    take: Take, reach: Reach, case: Case, staff: Staff, on: date
) -> None:
    found = findings.report(
        manager(RISING), source="report", severity="serious", summary="与客户有资金往来", opened_on=on,
        due_on=on, by=staff["risk"], on=on,
    )  # fmt: skip
    reach(RISING, "cleared")
    with refused("finding_open") as error:
        take("decide", RISING, "leader", outcome="promote")
    assert f"自 {on} 起有未了结的严重行为问题" in str(error.value)
    assert "资金" not in str(error.value)
    findings.dismiss(found, conclusion="查无实据", by=staff["risk_two"], on=on)
    take("decide", RISING, "leader", outcome="promote")
    assert case(RISING).decided_outcome == "promote"


def test_against_the_proposal_with_a_reason(take: Take, reach: Reach, case: Case) -> None:
    reach(STEADY, "cleared")
    take("decide", STEADY, "leader", outcome="demote", reason="客户投诉属实")
    assert (case(STEADY).decided_outcome, case(STEADY).decided_grade) == ("demote", "trainee")
    assert log(case(STEADY))[-1] == ("decide", "cleared", "decided", "leader", "客户投诉属实")


def test_no_step_below_the_lowest_grade(
    take: Take, cycle: Cycle, staff: Staff, on: date, reach: Reach
) -> None:
    grades.record_grade(manager(STEADY), grade="trainee", effective_on=smallbank.END, basis="test", by=None)
    grades.record_grade(
        manager(STEADY_TOO), grade="senior", effective_on=smallbank.END, basis="test", by=None
    )
    services.measure(cycle, by=None, on=on)
    for number, outcome in ((STEADY, "demote"), (STEADY_TOO, "promote")):
        reach(number, "cleared")
        with refused("no_such_step"):
            take("decide", number, "leader", outcome=outcome, reason="理由")
