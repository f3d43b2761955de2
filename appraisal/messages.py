"""The words of the procedure: steps, seats, refusals, who was left out, and what a flag says."""

from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from grading.rules import wording
from ledger.rules.figures import shown

STEPS = {
    "open": gettext_lazy("开启"),
    "measure": gettext_lazy("测算"),
    "state": gettext_lazy("提交自述"),
    "skip_statement": gettext_lazy("逾期未自述"),
    "finish_scores": gettext_lazy("完成评议"),
    "review": gettext_lazy("人力审查"),
    "submit": gettext_lazy("提交风险审核"),
    "clear": gettext_lazy("通过"),
    "send_back": gettext_lazy("退回"),
    "resume": gettext_lazy("答复退回"),
    "decide": gettext_lazy("决定"),
    "publish": gettext_lazy("公布"),
    "appeal": gettext_lazy("申诉"),
    "withdraw_appeal": gettext_lazy("撤回申诉"),
    "resolve": gettext_lazy("申诉决定"),
    "close": gettext_lazy("结束"),
    "reopen": gettext_lazy("重开"),
}

STAGES = {
    "statement": gettext_lazy("本人自述"),
    "scores": gettext_lazy("小组评议"),
    "review": gettext_lazy("人力审查"),
}

HEADINGS = {
    "conduct": gettext_lazy("德"),
    "ability": gettext_lazy("能"),
    "diligence": gettext_lazy("勤"),
    "results": gettext_lazy("绩"),
}

#: Why a member of a body stands aside on a case.
ASIDE = {
    "own": gettext_lazy("本人"),
    "kin": gettext_lazy("亲属"),
    "superior": gettext_lazy("本人的上级"),
    "decided_before": gettext_lazy("参与过原决定"),
}

RETURNS_TO = {
    "figures": gettext_lazy("数据核对并重新测算"),
    "scores": gettext_lazy("小组重新评议"),
    "review": gettext_lazy("人力重新审查"),
}

#: What a case waits for, by the step that `queries.board` finds due.
DUE = {
    "measure": gettext_lazy("待测算"),
    "answer": gettext_lazy("数据异议待答复"),
    "skip_statement": gettext_lazy("待本人自述"),
    "finish_scores": gettext_lazy("待小组评议"),
    "review": gettext_lazy("待人力审查"),
    "submit": gettext_lazy("待提交风险审核"),
    "resume": gettext_lazy("待答复退回"),
    "clear": gettext_lazy("待风险审核"),
    "decide": gettext_lazy("待小组表决"),
    "resolve": gettext_lazy("待申诉决定"),
    "publish": gettext_lazy("待公布"),
    "close": gettext_lazy("申诉期"),
}

#: Why a statement is lacking, as the log keeps it.
SKIPPED = gettext_lazy("期限内未提交自述，按规定继续")

SEATS = {
    "self": gettext_lazy("本人"),
    "hr": gettext_lazy("人力资源"),
    "risk": gettext_lazy("风险"),
    "group": gettext_lazy("领导小组"),
}

LEFT_OUT = {
    "other_line": gettext_lazy("所在条线不适用本办法"),
    "other_branch": gettext_lazy("所在机构不适用本办法"),
    "not_on_post": gettext_lazy("不在岗（候选、停职、转内勤或离职）"),
    "not_yet_on_post": gettext_lazy("截数日之后才任现职"),
    "joined_in_period": gettext_lazy("期内才任现职，在岗天数不足本办法的要求"),
    "no_grade": gettext_lazy("截数日没有等级记录；请先登记等级"),
    "grade_not_on_ladder": gettext_lazy("等级不在本办法的阶梯上；请核对等级记录或适用办法"),
    "not_covered": gettext_lazy("截数日没有版本适用于其机构与条线；请核对机构、条线或办法的适用范围"),
    "not_opened": gettext_lazy("在适用范围内，但尚未开启考核；请由人力资源部开启"),
    "self": gettext_lazy("本人的考核须由他人测算"),
    "tied": gettext_lazy("亲属或上级的考核须由他人测算"),
}

