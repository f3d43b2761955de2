"""The log sealed by day: no row missed or counted twice, and every alteration found out."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.utils import InternalError

from ledger.services import sealed
from managers.models import AuditHead, LogEntry, OutboxMessage
from managers.rules import chain
from managers.services import sealing

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_DIR = tmp_path / "audit"
    return settings.AUDIT_DIR


@pytest.fixture(autouse=True)
def own_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this database's: a server counts those of all, and other tests hold theirs open for long."""
    question = """
        SELECT coalesce(min(backend_xid::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
        FROM pg_stat_activity WHERE datname = current_database()
    """

    def horizon() -> int:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return int(cursor.fetchone()[0])

    monkeypatch.setattr(sealing, "_horizon", horizon)


@pytest.fixture
def three_days() -> None:
    """Two entries on the first day, none on the second, one on the third."""
    for number, hour in ((0, 9), (0, 15), (2, 9)):
        enter(FIRST + timedelta(days=number), hour)


def enter(day: date, hour: int = 9) -> LogEntry:
    with time_machine.travel(datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC), tick=False):
        return LogEntry.objects.create(action="look", subject=f"day:{day}")


@contextmanager
def as_owner(table: str) -> Iterator[Any]:
    """What only the owner of the tables could do: with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def seal(days: int) -> list[AuditHead]:
    return sealed.seal(FIRST + timedelta(days=days - 1))


def flaws() -> list[str]:
    return sealing.flaws(full=True)[1]


def test_every_finished_day_has_a_head_empty_ones_too(three_days: None, folder: Path) -> None:
    heads = seal(3)
    assert [(head.day, head.entries) for head in heads] == [
        (FIRST, 2),
        (FIRST + timedelta(days=1), 0),
        (FIRST + timedelta(days=2), 1),
    ]
    assert [head.previous for head in heads] == [chain.GENESIS, heads[0].digest, heads[1].digest]
    assert seal(3) == []
    lines = sealing.exported_file().read_text().splitlines()
    assert [json.loads(line)["digest"] for line in lines] == [head.digest for head in heads]
    topics = OutboxMessage.objects.order_by("id").values_list("topic", "payload__digest")
    assert list(topics) == [("audit_sealed", head.digest) for head in heads]
    assert flaws() == []


def test_days_missed_are_made_up_for(three_days: None) -> None:
    assert [len(seal(1)), len(seal(3))] == [1, 2]
    assert sealing.flaws(full=False) == (3, [])


def test_what_commits_after_its_day_was_sealed_is_in_the_next_head(three_days: None) -> None:
    settings = connection.get_connection_params()
    known = {name: settings[name] for name in ("dbname", "user", "password", "host", "port")}
    with closing(psycopg2.connect(**known)) as other:
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO managers_logentry (at, action, subject, from_state, to_state, reason, detail)"
                " VALUES (%s, 'late', 'x', '', '', '', '{}')",
                [datetime(2026, 10, 1, 3, tzinfo=UTC)],
            )
        assert [head.entries for head in seal(1)] == [2]
        other.commit()
    assert flaws() == []
    assert [head.entries for head in seal(2)] == [1]
    assert [head.entries for head in seal(3)] == [1]
    assert sealing.flaws(full=True) == (3, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM managers_logentry WHERE subject = 'day:2026-10-03'", "0 + 0 found"),
        ("UPDATE managers_logentry SET reason = 'x' WHERE subject = 'day:2026-10-03'", "1 + 0 found"),
        (
            "INSERT INTO managers_logentry"
            " (at, action, subject, from_state, to_state, reason, detail, transaction)"
            " VALUES ('2026-10-03 12:00+8', 'a', 's', '', '', '', '{}', 3)",
            "2 + 0 found",
        ),
    ],
)
def test_an_altered_log_turns_it_red(three_days: None, change: str, said: str) -> None:
    seal(3)
    with as_owner("managers_logentry") as cursor:
        cursor.execute(change)
    assert flaws() == [f"2026-10-03: 1 + 0 records sealed, {said}"]


def test_a_removed_day_turns_it_red(three_days: None) -> None:
    seal(3)
    with as_owner("managers_audithead") as cursor:
        cursor.execute("DELETE FROM managers_audithead WHERE day = '2026-10-02'")
    assert "2026-10-03: no head for 2026-10-02" in flaws()
    with as_owner("managers_audithead") as cursor:
        cursor.execute("DELETE FROM managers_audithead WHERE day > '2026-10-01'")
    assert flaws() == [
        "2026-10-02: exported and not here",
        "2026-10-03: exported and not here",
    ]


def test_heads_forged_anew_do_not_pass_for_the_exported_ones(three_days: None) -> None:
    seal(3)
    for table, change in (
        ("managers_logentry", "UPDATE managers_logentry SET reason = 'x' WHERE subject = 'day:2026-10-03'"),
        ("managers_audithead", "DELETE FROM managers_audithead"),
    ):
        with as_owner(table) as cursor:
            cursor.execute(change)
    with pytest.raises(sealing.Tampered):
        seal(3)
    assert "2026-10-03: the exported head differs" in flaws()


def test_a_head_that_was_never_exported_is_told_of(three_days: None, folder: Path) -> None:
    sealing.seal(FIRST)
    assert flaws() == []
    with as_owner("managers_audithead") as cursor:
        cursor.execute("UPDATE managers_audithead SET sealed_at = sealed_at - interval '1 hour'")
    assert flaws() == ["2026-10-01: not exported"]
    seal(1)
    assert flaws() == []


def test_a_day_is_sealed_once_and_for_good(three_days: None) -> None:
    (head,) = seal(1)
    with pytest.raises(IntegrityError):
        AuditHead.objects.create(day=head.day, entries=0, events=0, horizon=1, digest="x")
    with pytest.raises(InternalError, match="Cannot update"):
        AuditHead.objects.update(digest="x")


def test_the_command_seals_exports_and_says_the_head(
    three_days: None, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    with time_machine.travel(datetime(2026, 10, 4, 1, tzinfo=UTC)):
        call_command("export_audit_head", "--json")
        facts = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (facts["sealed"], facts["head"]["day"]) == (3, "2026-10-03")
        sealing.exported_file().write_text("{}\n")
        with pytest.raises(SystemExit):
            call_command("export_audit_head")
    assert "未作改动" in capsys.readouterr().err
