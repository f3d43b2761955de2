"""The work log and market research: written by their manager, corrected by new entries, read by the head."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from credit.models import LogReview, ResearchNote, WorkLogEntry
from credit.queries import working as queries
from credit.services.working import logs, research
from credit.services.working.logs import Written
from managers.models import LogEntry, Notice
from managers.services.stepping import Refusal
from tests.credit.working import ON, People, bank, customer, kin, logged, manager

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def staff(tmp_path: Path) -> People:
    return bank(tmp_path)


def open_steps() -> list[int]:
    return list(WorkLogEntry.objects.all().open_steps().values_list("pk", flat=True))


def test_an_entry_says_who_where_when_and_is_in_the_log(staff: People) -> None:
    row = logged(staff, next_step="送方案", next_on=ON + DAY, key="once")
    assert logged(staff, key="once") == row
    assert (row.manager, row.customer, row.written_by) == (manager(), customer(), staff["E1"])
    assert LogEntry.objects.filter(action="write_work_log", subject=f"work_log:{row.pk}").count() == 1
    assert open_steps() == [row.pk]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"day": ON + DAY}, "还没有到"),
        ({"day": ON - 40 * DAY}, "最近 31 天"),
        ({"text": "  "}, "请填写“内容”"),
        ({"text": "长" * 2001}, "最多 2000 个字"),
        ({"next_step": "送方案"}, "要一起填写"),
        ({"next_on": ON}, "要一起填写"),
        ({"next_step": "送方案", "next_on": ON - DAY}, "不能早于"),
    ],
)
def test_what_cannot_be_an_entry_says_why(staff: People, said: dict[str, object], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        logged(staff, **said)
    assert not WorkLogEntry.objects.exists()


def test_only_of_ones_own_customers_and_only_by_a_manager(staff: People) -> None:
    with pytest.raises(Refusal, match="不在您名下"):
        logs.write(customer("C2"), Written("call", ON, "电话"), by=staff["E1"], on=ON)
    with pytest.raises(PermissionDenied):
        logged(staff, by=staff["head"])


def test_a_step_is_taken_up_once(staff: People) -> None:
    first = logged(staff, next_step="送方案", next_on=ON)
    second = logged(staff, kind="follow_up", text="已送", follows=first)
    assert open_steps() == []
    with pytest.raises(Refusal, match="已经跟进"):
        logged(staff, kind="follow_up", text="又送", follows=first)
    logs.correct(second, Written("follow_up", ON, "已送，客户满意"), by=staff["E1"], on=ON)
    assert open_steps() == []


def test_a_correction_is_a_new_entry_and_the_old_one_stays(staff: People) -> None:
    old = logged(staff, next_step="送方案", next_on=ON)
    new = logs.correct(old, Written("call", ON, "是电话，不是走访"), by=staff["E1"], on=ON)
    assert (new.corrects, WorkLogEntry.objects.get(pk=old.pk).text) == (old, old.text)
    assert list(WorkLogEntry.objects.all().current()) == [new]
    assert open_steps() == []
    with pytest.raises(Refusal, match="已经更正过"):
        logs.correct(old, Written("call", ON, "再改"), by=staff["E1"], on=ON)
    with pytest.raises(PermissionDenied):
        logs.correct(new, Written("call", ON, "他人改"), by=staff["E2"], on=ON)
    found = [(each.code, each.note) for each in queries.events()]
    assert found == [("work_log", f"work_log:{new.pk}")]


def test_the_database_keeps_entries_as_they_are(staff: People) -> None:
    row = logged(staff)
    for change in ({"text": "改"}, {"day": ON - DAY}):
        with pytest.raises(DatabaseError), transaction.atomic():
            WorkLogEntry.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    other = {"manager": manager("E2"), "customer": customer("C2"), "written_by": staff["E2"]}
    with pytest.raises(DatabaseError), transaction.atomic():
        WorkLogEntry.objects.create(kind="call", day=ON, text="x", follows=row, **other)


def test_the_head_reads_and_nobody_reads_the_own_or_that_of_kin(staff: People) -> None:
    row = logged(staff)
    with pytest.raises(PermissionDenied):
        logs.review([row.pk], by=staff["risk"], on=ON)
    kin(staff["head_two"])
    with pytest.raises(PermissionDenied, match="亲属"):
        logs.review([row.pk], by=staff["head_two"], on=ON)
    assert logs.review([row.pk], by=staff["head"], on=ON, comment="跟紧") == 1
    assert logs.review([row.pk], by=staff["head"], on=ON, comment="再说") == 0
    assert LogReview.objects.get(entry=row).comment == "跟紧"
    for reader in ("E1", "head_two"):
        entry = logged(staff, text=reader)
        with pytest.raises(DatabaseError), transaction.atomic():
            LogReview.objects.create(entry=entry, reviewed_by=staff[reader])


def test_a_photo_is_a_picture(staff: People, settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    picture = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    row = logged(staff, photo=picture)
    assert row.photo is not None and row.photo.customer == customer()
    with pytest.raises(Refusal, match="JPG 或 PNG"):
        logged(staff, photo=SimpleUploadedFile("a.pdf", b"%PDF-1.7\n" + b"0" * 40))


def test_research_is_reported_and_acknowledged_by_the_head(staff: People) -> None:
    row = research.report(
        "开发区新厂",
        "三家企业将迁入",
        by=staff["E1"],
        on=ON,
        prospect="丁公司",
        forecast={"deposits": Decimal(5_000_000), "loans": None},
    )
    assert (row.deposits, row.loans) == (Decimal(5_000_000), None)
    told = Notice.objects.filter(subject=f"research:{row.pk}", done_at=None)
    assert {each.to.username for each in told} == {"head", "head_two", "market"}
    with pytest.raises(PermissionDenied):
        research.acknowledge(row.pk, by=staff["E1"], on=ON)
    research.acknowledge(row.pk, by=staff["head"], on=ON, reason="尽快拜访")
    row = ResearchNote.objects.get(pk=row.pk)
    assert (row.state, row.remark, row.acknowledged_by) == ("acknowledged", "尽快拜访", staff["head"])
    assert not Notice.objects.filter(subject=f"research:{row.pk}", done_at=None).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        ResearchNote.objects.filter(pk=row.pk).update(findings="改写")
