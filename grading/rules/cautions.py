"""The wording of every warning of the checker: doubtful places and flaws of the text, Chinese first."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Message(NamedTuple):
    """The wording of one finding; ``{name}`` places are filled when it is raised."""

    severity: Severity
    what: str
    write: str
    what_en: str
    write_en: str


def _warning(what: str, write: str, what_en: str, write_en: str) -> Message:
    return Message("warning", what, write, what_en, write_en)


CAUTIONS: Mapping[str, Message] = {
    "gap_below_bands": _warning(
        "最低一档以下没有写数值，按 0 处理。",
        "写 below = …。",
        "Nothing is said below the lowest band; 0 is taken.",
        "Write below = ….",
    ),
    "ratio_above_ten": _warning(
        "参数“{name}”的单位是占比（1 = 100%），{value} 就是 {percent}%。",
        "80% 写 0.8；确是这么多的，不必改。",
        "The unit of the parameter “{name}” is a ratio (1 = 100 %): {value} is {percent} %.",
        "Write 0.8 for 80 %; if it is really so much, leave it.",
    ),
    "never_reached": _warning(
        "结论表“{period}”的第 {row} 行没有条件，什么情形都符合；其后的各行永远轮不到。",
        "把这一行移到表末，或补上它的条件。",
        "Row {row} of the transitions for “{period}” has no condition and fits everything; no row after it is"
        " ever reached.",
        "Move the row to the end, or write its condition.",
    ),
    "nothing_matches": _warning(
        "结论表“{period}”没有覆盖这种情形:{states};这种情形将列为待定。",
        "在表末补一行只写 outcome 的兜底规则。",
        "The transitions for “{period}” do not cover: {states_en}; such a case will be undecided.",
        "Add a last rule that has only an outcome.",
    ),
    "ladder_not_monotone": _warning(
        "{title}:{lower}({low})比{higher}({high})要求更严。",
        "核对两级数值；原文如此的，在 [[notes]] 写明读法。",
        "{title_en}: {lower_en} ({low}) asks for more than {higher_en} ({high}).",
        "Check both values; if the text says so, state the reading in [[notes]].",
    ),
    "equal_thresholds": _warning(
        "{title}:{higher}与{lower}同为 {high}。",
        "核对两级数值；原文如此的，在 [[notes]] 写明读法。",
        "{title_en}: {higher_en} and {lower_en} both ask for {high}.",
        "Check both values; if the text says so, state the reading in [[notes]].",
    ),
    "unit_changes": _warning(
        "{title}:{grade}原文单位为 {printed},其余各级为 {unit}。",
        "核对原文；在 [[notes]] 写明按哪种单位读取。",
        "{title_en}: the text prints {printed} for {grade_en}, {unit} for the other grades.",
        "Check the text and state in [[notes]] which unit is read.",
    ),
    "demotion_may_rise": _warning(
        "结论“demote”送到“{to}”，而低于该级的人会因此上升。",
        'to 写最低一级；或改用 outcome = "adjust"，按实际去向记为升、留或降。',
        "“demote” leads to “{to}”, so that whoever is below it would rise.",
        'Send to the lowest grade, or write outcome = "adjust", which says what it means for each.',
    ),
    "sheet_never_decided": _warning(
        "计分表“{title}”用于“{period}”，但没有 [[transitions.{period}]]；算出的分没有结论。",
        "补上 [[transitions.{period}]]，或改正该表的 periods。",
        "The sheet “{title_en}” is for “{period}” but there is no [[transitions.{period}]]: nothing follows.",
        "Add [[transitions.{period}]], or correct the periods of the sheet.",
    ),
    "base_not_stated": _warning(
        "“{metric}”没有写明比较基期，按默认“{value}”计算。",
        '补上 base = "{value}",并在 [[notes]] 写明读法。',
        "“{metric}” states no base; the default “{value}” is used.",
        'Add base = "{value}" and state the reading in [[notes]].',
    ),
    "window_not_stated": _warning(
        "“{metric}”没有写明计算时段，按“{value}”计算。",
        '补上 window = "{value}"。',
        "“{metric}” states no window; “{value}” is used.",
        'Add window = "{value}".',
    ),
    "cadence_not_stated": _warning(
        "按几种周期考核，而“{metric}”没有写明数哪一种；按与本期同样长的数。",
        '补上 each = "month"、"quarter"、"half_year" 或 "year"。',
        "Periods of several kinds are decided on and “{metric}” does not say which it counts; those as long"
        " as the one judged are.",
        'Add each = "month", "quarter", "half_year" or "year".',
    ),
    "undated_number": _warning(
        "数值 {value} 直接写在条件里，没有起始日，日后无法按日期调整。",
        "改为 [parameters] 中的一个参数并在此写其名称。",
        "The number {value} stands in the condition itself, without a start date.",
        "Make it a parameter under [parameters] and write its name here.",
    ),
    "unused_parameter": _warning(
        "参数“{name}”没有任何条件用到。",
        "删去它，或在条件中引用。",
        "No condition uses the parameter “{name}”.",
        "Delete it, or use it in a condition.",
    ),
    "text_flaw": _warning(
        "{text}",
        "在 [[notes]] 的 reading 中写明读法。",
        "{text_en}",
        "State the reading in the note.",
    ),
}
