"""Every reason to refuse a bundle: what is said, where, and that nothing has changed."""

import csv
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ledger.messages import REASONS
from ledger.models import Bundle
from ledger.rules.windows import Window
from tests.ledger import bank
from tests.ledger.bank import REGISTER, csv_bytes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bank.write(tmp_path / "bundle", REGISTER)


def replaced(folder: Path, file: str, /, **at: str) -> list[tuple[str, int, str, str, str]]:
    """Refuse the bundle with the values of the first row of a file replaced."""
    row = dict(zip(bank.COLUMNS[file], REGISTER[file][0], strict=True)) | at
    rows = [tuple(row.values()), *REGISTER[file][1:]]
    return refused(bank.write(folder, {file: rows}))


def added(folder: Path, name: str, *rows: tuple[str, ...]) -> list[tuple[str, int, str, str, str]]:
    """Refuse the bundle with rows added to a file."""
    return refused(bank.write(folder, {name: [*REGISTER[name], *rows]}))


def given(folder: Path, name: str, data: bytes) -> list[tuple[str, int, str, str, str]]:
    """Refuse the bundle with these very bytes as a file."""
    return refused(bank.write(folder, {name: data}))


# --- the bundle as a whole --------------------------------------------------------------------------------


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere"
    assert refused(path) == [(str(path), 0, "", "", "no_such_path")]


def test_a_file_that_is_no_zip(tmp_path: Path) -> None:
    path = tmp_path / "bundle.txt"
    path.write_text("hello", encoding="utf-8")
    assert refused(path) == [(str(path), 0, "", "", "not_a_bundle")]


def test_a_zip_with_two_files_of_one_name(folder: Path, tmp_path: Path) -> None:
    path = bank.zipped(folder, tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(folder / "balances.csv", "again/balances.csv")
    assert refused(path) == [("balances.csv", 0, "", "", "zip_duplicate")]


@pytest.mark.parametrize("place", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.999])
def test_a_zip_with_one_byte_changed_anywhere_loads_nothing_else(folder: Path, tmp_path: Path, place: float) -> None:
    path = bank.zipped(folder, tmp_path / "b.zip")
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 0x55
    path.write_bytes(bytes(data))
    assert refused(path)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_cut_short(folder: Path, tmp_path: Path, place: float) -> None:
    path = bank.zipped(folder, tmp_path / "b.zip")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * place)])
    assert refused(path) == [(str(path), 0, "", "", "not_a_bundle")]


def test_no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert refused(folder) == [("manifest.json", 0, "", "", "no_manifest")]


