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
    """Whom a scheme covers, for a period ending on `ends_on`; no `branches` means all of them.

    Whoever took up the post after `joined_by` is left out: a regulation may judge whole periods only.
    """

    lines: Collection[str]
    branches: Collection[str]
    grades: Collection[str]
    ends_on: date
    joined_by: date = date.max


def left_out(who: Candidate, bounds: Bounds) -> str:
    """Why a manager is not appraised, as a code of `messages.LEFT_OUT`; "" for whoever is.

    >>> left_out(Candidate("personal", "on_post", date(2020, 1, 1), "/HO/", "third"),
    ...          Bounds(["corporate"], [], ["third"], date(2026, 9, 30)))
    'other_line'
    """
    found = {
        "other_line": bool(bounds.lines) and who.line not in bounds.lines,
        "other_branch": bool(bounds.branches)
        and not any(f"/{code}/" in who.branch_path for code in bounds.branches),
        "not_on_post": who.status not in APPRAISED,
        "not_yet_on_post": who.post_started_on > bounds.ends_on,
        "joined_in_period": who.post_started_on > bounds.joined_by,
        "no_grade": not who.grade,
        "grade_not_on_ladder": who.grade not in bounds.grades,
    }
    return next((code for code, holds in found.items() if holds), "")
