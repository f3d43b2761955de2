"""The runs page: the true state of every night, live progress, who may ask and decide, what it costs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from ledger.models import Chunk, Run, RunRequest
from ledger.services import requests, runs
from ledger.services.nights import NightFailed, run_nights, tick
from managers.models import User
from tests.ledger.acting import AT, WHY, day, load_days, load_register, person, stopped, versions

#: Of the page with its shell.
QUERIES = 65


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(AT, tick=True):
        yield


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Path:
    load_register(tmp_path)
    return tmp_path


@pytest.fixture
def risk(bank: Path) -> User:
    return person("risk", "head_risk")


@pytest.fixture
def hr(bank: Path) -> User:
    return person("hr", "head_hr")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def board(user: User, url: str = "/runs/") -> Any:
    return as_(user).get(url).context


def text(answer: Any) -> str:
    return answer.content.decode()


def claimed(done: int, of: int) -> Run:
    """The first night claimed, cut into `of` chunks of which `done` are worked."""
    (first, *_rest), _waiting = runs.ensure(day(5))
    claim = runs.claim(first)
    assert claim is not None
    first.chunks.filter(stage=Chunk.Stage.PRODUCTS).delete()
    for number in range(1, of + 1 - first.chunks.count()):
        Chunk.objects.create(run=first, stage="products", number=number, first_slot=0, last_slot=0)
    some = first.chunks.filter(stage="products", number__lte=done)
    some.update(done_at=timezone.now(), rows=1)
    return Run.objects.get(pk=first.pk)


def lapse(run: Run) -> None:
    """Nobody has renewed the lease for an hour, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_run SET lease_until = now() - interval '1 hour' WHERE id = %s", [run.pk]
        )


# --- States ---------------------------------------------------------------------------------------------


def test_a_running_night_says_how_many_chunks_of_which_stage_are_done(risk: User) -> None:
    run = claimed(37, 64)
    page = as_(risk).get("/runs/")
    (row,) = page.context["running"]
    assert (row["code"], row["text"]) == ("running", "进行中 37 / 64 块")
    assert "积数 37 / 62 · 第 1 / 1 夜" in text(page)
    assert 'hx-trigger="every 2s"' in text(page)
    assert [each["run"] for each in page.context["rows"]] == [run]


def test_a_run_whose_lease_is_over_is_stale_and_says_who_takes_it_up(risk: User) -> None:
    run = claimed(3, 8)
    lapse(run)
    (row,) = board(risk)["running"]
    assert (row["code"], row["text"]) == ("stale", "执行者失联 3 / 8 块")
    assert "由其他进程接手" in row["todo"]
    Run.objects.filter(pk=run.pk).update(attempts=Run.ATTEMPTS)
    assert board(risk)["running"][0]["todo"] == "已执行 4 次，下一次检查将记为失败。"


def test_a_failure_with_parts_done_is_partial_and_gives_the_first_error_and_a_way_out(risk: User) -> None:
    with stopped(day(2)), pytest.raises(NightFailed):
        run_nights(to=day(5))
    page = as_(risk).get("/runs/")
    failed = page.context["failed"]
    assert (failed["code"], failed["run"].error) == ("partial", "差 0.01 元")
    assert failed["text"] == f"失败，未完成 {failed['progress'].done} / {failed['progress'].total} 块"
    assert "申请重算" in failed["todo"]
    assert page.context["behind"] == 3
    assert page.context["polls"] == ""
    assert "?ask=waive&amp;date=1994-01-02#ask" in text(page)


def test_a_failure_before_any_part_was_done_is_a_failure(risk: User) -> None:
    (first, *_rest), _waiting = runs.ensure(day(5))
    claim = runs.claim(first)
    assert claim is not None
    runs.fail(claim, OSError("磁盘已满"), for_good=True)
    assert (board(risk)["failed"]["code"], board(risk)["failed"]["text"]) == ("failed", "失败")


def test_a_failed_version_that_another_has_followed_needs_nothing(risk: User, hr: User) -> None:
    with stopped(day(5)), pytest.raises(NightFailed):
        run_nights(to=day(5))
    run_nights(to=day(5))
    states = [(row["run"].version, row["code"], row["todo"]) for row in board(risk)["rows"][:2]]
    assert states == [(2, "succeeded", ""), (1, "partial", "已由第 2 版接替，无需处理。")]


