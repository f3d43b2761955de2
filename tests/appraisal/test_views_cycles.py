"""考核周期: opened, measured, handed over and published by HR on its page; looked at by others."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.models import Appraisal, Cycle, State
from managers.models import Relation
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, SINCE, Reach, Staff, Take, find, log
from tests.appraisal.pages import as_, text

OPEN = {"scheme": smallbank.SCHEME, "period": smallbank.PERIOD}


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def test_opening_measures_at_once_within_ones_reach(staff: Staff) -> None:
    answer = as_(staff["hr"]).post("/cycles/open/", OPEN, follow=True)
    assert "已开启：新增 8 人，不在范围 1 人" in text(answer)
    assert "已测算 8 人" in text(answer)
    states = set(Appraisal.objects.values_list("state", flat=True))
    assert states == {State.MEASURED, State.UNDECIDED}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"scheme": smallbank.SCHEME, "period": "2026-3"}, "写法不对"),
        ({"scheme": "nothing", "period": "2026Q3"}, "没有开启：请选择管理办法"),
        ({"scheme": smallbank.SCHEME, "period": ""}, "没有开启：请选择管理办法"),
    ],
)
def test_what_cannot_be_opened_is_said(staff: Staff, form: dict[str, str], said: str) -> None:
    assert said in text(as_(staff["hr"]).post("/cycles/open/", form, follow=True))
    assert Cycle.objects.count() == 0


def test_a_period_that_is_not_published_is_opened_but_not_measured(staff: Staff) -> None:
    answer = as_(staff["hr"]).post("/cycles/open/", OPEN | {"period": "2026q2"}, follow=True)
    assert "没有已发布的日终，无法测算" in text(answer)
    assert set(Appraisal.objects.values_list("state", flat=True)) == {State.OPENED}


def test_the_board_counts_and_names_who_is_left_out(cycle: Cycle, staff: Staff) -> None:
    context = as_(staff["hr"]).get(f"/cycles/{cycle.pk}/").context
    assert {cell["code"]: cell["count"] for cell in context["board"] if cell["count"]} == {
        "undecided": 1,
        "measured": 7,
    }
    assert [(each.manager.employee_no, each.code) for each in context["left_out"]] == [
        (smallbank.OTHER_LINE, "other_line")
    ]


def test_submitting_takes_all_measured_ones_of_ones_scope(cycle: Cycle, staff: Staff) -> None:
    answer = as_(staff["hr"]).post(f"/cycles/{cycle.pk}/submit/", {"key": "k"}, follow=True)
    assert "已提交风险审核 7 人" in text(answer)
    assert find(smallbank.ELSEWHERE).state == State.MEASURED
    again = as_(staff["hr"]).post(f"/cycles/{cycle.pk}/submit/", {"key": "k2"}, follow=True)
    assert "没有已测算、可提交的考核" in text(again)


def test_a_batch_leaves_to_others_whom_its_taker_must_stand_aside_from(cycle: Cycle, staff: Staff) -> None:
    kin = find(smallbank.STEADY).manager
    Relation.objects.create(
        user=staff["hr"], manager=kin, kind="kin", starts_on=SINCE, reason="表亲", declared_by=staff["hr"]
    )
    answer = as_(staff["hr"]).post(f"/cycles/{cycle.pk}/submit/", {"key": "k"}, follow=True)
    assert "已提交风险审核 6 人" in text(answer)
    assert "有 1 人的考核您须回避，请由他人办理" in text(answer)
    assert find(smallbank.STEADY).state == State.MEASURED
    again = text(as_(staff["hr"]).post(f"/cycles/{cycle.pk}/submit/", {"key": "k2"}, follow=True))
    assert "有 1 人的考核您须回避" in again and "没有已测算" not in again


def test_an_answer_measures_a_returned_one_again(take: Take, cycle: Cycle, staff: Staff) -> None:
    take("submit", smallbank.SPIKE, "hr")
    take("send_back", smallbank.SPIKE, "risk", reason="请说明资金来源")
    client = as_(staff["hr"])
    assert "请说明资金来源" in text(client.get(f"/cycles/{cycle.pk}/"))
    case = find(smallbank.SPIKE)
    client.post(f"/appraisals/{case.pk}/answer/", {"reason": "已核对合同", "key": "k"})
    assert find(smallbank.SPIKE).state == State.MEASURED
    assert log(case)[-1][3:] == ("hr", "已核对合同")


def test_publishing_tells_all_decided_ones(reach: Reach, cycle: Cycle, staff: Staff) -> None:
    reach(smallbank.STEADY, "decided")
    reach(smallbank.STEADY_TOO, "decided")
    answer = as_(staff["hr"]).post(f"/cycles/{cycle.pk}/publish/", {"key": "k"}, follow=True)
    assert "已公布 2 人的考核结果" in text(answer)
    assert find(smallbank.STEADY).state == State.PUBLISHED


def test_others_look_and_may_not_act(cycle: Cycle, staff: Staff) -> None:
    for name in ("risk", "leader", "auditor"):
        client = as_(staff[name])
        assert client.get(f"/cycles/{cycle.pk}/").context["may"] == {
            "open_cycle": False,
            "submit_appraisal": False,
            "publish_appraisal": False,
        }
        for step in ("measure", "submit", "publish"):
            assert client.post(f"/cycles/{cycle.pk}/{step}/", {"key": "k"}).status_code == 403
        assert client.post("/cycles/open/", OPEN).status_code == 403
    assert as_(staff["admin"]).get("/cycles/").status_code == 403


def test_a_cycle_shows_only_ones_own_branches(cycle: Cycle, staff: Staff) -> None:
    rows = as_(staff["hr_west"]).get(f"/cycles/{cycle.pk}/").context["rows"]
    assert [row["manager"].employee_no for row in rows] == [smallbank.ELSEWHERE]


def test_the_page_costs_the_same_for_one_person_as_for_eight(cycle: Cycle, staff: Staff) -> None:
    client = as_(staff["hr_head"])
    with CaptureQueriesContext(connection) as one:
        client.get(f"/cycles/{cycle.pk}/", {"state": "undecided"})
    with CaptureQueriesContext(connection) as many:
        client.get(f"/cycles/{cycle.pk}/")
    assert len(many.captured_queries) == len(one.captured_queries)
