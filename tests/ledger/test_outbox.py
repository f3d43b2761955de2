"""The outbox: what nights leave behind, how it is handed out, and who is let in no longer."""

import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from cmbank.schedule import SCHEDULE
from ledger.models import Run
from ledger.services import verification
from ledger.services.nights import NightFailed, run_nights
from managers import tasks
from managers.models import ApiToken, LogEntry, OutboxMessage, Session, User
from managers.services import accounts, outbox, tokens
from tests.ledger.acting import day, load_days, load_register, person, stopped


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Path:
    load_register(tmp_path)
    return tmp_path


@pytest.fixture
def alerts(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ops@bank.example"]


@contextmanager
def listening(topic: str, *receivers: outbox.Receiver) -> Iterator[None]:
    """Receivers of a topic of this test's own."""
    for receiver in receivers:
        outbox.register(topic, receiver)
    try:
        yield
    finally:
        del outbox._RECEIVERS[topic]


def told() -> list[tuple[str, str, int]]:
    rows = OutboxMessage.objects.order_by("id").values_list("topic", "payload")
    return [(topic, payload["business_date"], payload["version"]) for topic, payload in rows]


# --- What nights leave behind -----------------------------------------------------------------------------


def test_every_publication_and_correction_leaves_one_message(bank: Path) -> None:
    run_nights(to=day(2))
    load_days(bank, 1, 2, balances=[("A1", "1994-01-02", "900.00")])
    run_nights(to=day(2))
    assert told() == [
        ("run_published", "1994-01-01", 1),
        ("run_published", "1994-01-02", 1),
        ("run_corrected", "1994-01-02", 2),
    ]


def test_a_night_that_failed_for_good_leaves_its_first_error(bank: Path) -> None:
    with stopped(day(1)), pytest.raises(NightFailed):
        run_nights(to=day(2))
    (message,) = OutboxMessage.objects.all()
    assert (message.topic, message.payload["error"]) == ("run_failed", "差 0.01 元")


def test_what_was_not_published_is_not_told(bank: Path) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        run_nights(to=day(1))
        raise RuntimeError
    assert (Run.objects.filter(is_current=True).count(), told()) == (0, [])


# --- Handing out --------------------------------------------------------------------------------------------


def test_mail_goes_to_those_named_once(bank: Path, alerts: None) -> None:
    run_nights(to=day(1))
    assert [tasks.deliver_outbox(), tasks.deliver_outbox()] == [1, 0]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["ops@bank.example"],
        "1994-01-01 的日终已发布",
        "第 1 版。",
    )


def test_a_failure_is_told_with_its_error_and_no_figure(bank: Path, alerts: None) -> None:
    with stopped(day(1)), pytest.raises(NightFailed):
        run_nights(to=day(1))
    outbox.deliver()
    (sent,) = mail.outbox
    assert sent.subject == "1994-01-01 的日终失败"
    assert sent.body == "第 1 版：差 0.01 元\n未发布任何数字。处理办法见“日终批次”页面。"


