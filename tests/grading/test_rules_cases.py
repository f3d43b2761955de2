"""Runs every case file of tests/cases against the shipped rulebook it names."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grading.rules import checker, verdict
from grading.rules.catalogue import METRICS
from grading.rules.reasons import Reason
from grading.rules.schema import Rulebook
from ledger.rules.figures import Figure, MetricRef

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "cases").glob("*.toml"))


@cache
def rulebook(code: str) -> Rulebook:
    path = ROOT / "grading" / "rulebooks" / f"{code}.toml"
    return checker.load(path.read_text("utf-8"), file=path.name)


@cache
def cases_of(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)


def all_of(section: str) -> list[Any]:
    rows = ((file, row) for file in FILES for row in cases_of(file).get(section, []))
    return [pytest.param(cases_of(file), row, id=row["name"]) for file, row in rows]


def figure(value: Any, unit: str) -> Figure:
    """A number, or one of the two words for a figure that is not there."""
    if value == "missing":
        return Figure.missing("feed_missing", unit, feed="…", date="2026-09-28")
    return (
        Figure.not_applicable("nothing_to_measure", unit)
        if value == "not_applicable"
        else Figure.of(value, unit)
    )


def evidence(document: dict[str, Any], figures: dict[str, Any], on: date) -> dict[MetricRef, Figure]:
    """What the case says, over what an ordinary manager has; "metric@floor" goes before "metric"."""
    said = {**document["ordinary"], **figures}
    refs = verdict.required_metrics(rulebook(document["rulebook"]), on)
    exact = {ref: f"{ref.code}@{ref.floor}" for ref in refs}
    return {ref: figure(said.get(exact[ref], said.get(ref.code)), METRICS[ref.code].unit) for ref in refs}


def judged(
    document: dict[str, Any],
    figures: dict[str, Any],
    *,
    grade: str,
    period: str = "quarter",
    on: date | None = None,
) -> verdict.Verdict:
    day = on or document["on"]
    book = rulebook(document["rulebook"])
    known = evidence(document, figures, day)
    return verdict.judge(book, grade=grade, period_kind=period, evidence=known, on=day)


def nodes(result: verdict.Verdict) -> dict[str, Reason]:
    return {node.code: node for tree in result.trees() for node in tree.walk()}


def grade_of(document: dict[str, Any], row: dict[str, Any]) -> str:
    """The manager's grade, where the case does not say: that of the criterion."""
    first = row["criterion"].split(".")[0]
    return row.get("grade", first)


def outcome_at(document: dict[str, Any], row: dict[str, Any], value: Any) -> str:
    figures = {**row.get("others", {}), row["metric"]: value}
    return nodes(judged(document, figures, grade=grade_of(document, row)))[row["criterion"]].outcome


@pytest.mark.parametrize(("document", "row"), all_of("thresholds"))
def test_exactly_at_a_threshold_is_met_and_a_fen_below_is_not(document: Any, row: Any) -> None:
    assert outcome_at(document, row, row["met_at"]) == "met"
    assert outcome_at(document, row, row["not_met_at"]) == "not_met"


@pytest.mark.parametrize(("document", "row"), all_of("thresholds"))
def test_a_fen_of_balance_on_a_single_day_of_the_year_decides(document: Any, row: Any) -> None:
    """An average that would round up to the threshold is still below it."""
    just_below = Fraction(row["met_at"]) - Fraction(1, 100 * 273)
    result = nodes(
        judged(document, {**row.get("others", {}), row["metric"]: just_below}, grade=grade_of(document, row))
    )
    assert result[row["criterion"]].outcome == "not_met"


@pytest.mark.parametrize(("document", "row"), all_of("floors"))
def test_each_grade_counts_at_its_own_floor(document: Any, row: Any) -> None:
    metric, floor = row["metric"], row["floor"]
    only_there = {metric: 0, f"{metric}@{floor}": row["value"]}
    everywhere_else = {metric: row["value"], f"{metric}@{floor}": 0}
    grade = grade_of(document, row)
    assert nodes(judged(document, only_there, grade=grade))[row["criterion"]].outcome == "met"
    assert nodes(judged(document, everywhere_else, grade=grade))[row["criterion"]].outcome == "not_met"


@pytest.mark.parametrize(("document", "row"), all_of("start_dates"))
def test_numbers_apply_from_their_day_and_not_the_day_before(document: Any, row: Any) -> None:
    grade = next(iter(row["from"]))
    for day, expected in ((row["day"] - timedelta(days=1), row["before"]), (row["day"], row["from"])):
        standards = judged(document, row["figures"], grade=grade, on=day).standards
        assert {code: standards[code].outcome for code in expected} == expected


@pytest.mark.parametrize(("document", "row"), all_of("cases"))
def test_case(document: Any, row: Any) -> None:
    result = judged(document, row["figures"], grade=row["grade"], period=row.get("period", "quarter"))
    found = nodes(result)
    standards, criteria = row.get("standards", {}), row.get("criteria", {})
    assert {code: result.standards[code].outcome for code in standards} == standards
    assert {code: found[code].outcome for code in criteria} == criteria
    assert row.get("outcome", result.outcome) == result.outcome
    assert row.get("proposed", result.proposed_grade) == result.proposed_grade
    assert row.get("awaited") in (None, [reason.code for reason in result.awaited])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_number_of_the_rulebook_has_a_case(file: Path) -> None:
    """Whoever adds a number or a start date to a rulebook adds its cases."""
    document = cases_of(file)
    book = rulebook(document["rulebook"])
    aside = {book.allowance, "criteria_to_meet"}
    numbers = {
        f"{name}.{grade}".rstrip(".")
        for name, parameter in book.parameters.items()
        for grade in parameter.series
        if name not in aside
    }
    tested = [row["parameter"] for row in (*document["thresholds"], *document["floors"])]
    assert sorted(tested) == sorted(numbers)
    assert [row["day"] for row in document["start_dates"]] == book.starts()
