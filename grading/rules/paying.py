"""Pay: what a period brings, rounded once to the fen, and the schedule of what is deferred, to the fen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.rules.figures import MetricRef
from ledger.rules.money import round_half_up

from .arithmetic import last_day, measured
from .conditions import Label, Node
from .operands import Operand, Scope
from .reasons import Reason, part_of

CARRIES = ("none", "shortfall", "surplus", "both")


@dataclass(frozen=True, slots=True)
class Release:
    """A part of what is deferred, due so many months after the period's end."""

    after_months: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class Deferral:
    """How much of an award is held back, when it is released, and what claws the rest back."""

    share: Operand
    releases: tuple[Release, ...]
    claw_back: Node | None


@dataclass(frozen=True, slots=True)
class PayItem:
    """One kind of pay for some kinds of period; a carry takes shortfall or surplus into the next one."""

    label: Label
    periods: tuple[str, ...]
    amount: Operand
    deferral: Deferral | None
    carry: str
    cap: Operand | None = None

    @property
    def carried(self) -> MetricRef:
        """The question what the period before has left: below zero a shortfall, above it a surplus."""
        return MetricRef("pay_carried", "", params=(("item", self.label.code),))

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Every metric it will ask for."""
        yield from self.amount.refs(scope)
        yield from self.cap.refs(scope) if self.cap is not None else ()
        if self.carry != "none":
            yield self.carried
        if self.deferral is not None:
            yield from self.deferral.share.refs(scope)
            yield from self.deferral.claw_back.refs(scope) if self.deferral.claw_back else ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a schedule: paid at once, or released on a day."""

    kind: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Award:
    """What an item came to: yuan to the fen, None where it is not known (``why`` says so).

    ``carried`` is left for the next period (below zero: a shortfall to be made up). The entries add up to
    the amount exactly. ``clawed_back`` says whether what is still held is forfeit.
    """

    code: str
    title: str
    title_en: str
    cites: str
    amount: Decimal | None
    why: str
    carried: Decimal = Decimal(0)
    entries: tuple[Entry, ...] = ()
    clawed_back: Reason | None = None
    parts: tuple[Mapping[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able and exact."""
        entries = [
            {"kind": each.kind, "due_on": each.due_on.isoformat(), "amount": str(each.amount)}
            for each in self.entries
        ]
        return {
            "code": self.code,
            "title": self.title,
            "title_en": self.title_en,
            "cites": self.cites,
            "amount": None if self.amount is None else str(self.amount),
            "why": self.why,
            "carried": str(self.carried),
            "entries": entries,
            "clawed_back": None if self.clawed_back is None else self.clawed_back.to_dict(),
            "parts": [dict(part) for part in self.parts],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Award":
        """What `to_dict` wrote down, exactly."""
        entries = (
            Entry(each["kind"], date.fromisoformat(each["due_on"]), Decimal(each["amount"]))
            for each in data["entries"]
        )
        clawed, amount = data["clawed_back"], data["amount"]
        known = {
            "amount": None if amount is None else Decimal(amount),
            "carried": Decimal(data["carried"]),
            "entries": tuple(entries),
            "clawed_back": None if clawed is None else Reason.from_dict(clawed),
            "parts": tuple(data["parts"]),
        }
        return cls(**{**data, **known})


def award(item: PayItem, scope: Scope) -> Award:
    """What the item brings for the period that ends on the scope's day."""
    term, label = item.amount.term(scope), item.label
    amount, carried = _with_carry(item, term.figure.value, scope)
    entries: tuple[Entry, ...] = ()
    clawed: Reason | None = None
    if amount is not None:
        entries = (Entry("paid", scope.on, amount),)
    if amount is not None and item.deferral is not None:
        # Less than nothing has nothing to hold back.
        entries = tuple(schedule(amount, item.deferral, scope)) if amount > 0 else entries
        claw = item.deferral.claw_back
        clawed = claw.judge(scope, f"pay.{label.code}.claw_back") if claw is not None else None
    return Award(
        code=label.code,
        title=label.title,
        title_en=label.title_en,
        cites=label.cites or term.cites,
        amount=amount,
        why=term.figure.reason,
        carried=carried,
        entries=entries,
        clawed_back=clawed,
        parts=tuple(part_of(part) for part in measured([term])),
    )


def _with_carry(item: PayItem, earned: Fraction | None, scope: Scope) -> tuple[Decimal | None, Decimal]:
    """What is paid now and what goes on to the next period, both rounded once."""
    before = scope.evidence.get(item.carried) if item.carry != "none" else None
    left = before.value if before is not None and before.value is not None else Fraction(0)
    if earned is None:
        return None, round_half_up(left)  # what was left is not lost while a period is open
    earned += left
    paid = max(earned, Fraction(0)) if item.carry in ("shortfall", "both") else earned
    cap = item.cap.term(scope).figure.value if item.cap is not None else None
    paid = paid if cap is None else min(paid, cap)
    keeps = (
        earned - paid if item.carry == "both" or (earned > paid) == (item.carry == "surplus") else Fraction(0)
    )
    return round_half_up(paid), round_half_up(keeps) if item.carry != "none" else Decimal(0)


def schedule(amount: Decimal, deferral: Deferral, scope: Scope) -> Iterator[Entry]:
    """What is paid at once and what is released when; the last release takes what rounding leaves."""
    share = deferral.share.term(scope).figure.value or Fraction(0)
    held = round_half_up(Fraction(amount) * share)
    if amount != held or not held:
        yield Entry("paid", scope.on, amount - held)
    parts = shared_out(held, [release.share for release in deferral.releases]) if held else []
    for release, part in zip(deferral.releases, parts, strict=False):
        yield Entry("release", months_later(scope.on, release.after_months), part)


def shared_out(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """An amount in parts to the fen that add up to it exactly: each rounded, the last takes the rest.

    >>> shared_out(Decimal("100.00"), [Decimal("0.3333"), Decimal("0.3333"), Decimal("0.3334")])
    [Decimal('33.33'), Decimal('33.33'), Decimal('33.34')]
    """
    whole = sum(shares, Decimal(0))
    parts = [round_half_up(Fraction(amount) * Fraction(share) / Fraction(whole)) for share in shares[:-1]]
    return [*parts, amount - sum(parts, Decimal(0))]


def months_later(on: date, months: int) -> date:
    """The same day of a later month; of a month's last day, and where there is no such day, the last.

    >>> months_later(date(2026, 2, 28), 1)
    datetime.date(2026, 3, 31)
    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    count = on.year * 12 + on.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    last = last_day("month", first)
    return last if on == last_day("month", on) else first.replace(day=min(on.day, last.day))
