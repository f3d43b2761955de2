"""A small rulebook to put pieces of the language into, and evidence for it by the name of the metric."""

import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grading.rules import checker, verdict
from grading.rules.schema import Rulebook
from ledger.rules.figures import Evidence, Figure, MetricRef

ON = date(2026, 9, 30)


def frame(*grades: tuple[str, str, str], **scheme: str) -> str:
    """[scheme] and [[grades]] of a small rulebook: grades as (code, title, English title) from the highest.

    `scheme` replaces what stands in the scheme, as TOML: `cycle='"month"'`.
    """
    said = {
        "code": '"small"',
        "title": '"两级标准"',
        "title_en": '"Two grades"',
        "source": '"示例"',
        "cycle": '"quarter"',
        "term_months": "12",
        "starts_on": "2026-01-01",
        "cites": '"第一条"',
        **scheme,
    }
    head = "\n".join(f"{key} = {value}" for key, value in said.items())
    return f"[scheme]\n{head}\n\n" + "".join(_rung(*grade) for grade in grades)


def _rung(code: str, title: str, title_en: str) -> str:
    names = f'code = "{code}"\ntitle = "{title}"\ntitle_en = "{title_en}"'
    return f'[[grades]]\n{names}\napprover = "hr"\ncites = "第二条"\n'


UPPER, MIDDLE, LOWER = ("upper", "高级", "Upper"), ("middle", "中级", "Middle"), ("lower", "初级", "Lower")
FRAME = frame(UPPER, MIDDLE, LOWER)
PLAIN_STANDARDS = """
[[standards]]
grades = ["upper", "middle", "lower"]
window = "year"
metric = "deposit_daily_average"
op = ">="
value = 0
cites = "第三条"
"""
PLAIN_TRANSITIONS = """
[[transitions.quarter]]
outcome = "keep"
why = "维持"
why_en = "Keeps"
cites = "第四条"
"""


def document(name: str) -> dict[str, Any]:
    """A file of cases beside this module; amounts are exact."""
    return tomllib.loads((Path(__file__).parent / name).read_text("utf-8"), parse_float=Decimal)


def cases(rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Rows of such a file as parameters, each named as it is there."""
    return [pytest.param(row, id=row["name"]) for row in rows]


def book(*pieces: str, standards: str = PLAIN_STANDARDS, transitions: str = PLAIN_TRANSITIONS) -> Rulebook:
    """The rulebook with these pieces; RulebookError with every finding where it is wrong."""
    return checker.load("\n".join((FRAME, *pieces, standards, transitions)))


def key(ref: MetricRef) -> str:
    """How the tests name a question: metric, window after @, parameters in brackets."""
    params = ",".join(f"{name}={value}" for name, value in ref.params)
    return f"{ref.code}@{ref.window}" + (f"[{params}]" if params else "")


def evidence(rulebook: Rulebook, given: dict[str, Any]) -> Evidence:
    """Figures by `key` or by the bare code of the metric; "missing" and "na" are words, others are absent."""
    found = {}
    for ref in verdict.required_metrics(rulebook, ON):
        value = given.get(key(ref), given.get(ref.code))
        if value is not None:
            found[ref] = _figure(value)
    return found


def _figure(value: Any) -> Figure:
    if value == "missing":
        return Figure.missing("feed_missing", feed="x", date="y")
    if value == "no_target":
        return Figure.missing("no_target")
    return Figure.not_applicable("nothing_to_measure") if value == "na" else Figure.of(str(value))


def judged(
    rulebook: Rulebook, given: dict[str, Any], *, grade: str = "middle", **more: Any
) -> verdict.Verdict:
    """The verdict on a manager of the middle grade for a quarter."""
    known = {"period_kind": "quarter", "on": ON, **more}
    return verdict.judge(rulebook, grade=grade, evidence=evidence(rulebook, given), **known)


def outcome(condition: str, given: dict[str, Any], *pieces: str, **more: Any) -> str:
    """What one condition comes to."""
    head = '[[standards]]\ngrades = ["upper", "middle", "lower"]\nwindow = "year"\ncites = "第三条"'
    standards = f"{head}\n{condition}\n"
    return judged(book(*pieces, standards=standards), given, **more).standards["middle"].outcome


def value(operand: str, given: dict[str, Any], *pieces: str, **more: Any) -> Figure:
    """What one operand comes to, as the points of a sheet."""
    text = f"""
[[scoring]]
title = "计分"
title_en = "Sheet"
window = "year"
periods = ["quarter"]
[[scoring.items]]
code = "x"
title = "甲"
title_en = "A"
cites = "第五条"
formula = {operand}
"""
    return judged(book(*pieces, text), given, **more).scores[0].items[0].points