def test_published_confirmed_and_waived_nights_say_so_with_both_people(
    risk: User, hr: User, bank: Path
) -> None:
    run_nights(to=day(5))
    row = requests.request_rerun(day(5), by=hr, at=AT, reason=WHY)
    requests.decide(row, approve=True, by=risk, at=AT)
    run_nights(to=day(5))
    gone = requests.request_waiver(day(6), by=risk, at=AT, reason=WHY)
    requests.decide(gone, approve=True, by=hr, at=AT)
    shown = [(r["run"].business_date.day, r["code"], r["reason"], r["todo"]) for r in board(risk)["rows"][:3]]
    assert shown == [
        (6, "waived", f"{WHY}（risk 提出，hr 复核）", ""),
        (5, "unchanged", f"{WHY}（hr 提出，risk 复核）", "各数与现行版本相同，未另发布。"),
        (5, "succeeded", "", ""),
    ]


def test_what_waits_for_a_delivery_names_the_span(risk: User, bank: Path) -> None:
    run_nights(to=day(5))
    assert "等待 1994-01-06 起的数据包" in text(as_(risk).get("/runs/"))
    load_days(bank, 9, 10)
    page = as_(risk).get("/runs/")
    assert "等待 1994-01-06 至 1994-01-08 的数据包" in text(page)
    assert (page.context["waiting"].day, page.context["waiting"].through) == (day(6), day(8))


def test_many_pending_dates_are_one_line(risk: User, bank: Path) -> None:
    load_days(bank, 6, 19)
    runs.ensure(day(19))
    page = as_(risk).get("/runs/")
    (span,) = page.context["due_spans"]
    assert (span.start, span.end, span.days) == (day(1), day(19), 19)
    assert page.context["rows"] == []
    assert 'hx-trigger="every 10s"' in text(page)
    assert [row["code"] for row in board(risk, "/runs/?status=pending")["rows"]] == ["pending"] * 19


# --- Live -----------------------------------------------------------------------------------------------


def test_the_fragment_refreshes_the_page_when_work_begins_or_ends_and_then_stops(risk: User) -> None:
    client = as_(risk)
    assert "HX-Refresh" not in client.get("/runs/progress/").headers
    run = claimed(1, 4)
    assert client.get("/runs/progress/").headers["HX-Refresh"] == "true"
    during = client.get("/runs/progress/?was=1")
    assert ("HX-Refresh" in during.headers, 'hx-trigger="every 2s"' in text(during)) == (False, True)
    runs.fail(runs.Claim(run.pk, run.fence), OSError("磁盘已满"), for_good=True)
    after = client.get("/runs/progress/?was=1")
    assert (after.headers["HX-Refresh"], "hx-trigger" in text(after)) == ("true", False)


def test_the_page_is_not_taken_away_from_somebody_who_writes(risk: User) -> None:
    claimed(1, 4)
    assert "hx-trigger" not in text(as_(risk).get("/runs/?ask=waive&date=1994-01-01"))


# --- Asking and deciding --------------------------------------------------------------------------------


