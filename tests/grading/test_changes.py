"""A change of grade: two people, the right authority, its day, and what it does to the post."""

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from grading import queries
from grading.models import GradeChange, GradeRecord
from grading.services import changes
from managers.models import ClientManager, LogEntry, User
from managers.services.stepping import Refusal
from tests.grading.careers import SCHEME, graded, judged, shipped
from tests.managers.staff import ON, hire, manager

State = GradeChange.State
NEXT = date(2026, 12, 1)
FROM = {
    "approve": ("proposed",),
    "schedule": ("approved",),
    "stay": ("approved", "scheduled"),
    "resume": ("stayed",),
    "cancel": ("proposed", "approved", "scheduled", "stayed"),
}
TARGETS = {"approve": "approved", "schedule": "scheduled", "stay": "stayed", "resume": "scheduled"}


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


@pytest.fixture
def who(people: dict[str, User]) -> ClientManager:
    return graded(manager("2"), "fourth")


def propose(who: ClientManager, by: User, **facts: Any) -> GradeChange:
    wanted = {"kind": "promote", "to_grade": "third", "effective_on": NEXT, "reason": "业绩突出"} | facts
    return changes.propose(who, by=by, on=ON, **wanted)


def made(who: ClientManager, people: dict[str, User], state: str) -> GradeChange:
    """A change inserted in a state; an effective one with its record."""
    record = GradeRecord.objects.create(manager=who, grade_code="third", effective_on=ON, basis="x")
    return GradeChange.objects.create(
        manager=who, kind="promote", scheme=SCHEME, from_grade="fourth", to_grade="third",
        effective_on=NEXT, basis="proposal", state=state, proposed_by=people["hr_two"],
        authority="unit_group",
        approved_by=None if state == "proposed" else people["leader"],
        record=record if state == "effective" else None,
    )  # fmt: skip


def step(name: str, change: GradeChange, people: dict[str, User]) -> LogEntry:
    facts: Any = {"reason": "说明"} if name in ("stay", "resume", "cancel") else {}
    by = people["leader" if name == "approve" else "hr"]
    return getattr(changes, name)(change, by=by, on=ON, **facts)


def state(change: GradeChange) -> str:
    return GradeChange.objects.get(pk=change.pk).state


@pytest.mark.parametrize("source", State.values)
def test_every_step_from_every_state(people: dict[str, User], who: ClientManager, source: str) -> None:
    change = made(who, people, source)
    for name, sources in FROM.items():
        with transaction.atomic():
            point = transaction.savepoint()
            if source in sources:
                assert step(name, change, people).to_state == TARGETS.get(name, "cancelled")
            else:
                with pytest.raises(Refusal, match="现在的状态是"):
                    step(name, change, people)
            transaction.savepoint_rollback(point)


@pytest.mark.parametrize("source", State.values)
def test_the_database_refuses_every_other_move(
    people: dict[str, User], who: ClientManager, source: str
) -> None:
    change = made(who, people, source)
    rows = GradeChange.objects.filter(pk=change.pk)
    allowed = {TARGETS.get(name, "cancelled") for name, sources in FROM.items() if source in sources}
    for target in {"proposed", "approved", "stayed", "cancelled"} - allowed - {source}:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(state=target)


def test_from_proposal_to_record_on_its_day_by_the_night(people: dict[str, User], who: ClientManager) -> None:
    change = propose(who, people["hr"])
    changes.approve(change, by=people["leader"], on=ON)
    changes.schedule(change, by=people["hr"], on=ON)
    assert changes.make_effective(NEXT - timedelta(days=1)) == []
    assert queries.grades_on(NEXT, [who.pk]) == {who.pk: "fourth"}
    assert changes.make_effective(NEXT + timedelta(days=3)) == [change]
    assert changes.make_effective(NEXT + timedelta(days=3)) == []
    assert queries.grades_on(NEXT - timedelta(days=1), [who.pk]) == {who.pk: "fourth"}
    assert queries.grades_on(NEXT, [who.pk]) == {who.pk: "third"}
    row = GradeChange.objects.select_related("record").get(pk=change.pk)
    assert row.record is not None
    assert (row.state, row.record.basis, row.record.effective_on) == (
        "effective",
        f"grade_change:{row.pk}",
        NEXT,
    )
    assert row.term_ends_on == date(2027, 11, 30)
    log = LogEntry.objects.filter(subject=f"grade_change:{row.pk}").order_by("id")
    assert list(log.values_list("action", "by__username", "to_state")) == [
        ("propose_grade_change", "hr", "proposed"),
        ("approve_grade_change", "leader", "approved"),
        ("schedule_grade_change", "hr", "scheduled"),
        ("take_effect_grade_change", None, "effective"),
    ]


