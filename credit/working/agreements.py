"""银企合作协议: agreements in sight, a new one, and one with its commitments against what is."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from credit.models import Agreement, Commitment, StatedFigure
from credit.queries import working
from credit.queries.working import Kept
from credit.services.working import agreements, papers
from credit.services.working.procedures import AGREEMENT
from credit.working.forms import AgreementForm, PromiseSet, StatedForm, chosen
from credit.working.pages import (
    Cell,
    Named,
    Offer,
    Record,
    key,
    offered,
    own_manager,
    pdf,
    portfolio,
    reader,
    show_list,
    take_step,
    trail,
)
from ledger.rules import money
from managers.models import User
from managers.permissions import may, ties
from managers.services.stepping import Refusal

State = Agreement.State
TAGS = {"drafted": "attention", "approved": "info", "in_force": "ok", "ended": "quiet", "withdrawn": "quiet"}
VERDICTS = {
    "met": ("met", gettext_lazy("符合")),
    "not_met": ("not_met", gettext_lazy("不符合")),
    "not_known": ("missing", gettext_lazy("未知")),
    "in_words": ("quiet", gettext_lazy("文字约定")),
}
#: What of the facts is lacking, and so whose word is needed.
LACKING = {
    "deposits": gettext_lazy("当日尚未出数"),
    "loans": gettext_lazy("当日尚未出数"),
    "settlements": gettext_lazy("没有国际结算数据"),
    "all_deposits": gettext_lazy("缺客户全部存款（或小于我行存款）"),
    "all_loans": gettext_lazy("缺客户全部借款（或小于我行贷款）"),
    "all_settlements": gettext_lazy("缺客户全部结算（或小于我行结算）"),
    "current_ratio": gettext_lazy("缺流动比率"),
    "debt_ratio": gettext_lazy("缺资产负债率"),
    "payroll": gettext_lazy("缺代发工资"),
}
#: Kinds measured in yuan; the others in percent.
IN_YUAN = ("deposit_average", "payroll", "loan_limit")
COLUMNS = (
    gettext_lazy("合同编号"),
    gettext_lazy("客户"),
    gettext_lazy("客户经理"),
    gettext_lazy("期限"),
    gettext_lazy("状态"),
)
OFFERS = (
    Offer("approve", gettext_lazy("批准"), gettext_lazy("同意协议条款；签署后生效。"), "approve_agreement"),
    Offer(
        "sign",
        gettext_lazy("登记签署"),
        gettext_lazy("双方已签署；自今日起有效。"),
        "approve_agreement",
        own=True,
    ),
    Offer("end", gettext_lazy("终止"), "", "approve_agreement", gettext_lazy("终止的原因"), danger=True),
    Offer(
        "withdraw",
        gettext_lazy("撤回"),
        "",
        "approve_agreement",
        gettext_lazy("撤回的原因"),
        danger=True,
        own=True,
    ),
)
DONE = {
    "approve": gettext_lazy("已批准，等待签署。"),
    "sign": gettext_lazy("已登记签署，协议生效。"),
    "end": gettext_lazy("协议已终止。"),
    "withdraw": gettext_lazy("已撤回。"),
}
#: How many days back the page compares.
DAYS_SHOWN = 6
STEPS: dict[str, Callable[..., Any]] = {
    "approve": agreements.approve,
    "sign": agreements.sign,
    "end": agreements.end,
    "withdraw": agreements.withdraw,
}


def _visible(user: User, on: date) -> Any:
    related = ("manager__branch", "manager__user", "customer", "drafted_by", "approved_by")
    return Agreement.objects.visible_to(user, on).select_related(*related)


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Agreements in sight, the latest first."""
    user, on = reader(request)
    rows = _visible(user, on).order_by("-starts_on", "-id")
    named = Named(user, on)
    return show_list(
        request,
        rows,
        lambda row: _row(row, named, on),
        title=_("银企合作协议"),
        sub=_("与客户约定存款、结算和贷款的份额，定期与实际对照。"),
        new=reverse("new_agreement") if own_manager(user) else "",
        new_label=_("起草协议"),
        columns=COLUMNS,
        states=State.choices,
        empty=_("还没有合作协议"),
        empty_text=_("客户经理可为名下客户起草协议，由机构负责人批准。"),
    )


def _row(row: Agreement, named: Named, on: date) -> dict[str, Any]:
    over = row.state == State.IN_FORCE and row.ends_on < on
    return {
        "url": reverse("agreement", args=[row.pk]),
        "lead": row.number,
        "cells": [
            Cell(named(row.customer), row.customer.customer_no),
            Cell(row.manager.name, row.manager.employee_no),
            Cell(f"{row.starts_on} – {row.ends_on}", style="day"),
            Cell(
                _("已过期限") if over else row.get_state_display(),
                tag="attention" if over else TAGS[row.state],
            ),
        ],
    }


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """An agreement with a customer of one's own."""
    user, on = reader(request)
    if own_manager(user) is None:
        raise PermissionDenied(_("合作协议由管户的客户经理起草。"))
    customers = portfolio(user, on)
    start = {"customer": request.GET.get("customer", ""), "starts_on": on}
    form = AgreementForm(request.POST or None, initial=start, customers=chosen(customers))
    rows = PromiseSet(request.POST or None, prefix="promise")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        said = dict(form.cleaned_data)
        number = said.pop("customer")
        customer = next(each for each in customers if each.customer_no == number)
        promises = [promise for each in rows if (promise := each.promise()) is not None]
        try:
            row = agreements.draft(
                customer,
                agreements.Terms(**said),
                promises,
                by=user,
                on=on,
                key=request.POST.get("key", ""),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("已起草，等待机构负责人批准。"))
            return redirect("agreement", row.pk)
    context = {"form": form, "promises": rows, "key": request.POST.get("key") or key()}
    return render(request, "credit/working/agreement_form.html", context)


