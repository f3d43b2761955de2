"""Every notice there is: its kind, title and text in words of the reader's language. The one list of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import Notice
from managers.models.notices import Tone

Word = str | Promise


@dataclass(frozen=True)
class Text:
    """How a notice reads. ``name`` is its kind and carries no names or figures: e-mails say nothing else.

    ``title`` and ``body`` take the named words kept with the notice; ``mailed`` is whether it leaves the
    house at all; what the reader then wants of it is in `NoticeSettings`.
    """

    name: Word
    title: Word
    body: Word = ""
    mailed: bool = True


CATALOGUE: Mapping[str, Text] = {
    "ends_certificate": Text(
        gettext_lazy("证书将到期"),
        gettext_lazy("%(who)s 的证书 %(no)s 于 %(day)s 到期，还有 %(left)s 天。"),
    ),
    "ends_term": Text(
        gettext_lazy("聘期将届满"),
        gettext_lazy("%(who)s 的聘期于 %(day)s 届满，还有 %(left)s 天。"),
    ),
    "ends_traineeship": Text(
        gettext_lazy("见习期将届满"),
        gettext_lazy("%(who)s 的见习期于 %(day)s 届满，还有 %(left)s 天；请按实际业绩办理聘任。"),
    ),
    "appraisal_measured": Text(
        gettext_lazy("考核待提交"),
        gettext_lazy("提交 %(who)s 的 %(period)s考核"),
        gettext_lazy("已测算，核对后提交风险部门。"),
    ),
    "appraisal_in_risk_queue": Text(
        gettext_lazy("考核待风险审核"),
        gettext_lazy("审核 %(who)s 的 %(period)s考核"),
        gettext_lazy("核对证据与标记后通过，或写明原因退回。"),
    ),
    "appraisal_returned": Text(
        gettext_lazy("考核被退回"),
        gettext_lazy("处理退回的 %(who)s %(period)s考核"),
        gettext_lazy("风险部门已退回；更正后答复，再行提交。"),
    ),
    "appraisal_cleared": Text(
        gettext_lazy("考核待决定"),
        gettext_lazy("决定 %(who)s 的 %(period)s考核"),
        gettext_lazy("风险审核已通过，待领导小组决定。"),
    ),
    "appraisal_decided": Text(
        gettext_lazy("考核决定待公布"),
        gettext_lazy("公布 %(who)s 的 %(period)s考核决定"),
        gettext_lazy("领导小组已决定，公布后本人可见。"),
    ),
    "appraisal_self_stated": Text(
        gettext_lazy("考核待评议"),
        gettext_lazy("评议 %(who)s 的 %(period)s考核"),
        gettext_lazy("德、能、勤、绩各评一次，各人单独评分。"),
    ),
    "appraisal_scored": Text(
        gettext_lazy("考核待人力审查"),
        gettext_lazy("审查 %(who)s 的 %(period)s考核"),
        gettext_lazy("评议已完成，核对材料是否齐备。"),
    ),
    "appraisal_hr_reviewed": Text(
        gettext_lazy("考核待提交"),
        gettext_lazy("提交 %(who)s 的 %(period)s考核"),
        gettext_lazy("人力审查已通过，请提交风险部门。"),
    ),
    "appraisal_appealed": Text(
        gettext_lazy("申诉待决定"),
        gettext_lazy("决定 %(who)s 对 %(period)s考核的申诉"),
        gettext_lazy("由未参与原决定的成员表决；原决定在此期间有效。"),
    ),
    "appraisal_reopened": Text(
        gettext_lazy("重开的考核待测算"),
        gettext_lazy("重新测算 %(who)s 的 %(period)s考核"),
        gettext_lazy("回溯复核已重开本考核；原决定在新决定之前有效。"),
    ),
    "lookback_open": Text(
        gettext_lazy("回溯复核待处理"),
        gettext_lazy("复核 %(who)s 的 %(period)s考核结论"),
        gettext_lazy("数据更正或贷款下调可能改变已公布的结论；请重开或写明维持的理由。"),
    ),
    "appraisal_draft": Text(
        gettext_lazy("考核数据待核对"),
        gettext_lazy("核对您的 %(period)s考核数据"),
        gettext_lazy("如有不符，请在期限内提出；确认后提交自述。"),
    ),
    "appraisal_appeal_decided": Text(
        gettext_lazy("申诉已有结果"),
        gettext_lazy("您对 %(period)s考核的申诉已作出决定"),
        gettext_lazy("结果与理由见“我的工作台”。"),
    ),
    "appraisal_reopened_told": Text(
        gettext_lazy("考核已重开"),
        gettext_lazy("您的 %(period)s考核已重开"),
        gettext_lazy("所依据的数据有变化，将重新审议；原决定在新决定之前有效。"),
    ),
    "appraisal_published": Text(
        gettext_lazy("考核结果已公布"),
        gettext_lazy("您的 %(period)s考核结果已公布"),
        gettext_lazy("结果、依据与后续安排见“我的工作台”。"),
    ),
    "rulebook_checked": Text(
        gettext_lazy("办法稿待试算"),
        gettext_lazy("试算“%(title)s”第 %(number)s 版"),
        gettext_lazy("已核对；试算过往期间后方可由第二人通过。"),
    ),
    "rulebook_simulated": Text(
        gettext_lazy("办法稿待通过"),
        gettext_lazy("复核“%(title)s”第 %(number)s 版"),
        gettext_lazy("已试算，待起草人以外的第二人通过或撤回。"),
    ),
    "request_rerun": Text(
        gettext_lazy("重算申请待复核"),
        gettext_lazy("复核 %(day)s 的重算申请"),
        gettext_lazy("由 %(by)s 提出，待另一人批准或驳回。"),
    ),
    "request_waive": Text(
        gettext_lazy("豁免申请待复核"),
        gettext_lazy("复核 %(day)s 的豁免申请"),
        gettext_lazy("由 %(by)s 提出，待另一人批准或驳回。"),
    ),
    "request_approved": Text(
        gettext_lazy("日终申请已批准"),
        gettext_lazy("您对 %(day)s 的日终申请已批准"),
        gettext_lazy("由 %(by)s 复核，即刻生效。"),
    ),
    "request_refused": Text(
        gettext_lazy("日终申请被驳回"),
        gettext_lazy("您对 %(day)s 的日终申请被驳回"),
        gettext_lazy("由 %(by)s 复核；理由见“日终批次”页面。"),
    ),
    "classification_proposed": Text(
        gettext_lazy("分类认定待确认"),
        gettext_lazy("确认贷款 %(loan)s 拟调为“%(to)s”"),
        gettext_lazy("核对依据与系统下限后确认，或写明原因退回。"),
    ),
    "classification_confirmed": Text(
        gettext_lazy("分类认定待批准"),
        gettext_lazy("批准贷款 %(loan)s 调为“%(to)s”"),
        gettext_lazy("批准后自最近入库的业务日起计入质量指标。"),
    ),
    "classification_returned": Text(
        gettext_lazy("分类认定被退回"),
        gettext_lazy("处理退回的贷款 %(loan)s 分类认定"),
        gettext_lazy("补充依据后重新提出，或撤回。"),
    ),
    "class_below_floor": Text(
        gettext_lazy("分类优于系统下限"),
        gettext_lazy("贷款 %(loan)s 逾期 %(days)s 天，最高只能为“%(floor)s”"),
        gettext_lazy("请经办客户经理提出分类认定。"),
    ),
    "loan_inspection_due": Text(
        gettext_lazy("贷后检查到期"),
        gettext_lazy("在 %(day)s 前检查贷款 %(loan)s"),
        gettext_lazy("两人到场，主办记录，协办会签。"),
    ),
    "loan_inspection_to_sign": Text(
        gettext_lazy("贷后检查待会签"),
        gettext_lazy("会签贷款 %(loan)s 的贷后检查"),
        gettext_lazy("核对记录与附件；与所见不符的退回。"),
    ),
    "loan_finding_open": Text(
        gettext_lazy("检查问题待整改"),
        gettext_lazy("在 %(day)s 前整改贷款 %(loan)s 的检查问题"),
        gettext_lazy("整改后报告情况并附依据。"),
    ),
    "loan_finding_to_close": Text(
        gettext_lazy("检查问题待核销"),
        gettext_lazy("核销贷款 %(loan)s 的检查问题"),
        gettext_lazy("整改已报告；核实后核销，或退回。"),
    ),
    "maturity_notice_due": Text(
        gettext_lazy("到期通知书待送达"),
        gettext_lazy("贷款 %(loan)s 于 %(day)s 到期，请送达通知书"),
        gettext_lazy("打印后送达借款人，并登记回执。"),
    ),
    "ending_receive": Text(
        gettext_lazy("资产保全待接收"),
        gettext_lazy("接收移交资产保全的贷款 %(loan)s"),
        gettext_lazy("核对信贷档案与清单后接收。"),
    ),
    "ending_witness": Text(
        gettext_lazy("资产保全待监交"),
        gettext_lazy("监交移交资产保全的贷款 %(loan)s"),
        gettext_lazy("见证档案交接后会签。"),
    ),
    "ending_approve": Text(
        gettext_lazy("贷款终结待批准"),
        gettext_lazy("批准贷款 %(loan)s 的“%(kind)s”"),
        gettext_lazy("核对办理清单后批准，或写明原因驳回。"),
    ),
    "quarantine_open": Text(
        gettext_lazy("隔离行待处理"),
        gettext_lazy("处理数据批次 %(bundle)s 的隔离行"),
        gettext_lazy("有 %(count)s 行未能入库；更正后重放，或写明原因作废。"),
    ),
    "training_to_pass": Text(
        gettext_lazy("培训考试待补考"),
        gettext_lazy("%(who)s：%(course)s（%(day)s）考试尚未合格"),
        gettext_lazy("请在期限内补考；逾期由培训主管人员督促。"),
    ),
    "certificate_expiring": Text(
        gettext_lazy("证书将到期"),
        gettext_lazy("%(who)s 的证书 %(no)s 将于 %(day)s 到期"),
        gettext_lazy("请及时换证，并将新证书交人力部门登记。"),
    ),
    "screening_waiting": Text(
        gettext_lazy("行为排查待填写"),
        gettext_lazy("填写 %(who)s 的排查表：%(campaign)s"),
        gettext_lazy("逐项核对后填写；发现问题的写明情况。"),
    ),
    "finding_open": Text(
        gettext_lazy("行为问题待整改"),
        gettext_lazy("%(who)s 于 %(day)s 提出的问题待整改"),
        gettext_lazy("督促整改后报告情况，由他人核销。"),
    ),
    "finding_rectified": Text(
        gettext_lazy("行为问题待核销"),
        gettext_lazy("%(who)s 于 %(day)s 提出的问题待核销"),
        gettext_lazy("已报告整改；核对证据后核销，或写明原因退回。"),
    ),
    "finding_told": Text(
        gettext_lazy("行为问题处理结果"),
        gettext_lazy("%(day)s 提出的一项问题已了结"),
        gettext_lazy("结论见“培训与操守”页面。"),
    ),
    "inspection_planned": Text(
        gettext_lazy("交叉检查待进行"),
        gettext_lazy("检查 %(branch)s（%(quarter)s）"),
        gettext_lazy("请在季度末以前完成检查并登记结果。"),
    ),
    "rotation_due": Text(
        gettext_lazy("轮岗与强制休假到期"),
        gettext_lazy("%(branch)s有 %(count)s 人轮岗或强制休假到期，最早 %(day)s"),
        gettext_lazy("请安排轮岗或休假；办理调动或登记休假后自动消除。"),
    ),
    "loan_proposal_proposed": Text(
        gettext_lazy("贷款申报待审批"),
        gettext_lazy("审批客户 %(customer)s 的贷款申报 %(number)s 号"),
        gettext_lazy("核对调查、该户合计与权限后批准，或写明理由不予批准。"),
    ),
    "investigation_signed_once": Text(
        gettext_lazy("授信调查待签署"),
        gettext_lazy("签署客户 %(customer)s 的授信调查 %(number)s 号"),
        gettext_lazy("另一位调查人已签署；核对内容后签署，或撤回后修改。"),
    ),
    "complaint_received": Text(
        gettext_lazy("投诉待交办"),
        gettext_lazy("交办 %(number)s 号投诉"),
        gettext_lazy("请指定与当事人无关的承办人；须于 %(due)s 前答复。"),
    ),
    "complaint_assigned": Text(
        gettext_lazy("投诉待答复"),
        gettext_lazy("答复 %(number)s 号投诉"),
        gettext_lazy("核查后写明是否成立并答复；期限 %(due)s。"),
    ),
    "complaint_answered": Text(
        gettext_lazy("投诉待办结"),
        gettext_lazy("办结 %(number)s 号投诉"),
        gettext_lazy("承办人已答复；由承办人以外的人办结或退回。"),
    ),
    "complaint_answered_told": Text(
        gettext_lazy("投诉已答复"),
        gettext_lazy("与您有关的 %(number)s 号投诉已答复"),
        gettext_lazy("内容、核查情况与答复见该投诉的页面。"),
    ),
    "plan_submitted": Text(
        gettext_lazy("营销计划待批准"),
        gettext_lazy("批准 %(who)s 的 %(year)s 年营销计划"),
        gettext_lazy("由起草人以外的人批准或退回；批准后目标即计入考核。"),
    ),
    "research_reported": Text(
        gettext_lazy("市场调查待阅知"),
        gettext_lazy("阅知 %(who)s 的市场调查"),
        gettext_lazy("看过后阅知，可写批示。"),
    ),
    "agreement_drafted": Text(
        gettext_lazy("银企合作协议待批准"),
        gettext_lazy("批准 %(who)s 的协议 %(number)s"),
        gettext_lazy("核对条款与约定后批准；不同意的请起草人撤回。"),
    ),
    "agreement_approved": Text(
        gettext_lazy("银企合作协议待签署"),
        gettext_lazy("签署协议 %(number)s"),
        gettext_lazy("双方签署后登记签署日，协议即生效。"),
    ),
    "agreement_ending": Text(
        gettext_lazy("银企合作协议将到期"),
        gettext_lazy("协议 %(number)s 于 %(day)s 到期"),
        gettext_lazy("请与客户商定续签或终止。"),
    ),
    "token_expiring": Text(
        gettext_lazy("接口令牌将到期"),
        gettext_lazy("接口令牌“%(name)s”将于 %(day)s 到期"),
        gettext_lazy("到期后不能再访问；如仍需使用，请系统管理员签发新令牌。"),
    ),
}


#: How the words kept with a notice read where they are codes, by the apps that know them.
_READINGS: dict[str, Callable[[str], str]] = {}


def read_as(word: str, reading: Callable[[str], str]) -> None:
    """Another app says how a named word reads: `period` is kept as 2026Q3."""
    _READINGS[word] = reading


def text(code: str) -> Text:
    """The text of a code; a code that a later release dropped stands for itself, so that old notices read."""
    return CATALOGUE.get(code, Text(code, code, mailed=False))


def filled(template: Word, words: Mapping[str, object]) -> str:
    """A template with its words; one that was told with other words than it now asks for shows as it is."""
    try:
        return str(template) % {name: _read(name, word) for name, word in words.items()}
    except (KeyError, ValueError, TypeError):
        return str(template)


def _read(name: str, word: object) -> object:
    """A named word as the reader calls it; as it was kept where it is no such code."""
    if name not in _READINGS or not isinstance(word, str):
        return word
    try:
        return _READINGS[name](word)
    except ValueError:
        return word


def title(notice: Notice) -> str:
    """What it is about."""
    return filled(text(notice.code).title, notice.words)


def body(notice: Notice) -> str:
    """What is to be done or has happened; an escalation says who has not done it, and since when."""
    said = filled(text(notice.code).body, notice.words)
    if notice.tone != Tone.ESCALATION:
        return said
    words = {"owners": notice.words.get("owners") or "—", "since": notice.words.get("since", "—")}
    return _("自 %(since)s 起等待，逾期未办；应由 %(owners)s 办理。请督促办理或亲自处理。") % words


def remaining(due_on: date | None, on: date) -> str:
    """How long is left, in words; empty where there is no due day."""
    if due_on is None:
        return ""
    days = (due_on - on).days
    if days < 0:
        return _("已逾期 %(days)s 天") % {"days": -days}
    return _("今日到期") if days == 0 else _("还有 %(days)s 天") % {"days": days}