def test_proposer_and_approver_are_two_in_python_and_in_the_database(
    people: dict[str, User], who: ClientManager
) -> None:
    change = propose(who, people["head"])
    with pytest.raises(Refusal, match="两步须由不同的人担任"):
        changes.approve(change, by=people["head"], on=ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        GradeChange.objects.filter(pk=change.pk).update(approved_by=people["head"])
    with pytest.raises(IntegrityError), transaction.atomic():
        GradeChange.objects.filter(pk=change.pk).update(state="approved")


@pytest.mark.parametrize(
    ("grade", "held", "by", "passes"),
    [
        ("third", "fourth", "unit", False),
        ("third", "fourth", "leader", True),
        ("third", "fourth", "head_risk", False),
        ("first", "second", "leader", True),
        ("first", "second", "risk", False),
    ],
)
def test_the_authority_of_the_grade_approves(
    people: dict[str, User], grade: str, held: str, by: str, passes: bool
) -> None:
    change = propose(graded(manager("3"), held), people["hr"], to_grade=grade)
    if passes:
        assert changes.approve(change, by=people[by], on=ON).to_state == "approved"
    else:
        with pytest.raises((Refusal, PermissionDenied)):
            changes.approve(change, by=people[by], on=ON)
        assert state(change) == "proposed"


def test_a_unit_group_decides_for_its_own_outlet_but_not_for_the_upper_grades(
    people: dict[str, User],
) -> None:
    lower = propose(graded(manager("3", branch="S1"), "fourth"), people["hr"])
    assert changes.approve(lower, by=people["unit"], on=ON).to_state == "approved"
    upper = propose(graded(manager("4", branch="S1"), "second"), people["hr"], to_grade="first")
    with pytest.raises(Refusal, match="这一等级须由分行及以上的领导小组成员、领导小组组长办理"):
        changes.approve(upper, by=people["unit"], on=ON)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"to_grade": "second"}, "不允许越级"),
        ({"to_grade": "fourth"}, "不是“晋升”"),
        ({"kind": "demote", "to_grade": "third"}, "不是“降级”"),
        ({"to_grade": "grade_one"}, "没有这一等级"),
        ({"kind": "appoint"}, "从资格认定办理"),
        ({"reason": " "}, "须写明原因"),
        ({"effective_on": date(2025, 12, 31)}, "等级记录已到"),
    ],
)
def test_a_proposal_is_refused_with_a_reason(
    people: dict[str, User], who: ClientManager, facts: dict[str, Any], text: str
) -> None:
    with pytest.raises(Refusal, match=text):
        propose(who, people["hr"], **facts)
    assert GradeChange.objects.count() == 0


def test_one_open_change_at_a_time_and_a_repeat_is_the_same(
    people: dict[str, User], who: ClientManager
) -> None:
    first = propose(who, people["hr"], key="k")
    assert propose(who, people["hr"], key="k") == first
    with pytest.raises(Refusal, match="未了结的等级变动"):
        propose(who, people["hr_two"])


def test_a_leap_needs_a_rulebook_that_allows_it_and_its_approver(
    people: dict[str, User], who: ClientManager
) -> None:
    shipped('leapfrog = "leading_group"')
    change = propose(who, people["hr"], to_grade="second")
    assert (change.leapfrog, change.authority) == (True, "leading_group")
    with pytest.raises(IntegrityError), transaction.atomic():
        GradeChange.objects.filter(pk=change.pk).update(reason="")


def test_a_removal_ends_grade_and_post(people: dict[str, User], who: ClientManager) -> None:
    change = propose(who, people["hr"], kind="remove", to_grade="", effective_on=ON)
    changes.approve(change, by=people["leader"], on=ON)
    changes.schedule(change, by=people["hr"], on=ON)
    assert (state(change), ClientManager.objects.get(pk=who.pk).status) == ("effective", "back_office")
    assert queries.grades_on(ON, [who.pk]) == {}
    assert queries.grades_on(ON - timedelta(days=1), [who.pk]) == {who.pk: "fourth"}


