"""Maturity notices: each exactly once, whoever makes them how often; receipts; the calendar's secret."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from credit.models import CalendarToken, MaturityNotice
from credit.queries.afterloan import maturities
from credit.rules.maturing import latest_extension, notice_due
from credit.services.afterloan import maturing
from managers.models import Notice, User
from managers.services.stepping import Refusal
from tests.credit import loanbank
from tests.credit.loanbank import ON, account, later, photo
from tests.ledger.acting import load_days

Made = list[tuple[str, date, int]]


@pytest.fixture
def staff(db: None, tmp_path: Path, settings: Any) -> Iterator[dict[str, User]]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    loanbank.load(tmp_path)
    yield loanbank.hire()


def made() -> Made:
    rows = MaturityNotice.objects.order_by("account__account_no", "-days_before")
    return list(rows.values_list("account__account_no", "matures_on", "days_before"))


def test_each_is_made_once_on_its_day_and_not_for_what_is_paid_back(staff: dict[str, User]) -> None:
    # L2 matures on the 20th, L1 on 1 February, L3 is paid back
    assert maturing.make_notices(on=ON) == 2
    assert maturing.make_notices(on=ON) == 0
    assert made() == [("L1", date(1994, 2, 1), 30), ("L2", date(1994, 1, 20), 15)]
    for number in range(7, 32):
        maturing.make_notices(on=later(number))
    assert [(no, days) for no, _day, days in made()] == [
        ("L1", 30),
        ("L1", 15),
        ("L1", 7),
        ("L2", 15),
        ("L2", 7),
    ]


def test_an_extended_loan_is_told_again_of_its_new_day(staff: dict[str, User], tmp_path: Path) -> None:
    maturing.make_notices(on=ON)
    terms = [("L2", "8000000.00", "1993-06-01", "1994-02-05", "mortgage", "", "")]
    load_days(tmp_path, 5, 5, loans=terms)
    assert maturing.make_notices(on=ON) == 1
    assert made()[-1] == ("L2", date(1994, 2, 5), 30) or ("L2", date(1994, 2, 5), 30) in made()


def test_a_repaid_loan_waits_for_no_receipt(staff: dict[str, User], tmp_path: Path) -> None:
    maturing.make_notices(on=ON)
    told = maturities.unacknowledged(ON).values_list("account__account_no", flat=True)
    assert set(told) == {"L1", "L2"}
    load_days(tmp_path, 5, 5, balances=[("L2", "1994-01-05", "0")])
    assert set(told.all()) == {"L1"}


@given(st.integers(-40, 60), st.sets(st.integers(1, 40), max_size=4))
def test_the_notice_due_is_the_latest_that_has_come(left: int, days: set[int]) -> None:
    matures = date(2026, 6, 30)
    found = notice_due(matures, sorted(days, reverse=True), matures - timedelta(days=left))
    come = [each for each in days if 0 <= left <= each]
    assert found == (min(come) if come else None)


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(1, 4000))
def test_an_extension_is_never_longer_than_the_loan_nor_than_three_years(issued: date, days: int) -> None:
    matures = issued + timedelta(days=days)
    latest = latest_extension(issued, matures)
    assert matures <= latest <= matures + timedelta(days=min(days, 1096))


@pytest.mark.django_db(transaction=True)
def test_any_number_of_jobs_at_once_make_each_once(tmp_path: Path, settings: Any, monkeypatch: Any) -> None:
    loanbank.load(tmp_path)
    loanbank.hire()
    monkeypatch.setattr(maturing, "CHUNK", 1)
    counts: list[int] = []

    def job() -> None:
        counts.append(maturing.make_notices(on=ON))
        connection.close()

    threads = [threading.Thread(target=job) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 3
    assert len(made()) == 2


def test_a_receipt_is_written_down_once_and_ends_the_waiting(staff: dict[str, User]) -> None:
    maturing.make_notices(on=ON)
    row = MaturityNotice.objects.get(account=account("L1"))
    waiting = Notice.objects.filter(code="maturity_notice_due", done_at=None, to=staff["E1"])
    assert waiting.count() == 1
    told: dict[str, Any] = {"received_by": "王会计", "received_on": ON, "way": "handed", "on": ON}
    with pytest.raises(PermissionDenied):
        maturing.acknowledge(row.pk, by=staff["E3"], **told)
    with pytest.raises(Refusal, match="签收日"):
        maturing.acknowledge(row.pk, by=staff["E1"], **{**told, "received_on": ON - timedelta(1)})
    maturing.acknowledge(row.pk, by=staff["E1"], evidence=photo("回执.png"), **told)
    with pytest.raises(Refusal, match="已登记"):
        maturing.acknowledge(row.pk, by=staff["E1"], **told)
    assert waiting.count() == 0


def test_a_notice_is_never_changed_nor_made_twice(staff: dict[str, User]) -> None:
    maturing.make_notices(on=ON)
    row = MaturityNotice.objects.get(account=account("L1"))
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        MaturityNotice.objects.update(balance=0)
    with pytest.raises(IntegrityError, match="maturity_notice_key"), transaction.atomic():
        MaturityNotice.objects.create(
            account=row.account, matures_on=row.matures_on, days_before=30, made_on=ON
        )


def test_a_new_secret_ends_the_old_one_and_only_its_digest_is_kept(staff: dict[str, User]) -> None:
    first = maturing.renew_calendar(by=staff["E1"])
    assert maturities.whose_calendar(first) == staff["E1"]
    second = maturing.renew_calendar(by=staff["E1"])
    assert (maturities.whose_calendar(first), maturities.whose_calendar(second)) == (None, staff["E1"])
    assert second not in str(CalendarToken.objects.values())
    User.objects.filter(pk=staff["E1"].pk).update(is_active=False)
    assert maturities.whose_calendar(second) is None
