"""Every invariant is clean on a sound bank, and finds what raw SQL breaks."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from grading import services
from grading.models import GradeRecord
from grading.queries import version_in_force
from ledger import queries
from ledger.models import Account
from ledger.rules.positions import Positions
from ledger.rules.windows import period
from ledger.services import blocks, verification
from ledger.services.nights import run_nights
from managers.models import ClientManager, Customer
from tests.ledger import bank

pytestmark = pytest.mark.django_db
ON = date(1994, 1, 5)
ASSIGNMENT = "customer_id, manager_id, share, starts_on, source_bundle, source_line"
CODES = [f"I{n:02}" for n in (1, 2, 3, 4, 5, 5, 6, 7, 7, 8, 9, 10, 11, 11, 12, 13, 14)]


@pytest.fixture(autouse=True)
def books(tmp_path: Path, db: None) -> None:
    """A bank with nights, a correction and a verdict."""
    bank.loaded(bank.write(tmp_path / "first", bank.REGISTER))
    run_nights(to=date(1994, 1, 4))
    bank.loaded(bank.write(tmp_path / "second", {"balances.csv": [("A3", "1994-01-03", "77.77")]}))
    run_nights(to=ON)
    manager = ClientManager.objects.get(employee_no="E1")
    assert GradeRecord.objects.filter(manager=manager).exists()
    version, run, quarter = (
        version_in_force("corporate-six-grades", ON),
        queries.current_run(ON),
        period("1994Q1"),
    )
    judgements = services.judge([manager], version=version, run=run, period=quarter)
    services.freeze([services.frozen(each, version=version, run=run, period=quarter) for each in judgements])


def sql(text: str, *given: Any) -> None:
    with connection.cursor() as cursor:
        # deferred constraints would keep tables from being altered
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(text, given)


def unprotect(table: str, *constraints: str) -> None:
    sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for name in constraints:
        sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def alter(part: str, name: str, whose: Callable[[Positions], Any]) -> None:
    """Add one to a column of the positions, in the rows asked for."""
    with connection.cursor() as cursor:
        for block in blocks.read(cursor, (0, 1023)):
            getattr(block.positions, part)[name][whose(block.positions)] += 1
            blocks.write_positions(cursor, block)


def hits(*, full: bool = True) -> dict[str, tuple[str, ...]]:
    return {
        invariant.code: result.hits for invariant, result in verification.verify(full=full) if result.hits
    }


def test_a_sound_bank_is_clean_and_every_check_looked_at_something() -> None:
    found = list(verification.verify(full=True))
    assert [invariant.code for invariant, _ in found] == CODES
    assert [result.hits for _, result in found] == [()] * len(CODES)
    # no day sealed, no period closed, no to-do, nothing handed over: their own tests look there
    idle = ["I04", "I05", "I05", "I06", "I10", "I13", "I14"]
    assert [invariant.code for invariant, result in found if not result.checked] == idle
    assert hits(full=False) == {}


def test_i01_shares_above_one() -> None:
    unprotect("managers_assignment")
    sql(
        f"INSERT INTO managers_assignment ({ASSIGNMENT})"
        " SELECT a.customer_id, m.id, 0.5, '1994-01-04', source_bundle, 9 FROM managers_assignment a,"
        " managers_clientmanager m WHERE m.employee_no = 'E1' AND a.share = 1 AND a.ends_on IS NULL"
    )
    assert hits()["I01"] == ("C2 1994-01-04 shares 1.500000",)


def test_i01_held_twice() -> None:
    unprotect("managers_assignment", "assignment_no_overlap")
    sql(
        f"INSERT INTO managers_assignment ({ASSIGNMENT})"
        " SELECT customer_id, manager_id, 0, '1994-01-02', source_bundle, 9 FROM managers_assignment"
        " WHERE share = 0.7"
    )
    assert hits()["I01"] == ("C1 1994-01-02 held twice",)


@pytest.mark.parametrize("full", [True, False])
def test_i02_a_reading_that_was_altered(full: bool) -> None:
    unprotect("ledger_reading")
    run = queries.current_run(ON)
    sql(
        "UPDATE ledger_reading SET deposit_product[1] = deposit_product[1] + 0.01 WHERE run_id = %s"
        " AND \"window\" = 'month' AND deposit_product[1] > 0",
        run.pk,
    )
    assert [hit.split(":")[0] for hit in hits(full=full)["I02"]] == ["1994-01-05 v1 deposit"]


def test_i02_of_an_earlier_date_is_found_with_full_alone() -> None:
    unprotect("ledger_reading")
    sql(
        "UPDATE ledger_reading SET loan_product[1] = 0 WHERE run_id = %s",
        queries.current_run(date(1994, 1, 3)).pk,
    )
    assert [hit.split(":")[0] for hit in hits(full=True)["I02"]] == ["1994-01-03 v2 loan"]
    assert hits(full=False) == {}


def test_i03_a_product_that_was_altered() -> None:
    sql(
        "UPDATE ledger_customerproduct p SET loan_product = loan_product + 1 FROM managers_customer c"
        " WHERE c.id = p.customer_id AND c.customer_no = 'C1'"
    )
    assert hits()["I03"] == ("C1 loan 1994-01-01 0 0.01", "C1 position")


def test_i03_a_position_that_was_altered() -> None:
    customer = Customer.objects.get(customer_no="C1").pk
    alter("customers", "deposit_month", lambda block: block.customer == customer)
    assert hits()["I03"] == ("C1 position",)


def test_i03_an_account_position_that_was_altered() -> None:
    account = Account.objects.get(account_no="L1").pk
    alter("accounts", "value", lambda block: block.accounts["account"] == account)
    assert hits()["I03"] == ("C1 position",)


@pytest.mark.parametrize("full", [True, False])
def test_i03_a_row_of_the_loan_side_that_was_altered(full: bool) -> None:
    sql(
        "UPDATE ledger_loanposition p SET value = value + 1 FROM ledger_account a"
        " WHERE a.id = p.account_id AND a.account_no = 'L1'"
    )
    assert hits(full=full)["I03"] == ("C1 position",)


def test_i03_a_row_of_the_loan_side_that_is_gone() -> None:
    sql("DELETE FROM ledger_borrowerclass")
    assert hits()["I03"] == ("C1 position",)


def test_i03_a_balance_that_was_altered_behind_the_products() -> None:
    unprotect("ledger_balancechange")
    sql("UPDATE ledger_balancechange SET balance = 500000.01 WHERE balance = 500000")
    assert hits()["I03"] == ("C2 agreement_deposit 1994-01-02 500000.01 500000.00", "C2 position")


def test_i03_products_of_nothing() -> None:
    sql(
        "DELETE FROM ledger_balancechange WHERE account_id ="
        " (SELECT id FROM ledger_account WHERE account_no = 'L1')"
    )
    assert hits()["I03"] == ("C1 loan 1994-01-02 0 300.00", "C1 position")


def test_i03_leaves_out_whoever_waits_for_a_correction(tmp_path: Path) -> None:
    bank.loaded(bank.write(tmp_path / "late", {"balances.csv": [("A1", "1994-01-02", "5")]}))
    assert hits() == {}


def test_i07_a_reading_gone() -> None:
    unprotect("ledger_reading")
    sql(
        "DELETE FROM ledger_reading WHERE run_id = %s AND \"window\" = 'year'",
        queries.current_run(ON).pk,
    )
    assert hits()["I07"] == ("1994-01-05 1 2 managers with incomplete readings",)


def test_i07_a_manager_gone() -> None:
    run = queries.current_run(ON)
    for table in ("ledger_reading", "credit_qualityreading"):
        unprotect(table)
        sql(
            f"DELETE FROM {table} WHERE run_id = %s AND manager_id = (SELECT id FROM managers_clientmanager"
            " WHERE employee_no = 'E1')",
            run.pk,
        )
    assert hits()["I07"] == ("1994-01-05 1 1 managers with customers but no reading",)


def test_i07_a_quality_reading_gone() -> None:
    unprotect("credit_qualityreading")
    sql(
        "DELETE FROM credit_qualityreading WHERE run_id = %s AND \"window\" = 'month'",
        queries.current_run(ON).pk,
    )
    assert hits()["I07"] == ("1994-01-05 v1 2 managers with incomplete quality readings",)


def test_i07_another_version_is_current() -> None:
    sql("UPDATE ledger_run SET is_current = false WHERE business_date = '1994-01-03'")
    assert hits()["I07"] == (
        "1994-01-03 0 not published, but dates before and after are",
        "1994-01-03 2 succeeded, but it is not what readers see",
    )
    sql("UPDATE ledger_run SET is_current = true WHERE business_date = '1994-01-03' AND version = 1")
    assert hits()["I07"] == ("1994-01-03 2 succeeded, but it is not what readers see",)


def test_i07_a_run_published_before_it_was_done() -> None:
    unprotect("ledger_run", "run_current_succeeded")
    sql("UPDATE ledger_run SET status = 'running', finished_at = NULL WHERE business_date = %s", ON)
    assert hits()["I07"] == ("1994-01-05 1 published as running, finished never",)


@pytest.mark.parametrize(
    ("table", "file"),
    [
        ("ledger_settlement", "settlements.csv: 2 / 2 + 0 / 0"),
        ("ledger_fxrate", "fx_rates.csv: 2 / 2 + 0 / 0"),
        ("credit_classification", "loan_classes.csv: 2 / 2 + 0 / 0"),
    ],
)
def test_i08_rows_that_are_gone(table: str, file: str) -> None:
    sql(f"DELETE FROM {table}")
    assert [hit.split(" ", 1)[1] for hit in hits()["I08"]] == [file]


def test_i08_a_settlement_file_delivered_again_is_no_loss(tmp_path: Path) -> None:
    files = {"settlements.csv": bank.REGISTER["settlements.csv"], "balances.csv": [("A1", "1994-01-05", "5")]}
    bank.loaded(bank.write(tmp_path / "again", files))
    assert hits() == {}


@pytest.mark.parametrize(
    "column", ["result = jsonb_set(result, '{outcome}', '\"promote\"')", "evidence = '[]'::jsonb"]
)
def test_i09_a_verdict_that_was_altered(column: str) -> None:
    unprotect("grading_verdict")
    sql(f"UPDATE grading_verdict SET {column}")
    assert list(hits()) == ["I09"]


@pytest.mark.parametrize(
    ("table", "constraint", "change"),
    [
        ("ledger_balancechange", "balance_is_a_number", "balance = 'NaN' WHERE balance = 1000"),
        ("ledger_fxrate", "rate_positive", "rate = 0 WHERE rate = 5.77"),
        ("ledger_settlement", "settlement_is_a_number", "usd_amount = 'NaN'"),
        ("credit_classification", "arrears_not_negative", "interest_arrears = -1"),
        ("managers_assignment", "assignment_share", "share = -0.1 WHERE share = 0.3"),
        ("managers_assignment", "", "source_bundle = 999999 WHERE share = 0.3"),
        ("managers_branch", "", "path = '/HO/' WHERE code = 'B02'"),
        ("ledger_customerproduct", "", "deposit = -1 WHERE deposit > 0"),
        ("ledger_reading", "", "deposit_product[2] = 'NaN'"),
        ("ledger_reading", "", "base_product[1] = 'NaN'"),
        ("credit_exposure", "", "advances = -1"),
    ],
)
def test_i11_what_no_row_may_say(table: str, constraint: str, change: str) -> None:
    unprotect(table, *([constraint] if constraint else []))
    sql(f"UPDATE {table} SET {change}")
    assert all(hit.startswith(table) for hit in hits()["I11"])


def command(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify", *arguments, stdout=out)
    except SystemExit as leaving:
        return int(str(leaving.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize("arguments", [(), ("--strict",), ("--full",), ("--strict", "--full")])
def test_the_command_prints_a_line_an_invariant_and_ends_with_0(arguments: tuple[str, ...]) -> None:
    status, out = command(*arguments, "--json")
    *lines, facts = out.strip().splitlines()
    assert status == 0
    assert [line[:3] for line in lines[:-1]] == CODES
    assert json.loads(facts)["status"] == "clean"


@pytest.mark.parametrize("arguments", [(), ("--strict",)])
def test_the_command_shows_what_breaks_and_what_to_do_and_ends_with_1(arguments: tuple[str, ...]) -> None:
    sql("DELETE FROM ledger_settlement")
    status, out = command(*arguments, "--json")
    assert status == 1
    assert "settlements.csv: 2 / 2 + 0 / 0" in out and "→ 明细行已被改动" in out
    facts = json.loads(out.strip().splitlines()[-1])
    assert [each["id"] for each in facts["invariants"] if each["hits"]] == ["I08"]
