"""What the pages of a credit file show of each part, in the reader's words and masked where roles say so."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit import words
from credit.desk import Reader
from credit.models import Investigation, LoanClass, LoanProposal, Party, Statement
from credit.queries import files as reads
from credit.queries.files import FileReader, Period
from credit.queries.loans import Loan, loans
from credit.rules.overdue import Covered, covered
from credit.rules.ratios import ITEMS, RATIOS, Ratio
from ledger.models import Account
from ledger.rules import money
from managers.queries import names
from managers.rules import masking
from managers.services import identity

PARTS: dict[str, Promise] = {
    "loans": gettext_lazy("授信与贷款"),
    "parties": gettext_lazy("关系人与关联"),
    "statements": gettext_lazy("财务"),
    "guarantees": gettext_lazy("担保"),
    "papers": gettext_lazy("资料"),
    "work": gettext_lazy("调查与申报"),
}


def shown(reader: FileReader, part: str) -> dict[str, Any]:
    """The context of one part."""
    return _SHOWN[part](reader)


def customer_name(reader: FileReader) -> str:
    """The customer as the reader sees it: people's names masked for audit."""
    return names.of_customer(reader.customer, masked=names.masked_for(reader.user, reader.on))


# --- loans ----------------------------------------------------------------------------------------------


def _loans(reader: FileReader) -> dict[str, Any]:
    known = loans([reader.customer.pk], reader.day)
    drawn = reads.facilities(reader.customer.pk, reader.day, known)
    running = [each for each in drawn if each.counts]
    desk = Reader.known(reader.user, reader.on)
    opened = desk.accounts().filter(customer=reader.customer) if desk.reads_loans else Account.objects.none()
    return {
        "opens": set(opened.values_list("pk", flat=True)),
        "day": reader.day,
        "loans": [_loan(each, reader) for each in known],
        "facilities": drawn,
        "limit": sum(each.row.limit for each in running) if running else None,
        "owed": reads.used(known),
        "late": max((each.overdue.days for each in known), default=0),
    }


def _loan(loan: Loan, reader: FileReader) -> dict[str, Any]:
    lines = covered(loan.schedule, loan.paid, reader.day)
    return {
        "loan": loan,
        "class": words.CLASS_TAGS.get(loan.loan_class, "quiet"),
        "class_name": _class_name(loan),
        "lines": [_line(each) for each in lines],
        "paid": loan.paid,
    }


def _class_name(loan: Loan) -> str:
    return str(LoanClass(loan.loan_class).label) if loan.loan_class else _("未分类")


def _line(each: Covered) -> dict[str, Any]:
    open_principal, open_interest = each.due.principal - each.principal, each.due.interest - each.interest
    state, text = ("quiet", _("未到期"))
    if each.whole:
        state, text = "ok", _("已还")
    elif each.days:
        state, text = "not_met", _("逾期 %(days)s 天") % {"days": each.days}
    return {"each": each, "open": open_principal + open_interest, "state": state, "text": text}


# --- parties and group ----------------------------------------------------------------------------------


def _parties(reader: FileReader) -> dict[str, Any]:
    masked = names.masked_for(reader.user, reader.on)
    rows = [
        {
            "row": each,
            "name": masking.name(each.name) if masked and each.is_person else each.name,
            "sealed": [sealed_row(each, name) for name in ("identity_no", "phone") if getattr(each, name)],
        }
        for each in reads.parties(reader.customer.pk)
    ]
    group = reads.group(reader)
    members = [
        {"link": link, "customer": each, "owed": owed, "name": names.of_customer(each, masked=masked)}
        for link, each, owed in group.members
    ]
    return {"parties": rows, "group": group, "members": members, "day": reader.day}


def sealed_row(party: Party, name: str) -> dict[str, Any]:
    """One identity field of a party, masked; None where it cannot be opened."""
    if name not in identity.sealed_fields(Party):
        raise PermissionDenied(_("没有这一项资料；请刷新页面后再试。"))
    label = Party._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return {"name": name, "label": label, "text": identity.masked(party)[name], "party": party}


# --- statements -----------------------------------------------------------------------------------------


def _statements(reader: FileReader) -> dict[str, Any]:
    found = reads.periods(reader.customer.pk)
    return {
        "periods": found,
        "items": [
            {
                "title": Statement._meta.get_field(code).verbose_name,  # type: ignore[union-attr]
                "values": [period.items[code] for period in found],
            }
            for code in ITEMS
        ],
        "ratios": [_ratio(each, found) for each in RATIOS],
    }


def _ratio(ratio: Ratio, found: list[Period]) -> dict[str, Any]:
    """A ratio as shown, and whether the last step of it is for the better: by what is shown, not beyond."""
    shown = [_rounded(period.ratios[ratio.code], ratio) for period in found]
    last, before = (shown[-1], shown[-2]) if len(shown) > 1 else (None, None)
    state, trend = "", ""
    if last is not None and before is not None and last != before:
        better = (last > before) == ratio.rises
        state, trend = ("ok", _("改善")) if better else ("attention", _("变差"))
    return {
        "title": words.RATIOS[ratio.code],
        "values": shown,
        "unit": ratio.unit,
        "state": state,
        "trend": trend,
    }


def _rounded(value: Fraction | None, ratio: Ratio) -> Decimal | None:
    """Multiples to two places, shares to a tenth of a percent."""
    return None if value is None else money.round_half_up(value, 2 if ratio.unit == "times" else 3)


# --- guarantees, papers, work ---------------------------------------------------------------------------


def _guarantees(reader: FileReader) -> dict[str, Any]:
    found = reads.guarantees(reader.customer.pk, reader.on)
    owed = reads.used(loans([reader.customer.pk], reader.day))
    return {
        "guarantees": [
            {"each": each, "why": words.UNCOUNTED.get(each.worth.why, "") if not each.row.ended_on else ""}
            for each in found
        ],
        "owed": owed,
        "coverage": reads.covered(found, owed, reader.on),
        "counted": sum(each.worth.amount for each in found) if found else None,
        "day": reader.day,
    }


def _papers(reader: FileReader) -> dict[str, Any]:
    held = list(reads.documents(reader.customer.pk))
    needed = reads.required(reader.customer.pk, reader.on, loans([reader.customer.pk], reader.day), held)
    return {
        "required": [
            {"found": each, "title": words.paper(each.code), "tag": words.COMPLETENESS[each.state]}
            for each in needed
        ],
        "papers": [
            {"title": words.paper(code), "versions": list(rows)}
            for code, rows in groupby(held, key=lambda each: each.paper)
        ],
    }


def _work(reader: FileReader) -> dict[str, Any]:
    found = Investigation.objects.filter(customer=reader.customer).select_related("first", "second")
    asked = LoanProposal.objects.filter(customer=reader.customer).select_related("proposer", "product")
    return {
        "investigations": [
            {"row": row, "tag": words.INVESTIGATION_TAGS[row.state]} for row in found.order_by("-id")
        ],
        "proposals": [{"row": row, "tag": words.PROPOSAL_TAGS[row.state]} for row in asked.order_by("-id")],
        "key": uuid4().hex,
    }


_SHOWN: dict[str, Callable[[FileReader], dict[str, Any]]] = {
    "loans": _loans,
    "parties": _parties,
    "statements": _statements,
    "guarantees": _guarantees,
    "papers": _papers,
    "work": _work,
}