REFUSALS = {
    "not_ended": gettext_lazy("考核期 %(period)s 要到 %(day)s 才结束；请在结束后开启，或核对考核期。"),
    "bad_period": gettext_lazy(
        "考核期“%(period)s”写法不对；月度写成 1993M09，季度 1993Q3，半年 1993H2，年度 1993。"
    ),
    "no_rulebook": gettext_lazy(
        "没有在 %(day)s 生效的管理办法“%(scheme)s”；现有：%(known)s。"
        "请核对代码，或先用 publish_rulebook 发布。"
    ),
    "not_published": gettext_lazy("%(day)s 没有已发布的日终，无法测算；请先执行 run_nights --to %(day)s。"),
    "unknown": gettext_lazy("找不到要办理的考核；请刷新列表后重新选择。"),
    "nothing_chosen": gettext_lazy("没有选择任何考核；请先勾选。"),
    "wrong_state": gettext_lazy(
        "%(who)s 的考核现为“%(state)s”，不能“%(step)s”；只有“%(needed)s”的考核可以。"
        "可能他人已先办理，请刷新后查看。"
    ),
    "own": gettext_lazy("这是您本人的考核，不能由本人“%(step)s”；请由他人办理。"),
    "kin": gettext_lazy("您与 %(who)s 有亲属关系，须回避，不能“%(step)s”；请由他人办理。"),
    "superior": gettext_lazy("%(who)s 是您的上级，须回避，不能“%(step)s”；请由他人办理。"),
    "not_own": gettext_lazy("“%(step)s”只能由 %(who)s 本人办理。"),
    "decided_before": gettext_lazy("您参与过 %(who)s 的原决定，申诉须由其他成员决定；请回避。"),
    "not_in_body": gettext_lazy("%(who)s 的考核由 %(body)s 的小组决定，您不是其成员；请转给该小组。"),
    "voted": gettext_lazy("您对 %(who)s 的考核已表决过；一人一票，不能再投。"),
    "scored": gettext_lazy("您对 %(who)s 的考核已评议过；一人评议一次。"),
    "chair_only": gettext_lazy("%(who)s 的表决只能由组长结束；请等待其余成员表决。"),
    "no_quorum": gettext_lazy("%(who)s 的考核至少须有 %(needed)s 名成员参加；请等待其他成员。"),
    "bad_scores": gettext_lazy("德、能、勤、绩四项都须评分，每项 0 至 100 分；请补齐后再提交。"),
    "stage_lacking": gettext_lazy("%(who)s 的考核还缺“%(stage)s”；请先完成这一步。"),
    "stage_not_asked": gettext_lazy("%(who)s 的考核现在不需要“%(stage)s”；请按流程办理。"),
    "window_open": gettext_lazy("%(who)s 的期限到 %(day)s 为止；请在期满后办理。"),
    "issue_open": gettext_lazy("%(who)s 提出的数据异议尚未答复；请人力资源部先答复。"),
    "issue_answered": gettext_lazy("这条异议已经答复过；请刷新后查看。"),
    "issue_needs_text": gettext_lazy("请写明哪里不对、依据是什么。"),
    "no_draft": gettext_lazy("%(who)s 的考核现为“%(state)s”，公示期已过，不能再提数据异议。"),
    "unknown_line": gettext_lazy("%(who)s 的考核结论里没有这一项；请从列表中选择。"),
    "statement_needs_text": gettext_lazy("自述不能为空；请填写后再提交。"),
    "appeal_needs_all": gettext_lazy("申诉须写明认为应为多少，以及理由与证据；请补齐后再提交。"),
    "appeal_late": gettext_lazy("%(who)s 的申诉期已于 %(day)s 届满。"),
    "appealed_before": gettext_lazy("%(who)s 对这一决定已申诉过，同一决定只能申诉一次。"),
    "appeal_first": gettext_lazy("%(who)s 的考核正在申诉；请先作出申诉决定，再重开。"),
    "proposer_only": gettext_lazy("只有提出人可以撤回。"),
    "adjustment_metric": gettext_lazy("没有这项指标；请从列表中选择。"),
    "adjustment_amount": gettext_lazy("调整额须是不为零的数字。"),
    "adjustment_dates": gettext_lazy(
        "失效日不得早于起始日，也不得超过 %(days)s 天；长期的问题请在源头更正。"
    ),
    "adjustment_why": gettext_lazy("调整须写明原因和凭据。"),
    "unknown_return": gettext_lazy("请选择退回到哪一步。"),
    "measure_instead": gettext_lazy("因数据退回的考核，请核对后重新测算，并写明答复。"),
    "out_of_reach": gettext_lazy(
        "您的角色或所辖机构不包括对 %(who)s 的考核“%(step)s”；如确有需要，请联系安全管理员授权。"
    ),
    "same_person": gettext_lazy(
        "您已在 %(who)s 的考核中办理过“%(earlier)s”，不能再办理“%(step)s”；"
        "同一考核的经办、审核、决定须由不同的人担任，请转给他人。"
    ),
    "same_person_for": gettext_lazy(
        "您所代表的%(whom)s已在 %(who)s 的考核中办理过“%(earlier)s”，您不能代其办理“%(step)s”；"
        "同一考核的经办、审核、决定须由不同的人担任，请转给他人。"
    ),
    "answer_needed": gettext_lazy(
        "退回的考核重新测算须写明答复，以便风险部门知道核对的结果；请填写后再提交。"
    ),
    "reason_needed": gettext_lazy("退回须写明原因，以便人力资源部知道要补什么；请填写后再退回。"),
    "no_paper_yet": gettext_lazy(
        "%(who)s 的考核现为“%(state)s”，还没有这份文书；到“%(needed)s”之后才能打印，请届时再取。"
    ),
    "no_list": gettext_lazy("这项移交%(state)s，没有移交清单可以打印。"),
    "no_letter_yet": gettext_lazy(
        "这项等级变动现为“%(state)s”，没有文书；批准后才能打印，本人在列入生效后可以取。"
    ),
    "no_meeting": gettext_lazy("这一天没有您可以查看的决定；请从考核决定页选择有决定的日期。"),
    "several_meetings": gettext_lazy(
        "这一天有 %(count)s 个机构作了决定（%(names)s）；请在考核决定页或考核周期页选择其中一个。"
    ),
    "outdated": gettext_lazy(
        "%(who)s 的考核所依据的数据已有变化；提交前请重新测算，审核中的请退回重新测算。"
    ),
    "flagged": gettext_lazy("%(who)s 的考核有标记，不能批量通过；请逐一查看证据后办理。"),
    "unknown_outcome": gettext_lazy("决定只能是维持、晋升、降级、延期考察或退出等级；请重新选择。"),
    "no_such_step": gettext_lazy(
        "%(who)s 的等级“%(grade)s”已在阶梯一端，没有可以“%(outcome)s”到的等级；请改选其他决定。"
    ),
    "more_than_one_step": gettext_lazy(
        "每次最多变动一级，“%(outcome)s”之后不是所填的等级；请更正等级或决定。"
    ),
    "vetoed": gettext_lazy("%(who)s 本期有一票否决事项，不能晋升；请改选维持或降级。"),
    "finding_open": gettext_lazy(
        "%(who)s 自 %(day)s 起有未了结的严重行为问题，了结前不能晋升；"
        "请改选其他决定，或待风险部门了结后再议。"
    ),
    "deviation_needs_reason": gettext_lazy(
        "决定与测算建议（%(proposed)s）不同，须写明理由；请填写后再提交。"
    ),
    "grade_moved": gettext_lazy(
        "%(who)s 的等级自 %(day)s 起已登记为“%(grade)s”，与考核时的“%(judged)s”不同，"
        "不能按本次决定变更；请人力资源部先核对等级记录。"
    ),
}


