"""The reference of docs/rulebooks.md names the very keys that the reader takes, and says which are needed."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from grading.reference_keys import REQUIRED, SECTIONS, Section
from grading.reference_nodes import AROUND_CONDITIONS, CONDITION_KEYS, OPERAND_COMMON, OPERAND_KEYS
from grading.rules import checker
from grading.rules.comparisons import COMPARISONS
from grading.rules.expressions import CHANGES, OPERANDS
from grading.rules.findings import path_text
from grading.rules.reading import Table
from grading.rules.trees import NODES

#: A table of every kind, each with nothing in it but a key that no reader knows.
EMPTY = """
[scheme]
zzz = 1
[[grades]]
zzz = 1
[[grades]]
code = "g"
[parameters.bar]
zzz = 1
values = [{ zzz = 1 }]
[[scoring]]
zzz = 1
[[scoring]]
[[scoring.items]]
zzz = 1
bands = [{ zzz = 1 }]
[[scoring.results]]
zzz = 1
[[transitions.quarter]]
zzz = 1
[pay]
zzz = 1
[[pay.items]]
zzz = 1
[pay.items.deferral]
zzz = 1
[[authority]]
zzz = 1
[procedure]
zzz = 1
[[notes]]
zzz = 1
"""
FOUND = checker.check(EMPTY).findings


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, set[str]]]:
    """Checks a text and gives the keys each of its tables was asked for, by the path of the table."""
    asked: dict[str, set[str]] = {}
    plain = Table.reject_unknown

    def told(table: Table) -> None:
        asked.setdefault(path_text(table.path), set()).update(table.seen)
        plain(table)

    monkeypatch.setattr(Table, "reject_unknown", told)
    return lambda text: asked if checker.check(text) else {}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda each: each.where)
def test_a_section_lists_the_keys_that_are_read(section: Section, read: Any) -> None:
    assert {key.name for key in section.keys} == read(EMPTY)[section.path]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda each: each.where)
def test_a_section_says_what_is_required(section: Section) -> None:
    here = [each for each in FOUND if each.path == section.path]
    told = {re.findall(r"“(.*?)”", each.what)[0] for each in here if each.code == "missing_key"}
    told |= {"starts_on"} if any(each.code == "missing_start" for each in here) else set()
    told |= {"cites"} if any(each.code == "missing_citation" for each in here) else set()
    said = {key.name for key in section.keys if key.default == REQUIRED}
    assert told - said <= {"value", "values", "cites", "figure"}  # needed unless something else is written
    assert said <= told


def test_every_kind_of_condition_and_figure_is_listed_under_its_key() -> None:
    assert list(CONDITION_KEYS) == list(NODES)
    assert list(OPERAND_KEYS) == list(OPERANDS)
    assert [key.name for key in OPERAND_COMMON][4:] == list(CHANGES)
    assert [kind for kind, keys in OPERAND_KEYS.items() if keys[0].name != kind] == []
    assert {each.symbol for each in COMPARISONS.values()} == set(COMPARISONS)


@pytest.mark.parametrize("kind", OPERAND_KEYS)
def test_the_keys_beside_a_figure_are_read(kind: str, read: Any) -> None:
    """All kinds are looked for in every table; what is asked for besides belongs to the kind written."""
    text = f'[conditions.x]\nop = ">="\nvalue = {{ {kind} = {SAMPLE.get(kind, 1)} }}\n'
    asked = read(text)["conditions.x.value"] - set(OPERANDS) - {"title", "title_en", "cites"}
    known = {key.name for key in (*OPERAND_KEYS[kind], *OPERAND_COMMON)}
    assert asked == known - set(OPERANDS)


SAMPLE: dict[str, Any] = {
    "metric": '"deposit_daily_average"',
    "target": '"x"',
    "event": '"x"',
    "elapsed": '"year"',
    "mean_in_force": '"x"',
    "points_of": '"x"',
    "if": "{}",
    **dict.fromkeys(("sum", "mean", "median", "min", "max", "product", "minus", "ratio", "first"), "[1]"),
}


def test_where_conditions_stand_is_told_with_their_own_keys() -> None:
    assert [each.where for each in AROUND_CONDITIONS if each.keys] == [
        "[[standards]]",
        "[[entry]]",
        "[[vetoes]]",
    ]
