"""Runs every case file of tests/cases against the shipped rulebook it names."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grading.rules import checker, verdict
from grading.rules.catalogue import METRICS
from grading.rules.dated import DatedValue
from grading.rules.reasons import Reason
from grading.rules.schema import Rulebook
from ledger.rules.figures import Figure, MetricRef

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "cases").glob("*.toml"))
#: How the cases name a figure that has a parameter: `event:own_pay`, `target:loans_issued`.
NAMED_BY = {
    "event_quantity": ("event", "event"),
    "target_value": ("target", "metric"),
    "products_sold": ("product", "product"),
}


@cache
def cases_of(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)


def all_of(section: str) -> list[Any]:
    rows = ((file, row) for file in FILES for row in cases_of(file).get(section, []))
    return [pytest.param(cases_of(file), row, id=row["name"]) for file, row in rows]


@cache
def shipped(code: str) -> Rulebook:
    path = ROOT / "grading" / "rulebooks" / f"{code}.toml"
    return checker.load(path.read_text("utf-8"), file=path.name)


def rulebook(document: dict[str, Any], *, as_shipped: bool = False) -> Rulebook:
    """The shipped rulebook, with the numbers that the text leaves to the bank as the cases set them."""
    book = shipped(document["rulebook"])
    own = {} if as_shipped else document.get("bank_sets", {})
    return _filled(document["rulebook"], tuple(own.items()), document.get("bank_sets_from")) if own else book


@cache
def _filled(code: str, own: tuple[tuple[str, Decimal], ...], start: date) -> Rulebook:
    book = shipped(code)
    parameters = dict(book.parameters)
    for key, value in own:
        name, _, grade = key.partition(".")
        row = DatedValue(start, Decimal(value), "本行数值表")
        series = {**parameters[name].series, grade: (*parameters[name].series[grade], row)}
        parameters[name] = replace(parameters[name], series=series)
    return replace(book, parameters=parameters)


def figure(value: Any, unit: str) -> Figure:
    """A number, or one of the words for a figure that is not there."""
    if value == "missing":
        return Figure.missing("feed_missing", unit, feed="…", date="2026-09-28")
    if value == "no_target":
        return Figure.missing("no_target", unit, metric="…")
    return (
        Figure.not_applicable("nothing_to_measure", unit)
        if value == "not_applicable"
        else Figure.of(value, unit)
    )


def given(said: Mapping[str, Any], ref: MetricRef) -> Any:
    """What the case says of a metric: "metric@floor" goes before "event:code", that before "metric"."""
    kind, param = NAMED_BY.get(ref.code, ("", ""))
    names = (f"{ref.code}@{ref.floor}", f"{kind}:{dict(ref.params).get(param)}", ref.code)
    return next(said[name] for name in names if name in said)


def judged(
    document: dict[str, Any],
    row: dict[str, Any],
    figures: Mapping[str, Any] | None = None,
    *,
    grade: str = "",
    on: date | None = None,
) -> verdict.Verdict:
    """The verdict on an ordinary manager with the figures of the row (or others) instead of the own."""
    day = on or row.get("on", document["on"])
    book = rulebook(document, as_shipped=row.get("as_shipped", False))
    said = {**document["ordinary"], **(row.get("figures", {}) if figures is None else figures)}
    refs = verdict.required_metrics(book, day)
    known = {ref: figure(given(said, ref), METRICS[ref.code].unit) for ref in refs}
    period = row.get("period", document.get("period", "quarter"))
    return verdict.judge(book, grade=grade or row["grade"], period_kind=period, evidence=known, on=day)


def nodes(result: verdict.Verdict) -> dict[str, Reason]:
    return {node.code: node for tree in result.trees() for node in tree.walk()}


def outcomes(result: verdict.Verdict, codes: Mapping[str, str]) -> dict[str, str]:
    found = nodes(result)
    return {code: found[code].outcome for code in codes}


def outcome_at(document: dict[str, Any], row: dict[str, Any], value: Any) -> str:
    """What the row's criterion comes to; the manager's grade, where not said, is that of the criterion."""
    figures = {**row.get("others", {}), row["metric"]: value}
    grade = row.get("grade", row["criterion"].split(".")[0])
    return nodes(judged(document, row, figures, grade=grade))[row["criterion"]].outcome


@pytest.mark.parametrize(("document", "row"), all_of("thresholds"))
def test_exactly_at_a_threshold_is_met_and_a_fen_beyond_is_not(document: Any, row: Any) -> None:
    assert outcome_at(document, row, row["met_at"]) == "met"
    assert outcome_at(document, row, row["not_met_at"]) == "not_met"


@pytest.mark.parametrize(("document", "row"), all_of("thresholds"))
def test_a_fen_of_balance_on_a_single_day_of_the_year_decides(document: Any, row: Any) -> None:
    """An average that would round to the threshold is still on the wrong side of it."""
    met, wrong = Fraction(row["met_at"]), 1 if row["not_met_at"] > row["met_at"] else -1
    assert outcome_at(document, row, met + wrong * Fraction(1, 100 * 273)) == "not_met"


@pytest.mark.parametrize(("document", "row"), all_of("floors"))
def test_each_grade_counts_at_its_own_floor(document: Any, row: Any) -> None:
    at_floor = f"{row['metric']}@{row['floor']}"
    only_there = {"others": {at_floor: row["value"]}}
    everywhere_else = {"others": {at_floor: 0}}
    assert outcome_at(document, row | only_there, 0) == "met"
    assert outcome_at(document, row | everywhere_else, row["value"]) == "not_met"


@pytest.mark.parametrize(("document", "row"), all_of("start_dates"))
def test_numbers_apply_from_their_day_and_not_the_day_before(document: Any, row: Any) -> None:
    grade = row.get("grade", next(iter(row["from"])))
    for day, expected in ((row["day"] - timedelta(days=1), row["before"]), (row["day"], row["from"])):
        assert outcomes(judged(document, row, grade=grade, on=day), expected) == expected


@pytest.mark.parametrize(("document", "row"), all_of("cases"))
def test_case(document: Any, row: Any) -> None:
    result = judged(document, row)
    standards, criteria = row.get("standards", {}), row.get("criteria", {})
    assert {code: result.standards[code].outcome for code in standards} == standards
    assert outcomes(result, criteria) == criteria
    assert row.get("outcome", result.outcome) == result.outcome
    assert row.get("proposed", result.proposed_grade) == result.proposed_grade
    assert row.get("awaited") in (None, [reason.code for reason in result.awaited])


@pytest.mark.parametrize(("document", "row"), all_of("scores"))
def test_score(document: Any, row: Any) -> None:
    (sheet,) = judged(document, row).scores
    points = {item.code: item for item in sheet.items}
    expected, states = row.get("points", {}), row.get("states", {})
    assert {code: points[code].points.value for code in expected} == expected
    assert {code: points[code].state for code in states} == states
    assert sheet.total.value == (None if row["total"] == "undecided" else row["total"])


@pytest.mark.parametrize(("document", "row"), all_of("pay"))
def test_pay(document: Any, row: Any) -> None:
    (award,) = [each for each in judged(document, row).pay if each.code == row["item"]]
    assert award.amount == (None if row["amount"] == "undecided" else row["amount"])
    if "entries" in row:
        rows = [{"kind": each.kind, "on": each.due_on, "amount": each.amount} for each in award.entries]
        assert rows == row["entries"]
    if "clawed_back" in row:
        assert award.clawed_back is not None
        assert award.clawed_back.outcome == row["clawed_back"]


@pytest.mark.parametrize(("document", "row"), all_of("allowances"))
def test_allowance(document: Any, row: Any) -> None:
    """Granted from the day the number starts, not the day before."""
    book, grade = rulebook(document, as_shipped=row.get("as_shipped", False)), row["grade"]
    before = row["from"] - timedelta(days=1)
    assert book.allowance_on(grade=grade, on=row["from"]) == row["amount"]
    assert book.allowance_on(grade=grade, on=before) is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_number_of_the_rulebook_has_a_case(file: Path) -> None:
    """Whoever adds a number or a start date to a rulebook adds its cases."""
    document = cases_of(file)
    book = rulebook(document)
    aside = set(document.get("shown_by_cases", []))
    numbers = {
        f"{name}.{grade}".rstrip(".")
        for name, parameter in book.parameters.items()
        for grade in parameter.series
        if name not in aside
    }
    single = ("thresholds", "floors", "allowances")
    tested = {row["parameter"] for section in single for row in document.get(section, [])}
    several = [row for section in ("scores", "pay") for row in document.get(section, [])]
    tested |= {name for row in several for name in row.get("parameters", [])}
    assert tested == numbers
    assert sorted({row["day"] for row in document["start_dates"]}) == book.starts()


def test_every_shipped_rulebook_has_its_cases() -> None:
    books = sorted(path.stem for path in (ROOT / "grading" / "rulebooks").glob("*.toml"))
    assert [cases_of(file)["rulebook"] for file in FILES] == books
    assert [file.stem for file in FILES] == books
