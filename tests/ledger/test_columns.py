"""Columns of positions: exact or an error, the same after every journey, anew where they are lost."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Account, LoanPosition, Reading, RegisterBlock
from ledger.rules import crediting, money, packing, totals
from ledger.rules import positions as rules
from ledger.rules.crediting import Frame, Span, Sums
from ledger.services import blocks, chunks, runs, verification
from ledger.services.nights import run_nights
from ledger.sql import binary
from tests.ledger import bank
from tests.ledger.acting import day, load_days, load_register
from tests.ledger.histories import lose_blocks, parts_of

fen = st.integers(-(10**15), 10**15)
numbers = st.integers(-(2**63), 2**63 - 1)


def column(*values: int) -> Any:
    return np.array(values, np.int64)


# --- Arithmetic -----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 3), fen)))
def test_sums_by_group_are_those_of_whole_numbers(rows: list[tuple[int, int]]) -> None:
    found = rules.sum_by(column(*(group for group, _ in rows)), column(*(amount for _, amount in rows)), 4)
    assert found.tolist() == [sum(amount for group, amount in rows if group == n) for n in range(4)]


@given(st.lists(st.tuples(st.integers(0, 1), numbers), min_size=1))
def test_a_sum_is_right_or_refused(rows: list[tuple[int, int]]) -> None:
    right = [sum(amount for group, amount in rows if group == n) for n in range(2)]
    args = (column(*(group for group, _ in rows)), column(*(amount for _, amount in rows)), 2)
    if all(-(2**63) <= total < 2**63 for total in right):
        assert rules.sum_by(*args).tolist() == right
    else:
        with pytest.raises(OverflowError):
            rules.sum_by(*args)


def test_a_product_beyond_all_numbers_is_refused_and_never_wraps() -> None:
    assert rules.grown(column(5), column(10**16), column(366)).tolist() == [366 * 10**16 + 5]
    with pytest.raises(OverflowError):
        rules.grown(column(5), column(10**17), column(366))


@given(st.integers(-(10**14), 10**14), st.decimals("0.00000001", "9999", places=8))
def test_foreign_money_is_rounded_half_up_as_everywhere(balance: int, rate: Decimal) -> None:
    accounts = {"currency": np.array([b"USD"]), "closed_on": np.array([rules.OPEN], "i4")}
    rates = {b"USD": int(rate * rules.RATE)}
    found = rules.worth(accounts, column(0), column(balance), 0, rates)
    assert Decimal(int(found[0])) / 100 == money.round_half_up(Decimal(balance) / 100 * rate, 2)


def test_a_currency_without_a_rate_is_named() -> None:
    accounts = {"currency": np.array([b"JPY"]), "closed_on": np.array([rules.OPEN], "i4")}
    with pytest.raises(LookupError, match="JPY"):
        rules.worth(accounts, column(0), column(100), 0, {b"USD": rules.RATE})


def test_an_account_is_worth_nothing_after_its_last_day() -> None:
    accounts = {"currency": np.array([b"CNY"] * 2), "closed_on": np.array([9, 10], "i4")}
    assert rules.worth(accounts, column(0, 1), column(700, 700), 10, {}).tolist() == [0, 700]


ONE_WINDOW = Frame((Span("month", 0, (0, 100)),), 1, 0, 0, based=False)


def credited(*rows: tuple[int, int, int, int]) -> Sums:
    """Manager, share in millionths, class (1, 2) and deposits; loans and the largest are the same."""
    found = Sums.nothing(
        np.unique([crediting.key(column(m), column(s))[0] for m, s, _, _ in rows]), ONE_WINDOW
    )
    for manager, share, kind, amount in rows:
        row = found.place(column(manager), column(share))
        found.add("credited_1", row, column(kind), column(amount))
        found.most("largest_1", row, column(1), column(amount))
        found.most("loan_largest_1", row, column(kind), column(amount))
    return found


def exact(found: rules.Columns, name: str) -> list[list[int]]:
    whole, rest = found[f"{name}_whole"].astype(object), found[f"{name}_rest"].astype(object)
    return (whole * 10**6 + rest).tolist()


def test_sums_of_parts_are_put_together_at_their_shares_and_floor_by_floor() -> None:
    parts = [
        credited((1, 500_000, 1, 7), (1, 10**6, 2, 500), (2, 10**6, 0, 9)),
        credited((1, 500_000, 2, 10)),
    ]
    together = totals.put_together(column(1, 2, 3), parts, ONE_WINDOW)
    found = totals.at_floors(together, 1, ONE_WINDOW)
    above = 500 * 10**6 + 10 * 500_000
    assert exact(found, "credited") == [[7 * 500_000 + above, above], [0, 0], [0, 0]]
    assert found["largest"].tolist() == [[500, 500], [9, 0], [0, 0]]
    assert found["loan_largest"].tolist() == [[500, 500], [0, 0], [0, 0]]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 10**6), st.integers(0, 2), fen), min_size=1))
def test_shares_of_sums_are_exact(rows: list[tuple[int, int, int, int]]) -> None:
    together = totals.put_together(column(1, 2, 3), [credited(row) for row in rows], ONE_WINDOW)
    found = exact(totals.at_floors(together, 1, ONE_WINDOW), "credited")
    for manager in (1, 2, 3):
        own = [(kind, share * amount) for who, share, kind, amount in rows if who == manager]
        assert found[manager - 1] == [sum(amount for kind, amount in own if kind >= k) for k in (1, 2)]


def test_sums_beyond_all_numbers_are_refused() -> None:
    full = credited((1, 500_000, 1, 2**62))
    with pytest.raises(OverflowError):
        full.add("credited_1", column(0), column(1), column(2**62))
    with pytest.raises(OverflowError):
        totals.put_together(column(1), [full] * 5, ONE_WINDOW)


# --- Journeys -------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.just(0), numbers)))
def test_columns_come_back_as_they_were_packed(values: list[int]) -> None:
    columns = {"one": column(*values), "name": np.array([b"CNY"] * len(values), "S3")}
    found = packing.unpack(packing.pack(columns), {"one": "i8", "name": "S3"})
    assert {name: each.tolist() for name, each in found.items()} == {
        name: each.tolist() for name, each in columns.items()
    }


@given(st.lists(st.tuples(st.one_of(st.just(rules.NOTHING), fen), fen)))
def test_worth_apart_from_balances_comes_back(rows: list[tuple[int, int]]) -> None:
    balance = column(*(balance for balance, _ in rows))
    value = np.where(balance == rules.NOTHING, 0, column(*(value for _, value in rows)))
    found = packing.absolute(packing.relative({"balance": balance, "value": value}))
    assert (found["balance"].tolist(), found["value"].tolist()) == (balance.tolist(), value.tolist())


def account(number: int, customer: int, bucket: int = rules.DEPOSIT) -> dict[str, Any]:
    return {
        "account": column(number),
        "customer": column(customer),
        "bucket": np.array([bucket], "i4"),
        "currency": np.array([b"CNY"]),
        "closed_on": np.array([rules.OPEN], "i4"),
    }


def register(*rows: tuple[int, int]) -> rules.Positions:
    """Accounts (number, customer), each worth its number."""
    found = rules.Positions.empty()
    for number, customer in rows:
        found = rules.register(found, account(number, customer), np.array([True]))
        found.accounts["value"][found.accounts["account"] == number] = number
    return found


def held(positions: rules.Positions) -> list[tuple[int, int, int]]:
    """Account, customer and worth."""
    accounts = positions.accounts
    owner = positions.customer[accounts["owner"]]
    return list(zip(accounts["account"].tolist(), owner.tolist(), accounts["value"].tolist(), strict=True))


def test_accounts_are_registered_in_any_order_and_keep_their_worth() -> None:
    positions = register((7, 30), (3, 10), (5, 30))
    assert held(positions) == [(3, 10, 3), (5, 30, 5), (7, 30, 7)]
    moved = rules.register(positions, account(5, 20), np.array([True]))
    assert held(moved) == [(3, 10, 3), (5, 20, 5), (7, 30, 7)]
    assert moved.customer.tolist() == [10, 20, 30]
    gone = rules.register(positions, account(5, 20), np.array([False]))
    assert held(gone) == [(3, 10, 3), (7, 30, 7)]


def test_positions_are_cut_by_customer() -> None:
    positions = register((7, 30), (3, 10), (5, 30))
    one, two, three = rules.parts(positions, column(1, 0), 3)
    assert [held(part) for part in (one, two, three)] == [[(5, 30, 5), (7, 30, 7)], [(3, 10, 3)], []]
    assert [part.customer.tolist() for part in (one, two, three)] == [[30], [10], []]
    together = rules.joined([one, two, three])
    assert held(together) == held(positions)
    assert together.customer.tolist() == [10, 30]


def test_a_customer_who_is_not_there_at_all_is_astray() -> None:
    positions = register((3, 10))
    said = rules.register(register((3, 10)), account(5, 20), np.array([True]))
    said.customers["since"][said.customer == 20] = 0
    nobody = {"account": column(), "balance": column(), "value": column()}
    assert rules.astray(positions, nobody, {"customer": said.customer} | said.customers) == {20}
    assert rules.astray(said, nobody, {"customer": said.customer} | said.customers) == set()


def test_customers_whose_accounts_do_not_add_up_are_named() -> None:
    positions = register((7, 30), (3, 10))
    positions.customers["deposit"][:] = [3, 8]
    assert rules.untied(positions) == (30,)


@pytest.mark.django_db
def test_numbers_travel_to_the_database_and_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE travel (number bigint, day date, code varchar(3), sums bigint[])")
        sums = np.array([[1, -2], [2**62, -(2**63)]])
        rows = {"number": column(2**63 - 1, -5), "day": np.array([0, rules.EVER], "i4"), "sums": sums}
        assert binary.write(cursor, "travel", rows) == 2
        cursor.execute("UPDATE travel SET code = 'USD'")
        cursor.execute("SELECT number, day, sums FROM travel ORDER BY number")
        assert cursor.fetchall() == [
            (-5, date(1, 1, 1), [2**62, -(2**63)]),
            (2**63 - 1, date(2000, 1, 1), [1, -2]),
        ]
        kinds = {"number": "i8", "day": "i4", "code": "S3"}
        found = binary.fetch(cursor, "SELECT number, day, code FROM travel ORDER BY number", {}, kinds)
        assert {name: each.tolist() for name, each in found.items()} == {
            "number": [-5, 2**63 - 1],
            "day": [rules.EVER, 0],
            "code": [b"USD", b"USD"],
        }


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["NULL::bigint", "5::integer"])
def test_what_is_no_such_number_is_refused(value: str) -> None:
    with connection.cursor() as cursor, pytest.raises(TypeError):
        binary.fetch(cursor, f"SELECT {value} FROM generate_series(1, 2)", {}, {"number": "i8"})


# --- Blocks of a bank -----------------------------------------------------------------------------------


def readings() -> list[tuple[Any, ...]]:
    """All published figures, version by version."""
    return list(
        Reading.objects.filter(run__is_current=True)
        .order_by("run__business_date", "manager", "window")
        .values_list(
            "run__business_date", "manager__employee_no", "window", "deposit_product", "loan_product"
        )
    )


@pytest.fixture
def usual(tmp_path: Path, db: None) -> list[tuple[Any, ...]]:
    """The figures of five days, worked whole; the bank is as before."""
    with transaction.atomic():
        load_register(tmp_path / "usual")
        run_nights(to=day(5))
        found = readings()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("on", [2, 3, 5])
def test_blocks_that_were_lost_are_worked_out_again(usual: Any, tmp_path: Path, on: int) -> None:
    load_register(tmp_path / "again")
    run_nights(to=day(on - 1))
    lose_blocks()
    stray = Account.objects.filter(product__kind="deposit").latest("id")
    LoanPosition.objects.create(account=stray, customer=stray.customer, closed_on=day(9), balance=1, value=1)
    run_nights(to=day(5))
    assert by_number(readings()) == by_number(usual)
    assert {invariant.code for invariant, result in verification.verify(full=True) if result.hits} == set()


@pytest.mark.django_db
def test_no_table_is_outside_of_the_log() -> None:
    """PostgreSQL leaves the indexes of such tables broken when it is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relpersistence = 'u'")
        assert cursor.fetchall() == []


