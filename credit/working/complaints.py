"""客户投诉: complaints in sight by their deadline, a new one, and one with who handles it and the answer."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from credit.models import Complaint
from credit.services.working import complaints
from credit.services.working.procedures import COMPLAINT
from credit.working.forms import ComplaintForm, ReplyForm
from credit.working.pages import (
    Cell,
    Named,
    Offer,
    Record,
    key,
    offered,
    reader,
    show_form,
    show_list,
    take_step,
    trail,
)
from managers.models import ClientManager, Customer, User
from managers.permissions import holders, may, ties
from managers.services.stepping import Refusal, objection

State = Complaint.State
TAGS = {"received": "attention", "assigned": "attention", "answered": "info", "closed": "ok"}
COLUMNS = (
    gettext_lazy("编号"),
    gettext_lazy("被投诉的客户经理"),
    gettext_lazy("收到日期"),
    gettext_lazy("答复期限"),
    gettext_lazy("承办人"),
    gettext_lazy("状态"),
)
OFFERS = (
    Offer("close", gettext_lazy("办结"), gettext_lazy("答复妥当；办结后不能再改。"), "close_complaint"),
    Offer("reopen", gettext_lazy("退回重办"), "", "close_complaint", gettext_lazy("退回的理由"), danger=True),
)
DONE = {
    "assign": gettext_lazy("已交办。"),
    "reply": gettext_lazy("已答复，等待他人办结。"),
    "close": gettext_lazy("已办结。"),
    "reopen": gettext_lazy("已退回承办人。"),
}
STEPS: dict[str, Callable[..., Any]] = {
    "assign": complaints.assign,
    "reply": complaints.reply,
    "close": complaints.close,
    "reopen": complaints.reopen,
}


def _visible(user: User, on: date) -> Any:
    related = ("manager__branch", "manager__user", "customer", "handler", "recorded_by", "closed_by")
    return Complaint.objects.visible_to(user, on).select_related(*related)


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Complaints in sight: what is open first, by its deadline."""
    user, on = reader(request, "view_complaints")
    rows = _visible(user, on)
    return show_list(
        request,
        rows.order_by("-received_on", "-id"),
        lambda row: _row(row, on),
        title=_("客户投诉"),
        sub=_("收到即登记，由与当事人无关的人核查，在期限内答复。"),
        new=reverse("new_complaint") if may(user, "record_complaint", on=on) else "",
        new_label=_("登记投诉"),
        columns=COLUMNS,
        states=State.choices,
        empty=_("没有投诉"),
        empty_text=_("与您本人有关的投诉在答复之后才显示。"),
    )


def _row(row: Complaint, on: date) -> dict[str, Any]:
    late = row.state in Complaint.OPEN and row.due_on < on
    return {
        "url": reverse("complaint", args=[row.pk]),
        "lead": _("%(number)s 号") % {"number": row.pk},
        "cells": [
            Cell(row.manager.name, row.manager.employee_no),
            Cell(row.received_on, style="day"),
            Cell(row.due_on, _("已逾期") if late else "", style="day"),
            Cell(row.handler or "—"),
            Cell(_state(row), tag="error" if late else TAGS[row.state]),
        ],
    }


def _state(row: Complaint) -> str:
    if row.upheld is None or row.state not in Complaint.ANSWERED:
        return str(row.get_state_display())
    words = {"state": row.get_state_display(), "outcome": _("成立") if row.upheld else _("不成立")}
    return _("%(state)s · %(outcome)s") % words


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Record what came in."""
    user, on = reader(request, "record_complaint")
    if not may(user, "record_complaint", on=on):
        raise PermissionDenied(_("您的角色不包括登记投诉；请转给机构负责人或风险部门。"))
    people = _people(user, on)
    choices = [(each.employee_no, f"{each.name} · {each.employee_no} · {each.branch}") for each in people]
    form = ComplaintForm(request.POST or None, initial={"received_on": on}, managers=choices)
    if request.method == "POST" and form.is_valid():
        try:
            row = _receive(form, people, user, on, request.POST.get("key", ""))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            words = {"number": row.pk, "due": row.due_on}
            notes.success(request, _("已登记为 %(number)s 号，须于 %(due)s 前答复。") % words)
            return redirect("complaint", row.pk)
    return show_form(
        request,
        form,
        title=_("登记投诉"),
        crumb=_("客户投诉"),
        back=reverse("complaints"),
        submit=_("登记"),
    )


def _people(user: User, on: date) -> list[ClientManager]:
    """Managers about whom the reader may record: in reach, and not tied."""
    tied = ties(user, on=on)
    rows = ClientManager.objects.visible_to(user, on).select_related("branch").order_by("employee_no")
    return list(rows.exclude(pk__in=[*tied.own, *tied.kin, *tied.superior]))


def _receive(form: ComplaintForm, people: list[ClientManager], user: User, on: date, key: str) -> Complaint:
    said = dict(form.cleaned_data)
    number, employee = said.pop("customer_no").strip(), said.pop("manager")
    customer = None
    if number:
        customer = Customer.objects.visible_to(user, on).filter(customer_no=number).first()
        if customer is None:
            raise Refusal(_("没有客户号 %(number)s，或不在您的辖内；请核对或留空。") % {"number": number})
    manager = next(each for each in people if each.employee_no == employee)
    return complaints.receive(manager, customer=customer, by=user, on=on, key=key, **said)


# --- One --------------------------------------------------------------------------------------------------


@login_required
@require_GET
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One complaint: what was said, who handles it, what came of it."""
    user, on = reader(request, "view_complaints")
    row = get_object_or_404(_visible(user, on), pk=pk)
    return render(request, "credit/working/complaint.html", _shown(row, user, on))


