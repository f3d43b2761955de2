"""What the keys of conditions and of figures in a rulebook file mean, by the key that writes each kind."""

from .reference_keys import CHANGES, CODE, FLOOR, REQUIRED, WINDOW, Key, Section
from .rules.arithmetic import TAKES
from .rules.comparisons import COMPARISONS
from .rules.surroundings import AMONG, PEERS, UNITS_OF_TIME

_GRADES = Key("grades", "等级代码列表", REQUIRED, "适用等级", "grades it is for")
#: Tables that hold a condition beside keys of their own.
AROUND_CONDITIONS = (
    Section("[[standards]]", "", "业务标准", "business standards", (_GRADES,)),
    Section("[[entry]]", "", "任职条件", "what entering a grade asks", (_GRADES,)),
    Section("[[vetoes]]", "", "质量要求", "quality requirements", (CODE, _GRADES)),
    Section("[on_post]", "", "在岗最低线", "the bar for staying on post", ()),
    Section("[conditions.名称]", "", "起名的条件", "a condition by name", ()),
)

_LAST = Key("last", '1–60 或 "year"', REQUIRED, "连同本期共几次；年初以来", "how many, or since New Year")
_EACH = Key("each", "词", REQUIRED, "每隔多久", "how far apart", UNITS_OF_TIME)

#: Keys of a condition, by the key that writes it.
CONDITION_KEYS = {
    "all": (Key("all", "条件列表", "", "全部达到", "all must be met"),),
    "any": (Key("any", "条件列表", "", "达到任一", "any is enough"),),
    "at_least": (
        Key("at_least", "数", "", "至少几项", "so many of"),
        Key("of", "条件列表", REQUIRED, "哪些", "which"),
    ),
    "not": (Key("not", "{ 条件 }", "", "相反", "the opposite"),),
    "holds": (
        Key("holds", "{ 条件 }", "", "每次所看的条件", "what must hold each time"),
        _EACH,
        _LAST,
        Key("times", "数", "次次", "至少几次", "how often at least"),
    ),
    "condition": (Key("condition", "名称", "", "[conditions] 中的条件", "one of [conditions]"),),
    "op": (
        Key("op", "词", "", "怎样比；旁边写一个数", "how; beside an operand", tuple(COMPARISONS)),
        Key("value", "数或 [下限, 上限]", "passed、none_of 不写", "比较值", "what it is held against"),
    ),
}
CONDITION_COMMON = (
    Key("unless", "{ 条件 }", "无", "例外，成立即算达到", "an exception that excuses"),
    Key("code", "代码", "次序", "代码", "code"),
    Key("title", "文字", "指标名", "名称", "name"),
    Key("title_en", "文字", "指标名", "英文名称", "English name"),
    Key("cites", "文字", "外层的", "条款；与数字直接相比的须有", "article; needed beside a bare number"),
    Key("window", "时段", "外层的", "时段", "window"),
    Key("floor", "数", "外层的", "门槛", "least customer counted"),
)
_BANDS_FROM = "[{ from, %s }, …]"
#: Keys of an operand, by the key that writes it.
OPERAND_KEYS = {
    "metric": (
        Key("metric", "指标代码", "", "一项指标", "a metric"),
        Key("ago", "0–60", "0", "前推几个整时段", "so many whole windows back"),
    ),
    "target": (
        Key("target", "代码", "", "计划", "what the plan says"),
        Key("ago", "0–60", "0", "前推", "windows back"),
    ),
    "event": (
        Key("event", "代码", "", "事项", "events"),
        Key("counted", "词", "quantity", "合计数量或次数", "quantity or times", ("quantity", "times")),
        Key("ago", "0–60", "0", "前推", "windows back"),
    ),
    "number": (Key("number", "数", "", "一个数", "a number or parameter"),),
    **{
        take: (Key(take, "数的列表", "", zh, take),)
        for take, zh in zip(TAKES, ["和", "平均", "中位数", "最小", "最大", "积"], strict=True)
    },
    "minus": (Key("minus", "数的列表", "", "第一个减其余", "the first less the others"),),
    "ratio": (Key("ratio", "[甲, 乙]", "", "甲 ÷ 乙", "above ÷ below"),),
    "first": (Key("first", "数的列表", "", "第一个有的", "the first there is"),),
    "excess": (
        Key("excess", "数", "", "超过的部分", "what is above"),
        Key("over", "数", REQUIRED, "超过什么", "above what"),
        Key("step", "数", "不分步", "每整一步", "for every whole step"),
        Key("worth", "数", "同 step", "每步折多少", "so much"),
    ),
    "elapsed": (
        Key("elapsed", "词", "", "已过比例", "the share gone by", UNITS_OF_TIME),
        Key("by", "词", "days", "按天或按月", "by days or months", ("days", "months")),
    ),
    "mean_in_force": (
        Key("mean_in_force", "参数名", "", "期内按天加权的数值", "a parameter, averaged by days"),
    ),
    "points_of": (Key("points_of", "代码", "", "计分项或计分表的得分", "points of an item or a sheet"),),
    "observed": (
        Key("observed", "数", "", "每期所算的数", "what is observed"),
        _EACH,
        _LAST,
        Key("take", "词", REQUIRED, "取什么", "what is taken", tuple(TAKES)),
    ),
    "by_bands": (
        Key("by_bands", "数", "", "分档所看的数", "what the bands look at"),
        Key("bands", _BANDS_FROM % "value", REQUIRED, "各档", "the bands"),
        Key("below", "数", "0，并提示", "最低一档以下", "below the lowest"),
    ),
    "marginal": (
        Key("marginal", "数", "", "超额累进所看的数", "what the brackets look at"),
        Key("bands", _BANDS_FROM % "rate", REQUIRED, "各段费率", "the brackets"),
    ),
    "if": (
        Key("if", "{ 条件 }", "", "条件", "condition"),
        Key("then", "数", REQUIRED, "成立时", "where met"),
        Key("else", "数", "0", "否则", "otherwise"),
    ),
}
_PEERS = (
    Key("peers", "词", "本人", "不取本人的，取同业的什么", "what of the peers instead of one's own", PEERS),
    Key("among", "词", "all", "与谁比", "who they are", AMONG),
)
OPERAND_COMMON = (WINDOW, FLOOR, *_PEERS, *CHANGES)
