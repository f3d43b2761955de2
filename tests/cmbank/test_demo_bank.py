"""The demo bank: its bundles are sound, and its cast stands where the stories say, by a naive calculation."""

import hashlib
import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from cmbank.demo import DemoBank, build
from tests.cmbank.demo_books import FILES, FIRST, KEYS, LADDER, LAST, MILLION, Books, days


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> DemoBank:
    return build(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def books(bank: DemoBank) -> Books:
    return Books(bank)


def digest(bank: DemoBank) -> dict[str, str]:
    return {
        f"{bundle.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for bundle in bank.bundles
        for path in sorted(bundle.iterdir())
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(bank: DemoBank, tmp_path: Path) -> None:
    again = build(tmp_path / "again")
    assert digest(again) == digest(bank)
    assert digest(build(tmp_path / "other", seed=2)) != digest(bank)
    assert (again.users, again.cast, again.members) == (bank.users, bank.cast, bank.members)


def test_an_unknown_size_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown size 'tiny': use one of small, medium, large"):
        build(tmp_path, size="tiny")


def test_manifests_agree_with_their_files_and_spans_join(bank: DemoBank) -> None:
    spans = []
    for bundle in bank.bundles:
        manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
        spans.append((date.fromisoformat(manifest["from"]), date.fromisoformat(manifest["to"])))
        assert set(manifest["files"]) == {f"{name}.csv" for name in FILES}
        for name, entry in manifest["files"].items():
            data = (bundle / name).read_bytes()
            assert entry == {"rows": data.count(b"\n") - 1, "sha256": hashlib.sha256(data).hexdigest()}
    assert (spans[0][0], spans[-1][1]) == (FIRST, LAST) == (bank.first_date, bank.last_date)
    assert [first for first, _last in spans[1:]] == [last + timedelta(days=1) for _first, last in spans[:-1]]


def check_soundness(bank: DemoBank, books: Books) -> None:
    """References known when used, keys once a bundle, dates inside, at most two decimals."""
    manifests = [
        json.loads((bundle / "manifest.json").read_text(encoding="utf-8")) for bundle in bank.bundles
    ]
    seen: dict[str, dict[str, int]] = {name: {} for name in ("branches", "managers", "customers", "accounts")}
    for name, known in seen.items():
        for bundle, row in books.rows[name]:
            known.setdefault(row[KEYS[name][0]], bundle)
    references = {
        "branch_code": "branches",
        "parent_code": "branches",
        "employee_no": "managers",
        "customer_no": "customers",
        "account_no": "accounts",
    }
    for name, rows in books.rows.items():
        keys = [(bundle, *(row[column] for column in KEYS[name])) for bundle, row in rows if name in KEYS]
        assert len(keys) == len(set(keys))
        for bundle, row in rows:
            for column, target in references.items():
                assert not row.get(column) or seen[target][row[column]] <= bundle
            if "business_date" in row:
                assert manifests[bundle]["from"] <= row["business_date"] <= manifests[bundle]["to"]
            for column in ("balance", "usd_amount", "interest_arrears"):
                assert column not in row or len(row[column].partition(".")[2]) == 2
    check_accounts(books)
    check_loans(books)
    check_shares(books)


def check_accounts(books: Books) -> None:
    merged = {
        row["customer_no"] for row in books.table("assignments").values() if row["employee_no"] == "010401"
    }
    for number, account in books.accounts.items():
        first, last = min(books.changes[number]), max(books.changes[number])
        assert account["currency"] == "CNY" or (account["currency"], first) in books.rates
        assert not account["closed_on"] or (last.isoformat(), books.changes[number][last]) == (
            account["closed_on"],
            Decimal(0),
        )
        values = [value for _day, value in sorted(books.changes[number].items())]
        assert all(one != other for one, other in pairwise(values))
        opened_on = (
            date(2026, 3, 1) if account["customer_no"] in merged else date.fromisoformat(account["opened_on"])
        )
        assert first == max(FIRST, opened_on)


def check_shares(books: Books) -> None:
    """On every day on which a share begins or ends, a customer's shares add up to 0.7 or 1."""
    spans = defaultdict(list)
    for row in books.table("assignments").values():
        spans[row["customer_no"]].append((row["starts_on"], row["ends_on"] or "9999", Fraction(row["share"])))
    assert set(spans) == {row["customer_no"] for row in books.table("customers").values()}
    for found in spans.values():
        for day in {day for starts_on, ends_on, _share in found for day in (starts_on, ends_on)}:
            whole = sum(share for starts_on, ends_on, share in found if starts_on <= day <= ends_on)
            assert whole in (Fraction(7, 10), 1)


def test_the_small_bank_is_sound(bank: DemoBank, books: Books) -> None:
    check_soundness(bank, books)
    assert (len(books.managers), len(bank.bundles)) == (24, 6)
    assert 240 <= len(books.table("customers")) <= 280
    assert 400 <= len(books.accounts) <= 540
    assert {row["grade_code"] for row in books.managers.values()} == set(LADDER)
    assert {row["product"] for row in books.accounts.values()} == {
        "demand",
        "time",
        "notice",
        "agreement",
        "working_capital",
        "fixed_asset",
        "mortgage",
    }
    assert {row["currency"] for row in books.accounts.values()} == {"CNY", "USD", "HKD", "EUR"}
    names = [row["name"] for row in books.table("customers").values() if row["kind"] == "corporate"]
    assert len(names) == len(set(names))


def test_the_medium_bank_is_sound(tmp_path: Path) -> None:
    bank = build(tmp_path, size="medium")
    books = Books(bank)
    check_soundness(bank, books)
    assert len(books.managers) == 240


def test_weekends_and_holidays_are_quiet_but_for_instalments(books: Books) -> None:
    for number, account in books.accounts.items():
        later = sorted(books.changes[number])[1:]
        if account["product"] not in ("mortgage", "fixed_asset"):
            assert [day for day in later if day.weekday() >= 5 or (day.month, day.day) == (5, 1)] == []


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_everyone_stands_where_the_story_puts_them(seed: int, tmp_path: Path) -> None:
    bank = build(tmp_path, seed=seed)
    books = Books(bank)
    told = {
        "to_be_promoted": "promoted",
        "on_the_edge": "warned",
        "below": "warned",
        "vetoed": "vetoed",
        "vetoed_npl": "vetoed",
        "undecided": "undecided",
        "new": "warned",
    }
    expected = dict.fromkeys(books.managers, "kept")
    expected |= {employee_no: told.get(situation, "kept") for situation, employee_no in bank.cast.items()}
    assert {employee_no: books.outcome(employee_no) for employee_no in books.managers} == expected
    vetoes = {employee_no: books.bad(employee_no) for employee_no in books.managers if books.bad(employee_no)}
    assert vetoes == {bank.cast["vetoed"]: {"arrears", "advance"}, bank.cast["vetoed_npl"]: {"npl"}}


def test_the_edge_is_within_one_percent_below(bank: DemoBank, books: Books) -> None:
    found = books.figures(bank.cast["on_the_edge"], Fraction(1, 2))
    assert Fraction(99, 100) * 38 * MILLION < found.deposit < 38 * MILLION
    assert found.met("third") == [False, False, False, False]


def test_the_promoted_one_meets_deposits_and_loans_of_the_first_grade(bank: DemoBank, books: Books) -> None:
    assert books.figures(bank.cast["to_be_promoted"], Fraction(3)).met("first") == [True, True, False, False]


def test_only_the_merged_customers_lack_their_base(bank: DemoBank, books: Books) -> None:
    lacking = {
        row["customer_no"]
        for row in books.table("customers").values()
        if books.base_missing(row["customer_no"])
    }
    assert lacking == set(books.shares[bank.cast["undecided"]])
    assert books.figures(bank.cast["undecided"], Fraction(1, 2)).met("third") == [False, False, False, None]


def test_customers_move_on_the_day_of_the_handover(bank: DemoBank, books: Books) -> None:
    giver, receiver = bank.cast["transfer_giver"], bank.cast["transfer_receiver"]
    moved = set(books.shares[giver]) & set(books.shares[receiver])
    assert len(moved) == 2
    for customer in moved:
        assert max(books.shares[giver][customer]) == date(2026, 8, 16)
        assert min(books.shares[receiver][customer]) == date(2026, 8, 17)


def test_the_pair_shares_one_customer(bank: DemoBank, books: Books) -> None:
    one, other = books.shares[bank.cast["shared_a"]], books.shares[bank.cast["shared_b"]]
    (customer,) = set(one) & set(other)
    assert [one[customer][day] for day in (date(2026, 4, 30), date(2026, 5, 1))] == [
        Fraction(3, 5),
        Fraction(1, 2),
    ]
    assert all(one[customer][day] + other[customer][day] == 1 for day in days(FIRST, LAST))


def test_the_spike_carries_its_manager_over_the_bar(bank: DemoBank, books: Books) -> None:
    spike = bank.cast["spike"]
    found = books.figures(spike, Fraction(1, 2))
    usual, jumps = date(2026, 9, 28), date(2026, 9, 29)
    jump = max(
        books.values[customer, "deposit"][jumps] - books.values[customer, "deposit"][usual]
        for customer in books.shares[spike]
    )
    assert jump > 60 * MILLION
    assert found.deposit > 15 * MILLION > found.deposit - Fraction(jump) * 2 / 273


def test_logins_name_known_roles_branches_and_managers(bank: DemoBank, books: Books) -> None:
    staff = {user.username: (user.role, user.branch_code) for user in bank.users if user.employee_no is None}
    assert staff == {
        "hr": ("branch_hr", "0100"),
        "risk": ("branch_risk", "0100"),
        "risk2": ("head_risk", "0001"),
        "risk3": ("head_risk", "0001"),
        "hr2": ("head_hr", "0001"),
        "leader": ("group_member", "0100"),
        "outlet": ("outlet_head", "0101"),
        "market": ("branch_market", "0100"),
        "assets": ("asset_preservation", "0100"),
        "auditor": ("auditor", "0001"),
        "ops": ("platform_admin", "0001"),
        "security": ("security_admin", "0001"),
        "security2": ("security_admin", "0001"),
    }
    managers = [user for user in bank.users if user.employee_no is not None]
    assert [user.employee_no for user in managers] == list(bank.cast.values())
    for user in managers:
        row = books.managers[str(user.employee_no)]
        assert (user.role, user.display_name, user.branch_code) == (
            "client_manager",
            row["name"],
            row["branch_code"],
        )
    assert len({user.username for user in bank.users}) == len(bank.users)
    assert [(one.situation, one.employee_no) for one in bank.members] == [
        (situation, bank.cast[situation]) for situation in (one.situation for one in bank.members)
    ]


def check_loans(books: Books) -> None:
    """Principal is paid as the balance falls; interest of the summer is late where the story says so."""
    terms, paid = books.table("loans"), defaultdict(dict)
    for row in books.table("repayments").values():
        if Decimal(row["principal"]):
            paid[row["account_no"]][date.fromisoformat(row["business_date"])] = Decimal(row["principal"])
    assert {key[0] for key in terms} == {no for no, row in books.accounts.items() if row["kind"] == "loan"}
    for (number,), row in terms.items():
        changes = sorted(books.changes[number].items())
        falls = {day: before - after for (_d, before), (day, after) in pairwise(changes) if after < before}
        assert paid[number] == falls
        assert Decimal(row["amount"]) == max(value for _day, value in changes)
        assert row["issued_on"] == books.accounts[number]["opened_on"] < row["matures_on"]
