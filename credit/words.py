"""What the credit file's papers, ratios and states are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Papers by the codes of the credit standard; a bank's own codes stand for themselves.
PAPERS: dict[str, Promise] = {
    "identity": _("主体资格或身份证明"),
    "financial_statement": _("财务报表"),
    "application": _("借款申请书"),
    "contract": _("借款合同"),
    "guarantee_contract": _("保证合同"),
    "guarantor_statement": _("保证人财务报表"),
    "title_deed": _("权属证明"),
    "valuation": _("评估报告"),
    "registration": _("抵押登记证明"),
    "pledge_list": _("质物清单"),
    "custody_receipt": _("质物保管收据"),
    "other": _("其他资料"),
}
RATIOS: dict[str, Promise] = {
    "current_ratio": _("流动比率"),
    "quick_ratio": _("速动比率"),
    "liability_ratio": _("资产负债率"),
    "interest_cover": _("利息保障倍数"),
    "return_on_assets": _("总资产收益率"),
    "return_on_equity": _("净资产收益率"),
    "gross_margin": _("毛利率"),
    "cash_to_liabilities": _("现金流动负债比"),
    "revenue_growth": _("营业收入增长率"),
}
#: By the state of a required paper: how it looks, and its word.
COMPLETENESS: dict[str, tuple[str, Promise]] = {
    "present": ("ok", _("齐备")),
    "missing": ("not_met", _("缺少")),
    "expired": ("not_met", _("已过期")),
    "expiring": ("attention", _("即将到期")),
}
#: Why a guarantee counts for nothing.
UNCOUNTED: dict[str, Promise] = {
    "expired": _("担保已到期，不计"),
    "not_valued": _("没有评估，不计"),
    "valuation_expired": _("评估已过期，不计"),
}
INVESTIGATION_TAGS = {"drafted": "info", "signed_once": "attention", "signed": "ok", "closed": "quiet"}
PROPOSAL_TAGS = {
    "proposed": "attention",
    "approved": "info",
    "issued": "ok",
    "refused": "error",
    "withdrawn": "quiet",
}
CLASS_TAGS = {
    "normal": "ok",
    "special_mention": "attention",
    "substandard": "error",
    "doubtful": "error",
    "loss": "error",
}


def paper(code: str) -> str:
    """What a paper is called."""
    return str(PAPERS.get(code, code))
