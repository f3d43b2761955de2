"""The wording of every error the checker can find, Chinese first; `cautions` has that of the warnings."""

from collections.abc import Mapping

from .cautions import CAUTIONS, Message, Severity


def _error(what: str, write: str, what_en: str, write_en: str) -> Message:
    return Message("error", what, write, what_en, write_en)


__all__ = ["MESSAGES", "Message", "Severity"]

ERRORS: Mapping[str, Message] = {
    "bad_operand": _error(
        "此处须写且只写一种数：{found}。",
        "从中选一种：{allowed}。",
        "Exactly one kind of figure goes here: {found_en}.",
        "Choose one of: {allowed}.",
    ),
    "bad_item": _error(
        "计分项须写且只写一种计分方法：{found}。",
        "从中选一种：{allowed}。",
        "A scoring item takes exactly one way of earning points: {found}.",
        "Choose one of: {allowed}.",
    ),
    "bad_pair": _error(
        "“{key}”须写两个数，写了 {found} 个。",
        "写 {key} = [被除数, 除数]。",
        "“{key}” takes two figures, {found} are written.",
        "Write {key} = [above, below].",
    ),
    "out_of_range": _error(
        "“{key}”的值 {value} 超出范围。",
        "写 {low} 到 {high} 之间的整数。",
        "The value {value} of “{key}” is out of range.",
        "Write a whole number from {low} to {high}.",
    ),
    "not_a_share": _error(
        "“{key}”的值 {value} 不在 0 与 1 之间。",
        "按比例写：80% 写 0.8，三分之二写 0.6667。",
        "The value {value} of “{key}” is not between 0 and 1.",
        "Write a share: 0.8 for 80 %, 0.6667 for two thirds.",
    ),
    "circular_condition": _error(
        "条件“{value}”绕了一圈又用到自己:{chain}。",
        "把其中一处 condition 改为直接写出的条件。",
        "The condition “{value}” comes back to itself: {chain}.",
        "Write one of them out instead of naming it.",
    ),
    "single_table": _error(
        "“{key}”可以有许多段，只用一对方括号写成了单独一段。",
        "每一段都写成 [[{key}]]，两对方括号。",
        "There may be many of “{key}”, but it is written as a single table.",
        "Begin each with [[{key}]], in double brackets.",
    ),
    "unknown_condition": _error(
        "没有名为“{value}”的条件。",
        "在 [conditions] 中定义，或改用：{allowed}。",
        "There is no condition named “{value}”.",
        "Define it under [conditions], or use one of: {allowed}.",
    ),
    "unknown_item": _error(
        "没有名为“{value}”的计分项，或它写在后面。",
        "改用排在前面的：{allowed}。",
        "There is no scoring item named “{value}”, or it comes later.",
        "Use one that comes before: {allowed}.",
    ),
    "points_among_peers": _error(
        "计分表内不能拿得分与同业比：各人的分还没有算完。",
        "把 points_of 与 peers 写到 [[transitions]] 或 [[pay.items]] 中；计分项里用 metric 等与同业比。",
        "Within a scoring sheet points cannot be compared with peers: they are not worked out yet.",
        "Write points_of with peers in [[transitions]] or [[pay.items]]; in an item compare a metric.",
    ),
    "not_above_zero": _error(
        "“{key}”的值 {value} 应大于零：按零取整没有意义。",
        "写大于零的数；数值写在参数里的，改参数中为零或负的那一行。",
        "The value {value} of “{key}” should be above zero: there are no whole steps of nothing.",
        "Write a number above zero; if it is a parameter, correct its row that is zero or less.",
    ),
    "negative_down": _error(
        "“down”的值 {value} 为负：低于起点反而会加分。",
        "写正数；down 是每低一步减去的分。",
        "The value {value} of “down” is negative: falling short would add points.",
        "Write a positive number; down is what each step below takes off.",
    ),
    "unknown_outcome": _error(
        "没有名为“{value}”的结论或等次。",
        "可用:{allowed}。",
        "There is no outcome or result called “{value}”.",
        "Choose one of: {allowed}.",
    ),
    "to_against_outcome": _error(
        "结论“{outcome}”与去向“{to}”相反。",
        "{hint}",
        "The outcome “{outcome}” contradicts the grade “{to}” it leads to.",
        "{hint_en}",
    ),
    "overlapping_results": _error(
        "等次“{first}”与“{second}”的起分同为 {value}，无法分清。",
        "每个等次写不同的 from。",
        "The results “{first}” and “{second}” both begin at {value}.",
        "Give each result its own from.",
    ),
    "metric_as_parameter": _error(
        "“{value}”是指标，不是参数。",
        '指标写成 { metric = "{value}" }；计划写成 { target = "{value}" }。',
        "“{value}” is a metric, not a parameter.",
        'Write { metric = "{value}" } for the metric, { target = "{value}" } for its plan.',
    ),
    "quoted_number": _error(
        "“{value}”加了引号，成了文字，不是数。",
        "删去引号，写 {plain}。",
        "“{value}” stands in quotes and so is text, not a number.",
        "Drop the quotes: write {plain}.",
    ),
    "overlapping_bands": _error(
        "两档的起点相同，无法分清。",
        "每档写不同的 from。",
        "Two bands begin at the same point.",
        "Give each band its own from.",
    ),
    "shares_not_one": _error(
        "各期发放比例合计为 {value}，不等于 1。",
        "改为合计 1（100%）。",
        "The shares released add up to {value}, not to 1.",
        "Make them add up to 1 (100 %).",
    ),
    "not_text": _error(
        "文件不是 UTF-8 文本。", "另存为 UTF-8 后再核对。", "The file is not UTF-8 text.", "Save it as UTF-8."
    ),
    "not_toml": _error(
        "此处不符合 TOML 写法:{detail}。",
        "检查引号、括号和等号是否成对。",
        "Not valid TOML here: {detail_en}.",
        "Check that quotes, brackets and equals signs are complete.",
    ),
    "duplicate_key": _error(
        "同一名称写了两次:{detail}。",
        "保留一处，删去另一处。",
        "The same name is written twice: {detail_en}.",
        "Keep one and delete the other.",
    ),
    "unknown_key": _error(
        "不认识的名称“{key}”。",
        "此处可用:{allowed}。",
        "Unknown key “{key}”.",
        "Allowed here: {allowed}.",
    ),
    "missing_key": _error(
        "缺少“{key}”。",
        "在此处补上 {key} = {example}。",
        "“{key}” is missing.",
        "Add {key} = {example} here.",
    ),
    "wrong_type": _error(
        "“{key}”应为{expected},写成了 {found}。",
        "改写为{expected},例如 {example}。",
        "“{key}” should be {expected_en}, found {found_en}.",
        "Write {expected_en}, for example {example}.",
    ),
    "bad_code": _error(
        "“{value}”不能作代码。",
        "只用小写字母、数字、下划线或连字符，以字母或数字开头，例如 {example}。",
        "“{value}” cannot be a code.",
        "Use lower-case letters, digits, underscores or hyphens, for example {example}.",
    ),
    "bad_choice": _error(
        "“{key}”不能写“{value}”。",
        "可选:{allowed}。",
        "“{key}” cannot be “{value}”.",
        "Choose one of: {allowed}.",
    ),
    "bad_date": _error(
        "“{value}”不是日期。",
        "写成 2027-01-01 这样的日期，不加引号，也不带时间。",
        "“{value}” is not a date.",
        "Write a date like 2027-01-01, without quotes and without a time.",
    ),
    "bad_number": _error(
        "“{value}”不能作数值。",
        "写普通数字，例如 15_000_000 或 0.98，不超过 18 位整数、8 位小数。",
        "“{value}” cannot be used as a number.",
        "Write a plain number such as 15_000_000 or 0.98: at most 18 digits before the point and 8 after.",
    ),
    "missing_start": _error(
        "此值没有起始日。",
        "补上 starts_on = 2027-01-01;原文未写日期的，写启用日并在 [[notes]] 说明。",
        "This value has no start date.",
        "Add starts_on = 2027-01-01; if the text gives none, use the first day of use and note it.",
    ),
    "missing_citation": _error(
        "此处没有注明条款。",
        '补上 cites = "第几条几款"。',
        "No article is cited here.",
        'Add cites = "…" with the article of the text.',
    ),
    "duplicate_start": _error(
        "同一天({day})有两个值。",
        "每个起始日只留一个值。",
        "Two values start on the same day ({day}).",
        "Keep one value per start date.",
    ),
    "duplicate_code": _error(
        "代码“{value}”用了两次。",
        "改用不同的代码。",
        "The code “{value}” is used twice.",
        "Use different codes.",
    ),
    "unknown_metric": _error(
        "没有名为“{value}”的指标。",
        "可用指标:{allowed}。",
        "There is no metric called “{value}”.",
        "Known metrics: {allowed}.",
    ),
    "unknown_grade": _error(
        "没有名为“{value}”的等级。",
        "可用等级:{allowed};或先在 [[grades]] 中加上它。",
        "There is no grade called “{value}”.",
        "Known grades: {allowed}; or add it to [[grades]] first.",
    ),
    "unknown_parameter": _error(
        "没有名为“{value}”的参数。",
        "可用参数:{allowed};或在 [parameters.{value}] 中写明各级数值。",
        "There is no parameter called “{value}”.",
        "Known parameters: {allowed}; or state its values in [parameters.{value}].",
    ),
    "unknown_reference": _error(
        "注释所指“{value}”在本文件中不存在。",
        "about 写条件代码(如 {example})或 参数.等级。",
        "The note points at “{value}”, which this file does not have.",
        "In about, write the code of a condition (such as {example}) or parameter.grade.",
    ),
    "missing_value": _error(
        "参数“{name}”没有写等级“{grade}”的数值，而该级标准用到它。",
        "在 [parameters.{name}.by_grade] 中补上 {grade} = [...]。",
        "The parameter “{name}” has no value for the grade “{grade}”, whose standard uses it.",
        "Add {grade} = [...] under [parameters.{name}.by_grade].",
    ),
    "unit_mismatch": _error(
        "“{metric}”的单位是 {left},“{name}”的单位是 {right},不能相比。",
        "换一个单位为 {left} 的参数，或改正该参数的 unit。",
        "“{metric}” is in {left} but “{name}” is in {right}: they cannot be compared.",
        "Use a parameter in {left}, or correct the unit of the parameter.",
    ),
    "m_gt_n": _error(
        "要求达到 {needed} 项，但只列出 {count} 项。",
        "减少须达项数，或补列条件。",
        "{needed} are required but only {count} are listed.",
        "Lower the number required, or list more conditions.",
    ),
    "bad_count": _error(
        "须达项数“{value}”应为 1 以上的整数。",
        "写 1、2、3 这样的整数。",
        "The number required, “{value}”, should be a whole number of at least 1.",
        "Write a whole number such as 1, 2 or 3.",
    ),
    "unreachable_grade": _error(
        "等级“{grade}”无法达到:{detail}。",
        "为该级写一条 [[standards]],或改正互相矛盾的条件。",
        "The grade “{grade}” cannot be reached: {detail_en}.",
        "Write a [[standards]] entry for it, or correct conditions that exclude each other.",
    ),
    "double_standard": _error(
        "等级“{grade}”有两条标准。",
        "合并为一条，或从其中一条的 grades 中删去该级。",
        "The grade “{grade}” has two standards.",
        "Merge them, or take the grade out of one of them.",
    ),
    "bad_window": _error(
        "指标“{metric}”不能按“{value}”计算。",
        "可用时段:{allowed}。",
        "The metric “{metric}” cannot be taken over “{value}”.",
        "Allowed windows: {allowed}.",
    ),
    "bad_condition": _error(
        "一个条件须写且只写一种:{allowed};此处写了 {found}。",
        "每个条件只保留其中一种写法。",
        "A condition is exactly one of: {allowed}; here: {found}.",
        "Keep exactly one of them in each condition.",
    ),
    "empty_group": _error(
        "“{key}”之下没有条件。",
        "至少列出一个条件。",
        "“{key}” lists no condition.",
        "List at least one condition.",
    ),
    "bad_bounds": _error(
        "“{op}”需要 {needed} 个比较值，写了 {found} 个。",
        "{hint}",
        "“{op}” needs {needed} values to compare with, found {found}.",
        "{hint_en}",
    ),
    "bad_range": _error(
        "区间下限 {low} 大于上限 {high}。",
        "把较小的数写在前面。",
        "The lower end {low} is above the upper end {high}.",
        "Write the smaller number first.",
    ),
    "too_deep": _error(
        "条件嵌套超过 {limit} 层。",
        "拆成较浅的条件。",
        "Conditions are nested more than {limit} deep.",
        "Use fewer levels.",
    ),
}

#: All that can be found, by its code.
MESSAGES: Mapping[str, Message] = {**ERRORS, **CAUTIONS}
