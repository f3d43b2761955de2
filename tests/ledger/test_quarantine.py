"""Quarantine: good rows load, bad ones are kept as delivered, mended, replayed once, or dismissed."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import InternalError
from django.utils import timezone

from ledger.models import Account, BalanceChange, Bundle, BundleFile, LateChange, QuarantinedRow, Settlement
from ledger.services import replays, verification
from ledger.services.nights import run_nights
from ledger.services.refusals import Refused
from ledger.services.replays import NotPossible
from managers.models import Assignment, Branch, LogEntry, Notice
from managers.services import deadlines
from tests.ledger import bank
from tests.ledger.acting import AT, person
from tests.ledger.bank import REGISTER, Files

pytestmark = pytest.mark.django_db
WHY = "账号已向网点核实"


def kept(folder: Path, files: Files | dict[str, Any]) -> Bundle:
    """Load with quarantine; counts tie."""
    loaded = bank.loaded(bank.write(folder, files), keep_bad=True)
    for file in loaded.bundle.files.all():
        assert (file.rows, file.quarantined) == (
            loaded.rows[file.name],
            QuarantinedRow.objects.filter(bundle=loaded.bundle, file=file.name).count(),
        )
        assert file.rows == file.loaded + file.quarantined
    return loaded.bundle


def told(bundle: Bundle) -> list[tuple[str, int, str, str, str]]:
    """Place and reason of every open row."""
    rows = QuarantinedRow.objects.filter(bundle=bundle, status="open").order_by("file", "line")
    return [(row.file, row.line, row.field, row.value, row.code) for row in rows]


def added(name: str, *rows: tuple[str, ...]) -> Files:
    """The register with rows added to one file."""
    return REGISTER | {name: [*REGISTER[name], *rows]}


def no_violations() -> None:
    """The bank is in order."""
    failed = {i.code: r.hits for i, r in verification.verify(full=True) if r.hits}
    assert failed == {}


def test_good_rows_load_and_a_bad_one_is_kept_as_it_came(tmp_path: Path) -> None:
    bundle = kept(
        tmp_path, added("balances.csv", ("A1", "1994-01-03", "1,000.00"), ("A2", "1994-01-04", "7"))
    )
    assert told(bundle) == [("balances.csv", 7, "balance", "1,000.00", "not_an_amount")]
    row = QuarantinedRow.objects.get()
    assert row.raw == {"account_no": "A1", "business_date": "1994-01-03", "balance": "1,000.00"}
    assert (row.branch, row.status, row.more) == (Branch.objects.get(code="B01"), "open", [])
    assert BalanceChange.objects.filter(bundle=bundle).count() == 6
    file = BundleFile.objects.get(bundle=bundle, name="balances.csv")
    assert (file.rows, file.loaded, file.quarantined) == (7, 6, 1)


def test_a_bundle_without_bad_rows_is_the_same_with_and_without_quarantine(tmp_path: Path) -> None:
    bundle = kept(tmp_path, REGISTER)
    assert told(bundle) == []
    assert bank.loaded(tmp_path).already


def test_every_error_of_a_row_is_kept(tmp_path: Path) -> None:
    bundle = kept(tmp_path, added("balances.csv", ("A1", "1994-01-32", "x")))
    assert told(bundle) == [("balances.csv", 7, "balance", "x", "not_an_amount")]
    more = QuarantinedRow.objects.get().more
    assert more == [{"field": "business_date", "value": "1994-01-32", "code": "not_a_date", "detail": ""}]


def test_rows_that_need_a_quarantined_row_wait_for_it(tmp_path: Path) -> None:
    files = REGISTER | {
        "customers.csv": [*REGISTER["customers.csv"], ("C9", "九", "personal", "B99")],
        "accounts.csv": [
            *REGISTER["accounts.csv"],
            ("A9", "C9", "deposit", "demand", "CNY", "1994-01-01", ""),
        ],
        "balances.csv": [
            *REGISTER["balances.csv"],
            ("A9", "1994-01-02", "5"),
            ("A8", "1994-01-02", "5"),
        ],
    }
    bundle = kept(tmp_path, files)
    assert told(bundle) == [
        ("accounts.csv", 6, "customer_no", "C9", "waits_for_quarantined"),
        ("balances.csv", 7, "account_no", "A9", "waits_for_quarantined"),
        ("balances.csv", 8, "account_no", "A8", "unknown_account"),
        ("customers.csv", 5, "branch_code", "B99", "unknown_branch"),
    ]
    details = dict(QuarantinedRow.objects.values_list("file", "detail").exclude(detail=""))
    assert details == {
        "accounts.csv": f"{bundle.pk} · customers.csv:5",
        "balances.csv": f"{bundle.pk} · accounts.csv:6",
    }


def test_a_row_that_needs_a_row_quarantined_by_an_earlier_bundle_waits_too(tmp_path: Path) -> None:
    kept(tmp_path / "a", added("accounts.csv", ("A9", "C1", "deposit", "demand", "yuan", "1994-01-01", "")))
    later = kept(tmp_path / "b", {"balances.csv": [("A9", "1994-01-02", "5")]})
    assert told(later) == [("balances.csv", 2, "account_no", "A9", "waits_for_quarantined")]


def test_rows_found_bad_only_once_they_are_in_stay_out(tmp_path: Path) -> None:
    files = added(
        "assignments.csv",
        ("C3", "E1", "0.5", "1994-01-03", ""),
        ("C2", "E1", "0.5", "1993-01-01", "1993-12-31"),
    )
    files["branches.csv"] = [
        *REGISTER["branches.csv"],
        ("X1", "甲", "branch", "X2"),
        ("X2", "乙", "branch", "X1"),
        ("X3", "丙", "branch", "X1"),
    ]
    bundle = kept(tmp_path, files)
    assert [place[:2] + place[4:] for place in told(bundle)] == [
        ("assignments.csv", 5, "shares_above_one"),
        ("assignments.csv", 6, "shares_above_one"),
        ("branches.csv", 5, "circular_branches"),
        ("branches.csv", 6, "circular_branches"),
        ("branches.csv", 7, "circular_branches"),
    ]
    assert set(Branch.objects.values_list("code", "path")) == {
        ("HO", "/HO/"),
        ("B01", "/HO/B01/"),
        ("B02", "/HO/B02/"),
    }
    assert Assignment.objects.filter(customer__customer_no="C2").count() == 2


def test_a_branch_below_a_quarantined_branch_waits_for_it(tmp_path: Path) -> None:
    rows = (("Y2", "乙", "outlet", "Y1"), ("Y1", "甲", "branch", "Y9"))
    bundle = kept(tmp_path, added("branches.csv", *rows))
    assert [(line, code) for _, line, _, _, code in told(bundle)] == [
        (5, "waits_for_quarantined"),
        (6, "unknown_branch"),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"settlements.csv": b"customer_no,business_date,usd_amount\nC1,1994-01-02\n"},
        {"settlements.csv": b"customer_no,business_date\nC1,1994-01-02\n"},
    ],
)
def test_what_cannot_be_read_row_by_row_refuses_the_whole_bundle(tmp_path: Path, files: Any) -> None:
    assert bank.refused(bank.write(tmp_path, REGISTER | files), keep_bad=True)
    assert QuarantinedRow.objects.count() == 0


def test_ignored_columns_are_kept_with_the_row_and_absent_ones_are_not_made_up(tmp_path: Path) -> None:
    names = ("account_no", "备注", "business_date", "loan_class")
    data = bank.csv_bytes("loan_classes.csv", [("L1", "甲, 乙", "1994-01-02", "bad")], columns=names)
    kept(tmp_path, REGISTER | {"loan_classes.csv": data})
    row = QuarantinedRow.objects.get()
    assert row.raw == {
        "account_no": "L1",
        "备注": "甲, 乙",
        "business_date": "1994-01-02",
        "loan_class": "bad",
    }


# --- replay -----------------------------------------------------------------------------------------------


@pytest.fixture
def bad(tmp_path: Path) -> QuarantinedRow:
    """One balance of an account nobody knows yet."""
    kept(tmp_path / "first", added("balances.csv", ("A9", "1994-01-03", "77.00")))
    return QuarantinedRow.objects.get()


def test_a_mended_row_is_replayed_as_a_bundle_of_its_own(bad: QuarantinedRow) -> None:
    hr = person("hr", "head_hr")
    loaded = replays.replay_row(bad.pk, by=hr, at=AT, reason=WHY, values={"account_no": "A2"})
    change = BalanceChange.objects.get(bundle=loaded.bundle)
    assert (change.account.account_no, change.business_date, change.balance) == (
        "A2",
        date(1994, 1, 3),
        Decimal("77.00"),
    )
    bad.refresh_from_db()
    assert (bad.status, bad.replay, bad.decided_by, bad.reason) == ("replayed", loaded.bundle, hr, WHY)
    assert (bad.raw["account_no"], bad.corrected) == ("A9", {"account_no": "A2"})
    assert (loaded.bundle.from_on, loaded.bundle.to_on) == (bad.bundle.from_on, bad.bundle.to_on)
    first = BundleFile.objects.get(bundle=bad.bundle, name="balances.csv")
    assert (first.rows, first.loaded, first.quarantined) == (6, 5, 1)
    entry = LogEntry.objects.get(action="replayed_row")
    assert (entry.by, entry.reason, entry.detail["replay"]) == (hr, WHY, loaded.bundle.pk)
    assert entry.subject == f"quarantine:{bad.bundle_id}/balances.csv:7"


def test_a_row_that_is_still_wrong_stays_open_and_nothing_changes(bad: QuarantinedRow) -> None:
    hr = person("hr", "head_hr")
    before = bank.digest_of_tables()
    with pytest.raises(Refused) as refusal:
        replays.replay_row(bad.pk, by=hr, at=AT, reason=WHY, values={"balance": "x"})
    assert [(error.column, error.code) for error in refusal.value.kept] == [("balance", "not_an_amount")]
    assert bank.digest_of_tables() == before


def test_a_day_outside_the_delivered_ones_cannot_come_in_by_a_replay(bad: QuarantinedRow) -> None:
    with pytest.raises(Refused) as refusal:
        values = {"account_no": "A2", "business_date": "1994-01-06"}
        replays.replay_row(bad.pk, by=person("hr", "head_hr"), at=AT, reason=WHY, values=values)
    assert [error.code for error in refusal.value.kept] == ["outside_span"]


def test_a_reason_is_needed(bad: QuarantinedRow) -> None:
    hr = person("hr", "head_hr")
    with pytest.raises(NotPossible):
        replays.replay_row(bad.pk, by=hr, at=AT, reason="  ", values={"account_no": "A2"})
    with pytest.raises(NotPossible):
        replays.dismiss(bad.pk, by=hr, at=AT, reason="")


def test_a_row_is_decided_once(bad: QuarantinedRow) -> None:
    hr = person("hr", "head_hr")
    replays.dismiss(bad.pk, by=hr, at=AT, reason=WHY)
    for again in (
        lambda: replays.dismiss(bad.pk, by=hr, at=AT, reason=WHY),
        lambda: replays.replay_row(bad.pk, by=hr, at=AT, reason=WHY, values={"account_no": "A2"}),
    ):
        with pytest.raises(NotPossible):
            again()
    assert LogEntry.objects.filter(subject=bad.subject).count() == 1
    assert (Bundle.objects.count(), QuarantinedRow.objects.get().status) == (1, "dismissed")


def test_the_database_keeps_what_was_delivered(bad: QuarantinedRow) -> None:
    with pytest.raises(InternalError):
        QuarantinedRow.objects.filter(pk=bad.pk).update(raw={})


def test_equal_settlements_are_each_replayed(tmp_path: Path) -> None:
    row = ("C9", "1994-01-02", "5.00")
    kept(tmp_path, added("settlements.csv", row, row))
    for bad in QuarantinedRow.objects.order_by("line"):
        replays.replay_row(
            bad.pk, by=person(f"hr{bad.line}", "head_hr"), at=AT, reason=WHY, values={"customer_no": "C1"}
        )
    assert Settlement.objects.filter(usd_amount="5.00", customer__customer_no="C1").count() == 2
    no_violations()


def test_a_replay_after_the_night_is_a_correction(bad: QuarantinedRow) -> None:
    run_nights(to=date(1994, 1, 5))
    loaded = replays.replay_row(
        bad.pk, by=person("hr", "head_hr"), at=AT, reason=WHY, values={"account_no": "A1"}
    )
    [late] = LateChange.objects.filter(bundle=loaded.bundle)
    assert (late.customer.customer_no, late.since, late.products) == ("C1", date(1994, 1, 3), True)
    assert [run.business_date.day for run in run_nights(to=date(1994, 1, 5)).runs] == [3, 4, 5]
    no_violations()


def command(*arguments: str) -> dict[str, Any]:
    """What a command says last."""
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue().strip().splitlines()[-1])


def test_all_rows_of_a_bundle_follow_once_what_they_lacked_has_arrived(
    bad: QuarantinedRow, tmp_path: Path
) -> None:
    second = kept(
        tmp_path / "second",
        {"balances.csv": [("A9", "1994-01-04", "1"), ("A9", "1994-01-05", "2"), ("A7", "1994-01-05", "3")]},
    )
    account = [("A9", "C3", "deposit", "demand", "CNY", "1994-01-01", "")]
    bank.loaded(bank.write(tmp_path / "third", {"accounts.csv": account}))
    facts = command("replay_quarantine", str(second.pk))
    assert (facts["status"], facts["rows"], facts["open"]) == ("replayed", {"balances.csv": 2}, 1)
    found = BalanceChange.objects.filter(bundle_id=facts["bundle"]).order_by("business_date")
    assert [(change.business_date.day, change.balance) for change in found] == [
        (4, Decimal(1)),
        (5, Decimal(2)),
    ]
    file = BundleFile.objects.get(bundle_id=facts["bundle"])
    assert (file.rows, file.loaded, file.quarantined) == (2, 2, 0)
    assert told(second) == [("balances.csv", 4, "account_no", "A7", "unknown_account")]
    assert LogEntry.objects.get(action="replayed_rows").detail["rows"] == {"balances.csv": 2}
    no_violations()


def test_replaying_what_is_still_wrong_leaves_no_bundle_behind(bad: QuarantinedRow) -> None:
    before = bank.digest_of_tables()
    facts = command("replay_quarantine", str(bad.bundle_id))
    assert (facts["status"], facts["bundle"], facts["open"]) == ("nothing_replayed", None, 1)
    assert bank.digest_of_tables() == before


def test_the_load_command_tells_how_many_rows_were_kept_apart(tmp_path: Path) -> None:
    folder = bank.write(tmp_path, added("balances.csv", ("A9", "1994-01-03", "77.00")))
    facts = command("load_extract", str(folder), "--quarantine")
    assert (facts["status"], facts["quarantined"]) == ("loaded", {"balances.csv": 1})


# --- two at once ------------------------------------------------------------------------------------------


@pytest.fixture
def shared(transactional_db: None, tmp_path: Path) -> Iterator[QuarantinedRow]:
    """One row that other connections see too."""
    kept(tmp_path / "first", added("balances.csv", ("A9", "1994-01-03", "77.00")))
    yield QuarantinedRow.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_people_press_at_once_and_one_of_them_decides(shared: QuarantinedRow) -> None:
    people = [person(f"hr{number}", "head_hr") for number in range(6)]
    start = threading.Barrier(len(people))
    outcomes: list[str] = []

    def press(number: int) -> None:
        start.wait()
        try:
            if number % 3:
                replays.replay_row(
                    shared.pk, by=people[number], at=AT, reason=WHY, values={"account_no": "A2"}
                )
            else:
                replays.dismiss(shared.pk, by=people[number], at=AT, reason=WHY)
            outcomes.append("done")
        except NotPossible:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] + ["too late"] * 5
    shared.refresh_from_db()
    assert Bundle.objects.count() == (2 if shared.status == "replayed" else 1)
    assert LogEntry.objects.filter(subject=shared.subject).count() == 1
    assert Account.objects.count() == 4


def test_the_branch_is_asked_for_its_rows_until_the_last_one_is_decided(tmp_path: Path) -> None:
    bundle = kept(tmp_path, added("balances.csv", ("A1", "x", "1.00"), ("A1", "y", "1.00")))
    hr = person("hr", "head_hr")
    deadlines.tick(on=timezone.localdate(bundle.loaded_at))
    waiting = Notice.objects.all().waiting()
    assert [(row.to, row.url) for row in waiting] == [(hr, f"/bundles/{bundle.pk}/quarantine/")]
    for left, row in zip((1, 0), QuarantinedRow.objects.order_by("line"), strict=True):
        replays.dismiss(row.pk, by=hr, at=AT, reason=WHY)
        assert waiting.all().count() == left