def test_one_asks_another_decides_on_the_page(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    asked = {"kind": "rerun", "business_date": "1994-01-03", "reason": WHY}
    assert as_(hr).post("/runs/", asked).headers["Location"] == "/runs/"
    row = RunRequest.objects.get()
    own, other = text(as_(hr).get("/runs/")), text(as_(risk).get("/runs/"))
    assert ("须由另一名有权复核的人办理" in own, f'data-dialog="approve-{row.pk}"' in own) == (True, False)
    assert f'data-dialog="approve-{row.pk}"' in other
    answer = as_(risk).post(f"/runs/requests/{row.pk}/", {"decision": "approved"}, follow=True)
    assert "已批准，即刻生效" in text(answer)
    assert answer.context["asked"] == [day(3)]
    assert versions(day(3)) == [(1, "succeeded"), (2, "pending")]


def test_a_refusal_keeps_what_was_written_and_says_why(risk: User) -> None:
    run_nights(to=day(5))
    answer = as_(risk).post("/runs/", {"kind": "waive", "business_date": "1994-01-03", "reason": WHY})
    assert ("该日已发布数字，不能豁免" in text(answer), WHY in text(answer)) == (True, True)
    short = as_(risk).post("/runs/", {"kind": "waive", "business_date": "1994-01-03", "reason": "不好"})
    assert list(short.context["form"].errors) == ["reason"]
    assert RunRequest.objects.count() == 0


def test_refusing_needs_a_reason_and_a_request_is_decided_once(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    row = requests.request_rerun(day(3), by=hr, at=AT, reason=WHY)
    client = as_(risk)
    url = f"/runs/requests/{row.pk}/"
    assert "驳回须写明理由" in text(client.post(url, {"decision": "refused"}, follow=True))
    assert "已驳回" in text(client.post(url, {"decision": "refused", "reason": "不必"}, follow=True))
    assert "已由他人复核" in text(client.post(url, {"decision": "approved"}, follow=True))


@pytest.mark.parametrize(
    ("role", "rerun", "waive"),
    [
        ("platform_admin", True, False),
        ("auditor", False, False),
        ("branch_risk", False, True),
        ("branch_hr", False, False),
    ],
)
def test_only_those_who_may_see_the_buttons(bank: Path, role: str, rerun: bool, waive: bool) -> None:
    run_nights(to=day(5))
    page = text(as_(person("who", role)).get("/runs/"))
    assert ("?ask=rerun" in page, "?ask=waive" in page) == (rerun, waive)


def test_whoever_may_not_is_refused(bank: Path, risk: User) -> None:
    run_nights(to=day(5))
    row = requests.request_rerun(day(3), by=risk, at=AT, reason=WHY)
    auditor = as_(person("auditor", "auditor"))
    asked = {"kind": "rerun", "business_date": "1994-01-04", "reason": WHY}
    answers = [
        auditor.post("/runs/", asked),
        auditor.post(f"/runs/requests/{row.pk}/", {"decision": "approved"}),
        auditor.get(f"/runs/requests/{row.pk}/"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 405]


# --- Cost and language ----------------------------------------------------------------------------------


def test_thirty_runs_cost_no_more_queries_than_one(risk: User, hr: User, bank: Path) -> None:
    client = as_(risk)
    load_days(bank, 6, 19)
    run_nights(to=day(1))
    ask(day(1), hr)
    with CaptureQueriesContext(connection) as one:
        assert len(client.get("/runs/").context["rows"]) == 1
    run_nights(to=day(18))
    for number in range(1, 13):
        on = date(1993, 12, number)
        Run.objects.create(business_date=on, status="waived", requested_by=hr, approved_by=risk, reason=WHY)
    for number in range(2, 9):
        ask(day(number), hr)
    with CaptureQueriesContext(connection) as thirty:
        context = client.get("/runs/").context
    assert (context["page"].paginator.count, len(context["rows"])) == (30, 25)
    assert len(thirty.captured_queries) == len(one.captured_queries) == QUERIES


def ask(on: date, by: User) -> None:
    requests.request_rerun(on, by=by, at=AT, reason=WHY)


def test_the_page_is_english_for_those_who_read_english(risk: User, hr: User, bank: Path) -> None:
    with stopped(day(4)), pytest.raises(NightFailed):
        run_nights(to=day(5))
    ask(day(2), hr)
    client = as_(risk)
    client.cookies["django_language"] = "en"
    with override("en"):
        page = text(client.get("/runs/?ask=rerun&date=1994-01-02"))
    body = page[page.index("<main") :].replace(WHY, "").replace("差 0.01 元", "")
    assert [character for character in body if "\u3400" <= character <= "\u9fff"] == []


def test_a_tick_after_the_page_showed_pending_begins_the_first_night(risk: User) -> None:
    sent: list[Any] = []
    assert board(risk)["due_spans"][0].days == 5
    assert tick(to=day(5), dispatch=lambda *hint: sent.append(hint)) is not None
    context = board(risk)
    assert (len(context["running"]), context["due_spans"][0].start) == (1, day(2))
