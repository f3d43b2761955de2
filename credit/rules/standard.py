"""The credit standard: inspections, notices, approval levels, class floors, papers required; dated data.

Pure: reads a TOML text into frozen values. Every rule carries `cites`, the article it comes from or the
word of who decided it.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
SECURITIES = ("credit", "guarantee", "mortgage", "pledge")
T = TypeVar("T")


class Unreadable(ValueError):
    """A standard that cannot be used; `place` is where in it, the text why."""

    def __init__(self, place: str, why: str) -> None:
        self.place, self.why = place, why
        super().__init__(f"{place}: {why}")


@dataclass(frozen=True)
class InspectionRule:
    """Loans of a class from an amount on are inspected every so many days."""

    loan_class: str
    amount_from: Decimal
    every_days: int
    cites: str


@dataclass(frozen=True)
class ApprovalLevel:
    """A class of a loan up to an amount (None: any) is approved under this role."""

    up_to: Decimal | None
    role: str
    cites: str


@dataclass(frozen=True)
class ClassFloor:
    """A loan overdue for more than so many days, or with arrears so old, is at best of this class."""

    overdue_over: int
    loan_class: str
    cites: str


@dataclass(frozen=True)
class Papers:
    """The documents a loan with a security needs, and for how many days each is good (0: always)."""

    security: str
    required: Mapping[str, int]
    cites: str


@dataclass(frozen=True)
class Checklist:
    """What is to be ticked off when a loan ends in a way: recovered, extended, renewed or preserved."""

    ending: str
    items: Mapping[str, str]
    cites: str


@dataclass(frozen=True)
class Standard:
    """A whole standard. `notice_days`: how many days before maturity notices go out, the earliest first."""

    code: str
    title: str
    notice_days: tuple[int, ...]
    finding_days: int
    complaint_days: int
    inspections: tuple[InspectionRule, ...]
    approvals: tuple[ApprovalLevel, ...]
    floors: tuple[ClassFloor, ...]
    papers: tuple[Papers, ...]
    checklists: tuple[Checklist, ...]
    cites: Mapping[str, str] = field(default_factory=dict)

    def inspected_every(self, loan_class: str, amount: Decimal) -> InspectionRule | None:
        """The rule for a loan: of those whose amount it reaches the highest; None where none speaks of it."""
        reached = (
            rule for rule in self.inspections if rule.loan_class == loan_class and rule.amount_from <= amount
        )
        return max(reached, key=lambda rule: rule.amount_from, default=None)

    def approved_at(self, amount: Decimal) -> ApprovalLevel:
        """The lowest level that owns an amount."""
        return next(level for level in self.approvals if level.up_to is None or amount <= level.up_to)

    def floor(self, overdue: int) -> ClassFloor | None:
        """The best class allowed after so many days overdue; None where any is."""
        broken = (rule for rule in self.floors if overdue > rule.overdue_over)
        return max(broken, key=lambda rule: CLASSES.index(rule.loan_class), default=None)

    def papers_for(self, security: str) -> Papers | None:
        """The documents a loan with this security needs."""
        return next((each for each in self.papers if each.security == security), None)

    def checklist(self, ending: str) -> Checklist | None:
        """What is to be ticked off at an ending."""
        return next((each for each in self.checklists if each.ending == ending), None)


def worse(one: str, other: str) -> str:
    """The worse of two classes."""
    return max(one, other, key=CLASSES.index)


def parsed(text: str) -> Standard:
    """A standard from its text. Raises Unreadable with the place and the reason."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable("toml", str(error)) from error
    notices, findings, complaints = (_table(raw, name) for name in ("notices", "findings", "complaints"))
    return Standard(
        code=_text(raw, "code"),
        title=_text(raw, "title"),
        notice_days=tuple(sorted({_days(day, "notices.days") for day in notices["days"]}, reverse=True)),
        finding_days=_days(findings.get("days"), "findings.days"),
        complaint_days=_days(complaints.get("days"), "complaints.days"),
        inspections=_each(raw, "inspection", _inspection),
        approvals=_approvals(raw),
        floors=_each(raw, "class_floor", _floor),
        papers=_each(raw, "papers", _papers),
        checklists=_each(raw, "checklist", _checklist),
        cites={"notices": _text(notices, "cites"), "complaints": _text(complaints, "cites")},
    )