def test_rows_beside_the_blocks_that_were_lost_come_back(usual: Any, tmp_path: Path) -> None:
    load_register(tmp_path / "again")
    run_nights(to=day(3))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_loanposition, ledger_borrowerclass")
    run_nights(to=day(5))
    assert by_number(readings()) == by_number(usual)
    assert {invariant.code for invariant, result in verification.verify(full=True) if result.hits} == set()


@pytest.mark.parametrize("stage", chunks.stages())
def test_a_loss_in_the_middle_of_a_night_changes_no_figure(usual: Any, tmp_path: Path, stage: str) -> None:
    load_register(tmp_path / "again")
    run_nights(to=day(3))
    with parts_of(1):
        (run,), _ = runs.ensure(day(4))
        claim = runs.claim(run)
    assert claim is not None and runs.left(claim, stage) > 0
    for each in chunks.stages():
        if each == stage:
            lose_blocks()
        while runs.work_chunk(claim, each):
            pass
    runs.publish(claim)
    run_nights(to=day(5))
    assert by_number(readings()) == by_number(usual)


def by_number(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: row[:3])


@pytest.mark.django_db
def test_blocks_are_cut_and_joined_as_nights_want_them_and_never_lose_anybody(tmp_path: Path) -> None:
    load_register(tmp_path / "bank", last=2)
    run_nights(to=day(2))
    assert list(RegisterBlock.objects.values_list("first_slot", "last_slot")) == [(0, 1023)]
    load_days(tmp_path, 3, 3, balances=[("A1", day(3).isoformat(), "1")])
    with parts_of(1):
        run_nights(to=day(3))
    parts = RegisterBlock.objects.order_by("first_slot").values_list("first_slot", "last_slot")
    assert list(parts) == [(start, start + 255) for start in (0, 256, 512, 768)]
    with connection.cursor() as cursor:
        together = [
            int(n) for block in blocks.read(cursor, blocks.EVERYBODY) for n in block.positions.customer
        ]
    assert len(together) == len(set(together)) == 3
    load_days(tmp_path, 4, 4, balances=[("A1", day(4).isoformat(), "2")])
    run_nights(to=day(4))
    assert blocks.edges(blocks.EVERYBODY) == [blocks.EVERYBODY]
    with connection.cursor() as cursor:
        (block,) = blocks.read(cursor, blocks.EVERYBODY)
        assert block.positions.customer.tolist() == sorted(together)
    assert {invariant.code for invariant, result in verification.verify(full=True) if result.hits} == set()


@pytest.mark.django_db
def test_a_block_is_there_once(tmp_path: Path) -> None:
    bank.loaded(bank.write(tmp_path / "bank", bank.REGISTER))
    run_nights(to=day(1))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_registerblock SELECT * FROM ledger_registerblock")
