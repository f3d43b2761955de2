"""From qualification to grade: who decides for a grade, where a step leads, terms, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from .paying import months_later
from .schema import Rulebook

#: The glossary's code of the grade a traineeship is served in; a ladder without it has no traineeship.
TRAINEE = "trainee"
#: Days before a certificate, term or traineeship ends on which its people are reminded.
REMIND_DAYS = (60, 30, 7)
#: The numbers of a rulebook that say how much a grade may lend.
LENDING = "lending_authority"
#: The number of a rulebook that says what an exam must reach.
PASS_MARK = "exam_pass_mark"  # nosec B105  # an exam

BRANCH_AND_UP = frozenset({"branch", "rural_bank", "region", "head_office"})
ANYWHERE = BRANCH_AND_UP | {"outlet"}
HEAD_OFFICE = frozenset({"head_office"})

Decision = Literal["recognise", "approve"]


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may decide: holders of one of the roles, granted at a branch of one of the kinds."""

    roles: frozenset[str]
    kinds: frozenset[str]


_GROUP = frozenset({"group_member", "group_chair"})
_LEADING = Authority(_GROUP, BRANCH_AND_UP)
_UNIT = Authority(_GROUP, ANYWHERE)
_RISK = Authority(frozenset({"branch_risk", "head_risk"}), BRANCH_AND_UP)
_HEAD_RISK = Authority(frozenset({"head_risk"}), HEAD_OFFICE)
_HEAD_HR = Authority(frozenset({"head_hr"}), HEAD_OFFICE)

#: What a rulebook calls an approver, as roles: the one place. HR keeps the personnel files, so where a
#: rulebook names HR the grade is HR's to approve, while being found fit is for the head office's risk.
AUTHORITIES: Mapping[str, Mapping[Decision, Authority]] = {
    "leading_group": {"recognise": _LEADING, "approve": _LEADING},
    "unit_group": {"recognise": _UNIT, "approve": _UNIT},
    "hr": {"recognise": _HEAD_RISK, "approve": _HEAD_HR},
    "risk": {"recognise": _RISK, "approve": _RISK},
    "head_office_risk": {"recognise": _HEAD_RISK, "approve": _HEAD_RISK},
}


def authority(approver: str, decision: Decision) -> Authority:
    """Who decides where a rulebook names `approver`; the leading group where it names nobody.

    >>> sorted(authority("hr", "approve").roles)
    ['head_hr']
    """
    return AUTHORITIES.get(approver, AUTHORITIES["leading_group"])[decision]


Step = Literal["same", "next", "leap", "down", "unknown"]


def step_to(ladder: Sequence[str], held: str, wanted: str) -> Step:
    """Where `wanted` lies as seen from the grade held ("" for none); `ladder` from the highest down.

    Whoever has served the traineeship is appointed by results, to any grade: never a leap.

    >>> ladder = ["first", "second", "third"]
    >>> step_to(ladder, "", "third"), step_to(ladder, "third", "first")
    ('next', 'leap')
    """
    if wanted not in ladder:
        return "unknown"
    here = ladder.index(held) if held in ladder else len(ladder)
    up = here - ladder.index(wanted)
    if up == 0:
        return "same"
    if up < 0:
        return "down"
    return "next" if up == 1 or held == TRAINEE else "leap"


def term_end(starts_on: date, months: int) -> date:
    """The last day of a term, or of a traineeship, of so many months.

    >>> term_end(date(2026, 3, 1), 12)
    datetime.date(2027, 2, 28)
    """
    return months_later(starts_on, months) - timedelta(days=1)


def reapply_on(failed_on: date, months: int) -> date:
    """The first day on which somebody who failed may apply again."""
    return months_later(failed_on, months)


def reminder_due(ends_on: date, on: date) -> int | None:
    """The number of days of `REMIND_DAYS` that falls on `on`; None on every other day.

    >>> reminder_due(date(2026, 3, 8), date(2026, 3, 1))
    7
    """
    left = (ends_on - on).days
    return left if left in REMIND_DAYS else None


@dataclass(frozen=True, slots=True)
class Follows:
    """One thing that follows from a change of grade, by its code, as it was and as it will be.

    `before` and `after` are amounts in yuan where there are any; None is nothing laid down.
    """

    code: str
    before: Decimal | None = None
    after: Decimal | None = None
    words: tuple[str, ...] = ()


def follows(book: Rulebook, old: str, new: str, on: date) -> list[Follows]:
    """What follows from going from one grade to another ("" for none) on a day: pay, authority, duties."""
    found = [
        Follows("allowance", _allowance(book, old, on), _allowance(book, new, on)),
        Follows("lending", _number(book, LENDING, old, on), _number(book, LENDING, new, on)),
    ]
    found = [each for each in found if each.before != each.after]
    gained, lost = _forbids(book, new) - _forbids(book, old), _forbids(book, old) - _forbids(book, new)
    found += [Follows("forbidden", words=tuple(sorted(gained)))] if gained and new else []
    found += [Follows("allowed", words=tuple(sorted(lost)))] if lost and new else []
    if not new:
        found.append(Follows("handover"))
    elif step_to([each.code for each in book.grades], old, new) in ("next", "leap"):
        found.append(Follows("training"))
    return found


def _allowance(book: Rulebook, grade: str, on: date) -> Decimal | None:
    return book.allowance_on(grade=grade, on=on) if grade and book.allowance else None


def _number(book: Rulebook, name: str, grade: str, on: date) -> Decimal | None:
    row = book.row_on(name, grade=grade, on=on) if grade else None
    return row.amount if row else None


def _forbids(book: Rulebook, grade: str) -> set[str]:
    return {word for each in book.grades if each.code == grade for word in each.forbids}
