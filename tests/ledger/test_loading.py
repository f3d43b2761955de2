"""Loading bundles: what is accepted in which form, and that the same again changes nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F

from ledger.models import Account, BalanceChange, Bundle, BundleFile, Feed, Settlement
from ledger.rules.feeds import Column
from ledger.rules.windows import Window
from ledger.services import applying
from managers.models import Assignment, Branch, ClientManager, Customer
from tests.ledger import bank
from tests.ledger.histories import rolled_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bank.write(tmp_path / "bundle", bank.REGISTER)


def same_content(one: Path, other: Path) -> None:
    """Both bundles leave the same rows (each in a bank of its own)."""
    found = []
    for path in (one, other):
        with rolled_back():
            bank.loaded(path)
            found.append(rows_of_facts())
    assert found[0] == found[1]


def rows_of_facts() -> list[object]:
    return [
        list(Branch.objects.order_by("code").values_list("code", "name", "kind", "parent__code", "path")),
        list(
            ClientManager.objects.order_by("employee_no").values_list(
                "employee_no", "name", "pinyin", "branch__code", "grade_code", "education"
            )
        ),
        list(Customer.objects.order_by("customer_no").values_list("customer_no", "name", "kind")),
        list(
            Account.objects.order_by("account_no").values_list(
                "account_no", "customer__customer_no", "product__bucket", "currency", "opened_on", "closed_on"
            )
        ),
        list(
            Assignment.objects.order_by("customer__customer_no", "manager__employee_no").values_list(
                "customer__customer_no", "manager__employee_no", "share", "starts_on", "ends_on"
            )
        ),
        list(
            BalanceChange.objects.order_by("account__account_no", "business_date").values_list(
                "account__account_no", "business_date", "balance"
            )
        ),
        list(
            Settlement.objects.order_by("id").values_list(
                "customer__customer_no", "business_date", "usd_amount"
            )
        ),
        set(Feed.objects.values_list("code", flat=True)),
    ]


def test_a_bundle_loads_every_row_with_its_origin(folder: Path) -> None:
    loaded = bank.loaded(folder)
    assert loaded.rows == {name: len(rows) for name, rows in bank.REGISTER.items()}
    assert (loaded.already, loaded.remarks) == (False, [])
    assert (loaded.bundle.from_on, loaded.bundle.to_on) == (date(1994, 1, 1), date(1994, 1, 5))
    change = BalanceChange.objects.get(account__account_no="A1", business_date=date(1994, 1, 4))
    assert (change.balance, change.bundle, change.line) == (Decimal("-250.50"), loaded.bundle, 3)
    assert set(Feed.objects.values_list("code", flat=True)) == {
        "settlements",
        "loan_classes",
        "interest_arrears",
    }
    assert Branch.objects.get(code="B01").path == "/HO/B01/"
    assert ClientManager.objects.get(employee_no="E1").pinyin == "chenjiayi cjy"
    assert Settlement.objects.count() == 2, "two equal rows are two settlements"


def test_files_count_the_rows_they_brought(folder: Path) -> None:
    bundle = bank.loaded(folder).bundle
    found = {file.name: (file.rows, file.loaded, file.quarantined) for file in bundle.files.all()}
    assert found == {name: (len(rows), len(rows), 0) for name, rows in bank.REGISTER.items()}


def test_the_same_bundle_again_changes_nothing_and_says_so(folder: Path) -> None:
    first = bank.loaded(folder)
    before = bank.digest_of_tables()
    again = bank.loaded(folder)
    assert (again.already, again.bundle) == (True, first.bundle)
    assert bank.digest_of_tables() == before


def test_the_same_bundle_under_another_name_or_zipped_is_the_same(folder: Path, tmp_path: Path) -> None:
    first = bank.loaded(folder)
    copy = bank.zipped(folder, tmp_path / "other name.zip")
    assert bank.loaded(copy).bundle == first.bundle


@pytest.mark.parametrize("inside", ["", "1994-01-05/"])
def test_a_zip_of_the_files_or_of_their_folder_equals_the_directory(
    folder: Path, tmp_path: Path, inside: str
) -> None:
    same_content(folder, bank.zipped(folder, tmp_path / "bundle.zip", inside=inside))


@pytest.mark.parametrize(
    "style",
    [
        {"encoding": "utf-8-sig"},
        {"encoding": "gb18030"},
        {"newline": "\r\n"},
        {"encoding": "utf-8-sig", "newline": "\r\n"},
        {"encoding": "gb18030", "newline": "\r\n"},
    ],
    ids=str,
)
def test_encodings_and_line_ends_make_no_difference(
    folder: Path, tmp_path: Path, style: dict[str, str]
) -> None:
    same_content(folder, bank.write(tmp_path / "other", bank.REGISTER, **style))


def test_columns_come_in_any_order(folder: Path, tmp_path: Path) -> None:
    turned = {
        name: bank.csv_bytes(name, [row[::-1] for row in rows], columns=bank.COLUMNS[name][::-1])
        for name, rows in bank.REGISTER.items()
    }
    same_content(folder, bank.write(tmp_path / "turned", turned))


def test_an_unknown_column_is_remarked_once_and_ignored(folder: Path, tmp_path: Path) -> None:
    columns = (*bank.COLUMNS["customers.csv"], "phone")
    rows = [(*row, "1390000") for row in bank.REGISTER["customers.csv"]]
    files = bank.REGISTER | {"customers.csv": bank.csv_bytes("customers.csv", rows, columns=columns)}
    other = bank.write(tmp_path / "other", files)
    same_content(folder, other)
    loaded = bank.loaded(other)
    assert loaded.remarks == ["customers.csv: phone"]
    assert Bundle.objects.get().remarks == ["customers.csv: phone"]


def test_an_optional_column_may_be_absent_and_then_configures_no_feed(tmp_path: Path) -> None:
    rows = [row[:3] for row in bank.REGISTER["loan_classes.csv"]]
    columns = bank.COLUMNS["loan_classes.csv"][:3]
    files = bank.REGISTER | {"loan_classes.csv": bank.csv_bytes("loan_classes.csv", rows, columns=columns)}
    bank.loaded(bank.write(tmp_path / "b", files))
    assert set(Feed.objects.values_list("code", flat=True)) == {"settlements", "loan_classes"}


def test_files_may_be_absent_or_hold_nothing_but_their_header(tmp_path: Path) -> None:
    files = bank.REGISTER | {"settlements.csv": ()}
    del files["loan_classes.csv"]
    bank.loaded(bank.write(tmp_path / "b", files))
    assert set(Feed.objects.values_list("code", flat=True)) == {"settlements"}


def test_a_quoted_comma_and_leading_zeros_are_kept(tmp_path: Path) -> None:
    files = bank.REGISTER | {
        "customers.csv": [*bank.REGISTER["customers.csv"], ("007", '甲, "乙"', "personal", "B01")]
    }
    bank.loaded(bank.write(tmp_path / "b", files))
    assert Customer.objects.get(customer_no="007").name == '甲, "乙"'


def test_without_a_manifest_only_when_asked_and_the_span_is_that_of_the_rows(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert bank.refused(folder) == [("manifest.json", 0, "", "", "no_manifest")]
    loaded = bank.loaded(folder, manifest_required=False)
    assert (loaded.bundle.from_on, loaded.bundle.to_on) == (date(1994, 1, 1), date(1994, 1, 5))


def test_master_data_is_updated_by_key_and_what_is_absent_stays(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    later = {
        "branches.csv": [("B02", "二支行（新）", "outlet", "B01")],
        "managers.csv": [
            ("E1", "陈嘉怡", "B02", "personal", "1990-01-01", "1993-01-01", "second", "master", "")
        ],
        "customers.csv": [("C1", "甲公司", "corporate", "B02")],
        "accounts.csv": [("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", "1994-01-09")],
    }
    span = Window("span", date(1994, 1, 6), date(1994, 1, 9))
    bank.loaded(bank.write(tmp_path / "later", later, span))
    assert Branch.objects.get(code="B02").path == "/HO/B01/B02/"
    manager = ClientManager.objects.get(employee_no="E1")
    assert (manager.branch.code, manager.line, manager.education) == ("B02", "personal", "master")
    assert Customer.objects.get(customer_no="C1").branch.code == "B02"
    assert Account.objects.get(account_no="A1").closed_on == date(1994, 1, 9)
    assert (Branch.objects.count(), ClientManager.objects.count(), Account.objects.count()) == (3, 2, 4)


def test_an_assignment_that_ends_supersedes_what_was_known(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    rows = [
        ("C1", "E1", "0.7", "1994-01-01", "1994-01-06"),
        ("C1", "E2", "0.30", "1994-01-01", ""),
        ("C1", "E2", "0.7", "1994-01-07", "1994-01-08"),
    ]
    span = Window("span", date(1994, 1, 6), date(1994, 1, 9))
    errors = bank.refused(bank.write(tmp_path / "later", {"assignments.csv": rows}, span))
    assert errors == [("assignments.csv", 4, "starts_on", "1994-01-07", "overlapping_assignment")]
    rows[1] = ("C1", "E2", "0.3", "1994-01-01", "1994-01-06")
    bundle = bank.loaded(bank.write(tmp_path / "right", {"assignments.csv": rows}, span)).bundle
    held = Assignment.objects.filter(customer__customer_no="C1").order_by(
        "manager__employee_no", "starts_on", F("superseded_by").asc(nulls_last=True)
    )
    assert [(a.manager.employee_no, a.share, a.ends_on, a.superseded_by) for a in held] == [
        ("E1", Decimal("0.7"), None, bundle.pk),
        ("E1", Decimal("0.7"), date(1994, 1, 6), None),
        ("E2", Decimal("0.3"), None, bundle.pk),
        ("E2", Decimal("0.3"), date(1994, 1, 6), None),
        ("E2", Decimal("0.7"), date(1994, 1, 8), None),
    ]


def test_settlements_delivered_again_in_another_bundle_do_not_count_twice(
    folder: Path, tmp_path: Path
) -> None:
    first = bank.loaded(folder).bundle
    files = {"settlements.csv": bank.REGISTER["settlements.csv"], "balances.csv": [("A1", "1994-01-03", "1")]}
    again = bank.loaded(bank.write(tmp_path / "again", files))
    assert again.remarks == [f"settlements.csv = {first.pk}"]
    assert Settlement.objects.count() == 2
    assert BundleFile.objects.get(bundle=again.bundle, name="settlements.csv").rows == 2


def test_of_several_balances_for_one_day_the_latest_bundle_holds_and_none_is_lost(
    folder: Path, tmp_path: Path
) -> None:
    bank.loaded(folder)
    bank.loaded(bank.write(tmp_path / "later", {"balances.csv": [("A1", "1994-01-01", "2000.00")]}))
    kept = BalanceChange.objects.filter(account__account_no="A1", business_date=date(1994, 1, 1))
    assert list(kept.order_by("bundle_id").values_list("balance", flat=True)) == [
        Decimal(1000),
        Decimal(2000),
    ]


def test_files_that_are_no_feed_may_lie_beside_a_bundle(folder: Path) -> None:
    (folder / "README.txt").write_text("hello", encoding="utf-8")
    (folder / "notes").mkdir()
    assert bank.loaded(folder).already is False


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one row on a file counts as large."""
    monkeypatch.setattr(applying, "MANY", 1)


