"""The worked example of docs/rulebooks.md is a rulebook that works."""

import re
from datetime import date
from pathlib import Path

from grading.rules import checker, verdict
from grading.rules.comparisons import COMPARISONS
from grading.rules.schema import OUTCOMES, TRANSITION_STATES
from grading.rules.trees import NODES
from ledger.rules.figures import Figure

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "rulebooks.md").read_text("utf-8")


def test_the_example_is_free_of_errors_and_warnings() -> None:
    checked = checker.check(re.findall(r"```toml\n(.*?)```", DOCUMENT, re.S)[0])
    assert [finding.text() for finding in checked.findings] == []


def test_the_example_judges_as_its_sentence_says() -> None:
    book = checker.load(re.findall(r"```toml\n(.*?)```", DOCUMENT, re.S)[0])
    on = date(2026, 3, 31)
    refs = verdict.required_metrics(book, on)
    amounts = {"deposit_daily_average": 8_000_000, "loan_daily_average": 50_000_000}
    evidence = {ref: Figure.of(amounts.get(ref.code, 0)) for ref in refs}
    result = verdict.judge(book, grade="assistant", period_kind="quarter", evidence=evidence, on=on)
    standards = {grade: reason.outcome for grade, reason in result.standards.items()}
    assert (standards, result.outcome) == ({"lead": "met", "assistant": "met"}, "keep")


def test_every_word_of_the_language_is_explained() -> None:
    words = [*NODES, *COMPARISONS, *TRANSITION_STATES, *OUTCOMES, "unless", "floor", "window", "repealed"]
    explained = " ".join(re.findall(r"`[^`\n]+`", DOCUMENT))
    assert [word for word in words if word not in explained] == []
