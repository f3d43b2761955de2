"""The numbers of a rulebook grade by grade for one day: what they were, what is entered, what is wrong."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from grading import entries, presenters, texts
from grading.rules.dated import DatedValue, Parameter
from grading.rules.findings import Finding
from grading.rules.schema import Rulebook
from grading.texts import NewNumber

Key = tuple[str, str]
Entries = Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: in the version compared with (`old`, in words `was`), in the one shown, and as entered."""

    key: Key
    unit: str
    old: DatedValue | None
    now: DatedValue | None
    was: str
    shown: str
    entry: str
    error: str = ""

    @property
    def name(self) -> str:
        """The name of its input: "n:deposit_average:senior"."""
        return ":".join(("n", *self.key))

    @property
    def changed(self) -> bool:
        """Whether the number shown is another than the one compared with."""
        return amount_of(self.old) != amount_of(self.now)

    @property
    def cites(self) -> str:
        """The article of the number shown."""
        return self.now.cites if self.now is not None else ""

    @property
    def flaw(self) -> bool:
        """Whether the text prints another unit than the one it is read in."""
        return bool(self.now and self.now.printed_unit and self.now.printed_unit != self.unit)


def amount_of(row: DatedValue | None) -> Decimal | None:
    """The amount of a row; None where there is no row or it repeals."""
    return None if row is None else row.amount


def keys(book: Rulebook) -> Iterator[tuple[Parameter, Key]]:
    """Every number that may change: a parameter, and for whom (a grade, "" for all, a branch, a month)."""
    order = {grade.code: at for at, grade in enumerate(book.grades)}
    for name, parameter in book.parameters.items():
        for series in sorted(parameter.series, key=lambda each: (":" in each, order.get(each, -1), each)):
            yield parameter, (name, series)


def cells(
    base: Rulebook, shown: Rulebook, on: date, given: Entries | None = None, wrong: Entries | None = None
) -> dict[Key, Cell]:
    """Every cell for a day; `given` are entries not yet stored and `wrong` what is wrong with them."""
    found = {}
    for parameter, key in keys(base):
        (old, was), (now, text) = _held(base, key, on), _held(shown, key, on)
        entry = (given or {}).get(key, text)
        found[key] = Cell(key, parameter.unit, old, now, was, text, entry, (wrong or {}).get(key, ""))
    return found


def _held(book: Rulebook, key: Key, on: date) -> tuple[DatedValue | None, str]:
    """The row of a number on a day, and how it is written; None and "" where there is none yet."""
    row = row_on(book, key, on)
    return (None, "") if row is None else (row, told(book.parameters[key[0]], key[1], row))


def told(parameter: Parameter, series: str, row: DatedValue) -> str:
    """A row as it would be entered; what a text never laid down is told from what was repealed."""
    first = row == min(parameter.series[series], key=lambda each: each.starts_on)
    return entries.written(row.amount, parameter.unit, english=presenters.english(), first=first)


def row_on(book: Rulebook, key: Key, on: date) -> DatedValue | None:
    """The row of a number in force on a day."""
    parameter = book.parameters.get(key[0])
    rows = [row for row in parameter.series.get(key[1], ()) if row.starts_on <= on] if parameter else []
    return max(rows, key=lambda row: row.starts_on) if rows else None


@dataclass(frozen=True, slots=True)
class Read:
    """Entries read: the amounts by cell, and what is wrong with those that could not be read."""

    amounts: Mapping[Key, Decimal | None]
    errors: Mapping[Key, str]


def read(base: Rulebook, given: Entries) -> Read:
    """The entries of a form as amounts. Empty ones count only where there is a number already."""
    amounts: dict[Key, Decimal | None] = {}
    errors: dict[Key, str] = {}
    for parameter, key in keys(base):
        if key not in given:
            continue
        try:
            amounts[key] = entries.read(given[key], parameter.unit)
        except entries.NotRead as problem:
            errors[key] = str(problem)
    return Read(amounts, errors)


