"""What the keys of a rulebook file's sections mean: types, defaults, allowed words, Chinese and English."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.rules.figures import PLACES

from .rules.authority_section import SECURITIES
from .rules.paying import CARRIES
from .rules.schema import (
    ACTIVITIES,
    APPROVERS,
    HEADINGS,
    LINES,
    NEWCOMERS,
    NOTE_KINDS,
    OUTCOMES,
    PERIODS,
    REACHED,
    STAGES,
    TRANSITION_STATES,
)
from .rules.scoring import ABSENCES
from .rules.surroundings import ROUNDINGS

#: A key without which the file is refused.
REQUIRED = "必须"


class Key(NamedTuple):
    """One key: its type, its default (or `REQUIRED`), its meaning in both languages, the words it takes."""

    name: str
    kind: str
    default: str
    zh: str
    en: str
    allowed: Sequence[str] = ()


class Section(NamedTuple):
    """The keys of one kind of table; ``where`` is how it is written, ``path`` one place of it in a file."""

    where: str
    path: str
    zh: str
    en: str
    keys: tuple[Key, ...]


CODE = Key("code", "代码", REQUIRED, "代码，同类中不重复", "code, unique among its kind")
TITLES = (
    Key("title", "文字", REQUIRED, "中文名称", "Chinese name"),
    Key("title_en", "文字", REQUIRED, "英文名称", "English name"),
)
CITES = Key("cites", "文字", REQUIRED, "条款", "article of the text")
WINDOW = Key("window", "时段", "外层的", "里面的数按此时段", "window of the figures within")
FLOOR = Key("floor", "数", "外层的，再无为 0", "只计存款日均不低于此数的客户", "least customer counted")
CHANGES = (
    Key("times", "数", "", "先乘", "first multiplied by"),
    Key("plus", "数", "", "再加", "then added"),
    Key("steps_of", "数", "", "再取其整数倍", "then in whole steps of"),
    Key("rounded", "词", "down", "怎样取整", "how it is rounded to steps", ROUNDINGS),
    Key("no_less_than", "数", "", "再不低于", "then at least"),
    Key("no_more_than", "数", "", "再不高于", "then at most"),
)
_PERIODS = Key("periods", "词的列表", "考核周期", "哪种考核期用它", "for which kinds of period", PERIODS)
_DATED = "[{ starts_on, value, cites }, …]"

SECTIONS = (
    Section(
        "[scheme]",
        "scheme",
        "整部办法",
        "the regulation as a whole",
        (
            Key("code", "代码", REQUIRED, "办法代码，发布后不变", "code of the scheme, never changed"),
            *TITLES,
            Key("source", "文字", REQUIRED, "依据的文件", "the document it comes from"),
            Key("issued_by", "文字", "", "发文单位", "who issued it"),
            Key(
                "lines",
                "词的列表",
                "全部条线",
                "适用条线：公司、个人、综合、小额",
                "lines covered",
                LINES,
            ),
            Key(
                "branches",
                "文字列表",
                "全部机构",
                "适用机构代码，含下属",
                "branches covered, with those below",
            ),
            Key("cycle", "词", REQUIRED, "考核周期", "how often it appraises", PERIODS),
            Key("term_months", "整数", REQUIRED, "聘期（月）", "months of an appointment"),
            Key("starts_on", "日期", REQUIRED, "起始日", "first day"),
            CITES,
        ),
    ),
    Section(
        "[[grades]]",
        "grades[0]",
        "等级，自高到低",
        "the ladder from the top",
        (
            CODE,
            *TITLES,
            Key("short", "文字", "同 title", "简称", "short name"),
            Key("rank", "整数", "0", "全行职级（小者为高）", "bank-wide rank, the lower the higher"),
            Key("approver", "词", REQUIRED, "谁批", "who approves", APPROVERS),
            Key("forbids", "词的列表", "无", "不得办理", "activities forbidden", ACTIVITIES),
            CITES,
        ),
    ),
    Section(
        "[parameters.名称]",
        "parameters.bar",
        "数值",
        "a number of the regulation",
        (
            *TITLES,
            Key("unit", "词", REQUIRED, "单位", "unit", tuple(PLACES)),
            Key("values", _DATED, "与 by_grade 写其一", "各级相同的数值", "one series for every grade"),
            Key("by_grade", f"等级 = {_DATED}", "与 values 写其一", "各级的数值", "a series for each grade"),
            Key(
                "by_branch",
                f"机构 = {_DATED} 或 等级 = …",
                "",
                "某机构自己的数值",
                "numbers of a branch, perhaps by grade",
            ),
            Key(
                "by_month", f"1–12 = {_DATED}", "", "考核期末在该月的数值", "for periods that end in a month"
            ),
        ),
    ),
    Section(
        "{ starts_on, value, cites }",
        "parameters.bar.values[0]",
        "一个数值自某日起",
        "a value from a day on",
        (
            Key("starts_on", "日期", REQUIRED, "自何日起", "from which day"),
            Key("value", "数字", "须写，废止除外", "数值", "the value"),
            Key("repealed", "true", "", "废止（不写 value）", "repealed; no value then"),
            Key(
                "printed_unit",
                "词",
                "",
                "原文印的别的单位",
                "another unit printed in the text",
                tuple(PLACES),
            ),
            CITES,
        ),
    ),
    Section(
        "[[scoring]]",
        "scoring[0]",
        "计分表",
        "a scoring sheet",
        (
            Key("code", "代码", "score", "代码，供 points_of 引用", "code, for points_of"),
            *TITLES,
            Key("cites", "文字", "", "条款", "article"),
            _PERIODS,
            Key("items", "计分项列表", REQUIRED, "[[scoring.items]]", "the items, in order"),
            Key("results", "等次列表", "无", "[[scoring.results]]", "what totals are called"),
            WINDOW,
            FLOOR,
            *CHANGES,
        ),
    ),
    Section(
        "[[scoring.items]]",
        "scoring[1].items[0]",
        "计分项：下列算法写且只写一种",
        "an item: exactly one of rate, slope, bands, events, if_met, formula",
        (
            CODE,
            *TITLES,
            Key("cites", "文字", "须写", "条款", "article"),
            Key("points", "数", "0", "标准分", "full points"),
            Key(
                "rate",
                "{ figure, target, no_less_than = 0, no_more_than = 1 }",
                "",
                "按完成率",
                "points × figure ÷ target, clamped",
            ),
            Key(
                "slope",
                "{ figure, from, per = 1, up = 0, down = 0, whole_steps = false }",
                "",
                "每高一步加、每低一步减",
                "points, more or fewer for each step off from",
            ),
            Key("figure", "数", "与 bands 同写", "分档所看的数", "what the bands look at"),
            Key("bands", "[{ from, points }, …]", "", "分档", "points by bands"),
            Key("events", "[{ event, each }, …]", "", "按事项加减", "points for each event"),
            Key("if_met", "{ 条件 }", "", "达到得满分", "all points or none"),
            Key("formula", "数", "", "直接算出", "the points themselves"),
            Key("needs", "{ 条件 }", "", "前提", "what must hold first"),
            Key("otherwise", "数", "0", "前提未达时的得分", "points where it does not"),
            Key(
                "absent",
                "词或数",
                ABSENCES[0],
                "无可计量、无计划时",
                "where nothing is there to measure",
                ABSENCES,
            ),
            WINDOW,
            FLOOR,
            *CHANGES,
        ),
    ),
    Section(
        "[[scoring.results]]",
        "scoring[1].results[0]",
        "等次",
        "what a total is called",
        (CODE, *TITLES, Key("from", "数", REQUIRED, "起分", "from how many points"), CITES),
    ),
    Section(
        "[[transitions.周期]]",
        "transitions.quarter[0]",
        "结论的一行；自上而下第一行符合的生效",
        "a row of the decision table; the first that fits decides",
        (
            *(
                Key(name, "词或列表", "不限", zh, en, TRANSITION_STATES[name])
                for name, zh, en in (
                    ("own", "本级标准", "own standard"),
                    ("next", "上一级标准及质量要求", "standard and quality of the next grade"),
                    ("entry", "上一级任职条件", "entry conditions of the next grade"),
                    ("on_post", "在岗最低线", "on-post bar"),
                    ("veto", "本级质量要求", "quality of the own grade"),
                    ("lower", "有无下一级", "whether there is a grade below"),
                )
            ),
            Key("result", "代码或列表", "不限", "本期计分表的等次", "result of a sheet of this period"),
            Key("if", "{ 条件 }", "无", "另须成立", "a condition that must hold besides"),
            Key("outcome", "词", REQUIRED, "结论", "outcome", OUTCOMES),
            Key("to", f"等级代码或 {REACHED}", "按 steps", "去哪一级", "to which grade"),
            Key("steps", "1–9", "1", "升降几级", "how many grades up or down"),
            Key("why", "文字", REQUIRED, "给本人看的理由", "the reason, in Chinese"),
            Key("why_en", "文字", REQUIRED, "英文理由", "the reason, in English"),
            CITES,
            WINDOW,
            FLOOR,
        ),
    ),
    Section(
        "[pay]",
        "pay",
        "计薪",
        "pay",
        (
            Key("allowance", "参数名", "无", "每月津贴", "the monthly allowance"),
            Key("items", "列表", "无", "[[pay.items]]", "items of pay"),
        ),
    ),
    Section(
        "[[pay.items]]",
        "pay.items[0]",
        "一项绩效",
        "an item of pay",
        (
            CODE,
            *TITLES,
            CITES,
            _PERIODS,
            Key("amount", "数", REQUIRED, "金额（元），四舍五入到分一次", "yuan, rounded once to the fen"),
            Key("cap", "数", "无", "至多", "at most"),
            Key("carry", "词", CARRIES[0], "留到下期的", "what goes on to the next period", CARRIES),
            Key("deferral", "{ share, releases, claw_back }", "无", "延付", "what is held back"),
            WINDOW,
            FLOOR,
        ),
    ),
    Section(
        "[pay.items.deferral]",
        "pay.items[0].deferral",
        "延付",
        "deferral",
        (
            Key("share", "数", REQUIRED, "延付比例", "share held back"),
            Key(
                "releases",
                "[{ after_months, share }, …]",
                REQUIRED,
                "考核期末后几个月发几成，合计 1",
                "parts due so many months after the period; they add up to 1",
            ),
            Key(
                "claw_back", "{ 条件 }", "无", "成立则未发的收回", "where met, what is still held is forfeit"
            ),
        ),
    ),
    Section(
        "[[authority]]",
        "authority[0]",
        "贷款权限：单户合计的上限",
        "lending authority: the most one customer may owe",
        (
            Key("grades", "等级列表", REQUIRED, "适用的等级", "the grades it holds for"),
            Key("limit", "参数名", REQUIRED, "单户合计上限（元）", "parameter with the most in yuan"),
            Key("securities", "词的列表", "全部", "按哪些担保方式合计", "securities counted", SECURITIES),
            Key("products", "文字列表", "全部", "按哪些产品代码的贷款合计", "product codes counted"),
            CITES,
        ),
    ),
    Section(
        "[procedure]",
        "procedure",
        "程序",
        "who decides and by when",
        (
            Key("quorum", "数字", "0.5", "到会比例", "quorum"),
            Key("majority", "数字", "0.5", "通过比例", "majority"),
            Key("tie", "词", "chair", "票数相等时", "where votes are equal", ("chair", "refused", "again")),
            Key("appeal_days", "整数", "0", "申诉期（天）", "days to appeal"),
            Key("draft_days", "整数", "0", "公示期（天）", "days of publication"),
            Key("reapply_months", "整数", "0", "几个月后可再申请", "months until one may apply again"),
            Key("leapfrog", "词", "不许", "谁可批越级", "who may approve a leapfrog", APPROVERS),
            Key("deadlines", "状态 = 天数", "无", "各步限期", "days for a state"),
            Key("certifies", "指标 = 部门", "无", "谁核定哪项数据", "which office answers for a figure"),
            Key("stages", "周期 = [步骤]", "无", "送风险前须经的步骤", "steps before risk sees it", STAGES),
            Key(
                "newcomers",
                "词",
                "whole",
                "期内任职者：按整期考核、不考核、或按在岗天数折算",
                "who joined in the period: judged on all of it, left out, or pro rata",
                NEWCOMERS,
            ),
            Key(
                "pro_rata",
                "[指标]",
                "随天数增长的金额",
                "折算哪些指标",
                "metrics brought to the whole period",
            ),
            Key("least_days", "整数", "0", "在岗不足几天不考核（折算时）", "days to have served (pro rata)"),
            Key("weights", "项目 = 权重", "同权", "德能勤绩评分的权重", "what each heading counts", HEADINGS),
            CITES,
        ),
    ),
    Section(
        "[[notes]]",
        "notes[0]",
        "原文的疏漏与读法",
        "a flaw of the text and the reading chosen",
        (
            Key("kind", "词", REQUIRED, "种类", "kind", NOTE_KINDS),
            Key("about", "代码列表", REQUIRED, "说的是哪些条件、参数", "which clauses"),
            Key("text", "文字", REQUIRED, "原文怎样", "what the text says"),
            Key("text_en", "文字", REQUIRED, "同上（英文）", "the same in English"),
            Key("reading", "文字", REQUIRED, "取何读法", "the reading chosen"),
            Key("reading_en", "文字", REQUIRED, "同上（英文）", "the same in English"),
            CITES,
        ),
    ),
)
