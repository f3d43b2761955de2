"""The pages of grants, delegations and relations: who reads them, what they say, and what they do."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from managers.models import Delegation, Grant, Relation, User
from tests.managers.test_grants import DAY, ON, People, at, give, people, setup_grant

__all__ = ["people"]
ASKED = {"role": "branch_hr", "starts_on": ON.isoformat(), "reason": "岗位需要"}


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_one_asks_and_another_confirms_on_the_page(people: People) -> None:
    first, second = as_(people["sec1"]), as_(people["sec2"])
    form = ASKED | {"user": people["anna"].pk, "branch": at("B1").pk}
    assert said(first.post("/access/grants/", form, follow=True)) == [
        "申请已提出；另一位安全管理员确认后生效。"
    ]
    grant = Grant.objects.get(user=people["anna"])
    assert "须由另一人确认" in first.get("/access/").content.decode()
    url = f"/access/grants/{grant.pk}/confirm/"
    assert said(first.post(url, follow=True)) == ["申请人不能确认自己的申请；请由另一位安全管理员确认。"]
    assert said(second.post(url, follow=True)) == ["授权已确认，现已生效。"]
    answer = second.post(f"/access/grants/{grant.pk}/revoke/", {"reason": "调岗"}, follow=True)
    assert said(answer) == ["授权已收回。"]
    assert [row["grant"].user.username for row in answer.context["rows"]] == ["sec1", "sec2", "sec3"]


def test_a_refusal_stands_at_the_form(people: People) -> None:
    setup_grant(people["anna"], "branch_risk")
    form = ASKED | {"user": people["anna"].pk, "branch": at("B1").pk}
    answer = as_(people["sec1"]).post("/access/grants/", form)
    assert answer.context["form"].non_field_errors() == [
        "anna 已有“分行风险合规”，与“分行人力”不相容：同一人不得既经办又审核。请先收回前者，或改由他人担任。"
    ]


def test_an_auditor_reads_and_the_others_do_not(people: People) -> None:
    setup_grant(people["anna"], "auditor", "HO")
    setup_grant(people["bert"], "branch_hr")
    answer = as_(people["anna"]).get("/access/")
    assert (answer.context["form"], "data-dialog" in answer.content.decode()) == (None, False)
    assert as_(people["bert"]).get("/access/").status_code == 403
    assert as_(people["bert"]).get("/admin/managers/grant/").status_code == 302  # no staff


def test_as_many_queries_for_one_grant_as_for_many(people: People) -> None:
    client = as_(people["sec1"])
    with CaptureQueriesContext(connection) as few:
        client.get("/access/")
    for name in ("anna", "bert"):
        give(people, name, "branch_hr")
    with CaptureQueriesContext(connection) as more:
        client.get("/access/")
    assert len(more.captured_queries) == len(few.captured_queries)


def test_a_delegation_is_made_and_ended_on_the_own_page(people: People) -> None:
    held = setup_grant(people["anna"], "branch_risk")
    form = {"grant": held.pk, "to": people["bert"].pk, "reason": "休假"}
    dates = {"starts_on": ON.isoformat(), "ends_on": (ON + 70 * DAY).isoformat()}
    client = as_(people["anna"])
    refused = client.post("/account/delegations/", form | dates)
    assert refused.context["form"].non_field_errors() == ["委托须写明起止日，最长 62 天；请更正日期。"]
    client.post("/account/delegations/", form | dates | {"ends_on": ON.isoformat()})
    made = Delegation.objects.get()
    page = as_(people["bert"]).get("/account/delegations/")
    assert ([row["delegation"] for row in page.context["received"]], page.context["form"]) == ([made], None)
    assert said(client.post(f"/account/delegations/{made.pk}/end/", follow=True))[-1] == "委托已终止。"
    assert Delegation.objects.get().ended_by == people["anna"]


def test_relations_are_declared_by_oneself_and_ended_by_hr(people: People) -> None:
    setup_grant(people["anna"], "branch_risk")
    setup_grant(people["bert"], "branch_hr")
    form = {"employee_no": "1", "name": "乙", "kind": "kin", "starts_on": ON.isoformat(), "reason": "表亲"}
    client = as_(people["anna"])
    wrong = client.post("/access/relations/", form)
    assert wrong.context["form"].errors == {"name": ["工号与姓名不符；请核对后再填。"]}
    answer = client.post("/access/relations/", form | {"name": "甲"}, follow=True)
    assert said(answer) == ["回避关系已申报；有关事项须由他人办理。"]
    relation = Relation.objects.get()
    assert client.post(f"/access/relations/{relation.pk}/end/", {"reason": "误报"}).status_code == 403
    hr = as_(people["bert"])
    assert [row["relation"] for row in hr.get("/access/relations/").context["rows"]] == [relation]
    hr.post(f"/access/relations/{relation.pk}/end/", {"reason": "误报", "ends_on": ON.isoformat()})
    assert Relation.objects.get().ends_on == ON
