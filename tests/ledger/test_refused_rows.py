"""Every reason to refuse a row, by its values and against the bank: where, and that nothing changed."""

from pathlib import Path

import pytest

from tests.ledger import bank
from tests.ledger.bank import REGISTER, refused

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


BAD_AMOUNTS = (
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e2",
    "+1",
    "1,000.00",
    "１２",
    "12.345",
    "1.",
    ".5",
    "0x10",
    " 1",
    "1 ",
    "--1",
    "1-",
    "9" * 16,
    "١٢",
    "1_000",
    "¥1",
)


@pytest.mark.parametrize("value", BAD_AMOUNTS)
def test_an_amount_that_is_no_plain_decimal(folder: Path, value: str) -> None:
    found = replaced(folder, "balances.csv", balance=value)
    assert found == [("balances.csv", 2, "balance", value, "not_an_amount")]


@pytest.mark.parametrize(
    "value", ["0", "-0", "0.5", "0012.30", "-9999999999999.99", "1.1", "007.50", "5", "-0.00"]
)
def test_amounts_that_are_plain_decimals(folder: Path, value: str) -> None:
    rows = [("A2", "1994-01-02", value)]
    bank.loaded(bank.write(folder, {"balances.csv": rows}))


@pytest.mark.parametrize(
    ("account", "value"), [("A1", "10000000000000"), ("A2", "-10000000000000.00"), ("A3", "1728459078731.32")]
)
def test_a_balance_whose_products_would_not_fit(folder: Path, account: str, value: str) -> None:
    found = refused(bank.write(folder, {"balances.csv": [(account, "1994-01-04", value)]}))
    assert found == [("balances.csv", 2, "balance", value, "balance_too_large")]


@pytest.mark.parametrize(("account", "value"), [("A1", "9999999999999.99"), ("A3", "-1728459078731.31")])
def test_the_largest_balances_there_may_be(folder: Path, account: str, value: str) -> None:
    bank.loaded(bank.write(folder, {"balances.csv": [(account, "1994-01-04", value)]}))


BAD_DATES = (
    "2026-02-30",
    "1994-13-01",
    "1994-1-2",
    "19940102",
    "1994/01/02",
    "02-01-1994",
    "today",
    "infinity",
    "1994-01-02 00:00",
    "0000-01-01",
    "１９９４-01-02",
    "1994-00-10",
    "epoch",
)


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
        (
            "managers.csv",
            ("E3", "李", "B99", "corporate", "1990-01-01", "1990-01-01", "first", "", ""),
            "branch_code",
            "unknown_branch",
        ),
        ("customers.csv", ("C4", "丁", "personal", "B99"), "branch_code", "unknown_branch"),
        (
            "accounts.csv",
            ("A9", "C9", "deposit", "demand", "CNY", "1994-01-01", ""),
            "customer_no",
            "unknown_customer",
        ),
        (
            "accounts.csv",
            ("A9", "C1", "deposit", "demand", "CNY", "1994-01-02", "1994-01-01"),
            "closed_on",
            "closed_before_opening",
        ),
        ("assignments.csv", ("C9", "E1", "1", "1994-01-01", ""), "customer_no", "unknown_customer"),
        ("assignments.csv", ("C3", "E9", "1", "1994-01-04", ""), "employee_no", "unknown_manager"),
        ("assignments.csv", ("C3", "E2", "1", "1994-01-04", "1994-01-03"), "ends_on", "ends_before_start"),
        ("assignments.csv", ("C3", "E2", "1", "1994-01-03", ""), "starts_on", "overlapping_assignment"),
        (
            "assignments.csv",
            ("C3", "E1", "0.000001", "1994-01-03", "1994-01-03"),
            "share",
            "shares_above_one",
        ),
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
    later = bank.write(
        tmp_path / "later",
        {
            "branches.csv": [("HO", "总行", "head_office", "B01")],
            "settlements.csv": [("C1", "1994-01-02", "9")],
        },
    )
    assert refused(later) == [("branches.csv", 2, "parent_code", "B01", "circular_branches")]


def test_shares_above_one_on_a_single_day(folder: Path) -> None:
    rows = [
        ("C3", "E2", "0.6", "1994-01-01", "1994-01-03"),
        ("C3", "E1", "0.6", "1994-01-03", ""),
        ("C2", "E2", "1", "1994-01-01", ""),
    ]
    assert refused(bank.write(folder, {"assignments.csv": rows})) == [
        ("assignments.csv", 2, "share", "0.6", "shares_above_one"),
        ("assignments.csv", 3, "share", "0.6", "shares_above_one"),
    ]


def test_shares_above_one_through_a_later_bundle_name_only_its_rows(folder: Path, tmp_path: Path) -> None:
    bank.loaded(folder)
    later = bank.write(
        tmp_path / "later", {"assignments.csv": [("C2", "E1", "0.1", "1994-01-05", "1994-01-05")]}
    )
    assert refused(later) == [("assignments.csv", 2, "share", "0.1", "shares_above_one")]


def test_a_balance_after_closing(folder: Path, tmp_path: Path) -> None:
    closed = [
        ("A1", "C1", "deposit", "demand", "CNY", "1994-01-01", "1994-01-03"),
        *REGISTER["accounts.csv"][1:],
    ]
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


def test_an_account_that_changes_to_a_currency_without_a_rate_on_its_days(
    folder: Path, tmp_path: Path
) -> None:
    bank.loaded(folder)
    changed = {
        "accounts.csv": [("A1", "C1", "deposit", "demand", "HKD", "1994-01-01", "")],
        "fx_rates.csv": [("HKD", "1994-01-02", "0.75")],
    }
    assert refused(bank.write(tmp_path / "later", changed)) == [
        ("accounts.csv", 2, "currency", "HKD", "currency_without_rate")
    ]
