"""The pages of training, conduct and rotation: what each reader is shown, may do, and is never told."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from managers.models import (
    Branch,
    Certificate,
    ConductFinding,
    CrossInspection,
    HomeVisit,
    LeaveRecord,
    RotationLimit,
    ScreeningCampaign,
    ScreeningSheet,
    TrainingPlan,
    TrainingResult,
    User,
)
from managers.services import findings, screening, training
from tests.managers.conduct_people import called, found, team
from tests.managers.staff import ON, manager

People = dict[str, User]


@pytest.fixture
def people(db: None) -> Iterator[People]:
    with time_machine.travel(ON, tick=True):
        yield team()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, url: str, status: int = 200) -> str:
    answer = client_of(user).get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def post(user: User, url: str, **given: Any) -> str:
    """What the page says after a form was sent."""
    answer = client_of(user).post(url, given, follow=True)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def plan(people: People) -> TrainingPlan:
    return training.plan(
        title="新规学习", branch=Branch.objects.get(code="B1"), starts_on=ON, hours=Decimal(2),
        pass_mark=Decimal(80), by=people["hr"], on=ON,
    )  # fmt: skip


def campaign(people: People) -> ScreeningCampaign:
    return screening.open_campaign(
        title="三季度排查", branch=Branch.objects.get(code="B1"), starts_on=date(2026, 7, 1),
        ends_on=date(2026, 9, 30), due_on=date(2026, 10, 31), items=["资金往来", "经商办企业"],
        by=people["risk"], on=ON,
    )  # fmt: skip


def test_a_plan_its_roll_and_results_by_the_pages(people: People) -> None:
    hr = people["hr"]
    said = post(
        hr, "/training/", title="反洗钱", branch=Branch.objects.get(code="B1").pk, weekly="",
        starts_on="2026-10-12", hours="1.5", pass_mark="80", retake_days="14", lines=["corporate"],
    )  # fmt: skip
    made = TrainingPlan.objects.get()
    assert "培训计划已制定" in said
    assert "未合格的 14 天内补考" in said
    session = made.sessions.get()
    url = f"/training/sessions/{session.pk}/"
    assert "还没有点名" in page(hr, url)
    assert "经理3" in post(hr, f"{url}roll/")
    bad = SimpleUploadedFile("bad.csv", "工号,成绩\n1,90\nX,80\n".encode())
    said = post(hr, f"{url}sheets/", exam_on="2026-10-12", file=bad)
    assert "1 行有问题，整份成绩单不能登记" in said
    assert "登记 2 人的成绩" not in said
    good = SimpleUploadedFile("good.csv", "工号,成绩\n1,90\n2,60\n".encode())
    said = post(hr, f"{url}sheets/", exam_on="2026-10-12", file=good)
    assert "登记 2 人的成绩" in said
    sheet = session.sheets.first()
    assert sheet is not None
    assert "合格 1 人，未合格 1 人" in post(hr, f"/training/sheets/{sheet.pk}/")
    assert TrainingResult.objects.count() == 2
    assert "今年出席 1.5 学时" in page(people["mine"], "/people/1/development/")
    page(people["market"], f"/training/sheets/{sheet.pk}/", 404)
    said = page(people["outlet"], url)
    assert ("经理1" in said, "经理3" in said, "保存出席情况" in said) == (True, False, False)
    assert "免训" in post(hr, url, **{f"m-{called('3').pk}": "excused"})


def test_a_form_that_cannot_be_read_says_why_and_keeps_what_was_written(people: People) -> None:
    said = post(people["hr"], "/training/", title="反洗钱", starts_on="昨天", hours="1", retake_days="14")
    assert "反洗钱" in said
    assert "field-error" in said
    assert not TrainingPlan.objects.exists()
    said = post(
        people["hr"], "/training/certificates/", employee_no="999", kind="post", number="1", issuer="x",
        issued_on="2026-01-01", evidence="y",
    )  # fmt: skip
    assert "辖内没有这个工号" in said


def test_certificates_are_entered_and_declared_void(people: People) -> None:
    said = post(
        people["hr"], "/training/certificates/", employee_no="1", kind="post", number="GW-7",
        issuer="江城银行", issued_on="2024-01-01", expires_on="2026-11-01", evidence="档案盒 2",
    )  # fmt: skip
    assert ("GW-7" in said, "还有 20 天" in said) == (True, True)
    assert "GW-7" in page(people["mine"], "/people/1/development/")
    row = Certificate.objects.get()
    url = f"/training/certificates/{row.pk}/void/"
    assert client_of(people["hr_west"]).post(url).status_code == 404
    assert "证书已作废" in post(people["hr"], url, voided_on="2026-10-12", reason="撤销")
    assert "GW-7" not in page(people["hr"], "/training/certificates/")


def test_screening_by_the_pages_and_what_the_filler_sees_afterwards(people: People) -> None:
    said = post(
        people["risk"], "/conduct/", title="四季度排查", branch=Branch.objects.get(code="B1").pk,
        starts_on="2026-10-01", ends_on="2026-10-12", due_on="2026-10-31", items="资金往来\n\n经商办企业",
    )  # fmt: skip
    made = ScreeningCampaign.objects.get()
    assert "排查已发起" in said
    sheet = ScreeningSheet.objects.get(manager__employee_no="1")
    url = f"/conduct/screenings/{sheet.pk}/"
    assert "1. 资金往来" in page(people["outlet"], url)
    assert "第 1 项发现问题，请写明情况" in post(
        people["outlet"], url, **{"answer-1": "serious", "note-1": "", "answer-2": "none"}
    )
    post(people["outlet"], url, **{"answer-1": "serious", "note-1": "向客户借款五万", "answer-2": "none"})
    assert "向客户借款五万" in page(people["outlet"], url)
    assert "向客户借款五万" in page(people["risk"], url)
    for who in ("outlet_two", "hr", "risk_west"):
        page(people[who], url, 404)
    page(people["mine"], url, 403)
    said = page(people["auditor"], f"/conduct/campaigns/{made.pk}/")
    assert ("经*" in said, "经理1" in said) == (True, False)
    assert "2. 经商办企业" not in page(people["risk"], url)
    assert "排查已结束" in post(people["risk"], f"/conduct/campaigns/{made.pk}/close/", reason="完成")


def test_a_finding_by_the_pages(people: People) -> None:
    post(
        people["risk"], "/conduct/findings/", employee_no="1", source="report", severity="serious",
        opened_on="2026-10-12", due_on="2026-10-20", summary="与客户有资金往来",
    )  # fmt: skip
    row = ConductFinding.objects.get()
    url = f"/conduct/findings/{row.pk}/"
    assert "与客户有资金往来" in page(people["risk_two"], url)
    for who, status in (("outlet", 404), ("mine", 403), ("hr", 404), ("market", 404), ("leader", 403)):
        assert "与客户有资金往来" not in page(people[who], url, status)
    assert "经理1" not in page(people["outlet"], "/conduct/findings/")
    assert "整改情况已报告" in post(people["risk"], f"{url}rectify/", reason="资金已退还")
    assert "您已办理过" in post(people["risk"], f"{url}close/", reason="属实")
    said = post(people["risk_two"], f"{url}close/", reason="核对流水无误", tell="yes")
    assert "问题已核销" in said
    assert "核对流水无误" in page(people["mine"], "/people/1/development/")
    assert "核对流水无误" not in page(people["hr"], "/people/1/development/")
    assert client_of(people["risk"]).post(f"{url}nothing/").status_code == 404


def test_what_was_seen_on_a_visit_is_in_one_answer_alone(people: People) -> None:
    post(
        people["risk"], "/conduct/visits/", employee_no="1", visited_on="2026-10-10", visitor="risk",
        second_visitor="outlet", summary="父亲住院，已慰问",
    )  # fmt: skip
    row = HomeVisit.objects.get()
    listed = page(people["risk_two"], "/conduct/visits/")
    assert ("2026-10-10" in listed, "父亲住院" in listed) == (True, False)
    url = f"/conduct/visits/{row.pk}/read/"
    answer = client_of(people["risk_two"]).post(url, {"reason": "复核家访"})
    assert "父亲住院" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    refused = client_of(people["auditor"]).post(url, {"reason": "例行稽核"}).content.decode()
    assert ("案号" in refused, "父亲" in refused, "经理1" in refused) == (True, False, False)
    for who, status in (("risk_west", 404), ("outlet", 403), ("mine", 403), ("hr", 403)):
        assert client_of(people[who]).post(url, {"reason": "复核家访"}).status_code == status


def test_an_inspection_by_the_pages(people: People) -> None:
    said = post(
        people["risk"], "/conduct/inspections/", quarter="2026Q4",
        inspected=Branch.objects.get(code="S1").pk, inspecting=Branch.objects.get(code="S2").pk,
        lead="outlet_two", second="other_two",
    )  # fmt: skip
    assert "交叉检查已安排" in said
    row = CrossInspection.objects.get()
    url = f"/conduct/inspections/{row.pk}/"
    assert "经理2 2" in page(people["outlet_two"], url)
    assert "登记检查结果" not in page(people["risk"], url)
    page(people["outlet"], url, 404)
    lines = {"found-TOTAL_FORMS": 3, "found-INITIAL_FORMS": 0, "held_on": "2026-10-12", "conclusion": "合规"}
    part = lines | {"found-0-employee_no": "2"}
    assert "须同时填写" in post(people["outlet_two"], url, **part)
    whole = part | {"found-0-severity": "minor", "found-0-summary": "日志缺签字"}
    assert "检查结果已登记" in post(people["outlet_two"], url, **whole)
    assert ConductFinding.objects.get().summary == "日志缺签字"
    assert "日志缺签字" in page(people["outlet_two"], f"/conduct/findings/{ConductFinding.objects.get().pk}/")


def test_rotation_lists_who_is_due_within_ones_branches(people: People) -> None:
    assert "还没有轮岗期限" in page(people["hr"], "/rotation/")
    given = {"kind": "place", "months": 36, "starts_on": "2026-10-12", "cites": "轮岗办法第三条"}
    assert client_of(people["hr"]).post("/rotation/limits/", given).status_code == 403
    assert "追溯" in post(people["head"], "/rotation/limits/", **given | {"starts_on": "2026-01-01"})
    assert "期限已登记" in post(people["head"], "/rotation/limits/", **given)
    assert RotationLimit.objects.get().cites == "轮岗办法第三条"
    said = page(people["outlet"], "/rotation/")
    assert ("经理1" in said, "经理3" in said, "2023-01-01" in said) == (True, False, True)
    leave = {"employee_no": "1", "kind": "mandatory", "starts_on": "2026-10-19", "ends_on": "2026-10-23"}
    assert "休假已登记" in post(people["hr"], "/rotation/leaves/", **leave, stand_in="2")
    assert "重叠" in post(people["hr"], "/rotation/leaves/", **leave)
    assert "代班人 经理2" in page(people["mine"], "/people/1/development/")
    row = LeaveRecord.objects.get()
    assert client_of(people["hr_west"]).post(f"/rotation/leaves/{row.pk}/cancel/").status_code == 404
    assert "休假已取消" in post(people["hr"], f"/rotation/leaves/{row.pk}/cancel/", reason="改期")
    for who in ("risk", "market", "leader", "mine"):
        page(people[who], "/rotation/", 403)


@pytest.mark.parametrize(
    ("who", "open_ones"),
    [
        ("risk", {"training", "conduct", "findings", "visits", "inspections"}),
        ("outlet", {"training", "rotation", "conduct", "findings", "inspections"}),
        ("hr", {"training", "rotation", "conduct", "findings", "inspections"}),
        ("market", {"training", "findings", "inspections"}),
        ("auditor", {"training", "rotation", "conduct", "findings", "visits", "inspections"}),
        ("leader", set()),
        ("mine", set()),
    ],
)
def test_who_may_open_which_page(people: People, who: str, open_ones: set[str]) -> None:
    urls = {
        "training": "/training/", "rotation": "/rotation/", "conduct": "/conduct/",
        "findings": "/conduct/findings/", "visits": "/conduct/visits/",
        "inspections": "/conduct/inspections/",
    }  # fmt: skip
    answers = {name: client_of(people[who]).get(url).status_code for name, url in urls.items()}
    assert {name for name, status in answers.items() if status == 200} == open_ones
    assert set(answers.values()) <= {200, 403}


def test_ones_own_record_and_that_of_others(people: People) -> None:
    assert "还没有培训记录" in page(people["mine"], "/people/1/development/")
    page(people["mine"], "/people/2/development/", 404)
    page(people["leader"], "/people/2/development/", 403)
    page(people["hr_west"], "/people/2/development/", 404)
    assert "在本机构自" in page(people["outlet"], "/people/2/development/")
    assert "在本机构自" not in page(people["risk"], "/people/2/development/")
    assert "/people/2/development/" in page(people["hr"], "/people/2/")


@pytest.mark.parametrize("url", ["/training/", "/conduct/findings/", "/rotation/", "/conduct/visits/"])
def test_a_list_costs_the_same_for_one_row_as_for_three(people: People, url: str) -> None:
    who = people["auditor"]
    RotationLimit.objects.create(kind="place", months=36, starts_on=ON, cites="x", set_by=people["head"])

    def cost() -> int:
        client = client_of(who)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    def more(number: str) -> None:
        plan(people)
        found(people, number)
        HomeVisit.objects.create(
            manager=called(number), visited_on=ON, visitor=people["risk"],
            second_visitor=people["risk_two"], recorded_by=people["risk"],
        )  # fmt: skip

    more("1")
    first = cost()
    for number in ("2", "3"):
        more(number)
    manager("4", branch="S2")
    assert cost() == first


def test_a_campaign_costs_the_same_for_any_number_of_sheets(people: People) -> None:
    made = campaign(people)
    client = client_of(people["risk"])

    def cost() -> int:
        client.get(f"/conduct/campaigns/{made.pk}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/conduct/campaigns/{made.pk}/")
        return len(queries)

    three = cost()
    for number in "45678":
        ScreeningSheet.objects.create(campaign=made, manager=manager(number, branch="S1"))
    assert cost() == three


def test_the_due_day_of_a_finding_depends_on_how_grave_it_is() -> None:
    assert [(findings.due(ON, each) - ON).days for each in ("serious", "minor")] == [10, 30]
