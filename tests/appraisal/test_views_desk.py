"""The desks of risk and of the group: what waits, what filters leave, every step with its refusals."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.models import State
from managers.models import Relation
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, SINCE, Reach, Staff, Take, find, log
from tests.appraisal.pages import as_, manager_login, text

WAITING = [smallbank.STEADY, smallbank.RISING, smallbank.BAD_LOAN, smallbank.SPIKE]


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


@pytest.fixture
def desk(reach: Reach, staff: Staff) -> Client:
    for number in WAITING:
        reach(number, "in_risk_queue")
    return as_(staff["risk"])


def listed(client: Client, url: str = "/queue/", **asked: str) -> list[str]:
    return [row["manager"].employee_no for row in client.get(url, asked).context["rows"]]


def test_the_queue_lists_what_waits_in_ones_scope(desk: Client, staff: Staff, take: Take) -> None:
    assert listed(desk) == WAITING
    assert listed(as_(staff["risk_west"])) == []
    take("clear", smallbank.STEADY, "risk")
    assert listed(desk) == WAITING[1:]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"flag": "veto"}, [smallbank.BAD_LOAN]),
        ({"flag": "spike"}, [smallbank.SPIKE]),
        ({"flag": "none"}, [smallbank.STEADY]),
        ({"grade": "third"}, [smallbank.BAD_LOAN]),
        ({"proposed": "up"}, [smallbank.RISING]),
        ({"proposed": "down"}, []),
        ({"branch": "S1", "age": "1"}, []),
        ({"branch": "nonsense", "flag": "nonsense"}, WAITING),
    ],
)
def test_filters(desk: Client, asked: dict[str, str], left: list[str]) -> None:
    assert listed(desk, **asked) == left


def test_the_chips_count_the_flags(desk: Client) -> None:
    chips = desk.get("/queue/").context["chips"]
    assert [chip["label"] for chip in chips] == ["一票否决 1", "等级变动 1", "季末冲高 1", "无标记 1"]


def test_the_evidence_is_the_frozen_verdict(desk: Client) -> None:
    case = find(smallbank.RISING)
    context = desk.get("/queue/", {"id": case.pk}).context
    assert context["selected"]["appraisal"].pk == case.pk
    assert [(sheet["grade"], sheet["state"]) for sheet in context["evidence"]["sheets"]] == [
        ("三级", "met"),
        ("四级", "met"),
    ]
    assert context["may_step"] == ["clear", "send_back"]


def test_clearing_moves_it_on_once_whatever_is_sent_twice(desk: Client) -> None:
    case = find(smallbank.BAD_LOAN)
    for _time in range(2):
        answer = desk.post(f"/queue/{case.pk}/clear/", {"key": "k1", "query": "flag=veto"}, follow=True)
        assert answer.redirect_chain == [("/queue/?flag=veto", 302)]
    assert find(smallbank.BAD_LOAN).state == State.CLEARED
    assert [row[0] for row in log(case)] == ["open", "measure", "submit", "clear"]
    assert "有欠 的考核已通过" in text(answer)


def test_a_return_needs_its_reason_and_keeps_it(desk: Client) -> None:
    case = find(smallbank.SPIKE)
    empty = desk.post(
        f"/queue/{case.pk}/return/", {"choice": "spike", "reason": " ", "key": "a"}, follow=True
    )
    assert "退回须写明原因" in text(empty)
    assert find(smallbank.SPIKE).state == State.IN_RISK_QUEUE
    desk.post(f"/queue/{case.pk}/return/", {"choice": "spike", "reason": "请说明资金来源", "key": "b"})
    assert find(smallbank.SPIKE).state == State.RETURNED
    assert log(case)[-1][4] == "季末冲高须说明：请说明资金来源"


def test_the_batch_takes_exactly_the_confirmed_list(desk: Client) -> None:
    page = desk.get("/queue/").context
    assert [row["manager"].employee_no for row in page["unflagged"]] == [smallbank.STEADY]
    ids = [row["appraisal"].pk for row in page["unflagged"]]
    answer = desk.post("/queue/clear/", {"id": ids, "key": page["key"]}, follow=True)
    assert "已批量通过 1 人" in text(answer)
    assert find(smallbank.STEADY).state == State.CLEARED


def test_the_batch_offers_nobody_its_taker_must_stand_aside_from(desk: Client, staff: Staff) -> None:
    kin = find(smallbank.STEADY).manager
    Relation.objects.create(
        user=staff["risk"], manager=kin, kind="kin", starts_on=SINCE, reason="表亲", declared_by=staff["risk"]
    )
    assert desk.get("/queue/").context["unflagged"] == []


def test_a_batch_with_a_flag_is_refused_as_a_whole(desk: Client) -> None:
    ids = [find(smallbank.STEADY).pk, find(smallbank.BAD_LOAN).pk]
    answer = desk.post("/queue/clear/", {"id": ids, "key": "k"}, follow=True)
    assert "不能批量通过" in text(answer)
    assert {find(number).state for number in WAITING} == {State.IN_RISK_QUEUE}


def test_whoever_is_not_risk_is_refused(desk: Client, staff: Staff) -> None:
    case = find(smallbank.STEADY)
    for name in ("hr", "leader", "auditor", "admin"):
        other = as_(staff[name])
        assert other.get("/queue/").status_code == 403
        assert other.post(f"/queue/{case.pk}/clear/", {"key": "k"}).status_code == 403
        assert other.post("/queue/clear/", {"id": [case.pk], "key": "k"}).status_code == 403
    assert as_(staff["risk_west"]).post(f"/queue/{case.pk}/clear/", {"key": "k"}).status_code == 404
    assert (
        as_(manager_login(smallbank.STEADY)).post(f"/queue/{case.pk}/clear/", {"key": "k"}).status_code == 403
    )
    assert find(smallbank.STEADY).state == State.IN_RISK_QUEUE


def test_the_group_decides_what_was_cleared(desk: Client, staff: Staff) -> None:
    case = find(smallbank.RISING)
    desk.post(f"/queue/{case.pk}/clear/", {"key": "k"})
    group = as_(staff["leader"])
    page = group.get("/decisions/").context
    assert (page["selected"]["proposed"], page["decide"].initial) == ("三级", {"outcome": "promote"})
    refused = group.post(f"/decisions/{case.pk}/", {"outcome": "keep", "key": "a"}, follow=True)
    assert "决定与测算建议" in text(refused)
    group.post(f"/decisions/{case.pk}/", {"outcome": "promote", "key": "b"})
    assert (find(smallbank.RISING).state, find(smallbank.RISING).decided_grade) == (State.DECIDED, "third")


def test_nobody_decides_what_they_may_not(desk: Client, staff: Staff) -> None:
    case = find(smallbank.RISING)
    desk.post(f"/queue/{case.pk}/clear/", {"key": "k"})
    for name in ("hr", "risk", "auditor"):
        answer = as_(staff[name]).post(f"/decisions/{case.pk}/", {"outcome": "promote", "key": "k"})
        assert answer.status_code == 403
    assert find(smallbank.RISING).state == State.CLEARED


def test_one_row_costs_as_many_queries_as_four(reach: Reach, staff: Staff) -> None:
    client = as_(staff["risk"])
    reach(smallbank.STEADY, "in_risk_queue")
    with CaptureQueriesContext(connection) as one:
        client.get("/queue/")
    for number in WAITING[1:]:
        reach(number, "in_risk_queue")
    with CaptureQueriesContext(connection) as four:
        client.get("/queue/")
    assert len(four.captured_queries) == len(one.captured_queries)
