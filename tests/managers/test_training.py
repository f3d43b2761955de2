"""Training: whom a plan is for, who came, results as a whole or not at all, and who is asked again."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from managers.models import (
    Attendance,
    Branch,
    Certificate,
    ClientManager,
    LogEntry,
    Notice,
    ResultSheet,
    TrainingPlan,
    TrainingResult,
    TrainingSession,
    User,
)
from managers.queries import conduct
from managers.services import certificates, deadlines, results, training
from managers.services.stepping import Refusal
from tests.managers.conduct_people import called, team
from tests.managers.staff import ON, manager

People = dict[str, User]


@pytest.fixture
def people(db: None) -> People:
    return team()


def plan(by: User, branch: str = "B1", **facts: Any) -> TrainingPlan:
    given: dict[str, Any] = {
        "title": "新规学习",
        "branch": Branch.objects.get(code=branch),
        "starts_on": date(2026, 10, 5),
        "hours": Decimal(2),
        "pass_mark": Decimal(80),
        "on": ON,
    }
    return training.plan(**given | facts, by=by)


def only_session(of: TrainingPlan) -> TrainingSession:
    return TrainingSession.objects.select_related("plan__branch").get(plan=of)


def roll(session: TrainingSession) -> list[str]:
    return list(Attendance.objects.filter(session=session).values_list("manager__employee_no", flat=True))


def sheet(session: TrainingSession, text: str, by: User, exam_on: date = ON) -> ResultSheet:
    return results.stage(session, text.encode("gb18030"), file_name="cj.csv", exam_on=exam_on, by=by, on=ON)


def test_a_weekly_plan_has_its_sessions_and_the_same_key_gives_it_again(people: People) -> None:
    facts: Any = {"weekly": True, "ends_on": date(2026, 10, 26), "key": "k"}
    made = plan(people["market"], **facts)
    assert [each.held_on.day for each in made.sessions.all()] == [5, 12, 19, 26]
    assert plan(people["market"], **facts) == made
    assert LogEntry.objects.get(action="make_training").detail == {"plan": made.pk, "rows": 4}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"title": " "}, "课程名称"),
        ({"ends_on": date(2026, 10, 1)}, "止期不能早于起期"),
        ({"hours": Decimal(0)}, "学时须大于 0"),
        ({"pass_mark": Decimal(1001)}, "合格线"),
        ({"lines": ["private"]}, "没有这个条线"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(people: People, facts: Any, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        plan(people["hr"], **facts)


@pytest.mark.parametrize("who", ["outlet", "risk", "auditor", "hr_west", "mine"])
def test_who_does_not_run_training_there_lays_down_no_plan(people: People, who: str) -> None:
    with pytest.raises(PermissionDenied, match="城东分行"):
        plan(people[who])


def test_the_roll_lists_whom_the_plan_is_for(people: People) -> None:
    ClientManager.objects.filter(employee_no="2").update(line="micro", status="left")
    ClientManager.objects.filter(employee_no="3").update(line="micro")
    every, micro = (only_session(plan(people["hr"], lines=lines)) for lines in ([], ["micro"]))
    for each in (every, micro):
        training.call_roll(each, by=people["hr"], on=ON)
        assert training.call_roll(each, by=people["hr"], on=ON) == 0
    assert (roll(every), roll(micro)) == (["1", "3"], ["3"])
    ahead = only_session(plan(people["hr"], starts_on=ON + timedelta(days=1)))
    with pytest.raises(Refusal, match="才举行"):
        training.call_roll(ahead, by=people["hr"], on=ON)


def test_a_plan_for_grades_reads_the_grade_of_the_day(people: People) -> None:
    from grading.models import GradeRecord

    GradeRecord.objects.create(
        manager=called("2"), grade_code="first", effective_on=date(2026, 1, 1), basis="x"
    )
    session = only_session(plan(people["hr"], grade_codes=["first"]))
    training.call_roll(session, by=people["hr"], on=ON)
    assert roll(session) == ["2"]


def test_a_sheet_with_one_bad_row_is_entered_not_at_all(people: People) -> None:
    session = only_session(plan(people["hr"]))
    staged = sheet(session, "工号,成绩\n1,90\n9,85\n2,高\n2,81\n", people["hr"])
    assert [each["problem"] for each in staged.rows] == ["", "unknown", "no_score", "twice"]
    with pytest.raises(Refusal, match="有 3 行不能登记（第 3 行：工号不在这一场的应训名单上"):
        results.enter(staged, by=people["hr"], on=ON)
    assert not TrainingResult.objects.exists()
    with pytest.raises(Refusal, match="第一行须有"):
        sheet(session, "姓名,分\n", people["hr"])


def test_a_sheet_is_entered_once_by_its_uploader(people: People) -> None:
    session = only_session(plan(people["hr"]))
    staged = sheet(session, "工号,成绩\n1,90\n2,79.99\n3,80\n", people["hr"])
    with pytest.raises(Refusal, match="由上传的人登记"):
        results.enter(staged, by=people["hr_two"], on=ON)
    assert results.enter(staged, by=people["hr"], on=ON) == (2, 1)
    assert results.enter(staged, by=people["hr"], on=ON) == (2, 1)
    assert TrainingResult.objects.count() == 3
    assert set(Attendance.objects.values_list("status", flat=True)) == {"present"}
    again = sheet(session, "工号,成绩\n1,95\n", people["hr"])
    with pytest.raises(Refusal, match="已经登记过"):
        results.enter(again, by=people["hr"], on=ON)
    with pytest.raises(IntegrityError, match="training_result_by_mark"), transaction.atomic():
        TrainingResult.objects.create(
            session=session, manager=called("1"), exam_on=date(2026, 10, 6), score=Decimal(10),
            pass_mark=Decimal(80), passed=True, sheet=staged, entered_by=people["hr"],
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        TrainingResult.objects.update(score=100)


def test_a_branch_runs_the_plan_of_head_office_for_its_own_people(people: People) -> None:
    manager("7", branch="B2")
    session = only_session(plan(people["head"], branch="HO"))
    staged = sheet(session, "工号,成绩\n1,90\n7,90\n", people["hr"])
    assert [each["problem"] for each in staged.rows] == ["", "unknown"]
    west = sheet(session, "工号,成绩\n7,90\n", people["hr_west"])
    assert results.enter(west, by=people["hr_west"], on=ON) == (1, 0)
    assert training.mark(session, {called("7").pk: "absent"}, by=people["hr"], on=ON) == 0
    assert training.mark(session, {called("7").pk: "absent"}, by=people["hr_west"], on=ON) == 1
    with pytest.raises(PermissionDenied):
        training.cancel(session.plan, by=people["hr"], on=ON, reason="改期")


def test_nobody_enters_a_result_or_an_attendance_of_oneself(people: People) -> None:
    ClientManager.objects.filter(employee_no="3").update(user=people["hr"])
    session = only_session(plan(people["hr"]))
    staged = sheet(session, "工号,成绩\n3,90\n", people["hr"])
    assert staged.rows[0]["problem"] == "own"
    with pytest.raises(Refusal, match="本人或须回避的人"):
        training.mark(session, {called("3").pk: "present"}, by=people["hr"], on=ON)


def test_whoever_has_not_passed_is_asked_until_a_retake_is_passed(people: People) -> None:
    session = only_session(plan(people["hr"]))
    results.enter(
        sheet(session, "工号,成绩\n1,50\n3,90\n", people["hr"], date(2026, 10, 5)), by=people["hr"], on=ON
    )
    asked = Notice.objects.filter(to=people["mine"], code="training_to_pass", done_at=None)
    assert [each.due_on for each in asked] == [date(2026, 10, 19)]
    deadlines.tick(on=date(2026, 10, 20))
    told = Notice.objects.filter(code="training_to_pass", tone="escalation").values_list(
        "to__username", flat=True
    )
    assert {"market", "hr"} <= set(told)
    results.enter(sheet(session, "工号,成绩\n1,85\n", people["hr"]), by=people["hr"], on=ON)
    assert not asked.filter(done_at=None).exists()


def test_an_excused_manager_is_asked_for_no_exam_and_a_cancelled_plan_asks_nobody(people: People) -> None:
    made = plan(people["hr"])
    session = only_session(made)
    results.enter(sheet(session, "工号,成绩\n3,90\n", people["hr"]), by=people["hr"], on=ON)
    waiting = Notice.objects.filter(subject__startswith="training:", tone="todo", done_at=None)
    assert waiting.filter(to=people["mine"]).exists()
    training.mark(session, {called("1").pk: "excused"}, by=people["hr"], on=ON)
    assert not waiting.filter(to=people["mine"]).exists()
    assert waiting.exists()
    training.cancel(made, by=people["hr"], on=ON, reason="改期")
    assert not waiting.exists()
    with pytest.raises(Refusal, match="取消"):
        training.call_roll(session, by=people["hr"], on=ON)


def certificate(people: People, **facts: Any) -> Certificate:
    given: dict[str, Any] = {
        "kind": "post", "number": "GW-1", "issuer": "江城银行", "issued_on": date(2024, 10, 1),
        "expires_on": date(2026, 11, 30), "evidence": "档案盒 3", "by": people["hr"], "on": ON,
    }  # fmt: skip
    return certificates.record(called("1"), **given | facts)


def test_certificates_need_evidence_and_are_told_of_before_they_run_out(people: People) -> None:
    made = certificate(people)
    assert certificate(people) == made
    for facts, why in (
        ({"evidence": " "}, "证据"),
        ({"number": "GW-2", "expires_on": date(2024, 1, 1)}, "到期日须在发证之后"),
        ({"number": "GW-2", "issued_on": date(2027, 1, 1), "expires_on": None}, "不能晚于今天"),
    ):
        with pytest.raises(Refusal, match=why):
            certificate(people, **facts)
    with pytest.raises(Refusal, match="已经用过"):
        certificates.record(
            called("2"), kind="post", number="GW-1", issuer="x", issued_on=ON, evidence="x",
            by=people["hr"], on=ON,
        )  # fmt: skip
    deadlines.tick(on=ON)
    deadlines.tick(on=date(2026, 11, 29))
    told = Notice.objects.filter(code="certificate_expiring")
    assert [(each.to, each.tone) for each in told] == [(people["mine"], "news")] * 2
    certificates.void(made.pk, voided_on=ON, by=people["hr"], on=ON, at=timezone.now(), reason="单位撤销")
    told = [(each.business_date, each.code, each.quantity) for each in conduct.events()]
    assert told == [(date(2024, 10, 1), "certificate_valid", 1), (ON, "certificate_valid", -1)]
    with pytest.raises(Refusal, match="已于"):
        certificates.void(made.pk, voided_on=ON, by=people["hr"], on=ON, at=timezone.now(), reason="x")
    with pytest.raises(PermissionDenied):
        certificate(people, number="GW-3", by=people["risk"])
