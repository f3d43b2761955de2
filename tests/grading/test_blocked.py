"""An unsettled serious finding keeps its manager from rising, at every step that would raise them."""

from datetime import date

import pytest

from grading import queries
from grading.models import GradeChange
from grading.services import changes, qualifying
from managers.models import ClientManager, ConductFinding, User
from managers.services import findings
from managers.services.stepping import Refusal
from tests.grading.careers import bring, graded
from tests.managers.staff import ON, hire, manager

NEXT = date(2026, 12, 1)
SINCE = "自 2026-10-12 起有未了结的严重行为问题"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


@pytest.fixture
def who(people: dict[str, User]) -> ClientManager:
    return graded(manager("2"), "fourth")


def found(who: ClientManager, people: dict[str, User], severity: str = "serious") -> ConductFinding:
    return findings.report(
        who, source="report", severity=severity, summary="资金往来", opened_on=ON, due_on=ON,
        by=people["risk"], on=ON,
    )  # fmt: skip


def settle(row: ConductFinding, people: dict[str, User]) -> None:
    findings.dismiss(row, conclusion="查无实据", by=people["head_risk"], on=ON)


def propose(who: ClientManager, people: dict[str, User], kind: str, grade: str) -> GradeChange:
    return changes.propose(
        who, kind=kind, to_grade=grade, effective_on=NEXT, by=people["hr"], on=ON, reason="业绩"
    )


def test_no_rise_is_proposed_and_a_fall_is(who: ClientManager, people: dict[str, User]) -> None:
    row = found(who, people)
    for kind in ("promote", "correct"):
        with pytest.raises(Refusal, match=SINCE) as refusal:
            propose(who, people, kind, "third")
        assert "资金往来" not in str(refusal.value)
    settle(row, people)
    found(who, people, "minor")
    assert propose(who, people, "promote", "third").state == "proposed"


def test_a_rise_proposed_before_is_approved_only_afterwards(
    who: ClientManager, people: dict[str, User]
) -> None:
    change = propose(who, people, "promote", "third")
    row = found(who, people)
    with pytest.raises(Refusal, match=SINCE):
        changes.approve(change, by=people["leader"], on=ON)
    settle(row, people)
    changes.approve(change, by=people["leader"], on=ON)


def test_a_rise_that_is_scheduled_is_stayed_on_its_day(who: ClientManager, people: dict[str, User]) -> None:
    change = propose(who, people, "promote", "third")
    changes.approve(change, by=people["leader"], on=ON)
    changes.schedule(change, by=people["hr"], on=ON)
    row = found(who, people)
    assert changes.make_effective(NEXT) == []
    assert GradeChange.objects.get(pk=change.pk).state == "stayed"
    assert queries.grades_on(NEXT, [who.pk]) == {who.pk: "fourth"}
    with pytest.raises(Refusal, match=SINCE):
        changes.resume(change, by=people["hr"], on=NEXT, reason="再办")
    settle(row, people)
    changes.resume(change, by=people["hr"], on=NEXT, reason="问题已了结")
    assert queries.grades_on(NEXT, [who.pk]) == {who.pk: "third"}


def test_what_an_appraisal_decided_is_entered_and_stayed(who: ClientManager, people: dict[str, User]) -> None:
    found(who, people)
    made = changes.decided(
        who, to_grade="third", kind="promote", effective_on=ON, basis="appraisal:7", by=people["hr"], on=ON,
        approved_by=people["leader"],
    )  # fmt: skip
    assert (made.state, made.record) == ("stayed", None)
    down = changes.decided(
        graded(manager("3"), "third"), to_grade="fourth", kind="demote", effective_on=ON,
        basis="appraisal:8", by=people["hr"], on=ON, approved_by=people["leader"],
    )  # fmt: skip
    assert down.state == "effective"


def test_nobody_is_appointed_to_a_higher_grade(who: ClientManager, people: dict[str, User]) -> None:
    qualification = bring(people, who, "recognised", "third", ON)
    row = found(who, people)
    with pytest.raises(Refusal, match=SINCE):
        qualifying.appoint(qualification, effective_on=ON, by=people["hr"], on=ON)
    settle(row, people)
    qualifying.appoint(qualification, effective_on=ON, by=people["hr"], on=ON)
    assert queries.grades_on(ON, [who.pk]) == {who.pk: "third"}
