"""Positions brought up to a day block by block, with their history; and checked against the facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Min
from django.utils.translation import gettext as _

from ledger import queries
from ledger.models import Chunk, RegisterBlock, Run
from ledger.rules import positions as rules
from ledger.rules.crediting import Frame
from ledger.rules.positions import Columns, Day, Delivered, Positions
from ledger.services import beside, blocks, crediting
from ledger.services.beside import Beside
from ledger.services.blocks import Block
from ledger.sql import binary, statement
from managers.models import Customer

_ACCOUNT = {"account": "i8"} | rules.STANDING
_CUSTOMER = {"customer": "i8"} | rules.CUSTOMER
#: As of whatever bundle came last.
_LATEST = 2**63 - 1
_EVERYBODY = "(SELECT id AS customer_id FROM managers_customer)"
Given = dict[str, Any]


class NotTied(ArithmeticError):
    """What a run worked out does not add up; it is not published."""


@dataclass(frozen=True)
class _Inputs:
    """What a part of a night takes in: accounts that are new or have changed, and the balances of the day."""

    news: Columns
    last_account: int
    delivered: Delivered | None


# --- A part of a night -------------------------------------------------------------------------------------


def bring_up(cursor: Any, given: Given, frame: Frame, *, touched: bool, one_day: bool, again: bool) -> int:
    """Bring the blocks of some slots up to `through`; how many balances that took.

    New accounts come in; where any are `touched`, the customers of that table are put where their history
    says; with `one_day` the balances of that day are worked in and the history goes on, `again` where it may
    have the day already.
    """
    slots = (given["first_slot"], given["last_slot"])
    blocks.cover(cursor, slots)
    inputs = _inputs(cursor, given, one_day=one_day)
    moved, rows = [], Beside(frame)
    for old in blocks.read(cursor, slots):
        block = _registered(old, inputs, given)
        if not old.registered:
            rules.stand(block.positions, *_said(cursor, block, _EVERYBODY, given | {"on": given["applied"]}))
        if touched:
            rules.stand(block.positions, *_said(cursor, block, "touched", given | {"on": given["through"]}))
        if inputs.delivered is not None:
            moved.append(_step(cursor, block.positions, inputs.delivered, given))
        _check(block.positions)
        rows.add(block.positions)
        if block is not old:
            blocks.write_register(cursor, block)
        blocks.write_positions(cursor, block)
    _keep_history(cursor, moved, again=again)
    rows.write(cursor, slots)
    return 0 if inputs.delivered is None else len(inputs.delivered.account)


def _inputs(cursor: Any, given: Given, *, one_day: bool) -> _Inputs:
    cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_account")
    last_account = cursor.fetchone()[0]
    return _Inputs(_news(cursor, given), last_account, _delivered(cursor, given) if one_day else None)


def _said(cursor: Any, block: Block, whose: str, given: Given) -> tuple[Columns, Columns]:
    """Where the facts put, at the end of a day, those of some customers who belong to a block."""
    given = {**given, "first": block.slots[0], "last": block.slots[1]}
    return (
        binary.fetch(cursor, statement("positions_accounts").format(whose=whose), given, _ACCOUNT),
        binary.fetch(cursor, statement("positions_customers").format(whose=whose), given, _CUSTOMER),
    )


def _news(cursor: Any, given: Given) -> Columns:
    """Accounts that are new or have changed since the blocks of these slots last looked."""
    known = RegisterBlock.objects.filter(first_slot__range=(given["first_slot"], given["last_slot"]))
    since = known.aggregate(registered=Min("registered"), last_account=Min("last_account"))
    kinds = {"account": "i8", "customer": "i8", "bucket": "i4", "currency": "S3", "closed_on": "i4"}
    return binary.fetch(cursor, statement("positions_registered"), given | since, kinds)


def _registered(block: Block, inputs: _Inputs, given: Given) -> Block:
    """The block with what is new; itself where nothing is."""
    if not len(inputs.news["account"]) and block.registered:
        return block
    slot = inputs.news["customer"] % Chunk.SLOTS
    mine = (slot >= block.slots[0]) & (slot <= block.slots[1])
    positions = rules.register(block.positions, inputs.news, mine)
    return replace(block, registered=given["pinned"], last_account=inputs.last_account, positions=positions)


def _delivered(cursor: Any, given: Given) -> Delivered:
    """The day's balances, of several for one account the latest bundle's, and the rates."""
    kinds = {"account": "i8", "bundle": "i8", "balance": "i8"}
    found = binary.fetch(cursor, statement("positions_delivered"), given, kinds)
    order = np.lexsort((found["bundle"], found["account"]))
    account, balance = found["account"][order], found["balance"][order]
    latest = np.ones(len(account), bool)
    latest[:-1] = account[1:] != account[:-1]
    cursor.execute(statement("positions_rates"), given)
    rates = [(name.encode(), int(rate * rules.RATE), of_day) for name, rate, of_day in cursor.fetchall()]
    return Delivered(
        account[latest],
        balance[latest],
        frozenset(name for name, _rate, of_day in rates if of_day),
        {name: rate for name, rate, _of_day in rates},
    )


def _step(cursor: Any, positions: Positions, delivered: Delivered, given: Given) -> Columns:
    """One day forward; the customers that moved, as their history keeps them."""
    names = ("day", "month", "quarter", "year", "last_year")
    day = Day(*(rules.day_number(given[name]) for name in names))
    found = rules.changes(positions.accounts, day.day, delivered)
    value = rules.worth(positions.accounts, found.at, found.balance, day.day, delivered.rates)
    acquired = _acquired(cursor, positions, found.at[found.first], given)
    at = rules.step(positions, day, found, value, acquired)
    return {"customer_id": positions.customer[at]} | {
        name: positions.customers[name][at] for name in ("since", *rules.AMOUNTS)
    }


def _acquired(cursor: Any, positions: Positions, first: Any, given: Given) -> Any:
    """Places of customers one of whose accounts has its first balance and is older than the history."""
    if not len(first) or given["day"] <= given["history_start"]:
        return np.zeros(0, np.int64)
    numbers = positions.accounts["account"][first].tolist()
    cursor.execute(statement("positions_older"), {**given, "accounts": numbers})
    older = np.array([number for (number,) in cursor.fetchall()], np.int64)
    at, _known = rules.find(positions.accounts["account"], older)
    return np.unique(positions.accounts["owner"][at])


def _check(positions: Positions) -> None:
    """I02: what a customer holds is what the accounts are worth, in every bucket, to the fen."""
    untied = rules.untied(positions)
    if untied:
        customer = Customer.objects.get(id=untied[0]).customer_no
        raise NotTied(_("客户 %(customer)s 的账户合计与客户合计不符") % {"customer": customer})


# --- Rows of it --------------------------------------------------------------------------------------------


def _keep_history(cursor: Any, moved: Sequence[Columns], *, again: bool) -> None:
    if not moved:
        return
    rows = {name: np.concatenate([each[name] for each in moved]) for name in moved[0]}
    if not again:
        binary.write(cursor, "ledger_customerproduct", rows)
        return
    cursor.execute(
        "CREATE TEMP TABLE worked_again ON COMMIT DROP AS SELECT * FROM ledger_customerproduct LIMIT 0"
    )
    binary.write(cursor, "worked_again", rows)
    names = ", ".join(rows)
    cursor.execute(
        f"INSERT INTO ledger_customerproduct ({names}) SELECT {names} FROM worked_again "
        + statement("step_again")
    )
    cursor.execute("DROP TABLE worked_again")


# --- Checked against the facts -----------------------------------------------------------------------------


def astray(cursor: Any, customers: Sequence[int] | None, *, through: date, history_start: date) -> list[str]:
    """Of some customers, or all, the numbers of those who do not stand where the facts say they do.

    Those whom a correction still waits for are left out.
    """
    given = {"customers": customers, "on": through, "pinned": _LATEST, "history_start": history_start}
    worked = Run.objects.filter(business_date=through).order_by("-version").first()
    frame = crediting.frame(through, worked.floors if worked else queries.stored_floors())
    whose = statement("positions_whose")
    found: set[int] = set()
    for block in _holding(cursor, customers):
        accounts, said = _said(cursor, block, f"({whose})", given)
        found |= rules.astray(block.positions, accounts, said)
        found |= beside.astray(cursor, block, frame) & set(said["customer"].tolist())
    return sorted(Customer.objects.filter(id__in=found).values_list("customer_no", flat=True))


def _holding(cursor: Any, customers: Sequence[int] | None) -> Iterator[Block]:
    """The blocks that some customers belong to, or all."""
    slots = None if customers is None else {customer % Chunk.SLOTS for customer in customers}
    for first, last in blocks.edges(blocks.EVERYBODY):
        if slots is None or any(first <= slot <= last for slot in slots):
            yield from blocks.read(cursor, (first, first))