def test_a_large_file_is_written_in_one_move_and_says_the_same(
    large: None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rolled_back():
        bank.loaded(folder)
        in_one_move = rows_of_facts()
    monkeypatch.setattr(applying, "MANY", 10**9)
    bank.loaded(folder)
    assert in_one_move == rows_of_facts()


def test_a_large_file_goes_into_new_months_and_open_ones(large: None, folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    rows = [("A1", "1994-01-31", "1"), ("A2", "1994-02-28", "2"), ("A1", "1994-03-01", "3")]
    spans = [
        Window("span", date(1994, 1, 6), date(1994, 2, 28)),
        Window("span", date(1994, 3, 1), date(1994, 5, 1)),
    ]
    bank.loaded(bank.write(tmp_path / "both", {"balances.csv": rows[:2]}, spans[0]))
    late = [*rows[2:], ("A2", "1994-05-01", "4")]
    bank.loaded(bank.write(tmp_path / "new", {"balances.csv": late}, spans[1]))
    found = BalanceChange.objects.filter(business_date__gt="1994-01-05").order_by("business_date")
    assert [(str(each.business_date), each.balance) for each in found] == [
        ("1994-01-31", 1),
        ("1994-02-28", 2),
        ("1994-03-01", 3),
        ("1994-05-01", 4),
    ]


@pytest.mark.parametrize(
    "row",
    [
        ("A1", "1994-01-01", "5"),
        ("A9", "1994-01-02", "5"),
        ("A1", "1994-01-06", "5"),
        ("A1", "1994-01-0", "5"),
        ("A1", "19940102", "5"),
        ("A1", "infinity", "5"),
        ("A1", "1994-02-30", "5"),
        ("A1", "1994-01-02", "1e2"),
        ("A1", "1994-01-02", "1.005"),
        ("A1", "1994-01-02", "NaN"),
        ("A1", "1994-01-02", ""),
        ("A1", "", "5"),
        ("", "1994-01-02", "5"),
        ("A3", "1993-12-31", "5"),
        ("A1", "1994-01-02", "10000000000000"),
    ],
)
def test_a_large_file_is_refused_for_what_a_small_one_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, row: tuple[str, ...]
) -> None:
    bank.write(folder, {"balances.csv": [*bank.REGISTER["balances.csv"], row]})
    small = bank.refused(folder)
    monkeypatch.setattr(applying, "MANY", 1)
    assert bank.refused(folder) == small != []


def test_a_large_file_with_unusual_but_right_values_loads(large: None, folder: Path) -> None:
    bank.write(folder, {"balances.csv": [("A1", "1994-01-02", "007.50"), ("A2", "1994-01-02", "-0")]})
    bank.loaded(folder)
    assert set(BalanceChange.objects.values_list("balance", flat=True)) == {Decimal("7.50"), Decimal(0)}


def test_what_is_quickly_accepted_is_right_by_the_exact_form() -> None:
    digits = [
        "",
        "0",
        "00",
        "5",
        "007",
        "9" * 9,
        "9" * 10,
        "9" * 15,
        "9" * 16,
        "1e2",
        "0x1",
        "1_0",
        "１",
        "NaN",
    ]
    tails = ["", ".", ".5", ".50", ".505", ".12345678", ".123456789", "e0", " "]
    values = [sign + head + tail for sign in ("", "-", "+", " ") for head in digits for tail in tails]
    values += ["1.000000", "1.0000001", "0.123456", "Infinity", "inf", "1,0", "--1", "-.5", "１.5"]
    values += ["1994-01-02", "0001-01-01", "9999-12-31", "10000-01-01", "1994-1-2", "19940102", "1994-02-30"]
    values += ["today", "infinity", "1994-01-02 BC", "94-01-02", "January 2, 1994", "02.01.1994", "epoch"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'ISO, YMD'")
        for kind in ("date", "amount", "unsigned", "rate", "share"):
            column = Column("c", kind)
            typed = f"SELECT t, {column.typed('t')} AS v FROM unnest(%s) AS t OFFSET 0"
            both = f"coalesce({column.quick('t', 'v')}, false), {column.exact('t')}"
            cursor.execute(f"SELECT t, {both} FROM ({typed}) AS s", [values])
            rows = cursor.fetchall()
            assert [text for text, quick, exact in rows if quick and not exact] == []
            assert any(quick for _, quick, _ in rows)
