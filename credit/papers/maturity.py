"""到期通知书: to the borrower of a loan that is about to mature (form RXD7200-04 of source C, our words)."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from credit.models import MaturityNotice
from credit.queries.afterloan import loans
from credit.queries.afterloan.loans import Loan
from ledger.rules import money
from managers.models import User
from managers.printing import Frame, typeset
from managers.printing.typesetting import long_date
from managers.queries import names

TEMPLATE = Path(__file__).resolve().parent / "templates" / "maturity.typ"


def document(notices: Sequence[int], *, reader: User, on: date, at: datetime) -> bytes:
    """The notices in the order of maturity, a page each; in Chinese, whatever the reader's language is."""
    with translation.override("zh-hans"):
        related = ("account__customer__branch", "manager")
        rows = MaturityNotice.objects.filter(pk__in=notices).select_related(*related)
        known = loans.loans([row.account_id for row in rows], on)
        told = [_notice(row, known[row.account_id], reader, on) for row in rows.order_by("matures_on", "pk")]
        data = {"notices": told, "words": _words()}
        frame = Frame(title=_("贷款到期通知书"), on=on, foot=(_foot(reader, at),))
        return typeset(TEMPLATE, data, frame=frame)


def _notice(row: MaturityNotice, loan: Loan, reader: User, on: date) -> dict[str, Any]:
    customer = row.account.customer
    shown = {"customer_no": customer.customer_no, "name": customer.name}
    names.for_reader([shown], reader, on=on)
    left = _amount(row.balance, loan.currency)
    opening = _(
        "%(you)s在我行的贷款将于%(day)s到期。请在到期日前备足资金，到我行归还贷款本息。"
        "如不能按期归还，请于到期日前与客户经理联系；需要展期的，须在到期前书面申请，并由担保人书面同意。"
    )
    interest = _("应还利息以到期日我行计算为准。逾期的贷款按合同约定计收罚息，并影响%(you)s的信用记录。")
    you = {"you": _("您") if customer.kind == "personal" else _("贵公司"), "day": long_date(row.matures_on)}
    return {
        "number": _("到期通知 %(year)s-%(number)s") % {"year": row.made_on.year, "number": f"{row.pk:06d}"},
        "addressee": shown["name"],
        "opening": opening % you,
        "interest": interest % you,
        "facts": [
            [_("借款人"), shown["name"]],
            [_("贷款账号"), row.account.account_no],
            [_("贷款金额"), _amount(loan.amount, loan.currency)],
            [_("尚欠本金"), left],
            [_("放款日"), long_date(loan.began_on)],
            [_("到期日"), long_date(row.matures_on)],
            [_("还款地点"), customer.branch.name],
            [_("客户经理"), row.manager.name if row.manager else ""],
        ],
        "made": long_date(row.made_on),
        "office": customer.branch.name,
    }


def _amount(amount: Any, currency: str) -> str:
    """An amount with its currency as a letter says it; "—" where it is not known."""
    if amount is None:
        return "—"
    told = money.exact_amount(amount)
    return _("人民币 %(amount)s 元") % {"amount": told} if currency == "CNY" else f"{currency} {told}"


def _words() -> dict[str, str]:
    return {
        "colon": "：",
        "receipt": _("回  执"),
        "received": _("本通知书已收到，贷款将按期归还。"),
        "borrower": _("借款人（签章）"),
        "guarantor": _("担保人（签章）"),
        "sign": _("签字："),
        "day": _("日期："),
        "seal": _("（盖章）"),
    }


def _foot(reader: User, at: datetime) -> str:
    """Who printed it when; a letter to a customer is no internal paper."""
    moment = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return _("本件于 %(at)s 为 %(reader)s 打印") % {"at": moment, "reader": str(reader)}
