"""Identity data lie sealed, are bound to their place, and open for a reason that stays in the log."""

import base64
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from managers.models import ClientManager, HistoryEvent, LogEntry, Relation, User
from managers.services import identity, sealedtext
from tests.managers import people
from tests.managers.people import ON

NUMBER, PHONE = "11010519491231002X", "13800138000"
VALUES = {"identity_no": NUMBER, "phone": PHONE, "address": "江城市城东区人民路1号", "family": "配偶 李四"}
OLD, NEW = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def hr(db: None) -> User:
    people.organisation()
    return people.person("hr", "branch_hr", "B1")


@pytest.fixture
def known(hr: User) -> ClientManager:
    """A manager whose identity data are known."""
    identity.amend(people.manager(), VALUES, by=hr, on=ON)
    return people.manager()


def test_what_is_kept_is_ciphertext_and_shows_masked(known: ClientManager) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(m)::text FROM managers_clientmanager m WHERE id = %s", [known.pk])
        (kept,) = cursor.fetchone()
    assert [text for text in VALUES.values() if text in kept] == []
    assert identity.masked(known) == {
        "identity_no": "110***********002X",
        "phone": "138****8000",
        "address": "江城市城东****",
        "family": "****",
    }


def test_neither_log_nor_history_says_what_was_in_it(known: ClientManager, hr: User) -> None:
    identity.amend(known, {"phone": "13900139000"}, by=hr, on=ON)
    entries = LogEntry.objects.filter(action="amend_identity").order_by("id")
    assert [entry.detail for entry in entries] == [{"fields": list(VALUES)}, {"fields": ["phone"]}]
    event = HistoryEvent.objects.filter(table="managers_clientmanager").latest("id")
    assert event.fields == ["phone"]
    assert len(event.before["phone"]) == len(event.after["phone"]) == len("#") + 12
    everything = json.dumps(list(HistoryEvent.objects.values_list("before", "after")), ensure_ascii=False)
    assert [text for text in [*VALUES.values(), "13900139000", known.phone] if text in everything] == []


def test_a_value_opens_in_its_own_place_only(known: ClientManager) -> None:
    other = people.manager("2001")
    ClientManager.objects.filter(pk=other.pk).update(phone=known.phone, address=known.phone)
    moved = people.manager("2001")
    for column in ("phone", "address"):
        with pytest.raises(sealedtext.Unreadable):
            sealedtext.opened(moved, column)
    assert identity.masked(moved)["phone"] is None
    assert sealedtext.opened(known, "phone") == PHONE


def test_the_same_text_twice_does_not_look_the_same(hr: User) -> None:
    row = people.manager()
    assert sealedtext.sealed(row, "phone", PHONE) != sealedtext.sealed(row, "phone", PHONE)


def test_found_by_the_exact_number_and_no_other(known: ClientManager) -> None:
    assert list(identity.with_identity_no("110105 19491231 002x")) == [known]
    assert list(identity.with_identity_no("110105")) == []
    assert list(identity.with_identity_no("")) == []


def test_one_field_is_revealed_for_a_reason(known: ClientManager, hr: User) -> None:
    assert identity.reveal(known, "phone", by=hr, on=ON, reason="核对入职资料") == PHONE
    entry = LogEntry.objects.get(action="read_identity")
    assert (entry.by, entry.subject, entry.reason) == (hr, "manager:1001", "核对入职资料")
    assert entry.detail == {"field": "phone"}


def test_an_auditor_needs_a_case_number(known: ClientManager) -> None:
    auditor = people.person("auditor", "auditor")
    with pytest.raises(identity.Refused, match="案号"):
        identity.reveal(known, "phone", by=auditor, on=ON, reason="核对资料")
    assert (
        identity.reveal(known, "phone", by=auditor, on=ON, reason="核对资料", case_no="JH-2026-07") == PHONE
    )
    assert LogEntry.objects.get(action="read_identity").detail == {"field": "phone", "case": "JH-2026-07"}


@pytest.mark.parametrize(
    ("role", "branch"),
    [
        ("branch_hr", "B2"),
        ("branch_risk", "B1"),
        ("head_risk", "HO"),
        ("outlet_head", "B1"),
        ("group_member", "B1"),
        ("platform_admin", "HO"),
        ("security_admin", "HO"),
    ],
)
def test_nobody_else_reveals_or_amends(known: ClientManager, role: str, branch: str) -> None:
    user = people.person("other", role, branch)
    with pytest.raises(PermissionDenied):
        identity.reveal(known, "phone", by=user, on=ON, reason="核对资料")
    with pytest.raises(PermissionDenied):
        identity.amend(known, {"phone": "13900139000"}, by=user, on=ON)
    assert not LogEntry.objects.filter(action="read_identity").exists()


def test_nobody_reveals_of_kin(known: ClientManager, hr: User) -> None:
    Relation.objects.create(
        user=hr, manager=known, kind="kin", starts_on=people.SINCE, reason="配偶", declared_by=hr
    )
    with pytest.raises(PermissionDenied, match="亲属"):
        identity.reveal(known, "phone", by=hr, on=ON, reason="核对资料")


@pytest.mark.parametrize(("name", "reason"), [("phone", " 看 "), ("pinyin", "核对资料")])
def test_refused_without_a_reason_or_for_what_is_no_field(
    known: ClientManager, hr: User, name: str, reason: str
) -> None:
    with pytest.raises(identity.Refused):
        identity.reveal(known, name, by=hr, on=ON, reason=reason)


def test_a_wrong_number_changes_nothing(known: ClientManager, hr: User) -> None:
    with pytest.raises(identity.Refused, match="校验码"):
        identity.amend(known, {"phone": "13900139000", "identity_no": "1"}, by=hr, on=ON)
    assert sealedtext.opened(people.manager(), "phone") == PHONE


def test_empty_removes(known: ClientManager, hr: User) -> None:
    assert identity.amend(known, {"identity_no": "", "phone": PHONE}, by=hr, on=ON) == ["identity_no"]
    row = people.manager()
    assert (row.identity_no, row.identity_index) == (None, "")


def test_keys_change_without_anything_being_lost(
    hr: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    identity.amend(people.manager(), VALUES, by=hr, on=ON)
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    assert list(identity.with_identity_no(NUMBER)) == [people.manager()]
    call_command("rotate_field_keys")
    assert "managers_clientmanager：1 行已改用密钥 new" in capsys.readouterr().out
    settings.FIELD_KEYS = {"new": NEW}
    row = people.manager()
    assert {name: sealedtext.opened(row, name) for name in VALUES} == VALUES
    assert list(identity.with_identity_no(NUMBER)) == [row]
    call_command("rotate_field_keys")
    assert "managers_clientmanager：0 行" in capsys.readouterr().out


def test_a_lost_key_is_said_and_nothing_is_overwritten(hr: User, settings: Any) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    identity.amend(people.manager(), VALUES, by=hr, on=ON)
    kept = people.manager().phone
    settings.FIELD_KEYS = {"new": NEW}
    with pytest.raises(identity.Refused, match="无法解密"):
        identity.reveal(people.manager(), "phone", by=hr, on=ON, reason="核对资料")
    with pytest.raises(CommandError, match="FIELD_KEYS"):
        call_command("rotate_field_keys")
    assert people.manager().phone == kept


def test_altered_ciphertext_does_not_open(known: ClientManager) -> None:
    name, _colon, text = str(known.phone).partition(":")
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    known.phone = f"{name}:{base64.b64encode(bytes(raw)).decode()}"
    with pytest.raises(sealedtext.Unreadable):
        sealedtext.opened(known, "phone")