def decided(who: ClientManager, people: dict[str, User], effective_on: date, **facts: Any) -> GradeChange:
    wanted: Any = {"to_grade": "third", "kind": "promote", "basis": "appraisal:7", "scheme": SCHEME} | facts
    return changes.decided(
        who, effective_on=effective_on, by=people["hr"], approved_by=people["leader"], on=ON, **wanted
    )


def test_a_decision_takes_effect_at_once_when_its_day_has_come(
    people: dict[str, User], who: ClientManager
) -> None:
    first = decided(who, people, date(2026, 10, 1))
    assert decided(who, people, date(2026, 10, 1)) == first
    assert first.record is not None
    assert (first.state, first.record.basis, first.record.recorded_by) == (
        "effective",
        "appraisal:7",
        people["hr"],
    )
    assert queries.grades_on(date(2026, 10, 1), [who.pk]) == {who.pk: "third"}
    assert decided(graded(manager("3"), "fourth"), people, NEXT, basis="appraisal:8").state == "scheduled"


def test_an_appeal_that_wins_gives_grade_and_post_back(people: dict[str, User], who: ClientManager) -> None:
    since = date(2026, 10, 1)
    decided(who, people, since, kind="remove", to_grade="")
    assert ClientManager.objects.get(pk=who.pk).status == "back_office"
    decided(who, people, since, kind="correct", to_grade="fourth", basis="appraisal:7/2")
    assert ClientManager.objects.get(pk=who.pk).status == "on_post"
    assert queries.grades_on(since, [who.pk]) == {who.pk: "fourth"}


def test_a_stayed_change_waits_and_goes_on_where_it_was(people: dict[str, User], who: ClientManager) -> None:
    change = decided(who, people, NEXT)
    changes.stay(change, by=None, on=ON, reason="申诉")
    assert changes.make_effective(NEXT) == []
    changes.resume(change, by=None, on=NEXT, reason="申诉已驳回")
    assert (state(change), queries.grades_on(NEXT, [who.pk])) == ("effective", {who.pk: "third"})


def test_a_change_whose_ground_has_moved_is_stayed_by_the_night(
    people: dict[str, User], who: ClientManager
) -> None:
    change = decided(who, people, NEXT)
    graded(who, "second", date(2026, 11, 1))
    assert changes.make_effective(NEXT) == []
    assert state(change) == "stayed"
    entry = LogEntry.objects.get(action="stay_grade_change")
    assert entry.reason.startswith("批准以后等级已另有变动")


def test_a_traineeship_ends_after_its_year_and_by_results(people: dict[str, User]) -> None:
    who = graded(manager("3", status="trainee"), "trainee", date(2025, 10, 20))
    with pytest.raises(Refusal, match="见习期至 2026-10-19"):
        propose(who, people["hr"], to_grade="fourth", effective_on=date(2026, 10, 19))
    with pytest.raises(Refusal, match="没有达到“四级”标准"):
        propose(who, people["hr"], to_grade="fourth")
    judged(who, date(2026, 9, 30), 10**9)
    assert propose(who, people["hr"], to_grade="fourth").from_grade == "trainee"


def test_a_trainee_is_forbidden_credit_by_the_rulebook(people: dict[str, User], who: ClientManager) -> None:
    trainee = graded(manager("3", status="trainee"), "trainee")
    found = queries.forbidden(trainee, "credit", ON)
    assert found is not None
    assert (found.code, queries.forbidden(who, "credit", ON)) == ("trainee", None)


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts_and_the_other_is_told(transactional_db: None) -> None:
    people = hire()
    change = propose(graded(manager("2"), "fourth"), people["hr"])
    together, answers = Barrier(2), []

    def approve(name: str) -> None:
        together.wait()
        try:
            answers.append(changes.approve(change, by=people[name], on=ON).to_state)
        except Refusal as refusal:
            answers.append(str(refusal)[:5])
        finally:
            connection.close()

    threads = [Thread(target=approve, args=(name,)) for name in ("leader", "leader_two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["approved", "现在的状态"]
    assert LogEntry.objects.filter(action="approve_grade_change").count() == 1
