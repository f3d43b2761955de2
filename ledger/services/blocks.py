"""Blocks of columns in the database: who there is and where everybody stands, read and written whole."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from ledger.models import AssignmentBlock, Chunk, PositionBlock, RegisterBlock
from ledger.rules import packing
from ledger.rules import positions as rules
from ledger.rules.positions import Array, Columns, Positions
from ledger.sql import binary

#: Accounts of one block, roughly: what a processor has at hand at once.
ACCOUNTS_A_BLOCK = 100_000
Slots = tuple[int, int]
EVERYBODY: Slots = (0, Chunk.SLOTS - 1)


@dataclass(frozen=True)
class Block:
    """The positions of the customers of some slots, by the accounts up to a number and a bundle."""

    slots: Slots
    registered: int
    last_account: int
    positions: Positions


def divide(cursor: Any, parts: int) -> None:
    """Have blocks for everybody, all of one size: none reaches over two of `parts` (a power of two)."""
    count = max(parts, wanted(cursor))
    size = Chunk.SLOTS // count
    for start in range(0, Chunk.SLOTS, size):
        slots = (start, start + size - 1)
        found = edges(slots)
        if len(found) > 1:
            _put(cursor, found, [_joined(list(read(cursor, slots)), slots)])
        elif found and found != [slots]:
            (block,) = read(cursor, slots)
            _put(cursor, found, _parts(block, (block.slots[1] - block.slots[0] + 1) // size))
    cover(cursor, EVERYBODY, size)


def wanted(cursor: Any) -> int:
    """How many blocks all accounts should have."""
    cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'ledger_account'::regclass")
    return min(power_of_two(cursor.fetchone()[0] // ACCOUNTS_A_BLOCK), Chunk.SLOTS)


def _put(cursor: Any, old: list[Slots], new: list[Block]) -> None:
    """New blocks in the place of old ones; who holds their customers is read from the table again."""
    for model in (RegisterBlock, PositionBlock, AssignmentBlock):
        model.objects.filter(first_slot__in=[first for first, _last in old]).delete()
    for block in new:
        write_register(cursor, block)
        write_positions(cursor, block)


def _joined(found: list[Block], slots: Slots) -> Block:
    """As one that knows what every one of them knew."""
    return Block(
        slots,
        min(block.registered for block in found),
        min(block.last_account for block in found),
        rules.joined([block.positions for block in found]),
    )


def cover(cursor: Any, slots: Slots, size: int = 0) -> None:
    """Have a block for each of some slots: empty ones, of `size`, where none is there, or none any more."""
    if not RegisterBlock.objects.filter(first_slot__range=slots).exists():
        count = slots[1] - slots[0] + 1
        for part in _parts(Block(slots, 0, 0, Positions.empty()), count // (size or count)):
            write_register(cursor, part)
            write_positions(cursor, part)


def power_of_two(wanted: int) -> int:
    """The least that is not smaller; 1 for nothing."""
    return 1 << max(wanted - 1, 0).bit_length()


def _parts(block: Block, count: int) -> list[Block]:
    size = (block.slots[1] - block.slots[0] + 1) // count
    starts = range(block.slots[0], block.slots[1] + 2, size)
    part = (block.positions.customer % Chunk.SLOTS - block.slots[0]) // size
    positions = rules.parts(block.positions, part, count)
    return [
        replace(block, slots=(start, end - 1), positions=each)
        for (start, end), each in zip(pairwise(starts), positions, strict=True)
    ]


def read(cursor: Any, slots: Slots) -> Iterator[Block]:
    """The blocks that begin in some slots, one at a time."""
    for first, last in edges(slots):
        registered, last_account, customer, register = _row(
            cursor, RegisterBlock, first, "registered, last_account, customer, accounts"
        )
        accounts, customers = _row(cursor, PositionBlock, first, "accounts, customers")
        standing = packing.absolute(packing.unpack(accounts, packing.RELATIVE))
        positions = Positions(
            np.frombuffer(customer, np.int64),
            packing.unpack(register, rules.REGISTER) | standing,
            packing.unpack(customers, rules.CUSTOMER),
        )
        yield Block((first, last), int.from_bytes(registered), int.from_bytes(last_account), positions)


def read_customers(cursor: Any, first: int) -> tuple[Array, Columns]:
    """The customers of the block that begins with a slot, and where they stand."""
    (customer,) = _row(cursor, RegisterBlock, first, "customer")
    (customers,) = _row(cursor, PositionBlock, first, "customers")
    return np.frombuffer(customer, np.int64), packing.unpack(customers, rules.CUSTOMER)


def edges(slots: Slots) -> list[Slots]:
    """First and last slots of the blocks that begin in some slots, in their order."""
    found = RegisterBlock.objects.filter(first_slot__range=slots).order_by("first_slot")
    return list(found.values_list("first_slot", "last_slot"))


def _row(cursor: Any, model: Any, first: int, columns: str) -> tuple[bytes, ...]:
    query = f"SELECT {columns} FROM {model._meta.db_table} WHERE first_slot = %(first)s"
    (row,) = binary.fetch_blobs(cursor, query, {"first": first})
    return row


def write_register(cursor: Any, block: Block) -> None:
    """Put who there is in the place of what was said before."""
    accounts = block.positions.accounts
    write_block(
        cursor,
        RegisterBlock,
        block.slots,
        registered=block.registered.to_bytes(8),
        last_account=block.last_account.to_bytes(8),
        customer=block.positions.customer.tobytes(),
        accounts=packing.pack({name: accounts[name] for name in rules.REGISTER}),
    )


def write_positions(cursor: Any, block: Block) -> None:
    """Put where its accounts and customers stand in the place of what was said before."""
    write_block(
        cursor,
        PositionBlock,
        block.slots,
        accounts=packing.pack(packing.relative(block.positions.accounts)),
        customers=packing.pack(block.positions.customers),
    )


def write_block(cursor: Any, model: Any, slots: Slots, **values: bytes) -> None:
    """Put a block in the place of the one before it."""
    model.objects.filter(first_slot=slots[0]).delete()
    row = {"first_slot": slots[0].to_bytes(2), "last_slot": slots[1].to_bytes(2)} | values
    binary.write_blobs(cursor, model._meta.db_table, list(row), [list(row.values())])


def pick(seed: int) -> Slots:
    """The slots of one block, which the seed picks; all where there is none."""
    found = edges(EVERYBODY)
    return found[seed % len(found)] if found else EVERYBODY