@pytest.mark.parametrize("text", ["", "{", "[1", "\xff", "[" * 100_000])
def test_a_manifest_that_cannot_be_read(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))
    assert refused(folder) == [("manifest.json", 0, "", "", "manifest_unreadable")]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("from"),
        lambda content: content.pop("to"),
        lambda content: content.pop("files"),
        lambda content: content.update(to="1994-02-30"),
        lambda content: content.update(to="19940105T00"),
        lambda content: content.update(to=5),
        lambda content: content.update(files=[]),
        lambda content: content["files"].update({"balances.csv": 5}),
        lambda content: content["files"]["balances.csv"].pop("rows"),
        lambda content: content["files"]["balances.csv"].pop("sha256"),
        lambda content: content["files"]["balances.csv"].update(rows="5"),
        lambda content: content["files"]["balances.csv"].update(rows=-5),
        lambda content: content["files"]["balances.csv"].update(rows=True),
        lambda content: content["files"]["balances.csv"].update(sha256=None),
    ],
)
def test_a_manifest_that_lacks_something(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    errors = refused(bank.edit_manifest(folder, change))
    assert errors == [("manifest.json", 0, "", "", "manifest_incomplete")]


@pytest.mark.parametrize("text", ["[]", "5", '"x"', "null"])
def test_a_manifest_that_is_json_but_no_object(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert refused(folder) == [("manifest.json", 0, "", "", "manifest_incomplete")]


def test_a_span_that_ends_before_it_starts(folder: Path) -> None:
    errors = refused(bank.edit_manifest(folder, lambda content: content.update(to="1993-12-31")))
    assert errors == [("manifest.json", 0, "", "", "manifest_span")]


def test_a_span_with_a_whole_year_of_nothing(folder: Path) -> None:
    errors = refused(bank.edit_manifest(folder, lambda c: c.update({"from": "1993-01-01", "to": "1995-01-05"})))
    assert errors == [
        ("manifest.json", 0, "from", "1993-01-01", "year_without_rows"),
        ("manifest.json", 0, "to", "1995-01-05", "year_without_rows"),
    ]


def test_a_quiet_month_at_an_end_of_the_span_is_no_error(folder: Path) -> None:
    bank.loaded(bank.edit_manifest(folder, lambda c: c.update({"from": "1993-12-01", "to": "1994-01-31"})))


def test_a_file_nobody_knows_one_that_is_not_there_and_one_not_listed(folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["files"]["weather.csv"] = {"rows": 0, "sha256": ""}
        del content["files"]["balances.csv"]

    bank.edit_manifest(folder, change)
    (folder / "settlements.csv").unlink()
    assert refused(folder) == [
        ("weather.csv", 0, "", "", "unknown_file"),
        ("settlements.csv", 0, "", "", "missing_file"),
        ("weather.csv", 0, "", "", "missing_file"),
        ("balances.csv", 0, "", "", "unlisted_file"),
    ]


def test_every_file_that_was_altered_is_named(folder: Path) -> None:
    for name in ("balances.csv", "customers.csv"):
        path = folder / name
        path.write_bytes(path.read_bytes().replace(b"1", b"7", 1))
    found = refused(folder)
    assert [(file, line, column, code) for file, line, column, _, code in found] == [
        ("balances.csv", 0, "", "wrong_digest"),
        ("customers.csv", 0, "", "wrong_digest"),
    ]


def test_every_file_with_other_rows_than_listed_is_named(folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        for name in ("branches.csv", "balances.csv"):
            content["files"][name]["rows"] += 1

    assert refused(bank.edit_manifest(folder, change)) == [
        ("branches.csv", 0, "", "3", "wrong_row_count"),
        ("balances.csv", 0, "", "5", "wrong_row_count"),
    ]


def test_neither_utf8_nor_gb18030(folder: Path) -> None:
    data = csv_bytes("customers.csv", REGISTER["customers.csv"]).replace("乙".encode(), b"\xff\xff")
    assert given(folder, "customers.csv", data) == [("customers.csv", 3, "", "", "not_text")]


def test_half_utf8_half_gb18030(folder: Path) -> None:
    rows = csv_bytes("customers.csv", REGISTER["customers.csv"]).splitlines(keepends=True)
    rows[2] = rows[2].decode().encode("gb18030")
    assert [code for *_, code in given(folder, "customers.csv", b"".join(rows))] == ["not_text"]


def test_a_torn_character_at_the_end(folder: Path) -> None:
    data = "code,name,kind,parent_code\nHO,总行总行,head_office,\nB1,总行".encode()[:-1]
    assert given(folder, "branches.csv", data) == [("branches.csv", 3, "", "", "not_text")]


def test_a_nul_byte(folder: Path) -> None:
    data = csv_bytes("customers.csv", REGISTER["customers.csv"]).replace("乙".encode(), b"\0")
    assert given(folder, "customers.csv", data) == [("customers.csv", 3, "", "", "nul_byte")]


# --- the header and the rows as such ----------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b",,\n"])
def test_no_header(folder: Path, data: bytes) -> None:
    assert given(folder, "settlements.csv", data) == [("settlements.csv", 1, "", "", "no_header")]


def test_a_column_twice_and_another_missing(folder: Path) -> None:
    rows = [("C1", "1994-01-02", "1")]
    data = csv_bytes("settlements.csv", rows, columns=("customer_no", "business_date", "customer_no"))
    assert given(folder, "settlements.csv", data) == [
        ("settlements.csv", 1, "customer_no", "customer_no", "duplicate_column"),
        ("settlements.csv", 1, "usd_amount", "", "missing_column"),
    ]


def test_an_unknown_column_twice(folder: Path) -> None:
    data = csv_bytes("settlements.csv", [], columns=(*bank.COLUMNS["settlements.csv"], "x", "x"))
    assert given(folder, "settlements.csv", data) == [("settlements.csv", 1, "x", "x", "duplicate_column")]


def test_a_header_in_other_letters_is_another_column(folder: Path) -> None:
    data = csv_bytes("settlements.csv", [], columns=("customer_no", "Business_Date", "usd_amount"))
    assert given(folder, "settlements.csv", data) == [
        ("settlements.csv", 1, "business_date", "", "missing_column")
    ]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_every_torn_row_is_named(folder: Path, newline: bytes) -> None:
    data = b"customer_no,business_date,usd_amount\nC1,1994-01-02\nC1,1994-01-02,1\n\nC1,1994-01-02,1,2\n"
    assert given(folder, "settlements.csv", data.replace(b"\n", newline)) == [
        ("settlements.csv", 2, "", "C1,1994-01-02", "torn_row"),
        ("settlements.csv", 4, "", "", "torn_row"),
        ("settlements.csv", 5, "", "C1,1994-01-02,1,2", "torn_row"),
    ]


def test_torn_rows_of_several_files_are_all_named(folder: Path) -> None:
    torn = {"settlements.csv": b"customer_no,business_date,usd_amount\nC1\n",
            "fx_rates.csv": b"currency,business_date,rate\nUSD\n"}
    found = {(file, line, code) for file, line, _, _, code in refused(bank.write(folder, torn))}
    assert found == {("settlements.csv", 2, "torn_row"), ("fx_rates.csv", 2, "torn_row")}


def test_a_quote_that_is_never_closed(folder: Path) -> None:
    data = b'customer_no,business_date,usd_amount\nC1,1994-01-02,1\n"C1,1994-01-02,1\n'
    [(file, _line, _column, _value, code)] = given(folder, "settlements.csv", data)
    assert (file, code) in {("settlements.csv", "torn_row"), ("settlements.csv", "unreadable_row")}


def test_a_quoted_line_end_in_a_code(folder: Path) -> None:
    data = b'customer_no,business_date,usd_amount\n"C\n1",1994-01-02,1\n'
    bank.write(folder, {"settlements.csv": data})
    bank.edit_manifest(folder, lambda content: content["files"]["settlements.csv"].update(rows=1))
    assert refused(folder) == [("settlements.csv", 2, "customer_no", "C\n1", "bad_text")]


def test_a_huge_field_is_refused_and_shown_in_part(folder: Path) -> None:
    long = "9" * 300_000
    found = added(folder, "settlements.csv", ("C1", "1994-01-02", long))
    assert found == [("settlements.csv", 4, "usd_amount", "9" * 200, "not_an_amount")]


def test_the_postgresql_end_mark_does_not_cut_a_file_short(folder: Path) -> None:
    data = csv_bytes("settlements.csv", [("C1", "1994-01-02", "1")]) + b"\\.\nC1,1994-01-02,1\n"
    bank.write(folder, {"settlements.csv": data})
    assert [code for *_, code in refused(folder)] in (["torn_row"], ["wrong_row_count"])


# --- one value --------------------------------------------------------------------------------------------

BAD_AMOUNTS = ("NaN", "nan", "Infinity", "-Infinity", "1e400", "1e2", "+1", "1,000.00", "１２", "12.345", "1.", ".5",
               "0x10", " 1", "1 ", "--1", "1-", "9" * 16, "١٢", "1_000", "¥1")


@pytest.mark.parametrize("value", BAD_AMOUNTS)
def test_an_amount_that_is_no_plain_decimal(folder: Path, value: str) -> None:
    found = replaced(folder, "balances.csv", balance=value)
    assert found == [("balances.csv", 2, "balance", value, "not_an_amount")]


@pytest.mark.parametrize("value", ["0", "-0", "0.5", "0012.30", "-999999999999999.99", "1.1"])
def test_amounts_that_are_plain_decimals(folder: Path, value: str) -> None:
    rows = [("A2", "1994-01-02", value)]
    bank.loaded(bank.write(folder, {"balances.csv": rows}))


BAD_DATES = ("2026-02-30", "1994-13-01", "1994-1-2", "19940102", "1994/01/02", "02-01-1994", "today", "infinity",
             "1994-01-02 00:00", "0000-01-01", "１９９４-01-02", "1994-00-10", "epoch")


@pytest.mark.parametrize("value", BAD_DATES)
def test_a_date_that_is_none(folder: Path, value: str) -> None:
    found = replaced(folder, "balances.csv", business_date=value)
    assert found == [("balances.csv", 2, "business_date", value, "not_a_date")]


@pytest.mark.parametrize(
    ("name", "column", "value", "code"),
    [
        ("balances.csv", "balance", "", "empty"),
        ("balances.csv", "business_date", "", "empty"),
        ("balances.csv", "account_no", "", "empty"),
        ("assignments.csv", "share", "1.5", "not_a_share"),
        ("assignments.csv", "share", "-0.1", "not_a_share"),
        ("assignments.csv", "share", "0.1234567", "not_a_share"),
        ("assignments.csv", "share", "50%", "not_a_share"),
        ("assignments.csv", "share", "NaN", "not_a_share"),
        ("assignments.csv", "ends_on", "open", "not_a_date"),
        ("fx_rates.csv", "rate", "-5", "not_a_rate"),
        ("fx_rates.csv", "rate", "NaN", "not_a_rate"),
        ("fx_rates.csv", "rate", "1.123456789", "not_a_rate"),
        ("fx_rates.csv", "currency", "usd", "not_a_currency"),
        ("fx_rates.csv", "currency", "US", "not_a_currency"),
        ("accounts.csv", "currency", "人民币", "not_a_currency"),
        ("accounts.csv", "kind", "Deposit", "not_a_choice"),
        ("accounts.csv", "account_no", "A" * 41, "bad_text"),
        ("accounts.csv", "product", "de\tmand", "bad_text"),
        ("branches.csv", "kind", "shop", "not_a_choice"),
        ("branches.csv", "code", "H/O", "slash_in_code"),
        ("managers.csv", "line", "", "empty"),
        ("managers.csv", "hired_on", "1990-02-29", "not_a_date"),
        ("customers.csv", "kind", "other", "not_a_choice"),
        ("customers.csv", "name", "", "empty"),
        ("loan_classes.csv", "loan_class", "bad", "not_a_choice"),
        ("loan_classes.csv", "interest_arrears", "-1", "not_an_amount"),
        ("settlements.csv", "usd_amount", "USD 5", "not_an_amount"),
    ],
)
def test_a_value_of_the_wrong_form(folder: Path, name: str, column: str, value: str, code: str) -> None:
    assert (name, 2, column, value, code) in replaced(folder, name, **{column: value})


def test_a_key_twice(folder: Path) -> None:
    assert added(folder, "balances.csv", ("A1", "1994-01-01", "5"), ("A1", "1994-01-01", "1000.00")) == [
        ("balances.csv", 7, "account_no", "A1, 1994-01-01", "duplicate_key"),
        ("balances.csv", 8, "account_no", "A1, 1994-01-01", "duplicate_key"),
    ]


@pytest.mark.parametrize("name", ["balances.csv", "settlements.csv", "loan_classes.csv", "fx_rates.csv"])
@pytest.mark.parametrize("day", ["1993-12-31", "1994-01-06"])
def test_a_business_date_outside_the_manifests_span(folder: Path, name: str, day: str) -> None:
    found = replaced(folder, name, business_date=day)
    assert (name, 2, "business_date", day, "outside_span") in found


# --- one row against the bank -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "row", "column", "code"),
    [
        ("branches.csv", ("B03", "三", "branch", "B99"), "parent_code", "unknown_branch"),
        ("branches.csv", ("B03", "三", "branch", "B03"), "parent_code", "own_parent"),
        ("managers.csv", ("E3", "李", "B99", "corporate", "1990-01-01", "1990-01-01", "first", "", ""),
         "branch_code", "unknown_branch"),
        ("customers.csv", ("C4", "丁", "personal", "B99"), "branch_code", "unknown_branch"),
        ("accounts.csv", ("A9", "C9", "deposit", "demand", "CNY", "1994-01-01", ""),
         "customer_no", "unknown_customer"),
        ("accounts.csv", ("A9", "C1", "deposit", "demand", "CNY", "1994-01-02", "1994-01-01"),
         "closed_on", "closed_before_opening"),
        ("assignments.csv", ("C9", "E1", "1", "1994-01-01", ""), "customer_no", "unknown_customer"),
        ("assignments.csv", ("C3", "E9", "1", "1994-01-04", ""), "employee_no", "unknown_manager"),
        ("assignments.csv", ("C3", "E2", "1", "1994-01-04", "1994-01-03"), "ends_on", "ends_before_start"),
        ("assignments.csv", ("C3", "E2", "1", "1994-01-03", ""), "starts_on", "overlapping_assignment"),
        ("assignments.csv", ("C3", "E1", "0.000001", "1994-01-03", "1994-01-03"), "share", "shares_above_one"),
        ("balances.csv", ("A9", "1994-01-01", "1"), "account_no", "unknown_account"),
        ("balances.csv", ("A3", "1994-01-01", "1"), "", ""),
        ("fx_rates.csv", ("USD", "1994-01-02", "0"), "rate", "rate_not_positive"),
        ("fx_rates.csv", ("CNY", "1994-01-02", "1"), "currency", "rate_for_own_currency"),
        ("loan_classes.csv", ("L9", "1994-01-02", "normal", ""), "account_no", "unknown_account"),
        ("loan_classes.csv", ("A1", "1994-01-02", "normal", ""), "account_no", "not_a_loan"),
        ("settlements.csv", ("C9", "1994-01-02", "1"), "customer_no", "unknown_customer"),
    ],
)
def test_a_row_that_contradicts_the_bank(
    folder: Path, name: str, row: tuple[str, ...], column: str, code: str
) -> None:
    if not code:
        bank.loaded(bank.write(folder, {name: [*REGISTER[name], row]}))
        return
    value = row[bank.COLUMNS[name].index(column)]
    line = len(REGISTER[name]) + 2
    found = added(folder, name, row)
    assert [error for error in found if error[1] == line] == [(name, line, column, value, code)]


def test_branches_in_a_circle(folder: Path) -> None:
    rows = [("B02", "二", "branch", "B03"), ("B03", "三", "branch", "B02")]
    found = refused(bank.write(folder, {"branches.csv": [*REGISTER["branches.csv"][:2], *rows]}))
    assert found == [
        ("branches.csv", 4, "parent_code", "B03", "circular_branches"),
        ("branches.csv", 5, "parent_code", "B02", "circular_branches"),
    ]


def test_a_circle_closed_by_a_later_bundle(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    later = bank.write(tmp_path / "later", {"branches.csv": [("HO", "总行", "head_office", "B01")],
                                            "settlements.csv": [("C1", "1994-01-02", "9")]})
    assert refused(later) == [("branches.csv", 2, "parent_code", "B01", "circular_branches")]


def test_shares_above_one_on_a_single_day(folder: Path) -> None:
    rows = [("C3", "E2", "0.6", "1994-01-01", "1994-01-03"), ("C3", "E1", "0.6", "1994-01-03", ""),
            ("C2", "E2", "1", "1994-01-01", "")]
    assert refused(bank.write(folder, {"assignments.csv": rows})) == [
        ("assignments.csv", 2, "share", "0.6", "shares_above_one"),
        ("assignments.csv", 3, "share", "0.6", "shares_above_one"),
    ]


def test_shares_above_one_through_a_later_bundle_name_only_its_rows(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    later = bank.write(tmp_path / "later", {"assignments.csv": [("C2", "E1", "0.1", "1994-01-05", "1994-01-05")]})
    assert refused(later) == [("assignments.csv", 2, "share", "0.1", "shares_above_one")]


def test_a_balance_after_closing(folder: Path, tmp_path: Path) -> None:
    closed = [("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", "1994-01-03"), *REGISTER["accounts.csv"][1:]]
    assert refused(bank.write(folder, {"accounts.csv": closed})) == [
        ("balances.csv", 3, "business_date", "1994-01-04", "account_closed")
    ]


def test_an_account_closed_by_an_earlier_bundle(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    closed = {"accounts.csv": [("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", "1994-01-04")]}
    bank.loaded(bank.write(tmp_path / "closed", closed))
    later = bank.write(tmp_path / "later", {"balances.csv": [("A1", "1994-01-05", "5")]})
    assert refused(later) == [("balances.csv", 2, "business_date", "1994-01-05", "account_closed")]


def test_a_currency_without_any_rate_yet(folder: Path) -> None:
    rates = [("USD", "1994-01-03", "5.77")]
    assert refused(bank.write(folder, {"fx_rates.csv": rates})) == [
        ("balances.csv", 5, "account_no", "A3", "currency_without_rate")
    ]


def test_an_account_that_changes_to_a_currency_without_a_rate_on_its_days(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    changed = {"accounts.csv": [("A1", "C1", "deposit", "demand", "HKD", "1994-01-01", "")],
               "fx_rates.csv": [("HKD", "1994-01-02", "0.75")]}
    assert refused(bank.write(tmp_path / "later", changed)) == [
        ("accounts.csv", 2, "currency", "HKD", "currency_without_rate")
    ]


# --- many at once, and what a person gets -----------------------------------------------------------------


def spoiled(folder: Path) -> Path:
    """A bundle with several errors in several files."""
    return bank.write(folder, {
        "customers.csv": [("C1", "甲公司", "corporate", "B99"), *REGISTER["customers.csv"][1:]],
        "accounts.csv": [*REGISTER["accounts.csv"], ("A9", "C9", "deposit", "demand", "CNY", "1994-01-01", "")],
        "balances.csv": [("A9", "1994-01-01", "1"), ("A1", "1994-01-32", "x"), ("A1", "1994-02-01", "1")],
    })


def test_all_errors_of_all_files_come_at_once_causes_first(folder: Path) -> None:
    found = refused(spoiled(folder))
    assert found[0] == ("customers.csv", 2, "branch_code", "B99", "unknown_branch")
    places = [(file, line, column) for file, line, column, _, _ in found]
    order = ["customers.csv", "accounts.csv", "assignments.csv", "balances.csv", "settlements.csv",
             "loan_classes.csv"]
    assert [file for file, *_ in found] == sorted([file for file, *_ in found], key=order.index)
    for place in [("accounts.csv", 6, "customer_no"), ("balances.csv", 2, "account_no"),
                  ("balances.csv", 3, "balance"), ("balances.csv", 3, "business_date"),
                  ("balances.csv", 4, "business_date")]:
        assert place in places


def command(*arguments: str) -> tuple[int, str, str]:
    """load_extract as a person runs it: exit status, stdout, stderr."""
    out, err = StringIO(), StringIO()
    try:
        call_command("load_extract", *arguments, stdout=out, stderr=err)
    except SystemExit as leaving:
        return int(str(leaving.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_ends_with_2_and_lists_every_error_with_its_place(folder: Path, tmp_path: Path) -> None:
    before = bank.digest_of_tables()
    report = tmp_path / "errors.csv"
    status, out, err = command(str(spoiled(folder)), "--errors", str(report), "--json")
    assert (status, bank.digest_of_tables()) == (2, before)
    facts = json.loads(out.strip().splitlines()[-1])
    assert (facts["status"], facts["count"]) == ("refused", len(facts["errors"]))
    assert "customers.csv" in err and "第 2 行" in err and "机构号不存在" in err
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["line", "file", "column", "value", "reason"]
    assert [(int(row["line"]), row["file"], row["column"], row["value"], row["reason"]) for row in rows] == [
        (e["line"], e["file"], e["column"], e["value"], e["reason"]) for e in facts["errors"]
    ]


def test_the_error_file_is_complete_for_a_broken_bundle_too_and_holds_more_than_is_shown(
    folder: Path, tmp_path: Path
) -> None:
    torn = b"customer_no,business_date,usd_amount\n" + b"C1\n" * 250
    report = tmp_path / "errors.csv"
    status, out, _err = command(
        str(bank.write(folder, {"settlements.csv": torn})), "--errors", str(report), "--json")
    facts = json.loads(out.strip().splitlines()[-1])
    assert (status, facts["count"], len(facts["errors"])) == (2, 250, 100)
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert [int(row["line"]) for row in csv.DictReader(file)] == list(range(2, 252))


def test_the_command_says_loaded_and_already_loaded(folder: Path) -> None:
    status, out, _err = command(str(folder), "--json")
    assert (status, json.loads(out.strip().splitlines()[-1])["status"]) == (0, "loaded")
    status, out, _err = command(str(folder), "--json")
    assert (status, json.loads(out.strip().splitlines()[-1])["status"]) == (0, "already_loaded")
    assert "早已入库" in out
    assert Bundle.objects.count() == 1


def test_a_refused_bundle_can_be_mended_and_loaded(folder: Path, tmp_path: Path) -> None:
    refused(spoiled(folder))
    bank.loaded(bank.write(tmp_path / "mended", REGISTER))


def test_every_reason_is_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    tried = set(re.findall(r'"([a-z_]+)"', text))
    # what cannot be provoked through a file alone
    assert set(REASONS) - tried == {"broken_zip", "nothing_dated"} - tried


def test_no_dated_rows_and_no_manifest(tmp_path: Path) -> None:
    folder = bank.write(tmp_path / "undated", {"branches.csv": REGISTER["branches.csv"]})
    (folder / "manifest.json").unlink()
    assert refused(folder, manifest_required=False) == [("undated", 0, "", "", "nothing_dated")]


def test_a_later_span_is_free(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    span = Window("span", date(1994, 3, 1), date(1994, 3, 31))
    bank.loaded(bank.write(tmp_path / "march", {"balances.csv": [("A1", "1994-03-01", "5")]}, span))