# --- One --------------------------------------------------------------------------------------------------


@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement: its commitments against the figures of each day the customer stated."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    states = _may_state(row, user, on)
    form = StatedForm(request.POST or None) if states else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(_("只有管户的客户经理或机构负责人登记有效协议的数字。"))
        if form.is_valid() and _stated(request, form, row, user, on):
            return redirect("agreement", row.pk)
    customer = Named(user, on)(row.customer)
    days = working.stated_days(row)[:DAYS_SHOWN]
    context = {
        "record": _record(row, customer, user, on),
        "row": row,
        "key": key(),
        "over": row.state == State.IN_FORCE and row.ends_on < on,
        "days": [_day(row, day) for day in days],
        "commitments": [_promise(each) for each in row.commitments.order_by("pk")],
        "stated": _stated_rows(row),
        "form": form,
        "trail": trail(AGREEMENT, row, reasons=("end", "withdraw")),
    }
    return render(request, "credit/working/agreement.html", context)


def _record(row: Agreement, customer: str, user: User, on: date) -> Record:
    facts = [
        (_("客户"), f"{customer} {row.customer.customer_no}"),
        (_("客户经理"), f"{row.manager.name} {row.manager.employee_no}"),
        (_("客户法定代表人（负责人）"), row.signatory),
        (_("本行负责人"), row.bank_signatory),
        (_("期限"), f"{row.starts_on} – {row.ends_on}"),
        (_("签署日"), row.signed_on or "—"),
    ]
    return Record(
        title=_("协议 %(number)s") % {"number": row.number},
        crumb=_("银企合作协议"),
        back=reverse("agreements"),
        state=row.get_state_display(),
        tag=TAGS[row.state],
        sub=f"{customer} · {row.manager.branch}",
        facts=facts,
        steps=offered(AGREEMENT, row, OFFERS, user=user, on=on),
        step_url="agreement_step",
        paper=reverse("agreement_paper", args=[row.pk]) if row.state != State.WITHDRAWN else "",
    )


def _may_state(row: Agreement, user: User, on: date) -> bool:
    tie = ties(user, on=on).to(row.manager_id)
    allowed = tie == "own" or (not tie and may(user, "approve_agreement", on=on, about=row.manager))
    return row.state == State.IN_FORCE and allowed


def _stated(request: HttpRequest, form: StatedForm, row: Agreement, user: User, on: date) -> bool:
    try:
        agreements.state(
            row.pk,
            form.cleaned_data["as_of"],
            form.figures(),
            source=form.cleaned_data["source"],
            by=user,
            on=on,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    notes.success(request, _("已登记。"))
    return True


def _promise(each: Commitment) -> dict[str, Any]:
    return {
        "title": each.get_kind_display(),
        "threshold": _written(each.kind, each.threshold),
        "text": each.text,
    }


def _written(kind: str, value: Decimal | Fraction | None) -> dict[str, Any] | None:
    """An amount in yuan, or a percentage without needless zeros."""
    if value is None:
        return None
    yuan = kind in IN_YUAN
    return {"value": value, "yuan": yuan, "text": "" if yuan else money.share_percent(Fraction(value) / 100)}


def _day(row: Agreement, day: date) -> dict[str, Any]:
    facts = working.facts_of(row, day)
    return {"day": day, "rows": [_held(each) for each in working.kept(row, facts)]}


def _held(each: Kept) -> dict[str, Any]:
    judged, commitment = each.judged, each.commitment
    return {
        "title": commitment.get_kind_display(),
        "text": commitment.text,
        "wanted": _written(commitment.kind, judged.wanted),
        "actual": _written(commitment.kind, judged.actual),
        "tag": VERDICTS[judged.verdict],
        "why": sorted({str(LACKING[name]) for name in judged.lacking}),
    }


def _stated_rows(row: Agreement) -> list[dict[str, Any]]:
    rows = StatedFigure.objects.filter(agreement=row).select_related("entered_by").order_by("-as_of", "-pk")
    return [
        {
            "row": each,
            "yuan": each.kind in ("deposits", "loans", "payroll"),
            "usd": each.kind == "settlements",
        }
        for each in rows[:40]
    ]


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve, sign, end, withdraw."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    return take_step(request, name, row, STEPS, OFFERS, done=DONE, back="agreement")


@login_required
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """RXD7200-01 as PDF."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    printed = papers.agreement(row, by=user, on=on, at=timezone.now())
    return pdf(printed.name, printed.content)