def new_numbers(
    base: Rulebook, amounts: Mapping[Key, Decimal | None], *, on: date, cites: str, kept: Mapping[Key, str]
) -> list[NewNumber]:
    """The numbers that differ from those of `base` on the day.

    `cites` is their article, but for those in `kept`, which stay as an earlier draft cited them.
    """
    found = []
    for _parameter, key in keys(base):
        old = row_on(base, key, on)
        if key in amounts and (old is None or old.amount != amounts[key]):
            found.append(NewNumber(*key, amounts[key], kept.get(key, cites)))
    return found


def cited(base: Rulebook, draft: Rulebook, amounts: Mapping[Key, Decimal | None], on: date) -> dict[Key, str]:
    """The articles of numbers that an earlier draft changed to the same amounts for the same day."""
    found = {}
    for _parameter, key in keys(base):
        now = row_on(draft, key, on)
        if now is not None and now.starts_on == on and key in amounts and now.amount == amounts[key]:
            found[key] = now.cites
    return found


def located(findings: tuple[Finding, ...], base: Rulebook) -> dict[Key, str]:
    """The errors of a text that point at a number, by its cell."""
    found: dict[Key, str] = {}
    for _parameter, (name, series) in keys(base):
        own = ".".join(("parameters", name, *texts.place(series)))
        for finding in findings:
            if finding.severity == "error" and str(finding.path).startswith(own):
                what, write = said(finding)
                found[name, series] = f"{what} → {write}"
    return found


def said(finding: Finding) -> tuple[str, str]:
    """What a finding says is wrong and what to do about it, in the reader's language."""
    if presenters.english():
        return finding.what_en, finding.reading_en or finding.write_en
    what, write = finding.what, finding.reading or finding.write
    return _UNITS.sub(_unit_word, what), _UNITS.sub(_unit_word, write)


_UNITS = re.compile(r"\b(CNY|USD)\b")


def _unit_word(found: re.Match[str]) -> str:
    return {"CNY": "元", "USD": "美元"}[found[1]]


def rows(book: Rulebook, found: Mapping[Key, Cell]) -> list[dict[str, Any]]:
    """The table of a page: a row a parameter, and one for every branch and month with numbers of its own.

    Each with a cell a grade (None where it has no number), or `one` cell for all grades.
    """
    return [
        _row(book, parameter, group, [each for each in found.values() if _group(each.key) == (name, group)])
        for name, parameter in book.parameters.items()
        for group in dict.fromkeys(_group(key)[1] for key in found if key[0] == name)
    ]


def _group(key: Key) -> tuple[str, str]:
    """The row a number stands in: its parameter, and its branch or month."""
    series = key[1]
    return key[0], series.partition("|")[0] if ":" in series else ""


def _row(book: Rulebook, parameter: Parameter, group: str, inside: list[Cell]) -> dict[str, Any]:
    by_series = {each.key[1]: each for each in inside}
    prefix = f"{group}|" if group else ""
    return {
        "title": presenters.titled(parameter),
        "part": series_word(book, group) if group else "",
        "unit": parameter.unit,
        "one": by_series.get(group),
        "cells": [(presenters.short(grade), by_series.get(prefix + grade.code)) for grade in book.grades],
        "cites": _span([each.cites for each in inside if each.cites]),
    }


def series_word(book: Rulebook, series: str) -> str:
    """Whom a series of numbers is for: 各级, 高级, 机构 B01, 机构 B01 · 高级, 6 月."""
    kind, _colon, rest = series.partition(":")
    if not rest:
        return presenters.grade_short(book, series) if series else _("各级")
    if kind == "month":
        return _("%(month)s 月") % {"month": rest}
    code, _bar, grade = rest.partition("|")
    unit = _("机构 %(code)s") % {"code": code}
    return f"{unit} · {presenters.grade_short(book, grade)}" if grade else unit


def _span(cites: list[str]) -> str:
    """The articles of a row: one, or the first and the last."""
    return "" if not cites else cites[0] if len(set(cites)) == 1 else f"{cites[0]} … {cites[-1]}"
