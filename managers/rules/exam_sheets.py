"""A sheet of exam results read strictly: one row a person, every problem named by a code."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

#: The columns, by the names a sheet may give them.
COLUMNS = {
    "employee_no": ("工号", "员工号", "employee_no"),
    "score": ("成绩", "分数", "得分", "score"),
}
MOST_ROWS = 2000
MOST_SCORE = Decimal(1000)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the text is a code of `managers.services.results.FILES`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: its number, whom it names, the score; `problem` is "" where it can be used."""

    line: int
    employee_no: str
    score: Decimal | None
    problem: str = ""


def read(lines: list[list[str]]) -> list[Row]:
    """Every line of a sheet's cells with a person or a score; Unreadable where there are none."""
    if not lines:
        raise Unreadable("empty")
    places = _places([_plain(cell) for cell in lines[0]])
    rows = list(_rows(lines[1:], places))
    if not rows:
        raise Unreadable("empty")
    if len(rows) > MOST_ROWS:
        raise Unreadable("too_many")
    return rows


def _places(head: list[str]) -> tuple[int, int]:
    found = [
        next((place for place, name in enumerate(head) if name.lower() in names), None)
        for names in COLUMNS.values()
    ]
    if None in found:
        raise Unreadable("columns")
    return found[0] or 0, found[1] or 0


def _rows(lines: list[list[str]], places: tuple[int, int]) -> Iterator[Row]:
    seen: set[str] = set()
    for number, cells in enumerate(lines, 2):
        who, text = (_plain(cells[place]) if place < len(cells) else "" for place in places)
        if not who and not text:
            continue
        score = _score(text)
        problem = "" if who else "no_person"
        problem = problem or ("twice" if who in seen else "") or ("no_score" if score is None else "")
        seen.add(who)
        yield Row(number, who, score, problem)


def _plain(cell: str) -> str:
    """Full-width digits and spaces as they are typed in Chinese, made plain."""
    return unicodedata.normalize("NFKC", cell).strip()


def _score(text: str) -> Decimal | None:
    try:
        score = Decimal(text)
    except InvalidOperation:
        return None
    if not score.is_finite() or not 0 <= score <= MOST_SCORE or score != round(score, 2):
        return None
    return score
