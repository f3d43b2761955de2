"""What each paper says, as plain values: texts in the reader's language, days, and exact amounts.

A Decimal is an amount of yuan, a Fraction a share of a whole; None is something nobody knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

Fact = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Head:
    """Whose paper it is, its title, number and day, and the language it is written in ("zh-hans", "en")."""

    bank: str
    title: str
    number: str
    on: date
    language: str


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Somebody who signs: as what, and the name where it is known beforehand."""

    role: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One comparison: the article, the figure and its line in the same unit, what came out and why."""

    cites: str
    name: str
    value: str
    threshold: str
    unit: str
    outcome: str
    note: str = ""
    indent: bool = False


@dataclass(frozen=True, kw_only=True)
class Standard:
    """The criteria of one grade's standard, with how many must be met."""

    title: str
    tally: str
    cites: str
    outcome: str
    rows: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True)
class Points:
    """An item of a score sheet: its points of how many."""

    name: str
    cites: str
    points: str
    full: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """A score sheet with its total and what the regulation calls it."""

    title: str
    total: str
    result: str
    rows: tuple[Points, ...]


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One instalment of pay: for what, by which article, due when, how much."""

    name: str
    cites: str
    kind: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was done: which step, by whom, when, with what remark."""

    name: str
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AppraisalForm:
    """考核表: who, on what evidence, every criterion, what was proposed and decided, and each step."""

    head: Head
    facts: tuple[Fact, ...]
    why: str
    standards: tuple[Standard, ...]
    others: tuple[Criterion, ...]
    scores: tuple[Scores, ...]
    payments: tuple[Payment, ...]
    flags: tuple[str, ...]
    result: tuple[Fact, ...]
    steps: tuple[Step, ...]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, kw_only=True)
class DecisionNotice:
    """决定通知书: to whom, what was decided and on what grounds, how to appeal until when, if one may."""

    head: Head
    addressee: str
    opening: str
    facts: tuple[Fact, ...]
    grounds: tuple[str, ...]
    appeal: tuple[str, ...]
    appeal_until: date | None
    office: str


@dataclass(frozen=True, kw_only=True)
class AppointmentLetter:
    """聘任书 or 等级调整通知: to whom, from which to which grade, from when, and what follows."""

    head: Head
    addressee: str
    opening: str
    facts: tuple[Fact, ...]
    follows: tuple[Fact, ...]
    closing: str
    office: str


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A customer of a handover. What does not move stays with the giver.

    `custody`: whether the receiver manages the customer from now on; `credit`: the share of its business
    counted for the receiver; `liability`: the loans the receiver answers for, as text; "" for none.
    """

    customer_no: str
    name: str
    custody: bool
    credit: Fraction | None
    liability: str
    deposits: Decimal | None
    loans: Decimal | None


@dataclass(frozen=True, kw_only=True)
class HandoverList:
    """移交清单: every customer that moves, with custody, credit and liability apart, and who signs."""

    head: Head
    facts: tuple[Fact, ...]
    rows: tuple[Moved, ...]
    remarks: tuple[str, ...]
    signatures: tuple[Signature, ...]

    @property
    def totals(self) -> tuple[int, int, int, Decimal | None, Decimal | None]:
        """Customers moving in custody, in credit, in liability; deposits and loans, None if unknown."""
        return (
            sum(row.custody for row in self.rows),
            sum(row.credit is not None for row in self.rows),
            sum(bool(row.liability) for row in self.rows),
            _sum(row.deposits for row in self.rows),
            _sum(row.loans for row in self.rows),
        )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; of amounts one of which nobody knows, nobody knows it either."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One member's vote on an item, or why the member does not vote."""

    member: str
    vote: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item of a meeting: what was proposed, how each voted, and what was resolved."""

    title: str
    proposal: str
    tally: str
    resolution: str
    votes: tuple[Vote, ...]


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """会议纪要 with 表决记录: when and where, who was there and who withdrew, and every item's vote."""

    head: Head
    facts: tuple[Fact, ...]
    absent: tuple[Vote, ...]
    items: tuple[Item, ...]
    remarks: tuple[str, ...]
    signatures: tuple[Signature, ...]


Sheet = AppraisalForm | DecisionNotice | AppointmentLetter | HandoverList | Minutes
