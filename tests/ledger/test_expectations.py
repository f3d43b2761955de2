"""Feeds expected per date: which nights wait, which metrics are missing, who keeps the list."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

from ledger import metrics, presenters, queries
from ledger.models import FeedExpectation, Product, Run
from ledger.rules.figures import MetricRef
from ledger.services import expectations, naming, requests
from ledger.services.expectations import ExpectationRefused
from ledger.services.nights import run_nights
from managers.models import ClientManager, LogEntry, User
from tests.ledger.acting import AT, WHY, day, load_days, load_register, person, versions
from tests.ledger.bank import exported

USD = ("E1", "international_settlement", "month", "0")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(AT, tick=True):
        yield


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Path:
    load_register(tmp_path)
    return tmp_path


@pytest.fixture
def hr(bank: Path) -> User:
    return person("hr", "head_hr")


def expect(hr: User, file: str, since: int = 1, days: str = "every_day", **extra: Any) -> FeedExpectation:
    return expectations.expect(file, starts_on=day(since), days=days, by=hr, at=AT, **extra)


def figure(code: str, run: Run, window: str = "month") -> tuple[str, str, dict[str, str]]:
    ref = MetricRef(code, window)
    manager = ClientManager.objects.get(employee_no="E1").pk
    found = metrics.figures(run, [ref], [manager])[manager][ref]
    return found.state, found.reason, dict(found.params)


# --- Which files lack for which days ------------------------------------------------------------------------


def test_without_expectations_nothing_is_missing(bank: Path) -> None:
    assert queries.missing_feeds(date(1990, 1, 1), date(2000, 1, 1)) == {}


@pytest.mark.parametrize(
    ("days", "missing"),
    [
        ("every_day", [6, 8, 9, 10, 11, 12]),
        ("weekdays", [6, 10, 11, 12]),  # 8 and 9 January 1994 were Saturday and Sunday
        ("month_end", []),
    ],
)
def test_a_file_has_come_for_the_days_its_bundle_covers(
    bank: Path, hr: User, days: str, missing: list[int]
) -> None:
    load_days(bank, 6, 6)
    load_days(bank, 7, 7, settlements=[])
    load_days(bank, 8, 12)
    expect(hr, "settlements.csv", 2, days)
    found = queries.missing_feeds(day(1), day(12))
    assert found == ({"settlements.csv": [day(number) for number in missing]} if missing else {})


def test_month_ends_and_the_end_of_an_expectation(bank: Path, hr: User) -> None:
    expect(hr, "loan_classes.csv", 1, "month_end", ended_on=date(1994, 3, 30))
    assert queries.missing_feeds(date(1993, 1, 1), date(1994, 12, 31)) == {
        "loan_classes.csv": [date(1994, 1, 31), date(1994, 2, 28)]
    }


# --- Nights that wait ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["balances", "fx_rates"])
def test_a_night_waits_for_its_balances_and_rates(bank: Path, hr: User, name: str) -> None:
    expect(hr, f"{name}.csv")
    load_days(bank, 6, 6, **{name: []})
    load_days(bank, 7, 9)
    outcome = run_nights(to=day(9))
    assert ([run.business_date.day for run in outcome.runs], outcome.waiting_for) == (
        [1, 2, 3, 4, 5, 6],
        day(7),
    )
    waiting = queries.waiting(outcome.waiting_for)
    assert waiting == queries.Waiting(day(7), day(7), (f"{name}.csv",))
    load_days(bank, 7, 8, **{name: []})
    assert run_nights(to=day(9)).waiting_for == day(9)
    load_days(bank, 9, 9, **{name: []})
    assert run_nights(to=day(9)).waiting_for is None


def test_the_pages_name_the_file_and_the_date(bank: Path, hr: User) -> None:
    expect(hr, "balances.csv")
    load_days(bank, 6, 6)
    run_nights(to=day(6))
    client = Client()
    client.force_login(hr)
    page = client.get("/runs/").content.decode()
    assert "等待 1994-01-06 的 balances.csv" in page
    assert presenters.freshness(day(20)).text == "等待 1994-01-06 的 balances.csv"


def test_an_expectation_never_stops_what_is_published_already(bank: Path, hr: User) -> None:
    load_days(bank, 6, 7)
    run_nights(to=day(7))
    expect(hr, "balances.csv")
    load_days(bank, 8, 8, balances=[])
    assert run_nights(to=day(8)).waiting_for is None
    load_days(bank, 1, 8, balances=[("A1", "1994-01-03", "5.00")])
    run_nights(to=day(8))
    assert [len(versions(day(number))) for number in (2, 3, 6, 8)] == [1, 2, 2, 2]


def test_a_waiver_lets_the_nights_go_on_without_the_file(bank: Path, hr: User) -> None:
    expect(hr, "balances.csv")
    load_days(bank, 6, 6)
    load_days(bank, 7, 7, balances=[])
    run_nights(to=day(7))
    row = requests.request_waiver(day(6), by=person("risk", "head_risk"), at=AT, reason=WHY)
    requests.decide(row, approve=True, by=hr, at=AT)
    outcome = run_nights(to=day(7))
    assert ([run.business_date for run in outcome.runs], outcome.waiting_for) == ([day(7)], None)


# --- Metrics that are missing -----------------------------------------------------------------------------


def test_a_metric_without_its_feed_is_missing_in_windows_that_hold_the_day(
    bank: Path, hr: User, capsys: pytest.CaptureFixture[str]
) -> None:
    load_days(bank, 6, 7)
    expect(hr, "settlements.csv")
    run_nights(to=day(7))
    assert exported(capsys, day(5), "--floors", "0")[USD] == "140.00"
    assert exported(capsys, day(6), "--floors", "0")[USD] == "MISSING"
    assert figure("international_settlement", queries.current_run(day(7))) == (
        "missing",
        "feed_missing",
        {"feed": "settlements.csv", "date": "1994-01-06"},
    )
    assert figure("deposit_daily_average", queries.current_run(day(7)))[0] == "value"
    assert figure("international_settlement", queries.current_run(day(7)), "01-05")[0] == "value"


@pytest.mark.parametrize(
    "code", ["normal_loan_share", "normal_loan_share_change", "non_performing_balance", "interest_arrears"]
)
def test_loan_quality_rests_on_the_classes(bank: Path, hr: User, code: str) -> None:
    load_days(bank, 6, 6)
    expect(hr, "loan_classes.csv", 6)
    run_nights(to=day(6))
    assert figure(code, queries.current_run(day(6))) == (
        "missing",
        "feed_missing",
        {"feed": "loan_classes.csv", "date": "1994-01-06"},
    )
    assert figure(code, queries.current_run(day(5)))[1] != "feed_missing"
    assert figure("advances", queries.current_run(day(6)))[0] == "value"


def test_a_feed_that_is_expected_and_never_came_is_missing_and_not_unknown(hr: User, bank: Path) -> None:
    run_nights(to=day(5))
    expect(hr, "settlements.csv", 4)
    assert figure("international_settlement", queries.current_run(day(5)))[0] == "value"
    load_days(bank, 6, 6)
    run_nights(to=day(6))
    assert figure("international_settlement", queries.current_run(day(6)))[0] == "missing"


def test_the_file_that_comes_late_brings_the_figure(
    bank: Path, hr: User, capsys: pytest.CaptureFixture[str]
) -> None:
    load_days(bank, 6, 7)
    expect(hr, "settlements.csv")
    run_nights(to=day(7))
    load_days(bank, 6, 6, settlements=[("C1", "1994-01-06", "10.00")])
    before = Run.objects.get(business_date=day(6))
    assert exported(capsys, day(6), "--floors", "0")[USD] == "MISSING"
    run_nights(to=day(7))
    assert exported(capsys, day(6), "--floors", "0")[USD] == "147.00"
    assert exported(capsys, day(7), "--floors", "0")[USD] == "MISSING"
    before.refresh_from_db()
    assert figure("international_settlement", before)[0] == "missing"


def test_an_empty_file_brings_it_too_though_no_night_is_worked_again(
    bank: Path, hr: User, capsys: pytest.CaptureFixture[str]
) -> None:
    load_days(bank, 6, 6)
    expect(hr, "settlements.csv")
    run_nights(to=day(6))
    assert exported(capsys, day(6), "--floors", "0")[USD] == "MISSING"
    load_days(bank, 6, 6, settlements=[])
    run_nights(to=day(6))
    assert exported(capsys, day(6), "--floors", "0")[USD] == "140.00"
    assert versions(day(6)) == [(1, "succeeded")]


def test_the_pages_say_what_is_missing(bank: Path, hr: User) -> None:
    load_days(bank, 6, 7)
    expect(hr, "settlements.csv")
    run_nights(to=day(7))
    client = Client()
    client.force_login(hr)
    context = client.get("/runs/").context
    assert [(each["file"], each["count"]) for each in context["lacking"]] == [("settlements.csv", 2)]
    fresh = presenters.freshness(day(8))
    assert (fresh.state, fresh.text) == ("stale", "缺 settlements.csv（1994-01-06 起 2 日）")
    page = client.get("/managers/E1/figures/international_settlement/?window=month&on=1994-01-07")
    assert "settlements.csv 于 1994-01-06 应到未到" in page.content.decode()


# --- Who keeps the list -----------------------------------------------------------------------------------


def test_head_office_hr_keeps_the_list_and_the_log_says_so(hr: User) -> None:
    made = expect(hr, "settlements.csv", 2, "weekdays")
    expectations.end(made, on=day(9), by=hr, at=AT)
    entries = LogEntry.objects.filter(subject="feed:settlements.csv").order_by("id")
    assert list(entries.values_list("action", "by__username")) == [("expect_feed", "hr"), ("end_feed", "hr")]
    ended = {"starts_on": "1994-01-02", "ended_on": "1994-01-09", "days": "weekdays"}
    assert entries.values_list("detail", flat=True)[1] == ended


@pytest.mark.parametrize("role", ["platform_admin", "branch_hr", "head_risk", "auditor"])
def test_nobody_else_does(bank: Path, role: str) -> None:
    who = person("who", role)
    with pytest.raises(PermissionDenied):
        expect(who, "settlements.csv")


def test_what_makes_no_sense_is_refused(hr: User) -> None:
    made = expect(hr, "settlements.csv", 5)
    refusals = [
        lambda: expect(hr, "customers.csv"),
        lambda: expect(hr, "settlements.csv", 9),
        lambda: expect(hr, "balances.csv", 9, ended_on=day(8)),
        lambda: expectations.end(made, on=day(4), by=hr, at=AT),
    ]
    codes = []
    for step in refusals:
        with pytest.raises(ExpectationRefused) as refusal:
            step()
        codes.append(refusal.value.code)
    assert codes == ["unknown_file", "already_expected", "ends_before_start", "ends_before_start"]
    expectations.end(made, on=day(9), by=hr, at=AT)
    with pytest.raises(ExpectationRefused, match="已经结束"):
        expectations.end(made, on=day(10), by=hr, at=AT)
    assert expect(hr, "settlements.csv", 10).pk != made.pk


def test_hr_begins_and_ends_it_in_the_admin(hr: User) -> None:
    User.objects.filter(pk=hr.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=hr.pk))
    add = "/admin/ledger/feedexpectation/add/"
    assert client.get(add).status_code == 200
    given = {"file": "settlements.csv", "starts_on": "1994-01-05", "days": "weekdays", "ended_on": ""}
    assert client.post(add, given).status_code == 302
    row = FeedExpectation.objects.get()
    url = f"/admin/ledger/feedexpectation/{row.pk}/change/"
    wrong = client.post(url, {"ended_on": "1994-01-04"})
    assert (wrong.status_code, "止日不能早于起日" in wrong.content.decode()) == (200, True)
    assert "已有" in client.post(add, given | {"starts_on": "1994-01-09"}).content.decode()
    assert client.post(url, {"ended_on": "1994-01-10"}).status_code == 302
    row.refresh_from_db()
    assert (row.starts_on, row.ended_on, row.days) == (day(5), day(10), "weekdays")
    assert list(LogEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "expect_feed",
        "end_feed",
    ]
    assert client.post(url, {"ended_on": "1994-01-12"}).status_code == 403


def test_hr_names_products_in_the_admin(bank: Path, hr: User) -> None:
    User.objects.filter(pk=hr.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=hr.pk))
    row = Product.objects.filter(kind="deposit").order_by("code")[0]
    other = Product.objects.create(kind="deposit", code="other", bucket="deposit", name="单位活期存款")
    assert str(row) == row.code
    url = f"/admin/ledger/product/{row.pk}/change/"
    assert "已叫“单位活期存款”" in client.post(url, {"name": " 单位活期存款 "}).content.decode()
    assert client.post(url, {"name": "单位定期存款"}).status_code == 302
    row.refresh_from_db()
    assert (str(row), other.pk != row.pk) == ("单位定期存款", True)
    entry = LogEntry.objects.get(action="name_product")
    assert (entry.by, entry.detail) == (hr, {"from": "", "to": "单位定期存款"})
    shown = client.get("/admin/ledger/product/").content.decode()
    assert "单位定期存款" in shown and row.code in shown
    stranger = User.objects.create(username="stranger", is_staff=True)
    with pytest.raises(PermissionDenied):
        naming.name_product(row.pk, "别名", by=stranger, on=day(5))


def test_later_months_are_not_expected_before_they_come(bank: Path, hr: User) -> None:
    expect(hr, "balances.csv", 1)
    assert queries.due_dates(day(5)) == ([day(number) for number in range(1, 6)], None)
    assert queries.due_dates(day(31))[1] == day(6)
