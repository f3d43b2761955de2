"""The checker: one broken file per message, each naming its line; and no input makes it fall over."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grading.rules import checker
from grading.rules.catalogue import METRICS, WINDOWS
from grading.rules.findings import Finding
from grading.rules.locator import index, locate
from grading.rules.messages import MESSAGES
from grading.rules.schema import NOTE_KINDS
from tests.grading.language import frame

FOLDER = Path(__file__).resolve().parents[2] / "grading" / "rulebooks"
SHIPPED = (FOLDER / "corporate-six-grades.toml").read_text("utf-8")

SMALL = (
    frame(("upper", "上级", "Upper"), ("lower", "下级", "Lower"))
    + """
[parameters.deposits]
title = "存款"
title_en = "Deposits"
unit = "CNY"
[parameters.deposits.by_grade]
upper = [{ starts_on = 2026-01-01, value = 200, cites = "第三条" }]
lower = [{ starts_on = 2026-01-01, value = 100, cites = "第三条" }]

[[standards]]
grades = ["upper", "lower"]
window = "year"
at_least = 1
of = [
  { code = "a", metric = "deposit_daily_average", op = ">=", value = "deposits" },
  { code = "b", metric = "loan_daily_average", op = ">=", value = "deposits" },
]

[[vetoes]]
code = "advances"
grades = ["upper"]
window = "year"
metric = "advances"
op = "none_of"
cites = "第四条"

[[transitions.quarter]]
outcome = "keep"
why = "维持"
why_en = "keeps"
cites = "第五条"
[[transitions.year]]
outcome = "keep"
why = "维持"
why_en = "keeps"
cites = "第五条"

[[notes]]
kind = "wording"
about = ["upper.a"]
text = "印误。"
text_en = "A misprint."
reading = "按存款读取。"
reading_en = "Read as deposits."
cites = "第三条"
"""
)


def found(text: str) -> list[tuple[str, str]]:
    """Each finding as its code and the text of the line it points at."""
    lines = text.split("\n")
    return [(each.code, lines[each.line - 1]) for each in checker.check(text).findings]


def test_the_small_rulebook_has_nothing_but_its_note() -> None:
    checked = checker.check(SMALL, file="small.toml")
    assert [(each.code, each.severity, each.reading) for each in checked.findings] == [
        ("wording", "warning", "按存款读取。")
    ]
    assert checked.rulebook is not None


#: What to replace, by what, and the finding expected with the line it must point at.
BROKEN = tomllib.loads((Path(__file__).parent / "broken_rulebooks.toml").read_text("utf-8"))["broken"]


@pytest.mark.parametrize("row", BROKEN, ids=[row["code"] for row in BROKEN])
def test_a_broken_file_gets_its_message_at_its_line(row: dict[str, str]) -> None:
    assert row["old"] in SMALL
    assert (row["code"], row["at"]) in found(SMALL.replace(row["old"], row["new"], 1))


def test_every_message_has_a_broken_file() -> None:
    assert set(MESSAGES) - {row["code"] for row in BROKEN} == {"not_text", "text_flaw"}


def test_a_file_that_is_not_utf8_is_refused_at_its_line() -> None:
    checked = checker.check_bytes(SMALL.encode("gb18030"), file="gbk.toml")
    assert [(each.code, each.file, each.line) for each in checked.errors] == [("not_text", "gbk.toml", 3)]
    assert checker.check_bytes(SMALL.encode("utf-8-sig")).rulebook is not None


def test_an_error_leaves_no_rulebook_and_load_raises_all_of_them() -> None:
    text = SMALL.replace("loan_daily_average", "loans").replace('approver = "hr"', 'approver = "boss"', 1)
    with pytest.raises(checker.RulebookError, match="unknown_metric") as raised:
        checker.load(text)
    assert sorted(each.code for each in raised.value.findings) == ["bad_choice", "unknown_metric"]
    assert checker.check(text).rulebook is None


def test_a_finding_names_place_fault_and_remedy_in_both_languages() -> None:
    finding = checker.check(SMALL.replace("at_least = 1", "at_least = 3"), file="small.toml").errors[0]
    assert finding.text() == (
        "small.toml:35: 错误 m_gt_n [standards[0].at_least] 要求达到 3 项，但只列出 2 项。"
        " → 减少须达项数，或补列条件。"
    )
    assert finding.text("en") == (
        "small.toml:35: error m_gt_n [standards[0].at_least] 3 are required but only 2 are listed."
        " → Lower the number required, or list more conditions."
    )
    assert Finding.from_dict(finding.to_dict()) == finding


def test_no_message_leaves_a_place_unfilled() -> None:
    for row in BROKEN:
        for finding in checker.check(SMALL.replace(row["old"], row["new"], 1)).findings:
            texts = (finding.what, finding.write, finding.what_en, finding.write_en)
            assert [text for text in texts if re.search(r"\{[a-z_]+\}", text)] == []


def test_no_english_message_is_chinese_and_every_text_is_there() -> None:
    for message in MESSAGES.values():
        assert all(message)
        assert not re.search(r"[一-鿿]", message.what_en + message.write_en)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_rulebooks_are_free_of_errors_and_every_warning_has_its_reading(file: Path) -> None:
    checked = checker.check_bytes(file.read_bytes(), file=file.name)
    assert checked.errors == ()
    assert [each.text() for each in checked.warnings if not (each.reading and each.reading_en)] == []
    assert checked.rulebook is not None
    assert checked.rulebook.scheme.code == file.stem


def test_the_known_flaws_of_the_six_grades_are_shown() -> None:
    warnings = checker.check(SHIPPED).warnings
    shown = {(each.code, each.about[0]) for each in warnings}
    assert shown == {
        ("unit_changes", "settlement.fourth"),
        ("ladder_not_monotone", "settlement.fourth"),
        ("equal_thresholds", "new_deposits.fourth"),
        ("wording", "third.a"),
        ("conflict", "trainee"),
        ("base_not_stated", "senior.d"),
        ("base_not_stated", "veto.normal_loan_share"),
        ("scope_choice", "veto.normal_loan_share.unless"),
        ("scope_choice", "veto.normal_loan_share"),
        ("metric_named_two_ways", "on_post"),
        ("window_not_stated", "senior"),
        ("start_not_stated", "scheme"),
        ("consequence_not_stated", "transitions.quarter"),
    }
    assert [each.note for each in warnings] != [0] * len(warnings)


def test_a_base_left_out_takes_the_reading_of_the_note() -> None:
    text = SHIPPED.replace('base = "previous_quarter"\n', "")
    finding = next(
        each for each in checker.check(text).warnings if each.code == "base_not_stated" and each.note == 7
    )
    assert finding.path == "vetoes[0]"
    assert finding.reading.startswith("与上季末相比")


def test_note_kinds_are_warnings_the_checker_knows_or_flaws_only_a_reader_sees() -> None:
    detected = {code for code, message in MESSAGES.items() if message.severity == "warning"}
    assert detected - set(NOTE_KINDS) == {
        "gap_below_bands",
        "nothing_matches",
        "undated_number",
        "cadence_not_stated",
        "demotion_may_rise",
        "never_reached",
        "ratio_above_ten",
        "sheet_never_decided",
        "unused_parameter",
        "text_flaw",
    }


def test_the_catalogue_is_complete_and_consistent() -> None:
    assert len(METRICS) == 38
    assert {window for metric in METRICS.values() for window in metric.windows} == set(WINDOWS)
    assert all(
        choice.default in choice.allowed
        for metric in METRICS.values()
        for choice in metric.params.values()
        if choice.allowed and choice.default
    )


NESTED = '''\
a = 1
[t]
b = """
c = 2
"""
d = [
  { x = 1, y = "}" },
  { x = 2 },
]
[[r]]
[[r.s]]
e = 1
[[r]]
[[r.s]]
"f g" = 1 # h = 2
'''


def test_lines_are_found_through_tables_arrays_and_strings() -> None:
    lines = index(NESTED)
    wanted: dict[tuple[str | int, ...], int] = {
        ("a",): 1,
        ("t",): 2,
        ("t", "b"): 3,
        ("t", "d"): 6,
        ("t", "d", 0, "y"): 7,
        ("t", "d", 1, "x"): 8,
        ("r", 0): 10,
        ("r", 0, "s", 0, "e"): 12,
        ("r", 1): 13,
        ("r", 1, "s", 0, "f g"): 15,
        ("r", 1, "s", 0, "nowhere"): 14,
        ("nowhere",): 1,
    }
    assert {path: locate(lines, path) for path in wanted} == wanted
    assert ("t", "c") not in lines


LINES = SHIPPED.split("\n")
PIECES = st.sampled_from(
    sorted(set(re.findall(r'[\[\]{}=",]|"[^"]*"|[a-z_]+|[\d_]+(?:-\d\d)*', SHIPPED)))
) | st.text(max_size=6)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8) | st.dates() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def written(value: Any) -> str:
    """A value as TOML, roughly."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {written(each)}' for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else repr(value)


