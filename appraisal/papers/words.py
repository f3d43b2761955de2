"""The words that papers print around their values, and which template each kind of sheet takes."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisal.papers import sheets

TEMPLATES: Mapping[type, str] = {
    sheets.AppraisalForm: "form",
    sheets.DecisionNotice: "notice",
    sheets.AppointmentLetter: "appointment",
    sheets.HandoverList: "handover",
    sheets.Minutes: "minutes",
}

#: By template; those of "" go to all.
WORDS: Mapping[str, Mapping[str, Promise]] = {
    "": {"colon": _("："), "sign": _("签字："), "day": _("日期："), "seal": _("（盖章）")},
    "form": {
        "conclusion": _("测算结论"),
        "criteria": _("各项标准"),
        "article": _("条款"),
        "criterion": _("指标"),
        "value": _("实绩"),
        "threshold": _("标准"),
        "unit": _("单位"),
        "outcome": _("结果"),
        "others": _("在岗底线与质量要求"),
        "points": _("得分"),
        "full": _("满分"),
        "total": _("合计"),
        "note": _("说明"),
        "item": _("项目"),
        "pay": _("薪酬"),
        "kind": _("类别"),
        "due": _("应付日"),
        "amount": _("金额（元）"),
        "flags": _("审核标记"),
        "result": _("建议与决定"),
        "steps": _("办理记录"),
        "step": _("步骤"),
        "by": _("办理人"),
        "at": _("时间"),
    },
    "notice": {
        "grounds": _("决定依据"),
        "appeal": _("申诉权利与期限"),
        "until": _("申诉截止日"),
        "receipt": _("送达回执"),
        "received": _("本人已收到本通知书，并知悉申诉的办法和期限。"),
        "recipient": _("被通知人"),
        "server": _("送达人"),
    },
    "appointment": {"follows": _("随之变动的事项"), "item": _("事项"), "what": _("内容")},
    "handover": {
        "no": _("序号"),
        "customer_no": _("客户号"),
        "customer": _("客户名称"),
        "custody": _("管户"),
        "credit": _("业绩归属"),
        "liability": _("贷款责任"),
        "deposits": _("存款余额（元）"),
        "loans": _("贷款余额（元）"),
        "moves": _("移交"),
        "stays": _("不移交"),
        "total": _("合计"),
        "remarks": _("说明"),
    },
    "minutes": {
        "absent": _("缺席与回避"),
        "member": _("成员"),
        "state": _("情形"),
        "reason": _("理由"),
        "items": _("议题与表决"),
        "proposal": _("提请事项"),
        "vote": _("表决"),
        "tally": _("表决结果"),
        "resolution": _("决议"),
        "remarks": _("其他记录"),
    },
}
