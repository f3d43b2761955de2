"""The text of a rulebook with other numbers: new dated rows, and everything else as it stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array

from grading.rules.dated import EVERY_GRADE


@dataclass(frozen=True, slots=True)
class NewNumber:
    """One number from a day on: of a parameter, for a series of its rows; no amount repeals it.

    `grade` is a grade, "" for every grade, "branch:B01", "branch:B01|senior" or "month:6".
    """

    parameter: str
    grade: str
    amount: Decimal | None
    cites: str


def with_numbers(text: str, numbers: Iterable[NewNumber], *, starts_on: date) -> str:
    """The text with one row added for each number, all beginning on `starts_on`.

    A row that begins on that very day is replaced. Comments, order and layout of everything else survive.
    Raises KeyError where the text has no list for a number.
    """
    document = tomlkit.parse(text)
    parameters: Any = document["parameters"]
    for number in numbers:
        holder = parameters[number.parameter]
        *path, key = place(number.grade)
        for part in path:
            holder = holder[part]
        _add(holder, key, _row(number, starts_on), starts_on)
    return tomlkit.dumps(document)


def place(series: str) -> tuple[str, ...]:
    """The keys beneath a parameter under which the rows of a series stand.

    >>> place(""), place("senior"), place("branch:B01|senior"), place("month:6")
    (('values',), ('by_grade', 'senior'), ('by_branch', 'B01', 'senior'), ('by_month', '6'))
    """
    kind, _colon, rest = series.partition(":")
    if series == EVERY_GRADE:
        return ("values",)
    if rest:
        return (f"by_{kind}", *rest.split("|"))
    return ("by_grade", series)


def _add(holder: Any, key: str, row: str, starts_on: date) -> None:
    rows = holder[key]
    position = next((at for at, each in enumerate(rows) if each["starts_on"] == starts_on), None)
    if isinstance(rows, AoT):
        _add_table(rows, row, position)
    elif position is not None:
        rows[position] = _parsed(row)
    elif "\n" in rows.as_string():
        rows.append(_parsed(row))
    else:
        holder[key] = _spread(rows, row)


def _add_table(rows: AoT, row: str, position: int | None) -> None:
    """Rows written one `[[table]]` each."""
    if position is not None:
        del rows[position]
    table = tomlkit.table()
    table.update(_parsed(row))
    rows.append(table)


def _spread(rows: Array, row: str) -> Any:
    """A list of one line becomes one of a line a row, as it would be written by hand."""
    inner = rows.as_string().strip()[1:-1].strip().rstrip(",")
    lines = [inner, row] if inner else [row]
    return _parsed("[\n" + "".join(f"  {line},\n" for line in lines) + "]")


def _row(number: NewNumber, starts_on: date) -> str:
    value = "repealed = true" if number.amount is None else f"value = {_digits(number.amount)}"
    cites = tomlkit.string(number.cites).as_string()
    return f"{{ starts_on = {starts_on.isoformat()}, {value}, cites = {cites} }}"


def _digits(amount: Decimal) -> str:
    """280_000_000 or 0.25: what a person would write."""
    if amount == amount.to_integral_value():
        return f"{int(amount):_}"
    return f"{amount:f}".rstrip("0")


def _parsed(value: str) -> Any:
    return tomlkit.parse(f"x = {value}\n")["x"]
