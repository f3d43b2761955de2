"""What the checker's messages say: in the reader's language, complete, and with what to write instead."""

import re
import tomllib

import pytest

from grading.rules import checker
from grading.rules.findings import Finding
from grading.rules.syntax import fault
from grading.rules.verdict import required_metrics
from tests.grading.language import FRAME, ON, PLAIN_STANDARDS, PLAIN_TRANSITIONS

HEAD = '[[standards]]\ngrades = ["upper", "middle", "lower"]\nwindow = "year"\ncites = "x"\n'


def only(text: str, code: str) -> Finding:
    """The one finding of a code."""
    (found,) = (each for each in checker.check(text).findings if each.code == code)
    return found


def standard(condition: str) -> str:
    return FRAME + HEAD + condition + PLAIN_TRANSITIONS


BAD_TOML = [
    ('a = 1\nb = "x', 2, "文字的引号没有关上"),
    ("a = 1\nb 2", 2, "键的后面缺少等号"),
    ("a = [1, 2", 1, "列表的方括号没有关上"),
    ("a = { b = 1", 1, "花括号没有关上"),
    ("a = 1 2", 1, "值后面多了内容"),
    ("[a\nb = 1", 1, "方括号没有写完"),
    ("a = 是", 1, "等号后面的值不对"),
    ("名称 = 1", 1, "键里有汉字的要加英文双引号"),
    ("a = { b = 1, }", 1, "最后一项后面多了逗号"),
    ("a = { b = 1,\n c = 2 }", 1, "花括号 { … } 里的内容须写在同一行"),
    ('a = "\\q"', 1, "反斜杠写法不对"),
    ("a = 1\na = 2", 2, "这个名称前面已经写过"),
    ("[a]\n[a]", 2, "“a”声明了两次"),
    ("a = { b = 1, b = 2 }", 1, "在同一对花括号里写了两次"),
    ("a = " + "9" * 5000, 1, "数字太长"),
]


@pytest.mark.parametrize(("text", "line", "said"), BAD_TOML, ids=[each[0][:20] for each in BAD_TOML])
def test_a_text_that_is_no_toml_is_told_why_in_chinese(text: str, line: int, said: str) -> None:
    (found,) = checker.check(text).errors
    assert (said in found.what, found.line) == (True, line)
    assert re.findall(r"[A-Z][a-z]+ [a-z]+", found.what) == []
    assert not re.search(r"[一-鿿]", found.what_en)


def test_the_place_is_told_by_line_and_column() -> None:
    assert checker.check("a = 1\nb = @").errors[0].what == (
        "此处不符合 TOML 写法:第 2 行第 5 列：等号后面的值不对；文字须加英文双引号，数字、日期不加。"
    )
    assert checker.check("a = 2026-02-30").errors[0].what == "“2026-02-30”不是日期。"


def test_a_fault_nobody_has_named_yet_still_reads_as_chinese() -> None:
    found = fault(tomllib.TOMLDecodeError("Something new (at line 3, column 4)"), "")
    assert (found.code, found.line, found.detail) == ("not_toml", 3, "第 3 行第 4 列：写法不对，无法读取")
    assert fault(RecursionError(), "").detail == "写法不对，无法读取"


def test_a_metric_where_a_parameter_goes_is_told_how_to_be_written() -> None:
    found = only(
        standard('metric = "loan_balance"\nop = ">="\nvalue = "deposit_balance"\n'), "metric_as_parameter"
    )
    assert found.write == (
        '指标写成 { metric = "deposit_balance" }；计划写成 { target = "deposit_balance" }。'
    )


@pytest.mark.parametrize("quoted", ["1500", "1,500", "0.98", "15_000_000"])
def test_a_number_in_quotes_is_told_to_drop_them(quoted: str) -> None:
    found = only(standard(f'metric = "loan_balance"\nop = ">="\nvalue = "{quoted}"\n'), "quoted_number")
    assert found.write == f"删去引号，写 {quoted.replace(',', '')}。"


def test_a_misspelt_kind_of_figure_is_named() -> None:
    text = standard('metric = "loan_balance"\nop = ">="\nvalue = { metrik = "deposit_balance" }\n')
    found = only(text, "bad_operand")
    assert (found.what, found.what_en) == (
        "此处须写且只写一种数：不认识“metrik”。",
        "Exactly one kind of figure goes here: “metrik” is none.",
    )


