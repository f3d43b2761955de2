"""What an inspection of a loan asks, by the code its answers are kept under."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

QUESTIONS: Mapping[str, Promise] = {
    "met": _("已当面见到借款人或其负责人"),
    "purpose": _("贷款用途与合同一致"),
    "operation": _("经营（工作）正常"),
    "income": _("还款来源稳定，足以按期还款"),
    "finance": _("财务状况没有明显恶化"),
    "security": _("担保人、抵（质）押物状况良好"),
    "particulars": _("负责人、地址与联系方式没有变化"),
    "adverse": _("没有诉讼、查封或其他不利信息"),
}
#: What may be answered; a "no" says why.
ANSWERS: Mapping[str, Promise] = {"yes": _("是"), "no": _("否"), "na": _("不适用")}
