"""Inspections after the loan: planned by the standard, two people, findings closed by another."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from credit.models import Finding, Inspection
from credit.queries.afterloan import happened
from credit.rules.inspecting import planned_for
from credit.services.afterloan import findings, inspecting
from ledger.happenings import Happened
from managers.models import Notice, User
from managers.services import deadlines
from managers.services.stepping import Refusal
from tests.credit import loanbank
from tests.credit.loanbank import ON, account, answers, later, manager, photo
from tests.ledger.acting import load_days

pytestmark = pytest.mark.django_db
SUMMARY = "借款人经营正常，担保有效，建议维持现分类"


@pytest.fixture
def staff(tmp_path: Path, settings: Any) -> Iterator[dict[str, User]]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    loanbank.load(tmp_path)
    yield loanbank.hire()


def planned(number: str = "L1") -> Inspection:
    inspecting.plan(on=ON)
    return Inspection.objects.get(account=account(number), state="planned")


def recorded(staff: dict[str, User], number: str = "L1", **given: Any) -> Inspection:
    row = planned(number)
    inspecting.record(
        row.pk,
        **{
            "companion": manager("E3"),
            "done_on": ON,
            "answers": answers(),
            "summary": SUMMARY,
            "by": staff["E1"],
            "on": ON,
        }
        | given,
    )
    return fresh(row)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_the_standard_plans_by_class_and_amount(staff: dict[str, User]) -> None:
    assert inspecting.plan(on=ON) == 2
    assert inspecting.plan(on=ON) == 0
    rows = Inspection.objects.select_related("account").order_by("account__account_no")
    # both are overdue since their issue: nobody can go there before today
    assert [(row.account.account_no, row.every_days, row.due_on) for row in rows] == [
        ("L1", 60, ON),
        ("L2", 90, ON),
    ]


def test_what_was_planned_does_not_move_on_with_the_days(staff: dict[str, User]) -> None:
    row = planned()
    assert inspecting.plan(on=later(20)) == 0
    assert fresh(row).due_on == ON


@given(
    st.dates(date(2020, 1, 1), date(2022, 1, 1)),
    st.dates(date(2020, 1, 1), date(2022, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2022, 1, 1)),
)
def test_no_plan_names_a_day_before_its_own(wanted: date, on: date, before: date | None) -> None:
    found = planned_for(wanted, on, before)
    assert found >= (on if before is None else min(before, on))
    assert wanted < on or found == wanted
    assert planned_for(wanted, on + timedelta(1), found) in (found, wanted)


def test_a_worse_class_brings_the_day_forward_and_an_end_ends_it(
    staff: dict[str, User], tmp_path: Path
) -> None:
    row = planned()
    load_days(
        tmp_path,
        5,
        5,
        loan_classes=[("L1", "1994-01-05", "doubtful", "")],
        balances=[("L2", "1994-01-05", "0")],
    )
    assert inspecting.plan(on=ON) == 2
    assert (fresh(row).every_days, fresh(row).loan_class, fresh(row).due_on) == (30, "doubtful", ON)
    assert Inspection.objects.get(account=account("L2")).state == "lapsed"


def test_one_records_the_second_signs_and_the_next_is_planned(staff: dict[str, User]) -> None:
    row = recorded(staff, uploads=[photo()], findings=["抵押物未续保", " "])
    assert (row.state, row.papers.count(), Finding.objects.count()) == ("recorded", 1, 0)
    with pytest.raises(PermissionDenied, match="当事人本人"):
        inspecting.sign(row.pk, by=staff["E1"], on=ON)
    for _twice in range(2):
        inspecting.sign(row.pk, by=staff["E3"], on=ON, key="k")
    row = fresh(row)
    assert (row.state, row.signed_by) == ("done", staff["E3"])
    found = row.findings.get()
    assert (found.words, found.due_on) == ("抵押物未续保", ON + timedelta(days=15))
    following = Inspection.objects.get(account=row.account_id, state="planned")
    assert following.due_on == ON + timedelta(days=60)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Inspection.objects.filter(pk=row.pk).update(summary="改写")


def test_both_managers_have_been_there_once_it_is_signed(staff: dict[str, User]) -> None:
    row = recorded(staff)
    assert list(happened.events()) == []
    inspecting.sign(row.pk, by=staff["E3"], on=ON)
    day, note = fresh(row).done_on, f"loan_inspection:{row.pk}"
    assert list(happened.events()) == [Happened(who, day, "loan_inspection", 1, note) for who in ("E1", "E3")]


def test_what_is_missing_is_named(staff: dict[str, User]) -> None:
    row = planned()
    given: dict[str, Any] = {"done_on": ON, "summary": SUMMARY, "by": staff["E1"], "on": ON}
    with pytest.raises(Refusal, match="贷款用途与合同一致”还没有回答"):
        said = {code: each for code, each in answers().items() if code != "purpose"}
        inspecting.record(row.pk, companion=manager("E3"), answers=said, **given)
    with pytest.raises(Refusal, match="答为“否”"):
        inspecting.record(row.pk, companion=manager("E3"), answers=answers(income=" "), **given)
    with pytest.raises(Refusal, match="两人办理"):
        inspecting.record(row.pk, companion=manager("E1"), answers=answers(), **given)
    with pytest.raises(Refusal, match="不能晚于今天"):
        tomorrow = {**given, "done_on": ON + timedelta(1)}
        inspecting.record(row.pk, companion=manager("E3"), answers=answers(), **tomorrow)
    with pytest.raises(PermissionDenied, match="经办"):
        inspecting.record(row.pk, companion=manager("E1"), answers=answers(), **{**given, "by": staff["E3"]})
    assert fresh(row).state == "planned"


def test_the_second_may_send_it_back(staff: dict[str, User]) -> None:
    row = recorded(staff)
    inspecting.send_back(row.pk, by=staff["E3"], on=ON, reason="日期与到场不符")
    assert fresh(row).state == "planned"
    again = recorded(staff)
    assert (again.pk, again.state) == (row.pk, "recorded")


def test_the_database_wants_two_people(staff: dict[str, User]) -> None:
    row = recorded(staff)
    with pytest.raises(IntegrityError, match="loan_inspection_two_people"), transaction.atomic():
        Inspection.objects.filter(pk=row.pk).update(state="done", signed_by=staff["E1"])


def finding(staff: dict[str, User]) -> Finding:
    row = recorded(staff, findings=["抵押物未续保"])
    inspecting.sign(row.pk, by=staff["E3"], on=ON)
    return Finding.objects.get(inspection=row)


def test_a_finding_is_put_right_by_one_and_closed_by_another(staff: dict[str, User]) -> None:
    row = finding(staff)
    with pytest.raises(PermissionDenied):
        findings.remedy(row.pk, words="已续保", by=staff["E3"], on=ON)
    with pytest.raises(Refusal, match="待整改"):
        findings.close(row.pk, by=staff["head"], on=ON)
    findings.remedy(row.pk, words="已续保", evidence=photo(), by=staff["E1"], on=ON)
    with pytest.raises(PermissionDenied):
        findings.close(row.pk, by=staff["E1"], on=ON)
    findings.send_back(row.pk, by=staff["head"], on=ON, reason="保单看不清")
    assert fresh(row).state == "open"
    findings.remedy(row.pk, words="已续保，附清晰保单", by=staff["E1"], on=ON)
    findings.close(row.pk, by=staff["head"], on=ON)
    assert (fresh(row).state, fresh(row).closed_by) == ("closed", staff["head"])
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Finding.objects.filter(pk=row.pk).update(remedy_words="改写")


def test_the_database_refuses_to_close_ones_own(staff: dict[str, User]) -> None:
    row = finding(staff)
    findings.remedy(row.pk, words="已续保", by=staff["E1"], on=ON)
    with pytest.raises(IntegrityError, match="finding_closed_by_another"), transaction.atomic():
        Finding.objects.filter(pk=row.pk).update(state="closed", closed_by=staff["E1"], closed_on=ON)


def tones(username: str) -> set[tuple[str, str]]:
    rows = Notice.objects.filter(to__username=username, done_at=None)
    return {(row.code, row.tone) for row in rows}


def test_what_is_not_done_in_time_reaches_the_head(staff: dict[str, User]) -> None:
    row = finding(staff)
    deadlines.tick(on=ON)
    assert ("loan_finding_open", "todo") in tones("E1")
    late = row.due_on + timedelta(days=30)
    deadlines.tick(on=late)
    assert ("loan_finding_open", "escalation") in tones("head")
    findings.remedy(row.pk, words="已续保", by=staff["E1"], on=late)
    assert ("loan_finding_to_close", "todo") in tones("head")
    assert "loan_finding_open" not in {code for code, _tone in tones("E1")}


def test_an_inspection_waits_for_whoever_handles_the_loan_then_for_the_second(staff: dict[str, User]) -> None:
    planned()
    deadlines.tick(on=ON)
    assert "loan_inspection_due" in {code for code, _tone in tones("E1")}
    recorded(staff)
    assert "loan_inspection_due" not in {code for code, _tone in tones("E1")}
    assert ("loan_inspection_to_sign", "todo") in tones("E3")
