"""What docs/rulebooks.md teaches works: its example, every snippet, every word, the reference."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from grading.reference import draw
from grading.rules import checker, verdict
from grading.rules.comparisons import COMPARISONS
from grading.rules.expressions import CHANGES, OPERANDS
from grading.rules.paying import CARRIES
from grading.rules.schema import OUTCOMES, PERIODS, TRANSITION_STATES, Rulebook
from grading.rules.scores_section import METHODS
from grading.rules.scoring import ABSENCES
from grading.rules.surroundings import AMONG, PEERS, ROUNDINGS
from grading.rules.trees import NODES
from ledger.rules.figures import Figure
from tests.grading.language import FRAME, ON, PLAIN_STANDARDS, PLAIN_TRANSITIONS
from tests.grading.worked import evidence

FILE = Path(__file__).resolve().parents[2] / "docs" / "rulebooks.md"
DOCUMENT = FILE.read_text("utf-8")
EXAMPLE = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.S)[0]


def test_the_example_is_free_of_errors_and_warnings() -> None:
    assert [finding.text() for finding in checker.check(EXAMPLE).findings] == []


def test_the_example_judges_as_its_sentence_says() -> None:
    book = checker.load(EXAMPLE)
    on = date(2026, 3, 31)
    refs = verdict.required_metrics(book, on)
    amounts = {"deposit_daily_average": 8_000_000, "loan_daily_average": 50_000_000}
    known = {ref: Figure.of(amounts.get(ref.code, 0)) for ref in refs}
    result = verdict.judge(book, grade="assistant", period_kind="quarter", evidence=known, on=on)
    standards = {grade: reason.outcome for grade, reason in result.standards.items()}
    assert (standards, result.outcome) == ({"lead": "met", "assistant": "met"}, "keep")


WORDS = [*NODES, *COMPARISONS, *TRANSITION_STATES, *OUTCOMES, *OPERANDS, *CHANGES, *METHODS, *ABSENCES]
WORDS += [*CARRIES, *PEERS, *AMONG, *ROUNDINGS, *PERIODS, "unless", "floor", "window", "repealed", "ago"]


def test_every_word_of_the_language_is_explained_before_the_reference() -> None:
    explained = " ".join(re.findall(r"`[^`\n]+`", DOCUMENT.split("<!-- draw_language -->")[0]))
    assert [word for word in dict.fromkeys(WORDS) if word not in explained] == []


def test_the_reference_part_is_up_to_date() -> None:
    assert draw(DOCUMENT) == DOCUMENT, "run: python manage.py draw_language"


# --- snippets -----------------------------------------------------------------------------------------------

#: Where each kind of snippet stands in a file, and what is read off the verdict for its examples.
FRAMES = {
    "条件": '[[standards]]\ngrades = ["upper", "middle", "lower"]\nwindow = "year"\ncites = "第三条"\n{}',
    "数": (
        '[[scoring]]\ntitle = "计分"\ntitle_en = "Sheet"\nwindow = "year"\nperiods = ["quarter"]\n'
        '[[scoring.items]]\ncode = "x"\ntitle = "甲"\ntitle_en = "A"\ncites = "第五条"\n'
        "[scoring.items.formula]\n{}"
    ),
    "计分项": (
        '[[scoring]]\ntitle = "计分"\ntitle_en = "Sheet"\nwindow = "year"\nperiods = ["quarter"]\n'
        '[[scoring.items]]\ncode = "x"\ntitle = "甲"\ntitle_en = "A"\ncites = "第五条"\n{}'
    ),
    "结论": '[[transitions.quarter]]\nwhy = "因"\nwhy_en = "why"\ncites = "第四条"\nwindow = "year"\n{}',
    "计薪": (
        '[pay]\n[[pay.items]]\ncode = "x"\ntitle = "奖金"\ntitle_en = "Bonus"\ncites = "第六条"\n'
        'window = "year"\nperiods = ["quarter"]\n{}'
    ),
    "整段": "{}",
}
WORD_OF = {"met": "已达", "not_met": "未达", "not_applicable": "不适用", "undecided": "待定"}


class Snippet(NamedTuple):
    """A fenced piece of the document: its heading, where it stands, its text."""

    heading: str
    kind: str
    text: str


def snippets() -> Iterator[Snippet]:
    heading = ""
    for found in re.finditer(r"^#+ ([^\n]+)$|^```toml (\S+)\n(.*?)^```$", DOCUMENT, re.S | re.M):
        heading = found[1] or heading
        if found[2]:
            yield Snippet(heading, found[2], found[3])


SNIPPETS = list(snippets())


def framed(snippet: Snippet) -> Rulebook:
    frame = FRAMES[snippet.kind]
    if re.search(r"^window =", snippet.text, re.M):
        frame = frame.replace('window = "year"\n', "")
    text = frame.format(snippet.text)
    standards = "" if re.search(r"^\[\[standards\]\]", text, re.M) else PLAIN_STANDARDS
    transitions = "" if "[[transitions.quarter]]\noutcome" in text else PLAIN_TRANSITIONS
    return checker.load("\n".join((FRAME, text, standards, transitions)))


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda each: f"{each.heading}:{each.text[:40]}")
def test_every_snippet_passes_the_checker_and_gives_what_its_examples_say(snippet: Snippet) -> None:
    book = framed(snippet)
    for given, expected in examples(snippet.text):
        assert (given, answer(snippet.kind, book, given)) == (given, expected)


def examples(text: str) -> Iterator[tuple[dict[str, str], str]]:
    """`# 例：name = value，name = value → answer`, as many as there are."""
    for line in re.findall(r"^# 例：(.*)$", text, re.M):
        left, expected = line.rsplit(" → ", 1)
        pairs = (each.rsplit(" = ", 1) for each in left.split("，") if " = " in each)
        yield {name.strip(): value.strip() for name, value in pairs}, expected


def answer(kind: str, book: Rulebook, given: dict[str, str]) -> str:
    """What the example asks of the verdict, as people write it."""
    given = dict(given)
    grade, branch = given.pop("等级", "middle"), given.pop("机构", "")
    on = date.fromisoformat(given.pop("考核日", ON.isoformat()))
    known = evidence(book, given, on=on, branch=branch)
    where = {"grade": grade, "on": on, "branch": branch, "evidence": known}
    result = verdict.judge(book, period_kind="quarter", **where)
    return READ[asked(kind, book)](result)


def asked(kind: str, book: Rulebook) -> str:
    """A whole section answers by what it holds."""
    if kind != "整段":
        return kind
    return "计薪" if book.pay else "总分" if book.sheets else "全部"


def _all(result: verdict.Verdict) -> str:
    states = " ".join(WORD_OF[result.standards[grade].outcome] for grade in result.standards)
    return f"{states} {result.outcome}"


def _number(value: Any) -> str:
    return "待定" if value is None else f"{Decimal(value.numerator) / value.denominator:.10g}"


READ: dict[str, Any] = {
    "条件": lambda result: WORD_OF[result.standards[result.grade].outcome],
    "数": lambda result: _number(result.scores[0].items[0].points.value),
    "计分项": lambda result: _number(result.scores[0].items[0].points.value),
    "总分": lambda result: f"{_number(result.scores[0].total.value)} {result.scores[0].result}".strip(),
    "结论": lambda result: f"{result.outcome} {result.proposed_grade}",
    "计薪": lambda result: str(result.pay[0].amount),
    "全部": lambda result: f"{result.outcome} {result.proposed_grade}",
}


def test_every_shape_has_a_snippet() -> None:
    """The shapes that real regulations were found to have: each is a heading or a row with its number."""
    numbers = [int(each) for each in re.findall(r"^#### (\d+)\. ", DOCUMENT, re.M)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 70