def english() -> bool:
    """Whether the reader reads English rather than Chinese."""
    return (get_language() or "").startswith("en")


def flag_text(flag: dict[str, Any]) -> str:
    """What a stored flag says, in the reader's language."""
    return _FLAGS[flag["code"]](flag)


def flag_tone(flag: dict[str, Any]) -> str:
    """The state a flag is shown as: a key of `ledger.templatetags.figures.STATES`."""
    return {"veto": "veto", "undecided": "undecided"}.get(flag["code"], "attention")


def flag_name(code: str) -> str:
    """The short name of a kind of flag, for filters and tags."""
    return str(_FLAG_NAMES[code])


_FLAG_NAMES = {
    "veto": gettext_lazy("一票否决"),
    "veto_above": gettext_lazy("晋升受阻"),
    "undecided": gettext_lazy("待数据"),
    "warning": gettext_lazy("预警"),
    "proposal": gettext_lazy("等级变动"),
    "spike": gettext_lazy("季末冲高"),
    "transfers": gettext_lazy("期内移交"),
    "joined": gettext_lazy("期内任职"),
}


def _title(flag: dict[str, Any]) -> str:
    return str(flag["title_en"] if english() and flag.get("title_en") else flag["title"])


def _awaited(flag: dict[str, Any]) -> str:
    language = "en" if english() else "zh"
    parts = [
        f"{_title(each)}（{wording.why(each['why'], each['why_params'], language=language)}）"
        for each in flag["awaited"]
    ]
    return _("待数据：%(what)s") % {"what": "；".join(parts)} if parts else _("待数据")


def _proposal(flag: dict[str, Any]) -> str:
    text = _("建议晋升为%(grade)s") if flag["outcome"] == "promote" else _("建议降为%(grade)s")
    return text % {"grade": _title(flag)}


def _spike(flag: dict[str, Any]) -> str:
    if flag["growth"] is None:
        return _("季末最后两日才有存款")
    percent = shown(Fraction(flag["growth"]) * 100, "count")
    return _("季末最后两日存款日均比本季日均高 %(percent)s%%") % {"percent": percent}


def _joined(flag: dict[str, Any]) -> str:
    text = _("%(day)s 起任现职，不满一个考核期") % {"day": flag["on"]}
    if "days" not in flag:
        return text
    if flag.get("scaled"):
        return text + _("（在岗 %(served)s 天，全期 %(days)s 天；随天数增长的指标已折算为全期）") % flag
    return text + _("（在岗 %(served)s 天，全期 %(days)s 天；指标和标准按全期，未折算）") % flag


_FLAGS = {
    "veto": lambda flag: _("一票否决：%(what)s") % {"what": _title(flag)},
    "veto_above": lambda flag: _("未达上一级质量要求：%(what)s") % {"what": _title(flag)},
    "undecided": _awaited,
    "warning": lambda flag: str(flag["why_en"] if english() else flag["why"]),
    "proposal": _proposal,
    "spike": _spike,
    "transfers": lambda flag: _("期内有 %(count)s 户客户移交或调整比例") % {"count": flag["count"]},
    "joined": _joined,
}