def test_without_anybody_named_one_line_in_the_log_says_it(
    bank: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_nights(to=day(1))
    with caplog.at_level("INFO", logger="ledger.services.alerts"):
        assert outbox.deliver() == 1
    assert [record.getMessage() for record in caplog.records] == ["1994-01-01 的日终已发布"]
    assert (settings.ALERT_EMAILS, mail.outbox) == ([], [])


def test_a_mail_server_that_is_down_is_tried_again(bank: Path, alerts: None, settings: Any) -> None:
    run_nights(to=day(1))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert outbox.deliver() == 0
    message = OutboxMessage.objects.get()
    assert (message.sent_at, message.attempts, bool(message.error)) == (None, 1, True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert outbox.deliver() == 1
    message.refresh_from_db()
    assert (message.attempts, message.error, len(mail.outbox)) == (2, "", 1)


def test_a_receiver_that_took_it_is_not_given_it_again_for_another_ones_failure(db: None) -> None:
    seen: list[str] = []

    def first(message: OutboxMessage) -> None:
        seen.append("first")

    def second(message: OutboxMessage) -> None:
        seen.append("second")
        if len(seen) < 4:
            raise smtplib.SMTPServerDisconnected("weg")

    outbox.keep("test", {})
    outbox.keep("other", {})
    with listening("test", first, second):
        assert [outbox.deliver(), outbox.deliver(), outbox.deliver(), outbox.deliver()] == [1, 0, 1, 0]
    assert seen == ["first", "second", "second", "second"]
    message = OutboxMessage.objects.get(topic="test")
    assert (message.handed_to, message.attempts) == (["first", "second"], 3)


@pytest.mark.django_db(transaction=True)
def test_several_pollers_hand_out_each_message_once() -> None:
    seen: list[int] = []

    def receiver(message: OutboxMessage) -> None:
        seen.append(message.payload["number"])

    for number in range(60):
        outbox.keep("test", {"number": number})

    def poll(_number: int) -> int:
        try:
            return outbox.deliver()
        finally:
            connection.close()

    with listening("test", receiver), ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(poll, range(4))) == 60
    assert sorted(seen) == list(range(60))


def test_beat_ticks_every_minute_and_for_deadlines_by_day() -> None:
    assert {name: (job["task"], job["schedule"]) for name, job in SCHEDULE.items()} == {
        "due nights": ("ledger.run_due_nights", 60.0),
        "deadlines": ("managers.keep_deadlines", crontab(minute="*/15", hour="8-18")),
        "outbox": ("managers.deliver_outbox", 60.0),
        "windows": ("appraisal.end_windows", 3600.0),
        "look-back": ("appraisal.look_back", 600.0),
        "audit seal": ("ledger.seal_log", 900.0),
        "expired exports": ("ledger.remove_expired_exports", 900.0),
        "certificates": ("grading.expire_certificates", 3600.0),
        "grade changes": ("grading.make_effective", 600.0),
        "reminders": ("grading.remind", crontab(minute="30", hour="8-18")),
        "separation": ("appraisal.verify_separation", crontab(minute="40", hour="5")),
        "due handovers": ("ledger.make_handovers_effective", 60.0),
        "loan watch": ("credit.keep_watch", crontab(minute="20", hour="6,12,18")),
        "maturity notices": ("credit.make_notices", crontab(minute="5", hour="6-18")),
    }


# --- I12 --------------------------------------------------------------------------------------------------


def i12() -> tuple[int, tuple[str, ...]]:
    (result,) = [each.check(True) for each in verification._INVARIANTS if each.code == "I12"]
    return result.checked, result.hits


def test_a_message_that_waits_ten_minutes_breaks_the_invariant(bank: Path) -> None:
    run_nights(to=day(1))
    assert i12() == (1, ())
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert len(i12()[1]) == 1
    outbox.deliver()
    assert i12() == (0, ())


def test_whoever_is_switched_off_is_out_at_once(bank: Path) -> None:
    gone, stays = person("gone", "auditor"), person("stays", "auditor")
    clients = {user: Client() for user in (gone, stays)}
    for user, client in clients.items():
        client.force_login(user)
        tokens.issue(user=user, scopes=["metrics:read"], at=timezone.now(), name="x")
    assert i12() == (4, ())
    User.objects.filter(pk=gone.pk).update(is_active=False)
    number = gone.api_tokens.get().pk
    assert i12() == (4, ("session gone", f"token {number} gone"))
    call_command("deactivate_user", "gone", "--reason", "离职")
    assert i12() == (2, ())
    assert clients[gone].get("/runs/").headers["Location"][:7] == "/login/"
    assert clients[stays].get("/runs/").status_code == 200
    entry = LogEntry.objects.get(action="deactivate_user")
    assert (entry.subject, entry.reason, entry.detail) == (
        "user:gone",
        "离职",
        {"sessions": 1, "tokens": [number]},
    )


def test_a_login_switched_on_again_gets_nothing_back(bank: Path) -> None:
    user = person("gone", "auditor")
    client = Client()
    client.force_login(user)
    token = tokens.issue(user=user, scopes=["metrics:read"], at=timezone.now(), name="x").token
    assert accounts.deactivate(user, at=timezone.now()) is True
    assert accounts.activate(user) is True
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    assert client.get("/runs/").status_code == 302
    assert [accounts.deactivate(user, at=timezone.now()), accounts.deactivate(user, at=timezone.now())] == [
        True,
        False,
    ]


def test_the_administrator_switches_logins_off_in_the_admin_but_not_the_own(bank: Path) -> None:
    admin, gone = person("admin", "platform_admin"), person("gone", "auditor")
    User.objects.filter(pk=admin.pk).update(is_staff=True)
    outside, inside = Client(), Client()
    outside.force_login(gone)
    inside.force_login(User.objects.get(pk=admin.pk))
    url = f"/admin/managers/user/{gone.pk}/change/"
    assert inside.get(url).status_code == 200
    assert inside.post(url, {}).status_code == 302
    assert User.objects.get(pk=gone.pk).is_active is False
    assert i12()[1] == ()
    assert Session.objects.count() == 1
    inside.post(f"/admin/managers/user/{admin.pk}/change/", {})
    assert User.objects.get(pk=admin.pk).is_active is True


def test_the_command_leaves_no_message_behind_where_no_worker_runs(bank: Path) -> None:
    call_command("run_nights", "--to", "1994-01-02")
    assert (OutboxMessage.objects.count(), outbox.waiting()) == (2, 0)