def test_a_long_list_says_how_much_is_left_out() -> None:
    found = only(standard('metric = "loans"\nop = ">="\nvalue = 0\n'), "unknown_metric")
    assert re.search(r"、[a-z_]+……另有 \d+ 个。$", found.write)
    assert re.search(r"、[a-z_]+ … and \d+ more\.$", found.write_en)
    left = int(re.findall(r"另有 (\d+) 个", found.write)[0])
    assert found.write.count("、") + 1 + left == 38


def test_a_wrong_window_mentions_single_days() -> None:
    text = standard('metric = "loan_balance"\nop = ">="\nvalue = 0\n').replace(
        'window = "year"', 'window = "x"'
    )
    assert only(text, "bad_window").write.endswith("MM-DD、last_year MM-DD。")


def test_a_list_where_a_text_goes_is_not_called_by_an_english_word() -> None:
    found = only(FRAME.replace('title = "两级标准"', "title = [1]") + PLAIN_STANDARDS, "wrong_type")
    assert (found.what, found.what_en) == (
        "“title”应为文字,写成了 列表。",
        "“title” should be text, found a list.",
    )


def test_bare_numbers_are_told_once_a_section() -> None:
    text = standard(
        'all = [\n  { metric = "loan_balance", op = ">=", value = 500 },\n'
        '  { metric = "deposit_balance", op = ">=", value = 700 },\n]\n'
    )
    found = only(text, "undated_number")
    assert (found.path, found.what.partition(" 直接")[0]) == ("standards[0].all[0]", "数值 500、700")


SHEET = """
[[scoring]]
title = "计分"
title_en = "Sheet"
window = "quarter"
periods = ["quarter"]
[[scoring.items]]
code = "x"
title = "甲"
title_en = "A"
cites = "第五条"
formula = { metric = "loan_balance" }
[[scoring.results]]
code = "good"
title = "良"
title_en = "Good"
from = 1
cites = "x"
[[scoring.results]]
code = "poor"
title = "差"
title_en = "Poor"
from = 0
cites = "x"
"""


def rules(*results: str) -> str:
    """Transitions that look at nothing but the result."""
    return "".join(
        PLAIN_TRANSITIONS.replace("outcome =", f'result = ["{result}"]\noutcome =') for result in results
    )


def test_a_book_of_scores_alone_is_covered_by_its_results() -> None:
    assert checker.check(FRAME + SHEET + rules("good", "poor")).findings == ()


@pytest.mark.parametrize(
    ("results", "lowest", "states"),
    [(("good",), "0", "计分等次=poor"), (("good", "poor"), "0.5", "计分等次=无")],
)
def test_a_result_without_a_rule_is_told(results: tuple[str, ...], lowest: str, states: str) -> None:
    found = only(FRAME + SHEET.replace("from = 0", f"from = {lowest}") + rules(*results), "nothing_matches")
    assert found.what == f"结论表“quarter”没有覆盖这种情形:{states};这种情形将列为待定。"


def test_a_day_no_calendar_has_is_named_among_others_of_its_line() -> None:
    rows = "rows = [{ starts_on = 2025-01-01 }, { starts_on = 2026-06-31 }]"
    (finding,) = checker.check(rows).findings
    assert (finding.code, finding.line) == ("bad_date", 1)
    assert "“2026-06-31”不是日期" in finding.text()


def test_a_named_condition_takes_the_window_of_whoever_names_it_and_is_not_asked_for_one() -> None:
    named = """
[conditions.business]
all = [{ code = "a", metric = "deposit_daily_average", op = ">=", value = 1, cites = "x" }]
"""
    standards = """
[[standards]]
grades = ["upper", "middle", "lower"]
window = "year"
floor = 500
cites = "第三条"
condition = "business"
"""
    text = "\n".join((FRAME, named, standards, PLAIN_TRANSITIONS))
    checked = checker.check(text)
    assert "window_not_stated" not in {finding.code for finding in checked.findings}
    assert checked.rulebook is not None
    (asked,) = {(ref.window, ref.floor) for ref in required_metrics(checked.rulebook, ON)}
    assert asked == ("year", 500)


def test_without_a_ladder_that_alone_is_said_of_grades() -> None:
    ladder = FRAME[: FRAME.index("[[grades]]")]
    found = checker.check("\n".join((ladder, PLAIN_STANDARDS, PLAIN_TRANSITIONS))).findings
    assert [finding.code for finding in found] == ["missing_key"]
