"""The pages of handovers: who sees which, what the buttons do, and what a refusal says."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger.services import handovers
from managers.models import Handover, User
from tests.ledger import handing
from tests.ledger.acting import day, person
from tests.ledger.handing import drafted, fresh, line

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def staff(tmp_path: Path) -> dict[str, User]:
    return handing.bank(tmp_path)


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(user)
    return client


def page(user: User, name: str, *args: object, **data: str) -> tuple[int, str]:
    answer = signed_in(user).get(reverse(name, args=args), data)
    return answer.status_code, answer.content.decode()


def press(user: User, row: Handover, name: str, **data: str) -> str:
    answer = signed_in(user).post(reverse("handover_step", args=[row.pk, name]), data, follow=True)
    return answer.content.decode()


def today(staff: dict[str, User], by: str = "head") -> Handover:
    return drafted(staff[by], effective_on=TODAY(), on=TODAY())


def test_both_sides_and_who_looks_after_them_see_it_and_nobody_else(staff: dict[str, User]) -> None:
    row = today(staff)
    others = {"other": person("other", "branch_hr", "B02"), "admin": person("admin", "platform_admin")}
    seen = {name: page(user, "handover", row.pk)[0] for name, user in {**staff, **others}.items()}
    assert seen == {
        "head": 200, "hr": 200, "market": 200, "market_two": 200, "sister": 200, "E1": 200, "E2": 200,
        "other": 200, "admin": 403,
    }  # fmt: skip


def test_the_list_says_what_waits_for_whom(staff: dict[str, User]) -> None:
    row = today(staff)
    waits = {name: "待我办理" in page(user, "handovers")[1] for name, user in staff.items()}
    assert {name for name, yes in waits.items() if yes} == {"E2"}
    handovers.accept(row.pk, by=staff["E2"], on=TODAY())
    waits = {name: "待我办理" in page(user, "handovers")[1] for name, user in staff.items()}
    assert {name for name, yes in waits.items() if yes} == {"hr"}
    assert page(staff["head"], "handovers", state="refused")[1].count("没有这种状态的移交") == 1


def test_the_buttons_lead_from_draft_to_effect(staff: dict[str, User]) -> None:
    receiver = handing.third("B01")
    client = signed_in(staff["head"])
    url = reverse("new_handover") + "?giver=E1&receiver=E3"
    shown = client.get(url).content.decode()
    assert "甲公司" in shown and "乙公司" not in shown
    customer = str(line("C1").customer)
    form = {
        "customer": customer,
        "custody": "on",
        "credit": "on",
        "effective_on": TODAY().isoformat(),
        "reason": handing.WHY,
        "key": "one",
    }
    looked = client.post(url, form | {"do": "look"}, headers={"hx-request": "true"}).content.decode()
    assert "1 → 0" in looked and "0 → 1" in looked and "<html" not in looked
    assert Handover.objects.count() == 0
    told = client.post(url, form | {"do": "draft"}, follow=True).content.decode()
    assert "已起草 1 张移交单，等待接收人接收。" in told
    client.post(url, form | {"do": "draft"})
    row = Handover.objects.get()
    assert "已接收；现在的状态是“待监交”。" in press(receiver, row, "accept")
    assert "已监交；现在的状态是“待批准”。" in press(staff["hr"], row, "witness")
    assert "已批准；现在的状态是“已生效”。" in press(staff["market"], row, "approve")
    assert handing.held()[-1] == ("E3", "0.7", TODAY().isoformat(), "")


def test_refusals_are_told_on_the_page(staff: dict[str, User]) -> None:
    row = today(staff)
    told = press(staff["E2"], row, "refuse", reason=" ")
    assert "请写明原因，让对方知道怎么办。" in told
    answer = signed_in(staff["hr"]).post(reverse("handover_step", args=[row.pk, "accept"]))
    assert (answer.status_code, "这一步只能由当事人本人办理。" in answer.content.decode()) == (403, True)
    assert signed_in(staff["hr"]).post(reverse("handover_step", args=[row.pk, "leap"])).status_code == 404
    client = signed_in(staff["head"])
    handing.third("B01")
    url = reverse("new_handover") + "?giver=E1&receiver=E3"
    told = client.post(
        url, {"do": "draft", "effective_on": TODAY().isoformat(), "reason": "调岗", "custody": "on"}
    ).content.decode()
    assert "清单是空的；请为每位接收人至少勾选一位客户。" in told


def test_a_correction_shows_what_it_moves_before_it_is_approved(staff: dict[str, User]) -> None:
    row = handing.witnessed(staff, effective_on=day(3), on=TODAY())
    _status, text = page(staff["market"], "handover", row.pk)
    assert "对已发布数字的影响" in text and "-140.00" in text and "+140.00" in text
    digest = handovers.impact_of(row).digest
    assert f'name="confirmed" value="{digest}"' in text
    assert "查看影响" in page(staff["E1"], "handover", row.pk)[1]
    assert "须先查看这次更正的影响并确认" in press(staff["market"], row, "approve")
    press(staff["market"], row, "approve", confirmed=digest)
    assert fresh(row).state == "effective"
    assert "批准时确认" in page(staff["E1"], "handover", row.pk)[1]


def test_the_bundles_page_names_the_handover(staff: dict[str, User], tmp_path: Path) -> None:
    row = handing.approved(staff)
    handing.load_shares(tmp_path, [("C1", "E1", "0.7", "1994-01-01", "")], 6, 6)
    text = page(staff["hr"], "bundles")[1]
    assert f"移交 {row.pk} 号" in text
    assert f"1 行归属仍是移交 {row.pk} 号之前的内容，未采用；请核心系统同步更新。" in text


def test_a_list_costs_the_same_for_one_and_for_three(staff: dict[str, User]) -> None:
    client = signed_in(staff["market_two"])
    counts = []
    for number in (1, 2):
        for _each in range(number):
            row = today(staff)
            handovers.withdraw(row.pk, by=staff["head"], on=TODAY(), reason="重来")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("handovers"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