def _inspection(raw: Mapping[str, Any], place: str) -> InspectionRule:
    return InspectionRule(
        _one_of(raw, "class", CLASSES, place),
        _amount(raw.get("amount_from", "0"), f"{place}.amount_from"),
        _days(raw.get("every_days"), f"{place}.every_days"),
        _text(raw, "cites", place),
    )


def _approvals(raw: Mapping[str, Any]) -> tuple[ApprovalLevel, ...]:
    """Levels by rising amount; the last one has no limit, so every amount has an owner."""
    levels = _each(raw, "approval", _approval)
    if not levels or levels[-1].up_to is not None:
        raise Unreadable("approval", "the last level must have no up_to: somebody owns every amount")
    limits = [level.up_to for level in levels[:-1]]
    if None in limits or limits != sorted(set(limits)):  # type: ignore[type-var]
        raise Unreadable("approval", "up_to must rise from level to level")
    return levels


def _approval(raw: Mapping[str, Any], place: str) -> ApprovalLevel:
    limit = raw.get("up_to")
    return ApprovalLevel(
        None if limit is None else _amount(limit, f"{place}.up_to"),
        _text(raw, "role", place),
        _text(raw, "cites", place),
    )


def _floor(raw: Mapping[str, Any], place: str) -> ClassFloor:
    return ClassFloor(
        _days(raw.get("overdue_over"), f"{place}.overdue_over", least=0),
        _one_of(raw, "class", CLASSES, place),
        _text(raw, "cites", place),
    )


def _papers(raw: Mapping[str, Any], place: str) -> Papers:
    required = _table(raw, "required", place)
    days = {name: _days(number, f"{place}.required.{name}", least=0) for name, number in required.items()}
    return Papers(_one_of(raw, "security", SECURITIES, place), days, _text(raw, "cites", place))


def _checklist(raw: Mapping[str, Any], place: str) -> Checklist:
    items = {name: str(words) for name, words in _table(raw, "items", place).items()}
    return Checklist(_text(raw, "ending", place), items, _text(raw, "cites", place))


def _each(raw: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], T]) -> tuple[T, ...]:
    rows: Iterable[Any] = raw.get(name, [])
    return tuple(read(row, f"{name}[{place}]") for place, row in enumerate(rows, 1))


def _table(raw: Mapping[str, Any], name: str, place: str = "") -> Mapping[str, Any]:
    found = raw.get(name)
    if not isinstance(found, Mapping):
        raise Unreadable(f"{place}.{name}".strip("."), "a table is needed here")
    return found


def _text(raw: Mapping[str, Any], name: str, place: str = "") -> str:
    found = raw.get(name)
    if not isinstance(found, str) or not found.strip():
        raise Unreadable(f"{place}.{name}".strip("."), "a text is needed here")
    return found.strip()


def _one_of(raw: Mapping[str, Any], name: str, words: tuple[str, ...], place: str) -> str:
    found = raw.get(name)
    if found not in words:
        raise Unreadable(f"{place}.{name}", f"{found!r} is none of {', '.join(words)}")
    return str(found)


def _days(value: Any, place: str, least: int = 1) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Unreadable(place, f"a whole number of days from {least} on is needed here")
    return value


def _amount(value: Any, place: str) -> Decimal:
    """Amounts stand as text or whole numbers: a float has lost its fen already."""
    try:
        amount = Decimal(value) if isinstance(value, str | int) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        raise Unreadable(place, "an amount in yuan, as text or a whole number, is needed here")
    return amount
