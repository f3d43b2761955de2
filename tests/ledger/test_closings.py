"""A closed period: its figures stay whatever becomes known, and whoever alters them is found out."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ledger import explanations, metrics, queries
from ledger.models import PeriodClosing, Run
from ledger.queries import differences
from ledger.rules import windows
from ledger.rules.figures import MetricRef
from ledger.services import closings, verification
from ledger.services.closings import ClosingRefused
from managers.models import Branch, ClientManager, LogEntry, User
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
ON = date(1994, 3, 31)
QUARTER = windows.period("1994Q1")
LATER = date(1994, 7, 1)


@pytest.fixture
def people() -> tuple[User, User]:
    return User.objects.create_user("hr"), User.objects.create_user("risk")


@pytest.fixture
def published(deliver: Any) -> Any:
    """The quarter's last day published, and what delivers a correction with its night."""
    deliver(bank.REGISTER, "1994-01-01", "1994-04-02")
    nights("1994-04-02", start="1994-03-31")

    def correct(files: bank.Files) -> int:
        number = deliver(files, "1994-01-01", "1994-04-02").pk
        nights("1994-04-02")
        return int(number)

    return correct


def close(people: tuple[User, User], period: windows.Period = QUARTER, **options: Any) -> PeriodClosing:
    given = {"by": people[0], "second": people[1], "reason": "季度数已核对", "on": LATER} | options
    return closings.close_period(period, **given)


def all_figures() -> dict[Any, Any]:
    """Every figure readers see of the quarter's last day, at stored and other floors and windows."""
    refs = [
        MetricRef(code, window, queries.FLOORS[0] + floor)
        for code, metric in metrics.catalogue().items()
        for window in metric.windows
        for floor in (0, 1, 500_000)
    ]
    return metrics.figures(queries.current_run(ON), refs)


def i10() -> verification.Result:
    return closings.I10.check(False)


CORRECTION = {
    "balances.csv": [("A1", "1994-01-03", "2000"), ("L1", "1993-12-01", "7")],
    "accounts.csv": [("A2", "C1", "deposit", "demand", "CNY", "1994-01-01", "")],
    "assignments.csv": [("C1", "E1", "0.5", "1994-01-01", "")],
    "fx_rates.csv": [("USD", "1994-01-02", "9")],
    "loan_classes.csv": [("L1", "1994-01-03", "loss", "5")],
    "settlements.csv": [("C1", "1994-01-05", "10")],
}


def test_no_correction_ever_changes_a_closed_figure(published: Any, people: Any) -> None:
    closing = close(people)
    before = all_figures()
    published(CORRECTION | {"balances.csv": [("A1", "1994-01-03", "2000"), ("L1", "1994-02-01", "7")]})
    assert [run.version for run in queries.versions(ON)] == [1, 2]
    assert Run.objects.get(business_date=ON, is_current=True).version == 2
    assert queries.current_run(ON) == queries.closed_run("1994Q1") == closing.run
    assert all_figures() == before
    assert i10() == verification.Result(1)
    # the days after are not closed
    assert queries.current_run(date(1994, 4, 1)).version == 2


