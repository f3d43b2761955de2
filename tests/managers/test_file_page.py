"""The personnel file: masked, opened one field at a time, kept by HR, and every look written down."""

import pytest
from django.test import Client
from django.urls import reverse

from managers.models import ClientManager, LogEntry, User
from managers.services import identity, sealedtext
from tests.managers import people
from tests.managers.people import ON

NUMBER, PHONE = "11010519491231002X", "13800138000"


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def hr(db: None) -> Client:
    people.organisation()
    user = people.person("hr", "branch_hr", "B1")
    identity.amend(people.manager(), {"identity_no": NUMBER, "phone": PHONE}, by=user, on=ON)
    return as_(user)


def url(name: str = "personnel_file", number: str = "1001") -> str:
    return reverse(name, args=[number])


def test_masked_and_every_opening_by_somebody_else_is_logged(hr: Client) -> None:
    text = hr.get(url()).content.decode()
    assert "110***********002X" in text
    assert "138****8000" in text
    assert "未登记" in text
    assert NUMBER not in text
    assert PHONE not in text
    entry = LogEntry.objects.get(action="read_file")
    assert (entry.by.username, entry.subject) == ("hr", "manager:1001")


def test_the_own_file_is_no_sensitive_read_and_shows_no_more(hr: Client) -> None:
    own = people.person("own")
    ClientManager.objects.filter(employee_no="1001").update(user=own)
    text = as_(User.objects.get(pk=own.pk)).get(url()).content.decode()
    assert "138****8000" in text
    assert "hx-post" not in text
    assert "登记或更正" not in text
    assert not LogEntry.objects.filter(action="read_file").exists()
    assert as_(own).post(url("reveal_identity"), {"field": "phone", "reason": "核对资料"}).status_code == 403


def test_revealed_in_this_answer_alone(hr: Client) -> None:
    answer = hr.post(url("reveal_identity"), {"field": "phone", "reason": "核对资料"})
    text = answer.content.decode()
    assert PHONE in text
    assert NUMBER not in text
    assert (answer["Cache-Control"], "仅本次显示" in text) == ("no-store", True)
    assert PHONE not in hr.get(url()).content.decode()
    assert LogEntry.objects.get(action="read_identity").reason == "核对资料"


def test_no_reason_no_answer(hr: Client) -> None:
    text = hr.post(url("reveal_identity"), {"field": "phone", "reason": " "}).content.decode()
    assert "请写明查看的原因" in text
    assert PHONE not in text
    assert hr.post(url("reveal_identity"), {"field": "user", "reason": "核对资料"}).status_code == 403


def test_an_auditor_gives_a_case_number(hr: Client) -> None:
    auditor = as_(people.person("auditor", "auditor"))
    assert "案号" in auditor.get(url()).content.decode()
    given = {"field": "phone", "reason": "核对资料"}
    assert "稽核查看须填写案号" in auditor.post(url("reveal_identity"), given).content.decode()
    assert PHONE in auditor.post(url("reveal_identity"), {**given, "case_no": "JH-07"}).content.decode()
    assert auditor.post(url("amend_identity"), {"phone": PHONE}).status_code == 403


def test_hr_enters_corrects_and_removes(hr: Client) -> None:
    answer = hr.post(url("amend_identity"), {"address": "江城市人民路", "remove": ["phone"]}, follow=True)
    assert "已保存 2 项资料" in answer.content.decode()
    row = people.manager()
    opened = [sealedtext.opened(row, name) for name in ("identity_no", "phone", "address")]
    assert opened == [NUMBER, "", "江城市人民路"]
    assert "没有需要保存的改动" in hr.post(url("amend_identity"), {}, follow=True).content.decode()


def test_a_wrong_number_is_said_at_its_field_and_nothing_is_saved(hr: Client) -> None:
    text = hr.post(url("amend_identity"), {"identity_no": "123", "address": "江城市"}).content.decode()
    assert "身份证号不正确" in text
    assert people.manager().address is None


@pytest.mark.parametrize(
    ("role", "branch", "status"),
    [
        ("branch_hr", "B2", 404),
        ("branch_risk", "B1", 403),
        ("outlet_head", "B1", 403),
        ("group_member", "B1", 403),
        ("security_admin", "HO", 404),
        ("head_hr", "HO", 200),
        ("auditor", "HO", 200),
    ],
)
def test_who_opens_the_file(hr: Client, role: str, branch: str, status: int) -> None:
    assert as_(people.person("u", role, branch)).get(url()).status_code == status


def test_found_by_the_whole_number_within_reach(hr: Client) -> None:
    answer = hr.post(reverse("find_person"), {"identity_no": "110105 19491231 002x"})
    assert answer.url == url()
    west = as_(people.person("west", "branch_hr", "B2"))
    assert "辖内没有" in west.post(reverse("find_person"), {"identity_no": NUMBER}).content.decode()
    entries = LogEntry.objects.filter(action="search_identity").order_by("id")
    assert [(entry.subject, entry.detail) for entry in entries] == [("manager:1001", {}), ("manager", {})]
    assert as_(people.person("risk", "head_risk")).get(reverse("find_person")).status_code == 403