def _shown(row: Complaint, user: User, on: date, form: ReplyForm | None = None) -> dict[str, Any]:
    own = ties(user, on=on).to(row.manager_id) == "own"
    replies = row.handler_id == user.pk and not _objects(row, "reply", "handle_complaint", user, on)
    start = {"findings": row.findings, "answer": row.answer}
    return {
        "record": _record(row, user, on, own=own),
        "row": row,
        "key": key(),
        "texts": _texts(row),
        "handlers": _handlers(row, user, on),
        "form": (form or ReplyForm(initial=start)) if replies else None,
        "trail": [] if own else trail(COMPLAINT, row, reasons=("reopen",)),
    }


def _objects(row: Complaint, name: str, action: str, user: User, on: date) -> str:
    return objection(COMPLAINT, name, row, by=user, on=on, action=action)


def _handlers(row: Complaint, user: User, on: date) -> list[User]:
    """Whom the reader may give it to: who handles complaints there and is not tied to the manager."""
    if _objects(row, "assign", "assign_complaint", user, on):
        return []
    people = holders("handle_complaint", on=on, about=row.manager)
    return [each for each in people if not ties(each, on=on).to(row.manager_id)]


def _texts(row: Complaint) -> list[tuple[str, str]]:
    found = [(_("投诉内容"), row.text)]
    if row.state in Complaint.ANSWERED:
        found += [(_("核查情况"), row.findings), (_("答复"), row.answer)]
    return found


def _record(row: Complaint, user: User, on: date, *, own: bool) -> Record:
    customer = Named(user, on)(row.customer)
    facts = [
        (_("被投诉的客户经理"), f"{row.manager.name} {row.manager.employee_no}"),
        (_("收到日期"), row.received_on.isoformat()),
        (_("渠道"), row.get_channel_display()),
        (_("客户"), f"{customer} {row.customer.customer_no}" if row.customer else _("未注明")),
        # Who complained is not for the person complained about.
        *(() if own else ((_("投诉人"), row.complainant), (_("联系方式"), row.contact or "—"))),
        (_("答复期限"), row.due_on.isoformat()),
        (_("承办人"), str(row.handler or "—")),
        *(((_("答复日"), row.answered_on.isoformat()),) if row.answered_on else ()),
        *(((_("结果"), _("成立") if row.upheld else _("不成立")),) if row.upheld is not None else ()),
    ]
    late = row.state in Complaint.OPEN and row.due_on < on
    return Record(
        title=_("%(number)s 号投诉") % {"number": row.pk},
        crumb=_("客户投诉"),
        back=reverse("complaints"),
        state=_("%(state)s · 已逾期") % {"state": row.get_state_display()} if late else _state(row),
        tag="error" if late else TAGS[row.state],
        sub=str(row.manager.branch),
        facts=facts,
        steps=offered(COMPLAINT, row, OFFERS, user=user, on=on),
        step_url="complaint_step",
    )


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Assign, reply, close, reopen."""
    user, on = reader(request, "view_complaints")
    row = get_object_or_404(_visible(user, on), pk=pk)
    more: dict[str, Any] = {}
    if name == "assign":
        wanted = User.objects.filter(username=request.POST.get("handler", ""), is_active=True).first()
        if wanted is None:
            notes.error(request, _("请选择承办人。"))
            return redirect("complaint", row.pk)
        more = {"handler": wanted}
    if name == "reply":
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return render(request, "credit/working/complaint.html", _shown(row, user, on, form))
        more = {**form.cleaned_data, "upheld": form.cleaned_data["upheld"] == "1"}
    return take_step(request, name, row, STEPS, OFFERS, done=DONE, back="complaint", **more)
