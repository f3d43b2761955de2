"""Conduct: who fills, who opens, who settles; what is sealed; what reaches figures; rotation and leave."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from managers.models import (
    Branch,
    ClientManager,
    ConductFinding,
    CrossInspection,
    HistoryEvent,
    HomeVisit,
    LeaveRecord,
    LogEntry,
    Notice,
    Relation,
    ScreeningCampaign,
    ScreeningSheet,
    User,
)
from managers.queries import conduct, rotation
from managers.services import deadlines, findings, identity, inspections, screening, visits
from managers.services import rotation as leaves
from managers.services.inspections import Found
from managers.services.screening import Answer
from managers.services.stepping import Refusal
from tests.managers.conduct_people import called, found, team
from tests.managers.staff import ON, SINCE

People = dict[str, User]


@pytest.fixture
def people(db: None) -> People:
    return team()


def campaign(people: People, **facts: Any) -> ScreeningCampaign:
    given: dict[str, Any] = {
        "title": "三季度排查", "branch": Branch.objects.get(code="B1"), "starts_on": date(2026, 7, 1),
        "ends_on": date(2026, 9, 30), "due_on": date(2026, 10, 31), "items": ["资金往来", "经商办企业"],
        "by": people["risk"], "on": ON,
    }  # fmt: skip
    return screening.open_campaign(**given | facts)


def of(made: ScreeningCampaign, number: str) -> ScreeningSheet:
    return ScreeningSheet.objects.get(campaign=made, manager__employee_no=number)


def blank(*answers: tuple[str, str]) -> list[Answer]:
    return [Answer(*each) for each in answers or [("none", ""), ("none", "")]]


def waiting(code: str) -> set[str]:
    rows = Notice.objects.filter(code=code, done_at=None).exclude(tone="escalation")
    return set(rows.values_list("to__username", flat=True))


def close(row: ConductFinding, people: People, *, tell: bool = False) -> None:
    findings.rectify(row, measures="已退还资金并书面检讨", by=people["outlet"], on=ON)
    findings.close(row, conclusion="核对流水，证据 12 号", tell=tell, by=people["risk_two"], on=ON)


# --- screening --------------------------------------------------------------------------------------------


def test_a_campaign_waits_for_the_head_of_the_outlet_and_findings_follow(people: People) -> None:
    made = campaign(people)
    assert made.sheets.count() == 3
    assert waiting("screening_waiting") == {"outlet", "outlet_two", "other_two"}
    answers = blank(("serious", "向客户借款五万元"), ("minor", "兼职未报备"))
    entry = screening.fill(of(made, "1"), answers, by=people["outlet"], on=ON, key="k")
    again = screening.fill(of(made, "1"), answers, by=people["outlet"], on=ON, key="k")
    assert entry == again
    rows = ConductFinding.objects.order_by("severity")
    assert [(each.severity, each.summary, (each.due_on - ON).days) for each in rows] == [
        ("minor", "经商办企业：兼职未报备", 30),
        ("serious", "资金往来：向客户借款五万元", 10),
    ]
    with pytest.raises(Refusal, match="现在的状态是“已填写”"):
        screening.fill(of(made, "1"), blank(), by=people["outlet"], on=ON)


def test_a_sheet_is_filled_by_whoever_is_in_charge_and_never_by_self_or_kin(people: People) -> None:
    made = campaign(people)
    kin = called("2")
    Relation.objects.create(
        user=people["outlet"], manager=kin, kind="kin", starts_on=SINCE, reason="表亲",
        declared_by=people["outlet"],
    )  # fmt: skip
    ClientManager.objects.filter(employee_no="3").update(user=people["outlet_two"])
    for number, who in (("2", "outlet"), ("3", "outlet_two"), ("1", "outlet_two"), ("1", "risk")):
        with pytest.raises(PermissionDenied):
            screening.fill(of(made, number), blank(), by=people[who], on=ON)
    with pytest.raises(IntegrityError, match="own case"), transaction.atomic():
        ScreeningSheet.objects.filter(pk=of(made, "3").pk).update(filled_by=people["outlet_two"])
    screening.fill(of(made, "3"), blank(), by=people["hr"], on=ON)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([("none", "")], "每一项"),
        ([("none", ""), ("maybe", "")], "每一项"),
        ([("none", ""), ("minor", " ")], "第 2 项"),
    ],
)
def test_every_item_is_answered_and_what_is_found_is_said(people: People, answers: Any, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        screening.fill(of(campaign(people), "1"), blank(*answers), by=people["outlet"], on=ON)
    assert not ConductFinding.objects.exists()


def test_a_closed_campaign_asks_nobody_any_more(people: People) -> None:
    made = campaign(people)
    screening.fill(of(made, "1"), blank(), by=people["outlet"], on=ON)
    screening.close(made, by=people["risk_two"], on=ON, reason="已全部核对")
    assert [of(made, number).state for number in "123"] == ["filled", "dropped", "dropped"]
    assert waiting("screening_waiting") == set()
    with pytest.raises(PermissionDenied):
        campaign(people, by=people["hr"])


# --- findings ---------------------------------------------------------------------------------------------


def test_a_finding_is_put_right_and_settled_by_another_person(people: People) -> None:
    row = found(people)
    assert waiting("finding_open") == {"risk"}
    with pytest.raises(Refusal, match="现在的状态是“待整改”"):
        findings.close(row, conclusion="x", tell=False, by=people["risk_two"], on=ON)
    findings.rectify(row, measures="已退还", by=people["outlet"], on=ON)
    assert waiting("finding_rectified") == {"risk_two"}
    with pytest.raises(Refusal, match="您已办理过“提出”"):
        findings.close(row, conclusion="x", tell=False, by=people["risk"], on=ON)
    with pytest.raises(PermissionDenied):
        findings.close(row, conclusion="x", tell=False, by=people["outlet"], on=ON)
    later = date(2026, 11, 9)
    findings.send_back(row, reason="证据不全", due_on=later, by=people["risk_two"], on=ON)
    assert ConductFinding.objects.get(pk=row.pk).due_on == later
    close(row, people)
    assert waiting("finding_open") | waiting("finding_rectified") == set()
    trail = LogEntry.objects.filter(subject=f"finding:{row.pk}").order_by("pk")
    assert [each.to_state for each in trail] == ["open", "rectified", "open", "rectified", "closed"]


def test_the_database_wants_another_person_with_evidence(people: People) -> None:
    row = found(people)
    for columns, why in (
        ({"state": "closed"}, "no transition|Invalid transition|state_machine|not.*transition"),
        ({"settled_by": people["risk"]}, "finding_"),
        ({"summary": "改写"}, "opened_once"),
        ({"rectified_by": people["mine"]}, "own case"),
    ):
        with pytest.raises(DatabaseError, match=why), transaction.atomic():
            ConductFinding.objects.filter(pk=row.pk).update(**columns)
    with pytest.raises(DatabaseError, match="keep"), transaction.atomic():
        row.delete()


def test_the_person_concerned_learns_of_a_finding_when_it_is_closed_and_told(people: People) -> None:
    told, silent, still = found(people), found(people), found(people)
    close(told, people, tell=True)
    close(silent, people)
    seen = ConductFinding.objects.visible_to(people["mine"], ON)
    assert list(seen) == [told]
    assert Notice.objects.get(code="finding_told").to == people["mine"]
    for who, rows in (
        ("risk", {told, silent, still}), ("auditor", {told, silent, still}), ("outlet", set()),
        ("hr", set()), ("risk_west", set()), ("market", set()), ("leader", set()),
    ):  # fmt: skip
        assert set(ConductFinding.objects.visible_to(people[who], ON)) == rows, who


def test_what_a_history_keeps_of_a_finding_is_a_digest(people: People) -> None:
    close(found(people), people)
    kept = HistoryEvent.objects.filter(table="managers_conductfinding")
    assert "资金" not in str([(each.before, each.after) for each in kept])


# --- what keeps from rising, and what enters figures --------------------------------------------------------


def test_a_serious_finding_blocks_until_it_is_settled(people: People) -> None:
    who = called("1")
    found(people, severity="minor")
    assert conduct.blocks(who, ON) is None
    row = found(people, opened_on=date(2026, 10, 9))
    assert conduct.blocks(who, ON) == date(2026, 10, 9)
    assert conduct.blocks(who, date(2026, 10, 8)) is None
    findings.rectify(row, measures="已退还", by=people["outlet"], on=ON)
    assert conduct.blocks(who, ON) == date(2026, 10, 9)
    findings.close(row, conclusion="属实，已处理", tell=False, by=people["risk_two"], on=ON)
    assert conduct.blocks(who, ON) is None
    assert conduct.blocks(who, ON - timedelta(days=1)) == date(2026, 10, 9)


def test_every_fact_is_told_once_and_what_was_dismissed_is_none(people: People) -> None:
    dismissed, closed = found(people, severity="minor"), found(people)
    findings.dismiss(dismissed, conclusion="查无实据", by=people["risk_two"], on=ON)
    close(closed, people)
    made = campaign(people)
    screening.fill(of(made, "2"), blank(), by=people["outlet"], on=ON)
    told = list(conduct.events())
    assert len({(each.code, each.note) for each in told}) == len(told)
    assert sorted((each.employee_no, each.code, each.quantity) for each in told) == [
        ("1", "finding_serious", 1),
        ("1", "violations", 1),
        ("2", "screening_done", 1),
    ]
    assert {each.code for each in told} <= set(conduct.CODES)
    assert list(conduct.events(ON + timedelta(days=1))) == []


# --- home visits ------------------------------------------------------------------------------------------


def visit(people: People, **facts: Any) -> HomeVisit:
    given: dict[str, Any] = {
        "visited_on": ON, "visitor": people["risk"], "second_visitor": people["outlet"],
        "summary": "家中正常，父亲住院", "by": people["risk"], "on": ON,
    }  # fmt: skip
    return visits.record(called("1"), **given | facts)


def test_a_home_visit_is_sealed_and_every_reading_is_logged(people: People) -> None:
    row = visit(people)
    kept = HomeVisit.objects.get(pk=row.pk)
    assert "父亲" not in str(kept.summary)
    assert visits.read(kept, by=people["risk_two"], on=ON, reason="复核家访") == "家中正常，父亲住院"
    entry = LogEntry.objects.get(action="read_home_visit")
    assert (entry.by, entry.reason, entry.subject) == (people["risk_two"], "复核家访", f"home_visit:{row.pk}")
    for who, facts, error in (
        ("risk_two", {"reason": "看"}, identity.Refused),
        ("auditor", {"reason": "例行稽核"}, identity.Refused),
        ("outlet", {"reason": "复核家访"}, PermissionDenied),
        ("mine", {"reason": "复核家访"}, PermissionDenied),
    ):
        with pytest.raises(error):
            visits.read(kept, by=people[who], on=ON, **facts)
    assert visits.read(kept, by=people["auditor"], on=ON, reason="例行稽核", case_no="JH-2026-1")
    assert not HomeVisit.objects.visible_to(people["mine"], ON).exists()
    history = HistoryEvent.objects.filter(table="managers_homevisit")
    assert "父亲" not in str([each.after for each in history])


def test_two_others_visit_a_home(people: People) -> None:
    for facts, why in (
        ({"second_visitor": people["risk"]}, "两个人"),
        ({"second_visitor": people["mine"]}, "不能是本人"),
        ({"visited_on": date(2026, 12, 1)}, "晚于今天"),
        ({"summary": ""}, "家访情况"),
    ):
        with pytest.raises(Refusal, match=why):
            visit(people, **facts)
    visit(people)
    with pytest.raises(Refusal, match="已经登记过"):
        visit(people)


def test_home_visits_are_sealed_anew_when_keys_change(people: People, settings: Any) -> None:
    row = visit(people)
    settings.FIELD_KEYS = {"next": b"n" * 32} | settings.FIELD_KEYS
    assert identity.rotate("next")["managers_homevisit"] == 1
    kept = HomeVisit.objects.get(pk=row.pk)
    assert str(kept.summary).startswith("next:")
    assert visits.read(kept, by=people["risk"], on=ON, reason="复核家访").startswith("家中")


# --- cross-inspection -------------------------------------------------------------------------------------


def inspection(people: People, **facts: Any) -> CrossInspection:
    given: dict[str, Any] = {
        "quarter": "2026Q4", "inspected": Branch.objects.get(code="S1"),
        "inspecting": Branch.objects.get(code="S2"), "lead": people["outlet_two"],
        "second": people["other_two"], "by": people["risk"], "on": ON,
    }  # fmt: skip
    return inspections.plan(**given | facts)


def test_an_outlet_is_inspected_by_two_people_of_another(people: People) -> None:
    made = inspection(people)
    assert waiting("inspection_planned") == {"outlet_two"}
    given: Any = {"held_on": ON, "conclusion": "总体合规", "on": ON}
    one = Found("2", "minor", "工作日志缺签字")
    with pytest.raises(Refusal, match="两位检查人之一"):
        inspections.complete(made, found=[one], by=people["outlet"], **given)
    with pytest.raises(Refusal, match="工号 3 不在被检查机构"):
        inspections.complete(made, found=[Found("3", "minor", "缺签字")], by=people["outlet_two"], **given)
    for _repeat in range(2):
        inspections.complete(made, found=[one], by=people["other_two"], key="k", **given)
    row = ConductFinding.objects.get()
    assert (row.manager.employee_no, row.source, row.opened_by) == ("2", "inspection", people["other_two"])
    assert waiting("inspection_planned") == set()
    assert [each.code for each in conduct.events()] == ["finding_minor"]


def test_nobody_inspects_the_own_outlet(people: People) -> None:
    whole, own = Branch.objects.get(code="B1"), Branch.objects.get(code="S1")
    for facts, why in (
        ({"second": people["outlet_two"]}, "两个人"),
        ({"second": people["outlet"]}, "是被检查机构的人员"),
        ({"second": people["mine"]}, "是被检查机构的人员"),
        ({"second": people["hr_west"]}, "不是“城南支行”"),
        ({"inspecting": whole}, "另一机构"),
        ({"inspecting": own}, "另一机构"),
        ({"quarter": "2026Q3"}, "本季度或以后"),
    ):
        with pytest.raises(Refusal, match=why):
            inspection(people, **facts)
    made = inspection(people)
    with pytest.raises(Refusal, match="已安排"):
        inspection(people)
    inspections.cancel(made, reason="改期", by=people["risk"], on=ON)
    inspection(people)


# --- rotation and leave -------------------------------------------------------------------------------------


def limit(people: People, **facts: Any) -> None:
    given: dict[str, Any] = {
        "kind": "place", "months": 36, "starts_on": ON, "cites": "轮岗办法第三条", "by": people["head"],
        "on": ON,
    }  # fmt: skip
    leaves.lay_down(**given | facts)


def test_whoever_has_stayed_too_long_is_on_the_list_and_the_head_is_told(people: People) -> None:
    every = list(ClientManager.objects.order_by("pk").values_list("pk", flat=True))
    assert rotation.due_soon(every, ON) == []
    limit(people)
    due = rotation.due_soon(every, ON)
    assert [(each.dues[0].kind, each.dues[0].due_on) for each in due] == [("place", date(2023, 1, 1))] * 3
    deadlines.tick(on=ON)
    told = Notice.objects.filter(code="rotation_due", done_at=None)
    assert {"outlet", "outlet_two", "hr", "head"} <= set(told.values_list("to__username", flat=True))
    assert not told.filter(to=people["auditor"]).exists()
    limit(people, months=0, starts_on=date(2026, 10, 13))
    assert rotation.due_soon(every, date(2026, 10, 13)) == []
    for facts, why in (({"starts_on": date(2026, 1, 1)}, "追溯"), ({"cites": ""}, "依据"), ({}, "同种期限")):
        with pytest.raises(Refusal, match=why):
            limit(people, **facts)
    with pytest.raises(PermissionDenied):
        limit(people, by=people["hr"])


def test_a_mandatory_leave_long_enough_starts_the_next_interval(people: People) -> None:
    limit(people, kind="leave", months=12, days=5, cites="强制休假办法")
    who = called("1")
    given: Any = {"kind": "mandatory", "by": people["hr"], "on": ON, "stand_in": called("2")}
    row = leaves.record_leave(who, starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 5), **given)
    assert rotation.due_soon([who.pk], ON) == []
    with pytest.raises(Refusal, match="重叠"):
        leaves.record_leave(who, starts_on=date(2026, 9, 5), ends_on=date(2026, 9, 9), **given)
    with pytest.raises(Refusal, match="代班人"):
        leaves.record_leave(who, starts_on=ON, ends_on=ON, **given | {"stand_in": who})
    leaves.call_off(row.pk, by=people["hr"], on=ON, at=timezone.now(), reason="临时取消")
    assert len(rotation.due_soon([who.pk], ON)) == 1
    with pytest.raises(PermissionDenied):
        leaves.record_leave(who, starts_on=ON, ends_on=ON, **given | {"by": people["risk"]})
    assert list(LeaveRecord.objects.visible_to(people["mine"], ON)) == [row]
    assert not LeaveRecord.objects.visible_to(people["risk"], ON).exists()
