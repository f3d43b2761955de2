"""Invented regulations of other banks, written from docs/rulebooks.md, with the answers they must give."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grading.rules import checker, verdict
from grading.rules.schema import Rulebook
from tests.grading.worked import evidence

FOLDER = Path(__file__).parent / "examples"
CASES = sorted(FOLDER.glob("*.cases.toml"))


@cache
def book(code: str) -> Rulebook:
    path = FOLDER / f"{code}.toml"
    return checker.load(path.read_text("utf-8"), file=path.name)


@cache
def document(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)


def cases() -> list[Any]:
    rows = ((document(file), row) for file in CASES for row in document(file)["cases"])
    return [pytest.param(*row, id=f"{row[0]['rulebook']}: {row[1]['name']}") for row in rows]


def judged(common: dict[str, Any], row: dict[str, Any]) -> verdict.Verdict:
    rulebook, usual = book(common["rulebook"]), common.get("usual", {})
    on, branch = row.get("on", common["on"]), row.get("branch", "")
    known = evidence(rulebook, row.get("figures", {}), on=on, branch=branch, usual=usual)
    period = row.get("period", common["period"])
    where = {"on": on, "branch": branch, "evidence": known, "period_kind": period}
    return verdict.judge(rulebook, grade=row["grade"], **where)


@pytest.mark.parametrize(("common", "row"), cases())
def test_case(common: dict[str, Any], row: dict[str, Any]) -> None:
    result = judged(common, row)
    assert {key: FOUND[key](result, row[key]) for key in FOUND if key in row} == {
        key: row[key] for key in FOUND if key in row
    }


def _points(value: Any) -> str:
    return (
        "undecided"
        if value is None
        else format(round(Decimal(value.numerator) / value.denominator, 4).normalize(), "f")
    )


def _standards(result: verdict.Verdict, asked: dict[str, str]) -> dict[str, str]:
    return {grade: result.standards[grade].outcome for grade in asked}


def _items(result: verdict.Verdict, asked: dict[str, str]) -> dict[str, str]:
    points = {item.code: _points(item.points.value) for sheet in result.scores for item in sheet.items}
    return {code: points[code] for code in asked}


def _entries(result: verdict.Verdict, asked: dict[str, list[str]]) -> dict[str, list[str]]:
    rows = {each.code: each.entries for each in result.pay}
    return {code: [f"{each.kind} {each.due_on} {each.amount}" for each in rows[code]] for code in asked}


#: What a case may state, and how it is read off the verdict.
FOUND: dict[str, Any] = {
    "outcome": lambda result, asked: result.outcome,
    "proposed": lambda result, asked: result.proposed_grade,
    "entry": lambda result, asked: result.entry.outcome,
    "on_post": lambda result, asked: result.on_post.outcome,
    "cites": lambda result, asked: result.cites,
    "standards": _standards,
    "items": _items,
    "totals": lambda result, asked: {sheet.code: _points(sheet.total.value) for sheet in result.scores},
    "results": lambda result, asked: {sheet.code: sheet.result for sheet in result.scores},
    "pay": lambda result, asked: {each.code: str(each.amount) for each in result.pay},
    "carried": lambda result, asked: {each.code: str(each.carried) for each in result.pay},
    "entries": _entries,
    "clawed_back": lambda result, asked: {
        each.code: each.clawed_back.outcome for each in result.pay if each.clawed_back
    },
}


@pytest.mark.parametrize("file", sorted(set(FOLDER.glob("*.toml")) - set(CASES)), ids=lambda file: file.stem)
def test_every_example_has_its_name_cases_and_nothing_the_checker_is_unsure_of(file: Path) -> None:
    checked = checker.check(file.read_text("utf-8"), file=file.name)
    assert [finding.text() for finding in checked.findings if not finding.reading] == []
    assert checked.rulebook is not None
    assert checked.rulebook.scheme.code == file.stem
    assert file.with_suffix(".cases.toml") in CASES


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_no_case_states_what_is_not_compared(file: Path) -> None:
    allowed = {*FOUND, "name", "grade", "figures", "on", "branch", "period"}
    assert [key for row in document(file)["cases"] for key in row if key not in allowed] == []
