"""Exports carry who, when and why, are in the log, and a stored one is its owner's alone until it expires."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from managers.models import LogEntry, StoredExport, User
from managers.services import exports
from tests.managers import people

AT = datetime(2026, 10, 12, 1, tzinfo=UTC)
MARK = "内部资料 · 导出人 人owner（owner）· 2026-10-12 09:00 · 用途：季度检查 · 请于 2026-11-11 前销毁"


@pytest.fixture
def owner(db: None, settings: Any, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = tmp_path / "files"
    people.organisation()
    return people.person("owner", "auditor")


@pytest.fixture
def stored(owner: User, monkeypatch: pytest.MonkeyPatch) -> StoredExport:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    made = make(owner, 3)
    assert isinstance(made, StoredExport)
    return made


def make(by: User, rows: int, reason: str = " 季度检查 ") -> exports.Answered | StoredExport:
    return exports.export("名册", ["数"], ([number] for number in range(rows)), by=by, at=AT, reason=reason)


def test_a_small_one_is_the_answer(owner: User) -> None:
    made = make(owner, 2)
    assert isinstance(made, exports.Answered)
    assert made.content.decode() == f"\ufeff{MARK}\r\n数\r\n0\r\n1\r\n{MARK}\r\n"
    entry = LogEntry.objects.get()
    assert (entry.by, entry.action, entry.reason) == (owner, "export_rows", "季度检查")
    assert entry.detail == {"title": "名册", "rows": 2}


def test_none_without_a_reason(owner: User) -> None:
    with pytest.raises(exports.Refused, match="用途"):
        make(owner, 1, "  ")
    assert not LogEntry.objects.exists()


def test_a_large_one_is_stored_with_the_same_lines(stored: StoredExport, owner: User) -> None:
    file = exports.file_of(stored)
    assert file.read_text(encoding="utf-8") == f"\ufeff{MARK}\n数\n0\n1\n2\n{MARK}\n"
    assert (stored.rows, file.stat().st_mode & 0o777) == (3, 0o600)
    assert LogEntry.objects.get().subject == f"export:{stored.pk}"


def test_too_many_rows_leave_nothing_behind(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(exports, "MOST", 4)
    with pytest.raises(exports.Refused, match="超过 4 行"):
        make(owner, 5)
    assert not StoredExport.objects.exists()
    assert not LogEntry.objects.exists()
    assert list(Path(exports.settings.MEDIA_ROOT).rglob("*.csv")) == []


def test_only_the_owner_fetches_it_and_only_in_time(stored: StoredExport, owner: User) -> None:
    page, file = (reverse(name, args=[stored.pk]) for name in ("stored_export", "fetch_export"))
    client, other = Client(), Client()
    client.force_login(owner)
    other.force_login(people.person("other", "auditor"))
    with time_machine.travel(AT + timedelta(hours=1)):
        assert "共 3 行" in client.get(page).content.decode()
        answer = client.post(file)
        assert b"".join(answer.streaming_content) == exports.file_of(stored).read_bytes()
        assert (other.get(page).status_code, other.post(file).status_code) == (404, 404)
        assert LogEntry.objects.filter(action="fetch_export").count() == 1
    with time_machine.travel(AT + timedelta(days=1)):
        assert "链接已失效" in client.get(page).content.decode()
        assert client.post(file).status_code == 302
    assert LogEntry.objects.filter(action="fetch_export").count() == 1


def test_expired_files_are_deleted(stored: StoredExport) -> None:
    assert exports.remove_expired(AT + timedelta(hours=23)) == 0
    assert exports.remove_expired(AT + timedelta(hours=24)) == 1
    assert not exports.file_of(stored).exists()
    assert exports.remove_expired(AT + timedelta(days=9)) == 0
