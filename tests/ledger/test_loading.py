"""Loading bundles: what is accepted in which form, and that the same again changes nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import F

from ledger.models import Account, BalanceChange, Bundle, BundleFile, Feed, Settlement
from ledger.rules.windows import Window
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
