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
def test_a_zip_with_one_byte_changed_anywhere_loads_nothing_else(
    folder: Path, tmp_path: Path, place: float
) -> None:
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
    errors = refused(
        bank.edit_manifest(folder, lambda c: c.update({"from": "1993-01-01", "to": "1995-01-05"}))
    )
    assert errors == [
        ("manifest.json", 0, "from", "1993-01-01", "year_without_rows"),
        ("manifest.json", 0, "to", "1995-01-05", "year_without_rows"),
    ]


def test_a_correction_over_a_wide_span_that_is_known_already_may_have_few_rows(
    folder: Path, tmp_path: Path
) -> None:
    wide = Window("span", date(1993, 1, 1), date(1995, 1, 5))
    ends = [("USD", "1993-01-01", "5.7"), ("USD", "1995-01-05", "5.9")]
    bank.loaded(bank.write(folder, {"fx_rates.csv": ends}, wide))
    bank.loaded(bank.write(tmp_path / "later", {"balances.csv": [("A1", "1994-01-04", "9")]}, wide))
    wider = Window("span", date(1992, 12, 31), date(1995, 1, 5))
    assert refused(bank.write(tmp_path / "wider", {"balances.csv": [("A1", "1994-01-04", "8")]}, wider)) == [
        ("manifest.json", 0, "from", "1992-12-31", "year_without_rows")
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
    torn = {
        "settlements.csv": b"customer_no,business_date,usd_amount\nC1\n",
        "fx_rates.csv": b"currency,business_date,rate\nUSD\n",
    }
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


# --- many at once, and what a person gets -----------------------------------------------------------------


def spoiled(folder: Path) -> Path:
    """A bundle with several errors in several files."""
    return bank.write(
        folder,
        {
            "customers.csv": [("C1", "甲公司", "corporate", "B99"), *REGISTER["customers.csv"][1:]],
            "accounts.csv": [
                *REGISTER["accounts.csv"],
                ("A9", "C9", "deposit", "demand", "CNY", "1994-01-01", ""),
            ],
            "balances.csv": [("A9", "1994-01-01", "1"), ("A1", "1994-01-32", "x"), ("A1", "1994-02-01", "1")],
        },
    )


def test_all_errors_of_all_files_come_at_once_causes_first(folder: Path) -> None:
    found = refused(spoiled(folder))
    assert found[0] == ("customers.csv", 2, "branch_code", "B99", "unknown_branch")
    places = [(file, line, column) for file, line, column, _, _ in found]
    order = [
        "customers.csv",
        "accounts.csv",
        "assignments.csv",
        "balances.csv",
        "settlements.csv",
        "loan_classes.csv",
    ]
    assert [file for file, *_ in found] == sorted([file for file, *_ in found], key=order.index)
    for place in [
        ("accounts.csv", 6, "customer_no"),
        ("balances.csv", 2, "account_no"),
        ("balances.csv", 3, "balance"),
        ("balances.csv", 3, "business_date"),
        ("balances.csv", 4, "business_date"),
    ]:
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
        str(bank.write(folder, {"settlements.csv": torn})), "--errors", str(report), "--json"
    )
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
    here = Path(__file__).parent
    paths = [*here.glob("test_refus*.py"), here / "test_quarantine.py", here / "test_personal_feeds.py"]
    paths += [here / "test_records.py", here.parent / "credit" / "test_flows.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
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
