"""The words for outcomes and for figures that are not there, Chinese and English."""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

#: Outcomes of a node of the rulebook.
NODE_OUTCOMES: Words = {
    "met": ("已达", "met"),
    "not_met": ("未达", "not met"),
    "not_applicable": ("不适用", "not applicable"),
    "undecided": ("待定", "undecided"),
}

#: Outcomes of a verdict.
OUTCOMES: Words = {
    "promote": ("建议晋升", "promotion proposed"),
    "keep": ("维持本级", "keeps the grade"),
    "warn": ("预警", "warning"),
    "demote": ("建议降级", "demotion proposed"),
    "remove": ("建议退出", "removal proposed"),
    "not_ranked": ("不参加评定", "not ranked"),
    "vetoed": ("一票否决", "vetoed"),
    "undecided": ("待定", "undecided"),
}

#: Why a figure or a node has no answer; ``{name}`` places come from its parameters.
WHY: Words = {
    "not_supplied": ("未提供该项数据", "this figure was not supplied"),
    "feed_missing": ("{feed} 于 {date} 应到未到", "{feed} did not arrive for {date}"),
    "history": ("数据自 {since} 起，未涵盖所需期间", "data begin on {since}, too late for this figure"),
    "history_of_accounts": (
        "名下客户有账户在数据起点之前已开立，但其余额自基期开始之后才送达，基期不明",
        "customers held have accounts older than our data whose balances arrive only after the base began",
    ),
    "loans_unclassified": ("有 {count} 笔贷款尚无五级分类", "{count} loans have no class yet"),
    "no_loans": ("没有贷款", "there are no loans"),
    "no_loans_at_base": ("基期末没有贷款", "there were no loans at the end of the base period"),
    "feed_not_configured": ("本行未接入 {feed}", "this bank has not configured {feed}"),
    "nothing_to_measure": ("没有可计量的业务", "there is nothing to measure"),
    "not_in_force": ("当日尚无生效的数值", "no value is in force on that day"),
    "no_peers": ("没有可比的同组人员", "there are no peers to compare with"),
    "no_score_before": ("此前没有得分", "there is no score before"),
    "nothing_to_divide": ("除数为零，无法计算", "nothing to divide by"),
    "not_scored": ("本期未计分", "not scored in this period"),
    "condition_undecided": ("前提条件的数据未齐", "figures for its condition are awaited"),
    "no_target": ("当日没有目标 {metric}", "there is no target {metric} for that day"),
    "no_figures_on": ("{day} 没有已发布的数字", "no figures are published for {day}"),
    "day_not_reached": ("{day} 尚未到", "{day} has not been reached yet"),
    "repealed": ("该条已自 {since} 起废止", "repealed from {since}"),
    "nothing_applicable": ("各项均不适用，无法判定", "none of the criteria applies, so nothing is decided"),
    "too_few_applicable": ("适用的项数少于须达项数，无法判定", "fewer criteria apply than must be met"),
}


#: Feeds that are one column of a delivered file; every other is named by its file.
FEEDS: Words = {
    "loan_classes": ("loan_classes.csv", "loan_classes.csv"),
    "interest_arrears": ("欠息数据", "interest arrears"),
}


def why(code: str, params: Mapping[str, str], *, language: str = "zh") -> str:
    """The sentence for a reason code with its places filled; an unknown code stands for itself."""
    chinese, english = WHY.get(code, (code, code))
    text = english if language == "en" else chinese
    for name, value in params.items():
        named = FEEDS.get(value, (value, value)) if name == "feed" else (value, value)
        text = text.replace("{" + name + "}", str(named[language == "en"]))
    return text
