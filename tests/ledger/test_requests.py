"""Reruns and waivers: two people, the nights that follow, and what the database itself refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from ledger.models import Run, RunRequest
from ledger.services import requests, verification
from ledger.services.nights import NightFailed, run_nights, tick
from ledger.services.requests import RequestRefused
from managers import notices
from managers.models import LogEntry, Notice, OutboxMessage, User
from tests.ledger.acting import AT, WHY, day, load_days, load_register, person, stopped, versions
from tests.ledger.bank import exported


def refused(code: str) -> Any:
    return pytest.raises(RequestRefused, check=lambda error: error.code == code)


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


def rerun(on: int, asking: User, deciding: User) -> RunRequest:
    row = requests.request_rerun(day(on), by=asking, at=AT, reason=WHY)
    return requests.decide(row, approve=True, by=deciding, at=AT)


def waive(on: int, asking: User, deciding: User) -> RunRequest:
    row = requests.request_waiver(day(on), by=asking, at=AT, reason=WHY)
    return requests.decide(row, approve=True, by=deciding, at=AT)


def fail(on: int, to: int) -> None:
    with stopped(day(on)), pytest.raises(NightFailed, match="差 0"):
        run_nights(to=day(to))


# --- Reruns ---------------------------------------------------------------------------------------------


def test_a_published_night_is_worked_again_though_nothing_came(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    made = rerun(3, hr, risk)
    assert (made.run.version, made.run.status, made.decision) == (2, "pending", "approved")
    assert (made.run.requested_by, made.run.approved_by, made.run.reason) == (hr, risk, WHY)
    run_nights(to=day(5))
    assert versions(day(3)) == [(1, "succeeded"), (2, "unchanged")]
    assert Run.objects.get(business_date=day(3), is_current=True).version == 1
    assert versions(day(4)) == [(1, "succeeded")]


def test_a_rerun_finds_figures_of_managers_whom_no_bundle_touched(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    first = Run.objects.get(business_date=day(5))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_reading DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE ledger_reading SET loan_product = loan_product[2:] || 7 WHERE run_id = %s", [first.pk]
        )
        cursor.execute("ALTER TABLE ledger_reading ENABLE TRIGGER USER")
    rerun(5, hr, risk)
    run_nights(to=day(5))
    assert versions(day(5)) == [(1, "succeeded"), (2, "succeeded")]
    assert Run.objects.get(business_date=day(5), is_current=True).version == 2


def test_a_failed_night_is_left_alone_until_two_people_want_it_again(risk: User, hr: User) -> None:
    fail(3, to=5)
    sent: list[Any] = []
    assert tick(to=day(5), dispatch=lambda *hint: sent.append(hint)) is None
    assert versions(day(3)) == [(1, "failed")]
    rerun(3, risk, hr)
    claim = tick(to=day(5), dispatch=lambda *hint: sent.append(hint))
    assert claim is not None and Run.objects.get(pk=claim.run).version == 2
    Run.objects.filter(pk=claim.run).update(lease_until=AT)
    run_nights(to=day(5))
    assert versions(day(3)) == [(1, "failed"), (2, "succeeded")]
    assert Run.objects.filter(is_current=True).count() == 5


def test_a_bundle_that_arrives_in_between_does_not_swallow_the_rerun(
    risk: User, hr: User, bank: Path
) -> None:
    run_nights(to=day(5))
    rerun(3, hr, risk)
    claim = tick(to=day(5), dispatch=lambda *hint: None)
    assert claim is not None
    load_days(bank, 6, 6, balances=[("A1", "1994-01-06", "5.00")])
    Run.objects.filter(pk=claim.run).update(lease_until=AT)
    run_nights(to=day(6))
    assert versions(day(3)) == [(1, "succeeded"), (2, "failed"), (3, "unchanged")]
    assert [run.requested_by for run in Run.objects.filter(business_date=day(3), version__gt=1)] == [hr, hr]


def test_a_night_that_is_worked_or_never_was_is_not_rerun(risk: User, hr: User) -> None:
    with refused("never_run"):
        requests.request_rerun(day(3), by=hr, at=AT, reason=WHY)
    run_nights(to=day(3))
    rerun(3, hr, risk)
    with refused("being_worked"):
        requests.request_rerun(day(3), by=hr, at=AT, reason=WHY)


# --- Waivers --------------------------------------------------------------------------------------------


def test_after_a_waiver_the_later_nights_go_on_and_cover_the_day(
    risk: User, hr: User, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(3, to=5)
    waive(3, risk, hr)
    assert versions(day(3)) == [(1, "failed"), (2, "waived")]
    done = run_nights(to=day(5))
    assert [run.business_date for run in done.runs] == [day(4), day(5)]
    figures = exported(capsys, day(5), "--floors", "0")
    # 1,000.00 on three days, overdrawn on two, and 70 % of it.
    assert figures["E1", "deposit_daily_average", "month", "0"] == "420.00"
    assert [hit for _each, result in verification.verify(full=True) for hit in result.hits] == []


def test_a_waived_day_is_taken_up_again_by_a_rerun_and_changes_no_later_figure(
    risk: User, hr: User, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(3, to=5)
    waive(3, risk, hr)
    run_nights(to=day(5))
    before = exported(capsys, day(5))
    rerun(3, hr, risk)
    run_nights(to=day(5))
    assert versions(day(3)) == [(1, "failed"), (2, "waived"), (3, "succeeded")]
    assert exported(capsys, day(5)) == before
    assert exported(capsys, day(3), "--floors", "0")["E1", "deposit_daily_average", "month", "0"] == "700.00"
    assert [hit for _each, result in verification.verify(full=True) for hit in result.hits] == []


def test_a_day_nobody_delivered_is_waived_and_the_gap_is_closed(
    risk: User, hr: User, bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_days(bank, 7, 8, balances=[("A1", "1994-01-07", "800.00")])
    assert run_nights(to=day(8)).waiting_for == day(6)
    waive(6, risk, hr)
    outcome = run_nights(to=day(8))
    assert ([run.business_date for run in outcome.runs], outcome.waiting_for) == ([day(7), day(8)], None)
    # 3 × 1,000.00 and 2 × 800.00 over eight days, 70 % of it.
    assert exported(capsys, day(8), "--floors", "0")["E1", "deposit_daily_average", "month", "0"] == "402.50"
    with refused("lacks_data"):
        requests.request_rerun(day(6), by=risk, at=AT, reason=WHY)
    load_days(bank, 6, 6, balances=[("A1", "1994-01-06", "400.00")])
    run_nights(to=day(8))
    assert versions(day(6)) == [(1, "waived")]
    rerun(6, risk, hr)
    run_nights(to=day(8))
    assert versions(day(6)) == [(1, "waived"), (2, "succeeded")]
    assert exported(capsys, day(8), "--floors", "0")["E1", "deposit_daily_average", "month", "0"] == "437.50"


def test_what_could_be_worked_or_is_published_is_not_waived(risk: User, bank: Path) -> None:
    for number, code in ((3, "workable"), (20, "not_over")):
        with refused(code):
            requests.request_waiver(day(number), by=risk, at=AT, reason=WHY)
    with refused("before_first"):
        requests.request_waiver(day(1) - timedelta(days=1), by=risk, at=AT, reason=WHY)
    run_nights(to=day(5))
    with refused("published"):
        requests.request_waiver(day(3), by=risk, at=AT, reason=WHY)


def test_a_waiver_that_is_no_longer_needed_is_not_carried_out(risk: User, hr: User, bank: Path) -> None:
    row = requests.request_waiver(day(6), by=risk, at=AT, reason=WHY)
    load_days(bank, 6, 6, balances=[])
    with refused("workable"):
        requests.decide(row, approve=True, by=hr, at=AT)
    assert requests.decide(row, approve=False, by=hr, at=AT, note="数据已到").decision == "refused"
    assert versions(day(6)) == []


# --- Two people -----------------------------------------------------------------------------------------


def test_nobody_decides_on_their_own_request_or_without_a_word(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    row = requests.request_rerun(day(3), by=risk, at=AT, reason=WHY)
    with refused("own_request"):
        requests.decide(row, approve=True, by=risk, at=AT)
    with refused("note_missing"):
        requests.decide(row, approve=False, by=hr, at=AT, note=" ")
    with refused("already_open"):
        requests.request_rerun(day(3), by=hr, at=AT, reason=WHY)
    requests.decide(row, approve=False, by=hr, at=AT, note="原因不成立")
    with refused("already_decided"):
        requests.decide(row, approve=True, by=hr, at=AT)
    assert versions(day(3)) == [(1, "succeeded")]


def test_a_reason_of_nine_characters_is_too_short(risk: User) -> None:
    run_nights(to=day(5))
    with refused("reason_too_short"):
        requests.request_rerun(day(3), by=risk, at=AT, reason=" 一二三四五六七八九 ")


@pytest.mark.parametrize(
    ("role", "branch", "may"),
    [
        ("platform_admin", "HO", {"request_rerun"}),
        ("security_admin", "HO", set()),
        ("auditor", "HO", set()),
        ("head_risk", "HO", {"request_rerun", "request_waiver", "decide_rerun", "decide_waiver"}),
        ("head_hr", "HO", {"request_rerun", "decide_rerun", "decide_waiver"}),
        ("branch_risk", "B01", {"request_waiver"}),
        ("branch_hr", "B01", set()),
        ("outlet_head", "B01", set()),
        ("group_member", "HO", set()),
        ("api_client", "HO", set()),
    ],
)
def test_each_role_does_its_own_part(bank: Path, role: str, branch: str, may: set[str]) -> None:
    fail(3, to=5)
    asker, who = person("asker", "head_risk"), person("who", role, branch)

    def decide(ask: Callable[..., RunRequest]) -> None:
        requests.decide(ask(day(3), by=asker, at=AT, reason=WHY), approve=True, by=who, at=AT)

    steps: dict[str, Callable[[], object]] = {
        "request_rerun": lambda: requests.request_rerun(day(3), by=who, at=AT, reason=WHY),
        "request_waiver": lambda: requests.request_waiver(day(3), by=who, at=AT, reason=WHY),
        "decide_rerun": lambda: decide(requests.request_rerun),
        "decide_waiver": lambda: decide(requests.request_waiver),
    }
    assert {name for name, step in steps.items() if permitted(step)} == may


def permitted(step: Callable[[], object]) -> bool:
    """Whether it is, undone again."""
    mark = transaction.savepoint()
    try:
        step()
    except PermissionDenied:
        return False
    finally:
        transaction.savepoint_rollback(mark)
    return True


def test_every_step_is_in_the_log_and_the_request_is_told(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    made = rerun(3, hr, risk)
    entries = LogEntry.objects.filter(subject="night:1994-01-03").order_by("id")
    assert list(entries.values_list("action", "by__username", "reason")) == [
        ("request_rerun", "hr", WHY),
        ("approved_rerun", "risk", ""),
    ]
    (told,) = OutboxMessage.objects.filter(topic="request_made")
    assert told.payload == {
        "business_date": "1994-01-03",
        "kind": "rerun",
        "reason": WHY,
        "request": made.pk,
    }


def test_whoever_may_decide_is_asked_and_whoever_asked_is_told(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    person("admin", "platform_admin")
    row = requests.request_rerun(day(3), by=hr, at=AT, reason=WHY)
    waiting = Notice.objects.all().waiting()
    assert list(waiting.values_list("to__username", "code")) == [("risk", "request_rerun")]
    requests.decide(row, approve=True, by=risk, at=AT)
    (told,) = Notice.objects.filter(tone="news")
    assert (waiting.count(), told.to, notices.title(told)) == (0, hr, "您对 1994-01-03 的日终申请已批准")


DECIDED = "UPDATE ledger_runrequest SET decided_at = now(), decision"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_runrequest SET reason = 'ten characters and more'",
        "UPDATE ledger_runrequest SET business_date = '1994-01-04'",
        f"{DECIDED} = 'refused', decided_by_id = requested_by_id",
        "UPDATE ledger_runrequest SET decision = 'approved'",
        f"{DECIDED} = 'approved', decided_by_id = requested_by_id + 1",
        "DELETE FROM ledger_runrequest",
    ],
)
def test_the_database_refuses_what_the_service_would(risk: User, hr: User, change: str) -> None:
    run_nights(to=day(5))
    requests.request_rerun(day(3), by=risk, at=AT, reason=WHY)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_lets_nobody_decide_again(risk: User, hr: User) -> None:
    run_nights(to=day(5))
    rerun(3, hr, risk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_runrequest SET note = 'later'")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_does(tmp_path: Path) -> None:
    load_register(tmp_path)
    run_nights(to=day(2))
    asker = person("asker", "platform_admin")
    deciders = [person(f"decider{n}", "head_risk") for n in range(4)]
    row = requests.request_rerun(day(2), by=asker, at=AT, reason=WHY)

    def decide(who: User) -> str:
        try:
            requests.decide(row, approve=True, by=who, at=AT)
        except RequestRefused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(decide, deciders))
    assert answers == ["already_decided"] * 3 + ["done"]
    assert versions(day(2)) == [(1, "succeeded"), (2, "pending")]