@given(st.text())
@example("[" * 5000)
@example("a = " + "[" * 5000)
@example("a" + ".a" * 3000 + " = 1")
@example("a = " + "9" * 5000)
@example("scheme = 1\ngrades = 2\nparameters = 3\nstandards = 4\nvetoes = [5]\npay = 8\non_post = 9")
@example("transitions = 6\nnotes = 7\nparameters = []")
@example("[parameters.x]\nby_grade = 1\n[standards]\n[[transitions.quarter]]\nown = 1979-05-27")
def test_no_text_makes_the_checker_fall_over(text: str) -> None:
    checked = checker.check(text)
    assert checked.errors
    assert all(each.line >= 1 and each.what and each.write for each in checked.findings)


@given(st.binary())
def test_no_bytes_make_the_checker_fall_over(raw: bytes) -> None:
    assert checker.check_bytes(raw).errors


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), PIECES), min_size=1, max_size=3), st.booleans())
def test_a_damaged_rulebook_is_answered_not_crashed(damage: list[tuple[int, str]], within: bool) -> None:
    lines = list(LINES)
    for number, piece in damage:
        lines[number] = (
            lines[number].partition("=")[0] + "= " + piece if within and "=" in lines[number] else piece
        )
    checked = checker.check("\n".join(lines))
    assert (checked.rulebook is None) == bool(checked.errors)


@settings(max_examples=200)
@given(st.sampled_from([n for n, line in enumerate(SMALL.split("\n")) if " = " in line]), VALUES)
def test_any_value_under_any_key_is_answered_not_crashed(number: int, value: Any) -> None:
    lines = SMALL.split("\n")
    lines[number] = f"{lines[number].partition(' = ')[0]} = {written(value)}"
    checked = checker.check("\n".join(lines))
    assert (checked.rulebook is None) == bool(checked.errors)