def test_the_differences_since_closing_are_reported_for_the_look_back(
    published: Any, people: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    closing = close(people)
    assert differences.since_closing(closing) == []
    late = published({"balances.csv": [("A1", "1994-01-03", "2000")]})
    found = differences.since_closing(closing)
    assert [each.manager.employee_no for each in found] == ["E1", "E2"]
    call_command("differences", "--period", "1994Q1", "--json")
    out = capsys.readouterr().out.splitlines()
    assert f"E1 deposit_daily_average quarter +7.78 since 1994-01-03, bundle {late}" in out
    assert (json.loads(out[-1])["earlier"], json.loads(out[-1])["later"]) == (1, 2)


def test_explanations_and_exports_of_a_closed_date_are_those_of_the_closing(
    published: Any, people: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bank.exported(capsys, ON)
    close(people)
    published({"balances.csv": [("A1", "1994-01-03", "2000")]})
    assert bank.exported(capsys, ON) == before
    manager = ClientManager.objects.get(employee_no="E1")
    explained = explanations.explain(manager, "deposit_daily_average", on=ON, window="quarter")
    assert (explained.adds_up, explained.run.version) == (True, 1)


def test_as_of_follows_the_closing_from_its_moment_on(published: Any, people: Any) -> None:
    published({"balances.csv": [("A1", "1994-01-03", "2000")]})
    closing = close(people)
    published({"balances.csv": [("A1", "1994-01-03", "3000")]})
    assert [run.version for run in queries.versions(ON)] == [1, 2, 3]
    assert queries.run_as_of(ON, timezone.now()) == closing.run
    assert closing.run.version == 2
    assert queries.run_as_of(ON, closing.run.finished_at - timedelta(microseconds=1)).version == 1


def test_the_export_as_of_a_day_gives_the_version_published_by_then(
    published: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bank.exported(capsys, ON)
    day = timezone.localdate() - timedelta(days=2)
    Run.objects.filter(business_date=ON).update(finished_at=timezone.now() - timedelta(days=2))
    published({"balances.csv": [("A1", "1994-01-03", "2000")]})
    assert bank.exported(capsys, ON, "--as-of", day.isoformat()) == before
    assert bank.exported(capsys, ON) != before
    with pytest.raises(CommandError, match="还没有已发布的日终"):
        call_command("export_metrics", "--date", "1994-03-31", "--as-of", "1994-04-01")


def test_a_year_that_ends_with_a_closed_quarter_is_closed_with_its_figures(people: Any, deliver: Any) -> None:
    fourth, year = windows.period("1994Q4"), windows.period("1994")
    deliver(bank.REGISTER, "1994-01-01", "1994-12-31")
    nights("1994-12-31", start="1994-12-31")
    first = close(people, fourth, on=date(1995, 2, 1))
    deliver({"balances.csv": [("A1", "1994-01-03", "2000")]}, "1994-01-01", "1994-12-31")
    nights("1994-12-31")
    second = close(people, year, on=date(1995, 2, 1))
    assert (second.run, second.through_bundle, second.checksum) == (
        first.run,
        first.through_bundle,
        first.checksum,
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"on": ON}, "才结束"),
        ({"reason": "  "}, "原因"),
        ({"period": windows.period("1994Q2")}, "还没有发布"),
    ],
)
def test_a_closing_that_must_not_be_is_refused_without_a_trace(
    published: Any, people: Any, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(ClosingRefused, match=says):
        close(people, **options)
    assert not PeriodClosing.objects.exists() and not LogEntry.objects.exists()


def test_one_person_cannot_close_nor_one_who_has_left_nor_a_client_manager(
    published: Any, people: Any
) -> None:
    gone = User.objects.create_user("gone", is_active=False)
    own = User.objects.create_user("E1")
    ClientManager.objects.filter(employee_no="E1").update(user=own)
    for second, says in ((people[0], "同一人"), (gone, "已停用"), (own, "客户经理")):
        with pytest.raises(ClosingRefused, match=says):
            close(people, second=second)


def test_a_period_is_closed_once(published: Any, people: Any) -> None:
    close(people)
    with pytest.raises(ClosingRefused, match="已经关账"):
        close(people)
    assert PeriodClosing.objects.count() == 1


def test_a_correction_that_waits_for_its_night_must_be_worked_in_first(
    published: Any, people: Any, deliver: Any
) -> None:
    deliver({"balances.csv": [("A1", "1994-01-03", "2000")]}, "1994-01-01", "1994-04-02")
    with pytest.raises(ClosingRefused, match="尚未重算"):
        close(people)
    nights("1994-04-02")
    assert close(people).run.version == 2


def test_who_closed_why_and_what_is_logged(published: Any, people: Any) -> None:
    closing = close(people)
    entry = LogEntry.objects.get()
    assert (entry.by, entry.action, entry.subject, entry.reason) == (
        people[1],
        "close_period",
        "period:1994Q1",
        "季度数已核对",
    )
    assert entry.detail == {
        "made_by": "hr",
        "run": "1994-03-31 v1",
        "through_bundle": closing.through_bundle_id,
        "checksum": closing.checksum,
    }


TAMPERINGS = [
    "UPDATE ledger_reading SET deposit_product[1] = deposit_product[1] + 0.00000001 WHERE run_id = %(run)s",
    "UPDATE ledger_reading SET base_gap[2] = '' WHERE run_id = %(run)s AND \"window\" = 'year'",
    "UPDATE ledger_reading SET days = days + 1 WHERE run_id = %(run)s",
    "DELETE FROM ledger_reading WHERE run_id = %(run)s AND \"window\" = 'month'",
    "UPDATE credit_qualityreading SET loan_balance[5] = loan_balance[5] + 1 WHERE run_id = %(run)s",
    "UPDATE credit_qualityreading SET unclassified[1] = 3 WHERE run_id = %(run)s",
    "UPDATE ledger_run SET floors[2] = 400000 WHERE id = %(run)s",
    "UPDATE ledger_run SET business_date = '1994-06-30' WHERE id = %(run)s",
    "UPDATE ledger_periodclosing SET checksum = repeat('0', 64)",
]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_whatever_is_altered_of_a_closed_period_is_found(published: Any, people: Any, tampering: str) -> None:
    closing = close(people)
    assert i10() == verification.Result(1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("ledger_reading", "credit_qualityreading", "ledger_periodclosing"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(tampering, {"run": closing.run_id})
        assert cursor.rowcount > 0
    result = i10()
    assert (result.checked, len(result.hits)) == (1, 1)
    assert result.hits[0].startswith("1994Q1 ")


def test_verify_fails_where_a_closed_figure_was_altered(published: Any, people: Any) -> None:
    closing = close(people)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_reading DISABLE TRIGGER USER")
        cursor.execute(TAMPERINGS[0], {"run": closing.run_id})
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", "--strict", stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("I10 ")]
    assert line.endswith("已核 1 项，1 处不符")


def test_the_database_itself_keeps_closings_as_they_are_and_two_people(published: Any, people: Any) -> None:
    closing = close(people)
    for change in ("UPDATE ledger_periodclosing SET reason = 'x'", "DELETE FROM ledger_periodclosing"):
        with (
            pytest.raises(Exception, match="Cannot update or delete"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    with pytest.raises(IntegrityError, match="closing_two_people"), transaction.atomic():
        PeriodClosing.objects.create(
            period="1994Q2",
            run=closing.run,
            through_bundle=closing.through_bundle,
            checksum="",
            covers={},
            closed_by=people[0],
            confirmed_by=people[0],
            reason="x",
        )


def test_the_command_closes_or_says_what_stands_in_the_way(
    published: Any, people: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--period", "1994Q1", "--by", "hr", "--second", "risk", "--reason", "已核对")
    call_command("close_period", *given, "--json")
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    closing = PeriodClosing.objects.get()
    assert facts == {
        "status": "closed",
        "period": "1994Q1",
        "date": "1994-03-31",
        "version": 1,
        "bundle": closing.through_bundle_id,
        "checksum": closing.checksum,
    }
    for wrong, says in (
        (given, "已经关账"),
        ((*given[:1], "Q9", *given[2:]), "不是有效期间"),
        ((*given[:3], "nobody", *given[4:]), "nobody"),
    ):
        with pytest.raises(CommandError, match=says) as refusal:
            call_command("close_period", *wrong)
        assert refusal.value.returncode == 2


def test_branches_may_be_renamed_without_touching_what_is_closed(published: Any, people: Any) -> None:
    close(people)
    Branch.objects.filter(code="B01").update(name="新名")
    assert i10() == verification.Result(1)
