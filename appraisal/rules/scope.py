"""Who is appraised under a scheme for a period, and why the others are not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

APPRAISED = ("on_post", "trainee")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What scope looks at: a manager's file, and the grade on the period's last day ("" for none)."""

    line: str
    status: str
    post_started_on: date
    branch_path: str
    grade: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whom a scheme covers, for a period ending on `ends_on`; no `branches` means all of them."""

    lines: Collection[str]
    branches: Collection[str]
    grades: Collection[str]
    ends_on: date


def left_out(who: Candidate, bounds: Bounds) -> str:
    """Why a manager is not appraised, as a code of `messages.LEFT_OUT`; "" for whoever is.

    >>> left_out(Candidate("personal", "on_post", date(2020, 1, 1), "/HO/", "third"),
    ...          Bounds(["corporate"], [], ["third"], date(2026, 9, 30)))
    'other_line'
    """
    if bounds.lines and who.line not in bounds.lines:
        return "other_line"
    if bounds.branches and not any(f"/{code}/" in who.branch_path for code in bounds.branches):
        return "other_branch"
    if who.status not in APPRAISED:
        return "not_on_post"
    if who.post_started_on > bounds.ends_on:
        return "not_yet_on_post"
    if not who.grade:
        return "no_grade"
    return "" if who.grade in bounds.grades else "grade_not_on_ladder"
