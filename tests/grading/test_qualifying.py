"""From application to appointment: evidence, exam, authority, certificate, term; and a whole first career."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from grading import queries
from grading.models import GradeChange
from grading.services import changes, exams, qualifying, reminders
from grading.services.applying import apply
from managers.models import ClientManager, DocumentCheck, LogEntry, Notice, Qualification, User
from managers.services.stepping import Refusal
from tests.grading.careers import LATER, SCHEME, bring, graded, judged, shipped
from tests.managers.staff import ON, hire, manager

State = Qualification.State
DAY = timedelta(days=1)


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


@pytest.fixture
def who(people: dict[str, User]) -> ClientManager:
    return manager("2", status="candidate", user=User.objects.create(username="m2"))


def state(row: Qualification) -> str:
    return Qualification.objects.get(pk=row.pk).state


def recognise(row: Qualification, by: User, **facts: Any) -> LogEntry:
    wanted = {"certificate_no": "ZS-1", "issued_on": ON, "expires_on": LATER} | facts
    return qualifying.recognise(row, by=by, on=ON, **wanted)


def examine(row: Qualification, by: User, score: str = "80", mark: str | None = "60") -> LogEntry:
    given = Decimal(mark) if mark else None
    return qualifying.examine(row, score=Decimal(score), pass_mark=given, exam_on=ON, by=by, on=ON)


def test_a_first_career_from_candidate_to_third_grade(people: dict[str, User], who: ClientManager) -> None:
    row = bring(people, who, "recognised", "trainee")
    qualifying.appoint(row, effective_on=ON, by=people["hr"], on=ON)
    assert (state(row), status(who)) == ("appointed", "trainee")
    assert queries.grades_on(ON, [who.pk]) == {who.pk: "trainee"}
    assert Qualification.objects.get(pk=row.pk).term_ends_on == date(2027, 10, 11)
    over = date(2027, 10, 12)
    judged(who, date(2027, 9, 30), 10**9)
    second = bring(people, who, "recognised", "fourth", over)
    qualifying.appoint(second, effective_on=over, by=people["hr"], on=over)
    assert (status(who), queries.grades_on(over, [who.pk])) == ("on_post", {who.pk: "fourth"})
    coming = over + 30 * DAY
    change = changes.propose(
        who, kind="promote", to_grade="third", effective_on=coming, by=people["hr"], on=over, reason="业绩"
    )
    changes.approve(change, by=people["leader"], on=over)
    changes.schedule(change, by=people["hr"], on=over)
    changes.make_effective(coming)
    assert queries.grades_on(coming, [who.pk]) == {who.pk: "third"}
    assert [each.grade_code for each in queries.grade_history(who.pk)] == ["third", "fourth", "trainee"]
    kinds = GradeChange.objects.order_by("id").values_list("kind", "basis")
    assert list(kinds) == [
        ("appoint", f"qualification:{row.pk}"),
        ("promote", f"qualification:{second.pk}"),
        ("promote", "proposal"),
    ]


def status(who: ClientManager) -> str:
    return ClientManager.objects.get(pk=who.pk).status


def test_the_manager_applies_and_takes_it_back(people: dict[str, User], who: ClientManager) -> None:
    row = apply(who, grade="trainee", by=who.user, on=ON, key="k")
    assert apply(who, grade="trainee", by=who.user, on=ON, key="k") == row
    assert (row.scheme, row.rulebook, row.approver) == (SCHEME, f"{SCHEME} v1", "unit_group")
    with pytest.raises(Refusal, match="已有一份在办的资格认定"):
        apply(who, grade="trainee", by=people["hr"], on=ON)
    qualifying.withdraw(row, by=who.user, on=ON)
    assert state(row) == "withdrawn"


@pytest.mark.parametrize(
    ("facts", "grade", "text"),
    [
        ({}, "fourth", "不允许越级"),
        ({}, "grade_one", "没有这一等级"),
        ({"status": "back_office"}, "trainee", "不能申请资格认定"),
    ],
)
def test_an_application_is_refused_with_a_reason(
    people: dict[str, User], facts: dict[str, Any], grade: str, text: str
) -> None:
    person = manager("3", **({"status": "candidate"} | facts))
    with pytest.raises(Refusal, match=text):
        apply(person, grade=grade, by=people["hr"], on=ON)


def test_others_apply_for_nobody(people: dict[str, User], who: ClientManager) -> None:
    for name in ("hr_west", "risk", "leader"):
        with pytest.raises(PermissionDenied):
            apply(who, grade="trainee", by=people[name], on=ON)


def test_screening_needs_the_papers_and_keeps_the_list(people: dict[str, User], who: ClientManager) -> None:
    row = bring(people, who, "applied", "trainee")
    with pytest.raises(Refusal, match="还有 2 项条件"):
        qualifying.screen(row, by=people["hr"], on=ON)
    for kind in ("title", "conduct"):
        qualifying.see(row, kind=kind, document_no="N-1", by=people["hr"], on=ON)
    qualifying.screen(row, by=people["hr"], on=ON)
    kept = [(each["code"], each["outcome"]) for each in Qualification.objects.get(pk=row.pk).screening]
    assert kept == [("education", "seen"), ("conduct", "seen")]
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentCheck.objects.all().update(document_no="N-2")
    with pytest.raises(Refusal, match="已过这一步"):
        qualifying.see(row, kind="title", document_no="N-3", by=people["hr"], on=ON)


def test_a_rulebooks_own_conditions_are_listed_one_by_one(people: dict[str, User]) -> None:
    person = graded(manager("3", line="micro"), "grade_three")
    row = apply(person, grade="grade_two", by=people["hr"], on=ON, scheme="rural-loan-grades")
    found = qualifying.screened(row, ON)
    assert [(each.code, each.outcome) for each in found.checks] == [
        ("education", "undecided"),
        ("conduct", "undecided"),
        ("entry.grade_two.certificate", "later"),
        ("entry.grade_two.exam", "later"),
    ]


def test_a_condition_without_figures_is_proved_on_paper(people: dict[str, User]) -> None:
    person = manager("3", line="integrated", status="candidate")
    row = apply(person, grade="client_manager", by=people["hr"], on=ON, scheme="rural-monthly-points")
    for kind in ("education", "conduct"):
        qualifying.see(row, kind=kind, document_no="1", by=people["hr"], on=ON)
    (open_line,) = qualifying.screened(row, ON).open_lines()
    qualifying.see(row, kind="service", document_no="2", covers=open_line.code, by=people["hr"], on=ON)
    qualifying.screen(row, by=people["hr"], on=ON)
    assert state(row) == "screened"


def test_an_exam_failed_waits_as_long_as_the_rulebook_says(
    people: dict[str, User], who: ClientManager
) -> None:
    shipped("reapply_months = 6")
    row = bring(people, who, "screened", "trainee")
    examine(row, people["hr"], "59.5")
    assert state(row) == "failed"
    with pytest.raises(Refusal, match="2027-04-12 起才能再次申请"):
        apply(who, grade="trainee", by=people["hr"], on=date(2027, 4, 11))
    assert apply(who, grade="trainee", by=people["hr"], on=date(2027, 4, 12)).state == "applied"


def test_an_exam_needs_a_pass_mark(people: dict[str, User], who: ClientManager) -> None:
    row = bring(people, who, "screened", "trainee")
    with pytest.raises(Refusal, match="没有规定合格线"):
        examine(row, people["hr"], mark=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Qualification.objects.filter(pk=row.pk).update(state="examined")


@pytest.mark.parametrize("name", ["hr_two", "head", "risk", "head_risk"])
def test_only_the_authority_of_the_grade_recognises(
    people: dict[str, User], who: ClientManager, name: str
) -> None:
    row = bring(people, who, "examined", "trainee")
    with pytest.raises((Refusal, PermissionDenied)):
        recognise(row, people[name])
    assert state(row) == "examined"


def test_whoever_prepared_a_case_does_not_recognise_it(people: dict[str, User], who: ClientManager) -> None:
    row = bring(people, who, "examined", "trainee")
    leader = people["leader"]
    Qualification.objects.filter(pk=row.pk).update(screened_by=leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        recognise(row, leader)
    LogEntry.objects.create(by=leader, action="screen_qualification", subject=f"qualification:{row.pk}")
    with pytest.raises(Refusal, match="您已办理过“资格审查”"):
        recognise(row, leader)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"certificate_no": " "}, "请填写证书编号"),
        ({"issued_on": ON + DAY}, "发证日期不能晚于今天"),
        ({"expires_on": ON}, "到期日须在今天之后"),
    ],
)
def test_a_certificate_is_checked(
    people: dict[str, User], who: ClientManager, facts: dict[str, Any], text: str
) -> None:
    row = bring(people, who, "examined", "trainee")
    with pytest.raises(Refusal, match=text):
        recognise(row, people["leader"], **facts)


def test_a_certificate_number_is_used_once(people: dict[str, User], who: ClientManager) -> None:
    recognise(bring(people, who, "examined", "trainee"), people["leader"])
    other = bring(people, manager("3", status="candidate"), "examined", "trainee")
    with pytest.raises(Refusal, match="ZS-1 已经用过"):
        recognise(other, people["leader"])


def test_an_appointment_lies_within_the_certificate(people: dict[str, User], who: ClientManager) -> None:
    row = bring(people, who, "recognised", "trainee")
    with pytest.raises(Refusal, match="证书有效期内"):
        qualifying.appoint(row, effective_on=LATER + DAY, by=people["hr"], on=ON)
    with pytest.raises(PermissionDenied):
        qualifying.appoint(row, effective_on=ON, by=people["leader"], on=ON)
    assert (state(row), GradeChange.objects.count()) == ("recognised", 0)


def test_every_illegal_move_is_refused_by_the_database(people: dict[str, User], who: ClientManager) -> None:
    row = bring(people, who, "applied", "trainee")
    for target in set(State.values) - {"applied", "screened", "rejected", "withdrawn"}:
        with pytest.raises(DatabaseError), transaction.atomic():
            Qualification.objects.filter(pk=row.pk).update(state=target)
    qualifying.reject(row, by=people["hr"], on=ON, reason="材料不实")
    for step in (qualifying.screen, qualifying.withdraw):
        with pytest.raises(Refusal, match="现在的状态是“未获认定”"):
            step(row, by=people["hr"], on=ON, reason="再试")


def test_certificates_expire_once_and_are_revoked_by_their_authority(
    people: dict[str, User], who: ClientManager
) -> None:
    row = bring(people, who, "recognised", "trainee")
    assert (qualifying.expire(LATER), qualifying.expire(LATER + DAY), qualifying.expire(LATER + DAY)) == (
        0,
        1,
        0,
    )
    other = bring(people, manager("3", status="candidate"), "recognised", "trainee")
    with pytest.raises(PermissionDenied):
        qualifying.revoke(other, by=people["hr_two"], on=ON, reason="作弊")
    qualifying.revoke(other, by=people["leader"], on=ON, reason="作弊")
    assert (state(row), state(other)) == ("expired", "revoked")


def test_reminders_name_certificates_terms_and_traineeships(
    people: dict[str, User], who: ClientManager
) -> None:
    row = bring(people, who, "recognised", "trainee")
    qualifying.appoint(row, effective_on=ON, by=people["hr"], on=ON)
    assert [each.text for each in reminders.due_reminders(LATER - 7 * DAY)] == [
        f"{who} 的证书 ZS-{row.pk} 于 2028-12-31 到期，还有 7 天。"
    ]
    day = date(2027, 10, 11) - 30 * DAY
    assert [each.kind for each in reminders.due_reminders(day)] == ["traineeship"]
    assert (reminders.remind(day), reminders.remind(day)) == (4, 0)
    told = Notice.objects.values_list("to__username", "code").order_by("to__username")
    assert list(told) == [(name, "ends_traineeship") for name in ("head", "hr", "hr_two", "m2")]
    assert reminders.due_reminders(ON) == []


def test_a_sheet_is_staged_then_applied_once(people: dict[str, User], who: ClientManager) -> None:
    passed = bring(people, who, "screened", "trainee")
    failed = bring(people, manager("3", status="candidate"), "screened", "trainee")
    manager("4")
    manager("5", branch="B2")
    raw = "工号,成绩\n2,61\n3,59\n4,90\n5,90\n9,90\n2,1\n".encode()
    facts: Any = {"file_name": "exam.csv", "name": "模拟银行", "exam_on": ON, "pass_mark": Decimal(60)}
    batch = exams.stage(raw, by=people["hr"], on=ON, **facts)
    problems = ["", "", "not_waiting", "unknown", "unknown", "twice"]
    assert [each["problem"] for each in batch.rows] == problems
    assert [each["name"] for each in batch.rows] == ["经理2", "经理3", "经理4", "", "", "经理2"]
    assert (state(passed), state(failed)) == ("screened", "screened")
    with pytest.raises(Refusal, match="由上传的人登记"):
        exams.apply_batch(batch, by=people["hr_two"], on=ON)
    results = [exams.apply_batch(batch, by=people["hr"], on=ON) for _twice in range(2)]
    assert results == [exams.Applied(1, 1)] * 2
    assert (state(passed), state(failed)) == ("examined", "failed")


def test_a_sheet_that_cannot_be_read_says_how(people: dict[str, User]) -> None:
    facts: Any = {"file_name": "x", "name": "考试", "exam_on": ON, "pass_mark": None, "on": ON}
    with pytest.raises(Refusal, match="“工号”和“成绩”两列"):
        exams.stage("姓名\n甲\n".encode(), by=people["hr"], **facts)
    with pytest.raises(PermissionDenied):
        exams.stage("工号,成绩\n1,1\n".encode(), by=people["leader"], **facts)
