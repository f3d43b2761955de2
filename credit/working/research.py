"""市场调查: notes in sight, a new one, and one with the head's remark."""

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

from credit.models import ResearchNote
from credit.services.working import research
from credit.services.working.procedures import RESEARCH
from credit.working.forms import ResearchForm, chosen
from credit.working.pages import (
    Cell,
    Named,
    Offer,
    Record,
    key,
    offered,
    own_manager,
    portfolio,
    reader,
    show_form,
    show_list,
    take_step,
    trail,
)
from managers.models import User
from managers.services.stepping import Refusal

TAGS = {"reported": "attention", "acknowledged": "ok"}
COLUMNS = (
    gettext_lazy("题目"),
    gettext_lazy("客户经理"),
    gettext_lazy("行业、地区"),
    gettext_lazy("报告日"),
    gettext_lazy("状态"),
)
OFFERS = (
    Offer(
        "acknowledge",
        gettext_lazy("阅知"),
        gettext_lazy("已看过这份调查；批示对客户经理可见。"),
        "acknowledge_research",
        gettext_lazy("批示（可不填）"),
        optional=True,
    ),
)
FORECAST = {
    "deposits": gettext_lazy("预计存款日均（元）"),
    "loans": gettext_lazy("预计贷款日均（元）"),
    "settlement": gettext_lazy("预计国际结算（美元）"),
    "income": gettext_lazy("预计中间业务收入（元）"),
}
STEPS = {"acknowledge": research.acknowledge}
DONE = {"acknowledge": gettext_lazy("已阅知。")}


def _visible(user: User, on: date) -> Any:
    return ResearchNote.objects.visible_to(user, on).select_related(
        "manager__branch", "customer", "manager__user"
    )


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Notes in sight, the latest first."""
    user, on = reader(request)
    rows = _visible(user, on).order_by("-written_on", "-id")
    return show_list(
        request,
        rows,
        _row,
        title=_("市场调查"),
        sub=_("写明市场情况和客户能带来什么，报告后由机构负责人阅知。"),
        new=reverse("new_research") if own_manager(user) else "",
        new_label=_("报告市场调查"),
        columns=COLUMNS,
        states=ResearchNote.State.choices,
        empty=_("还没有市场调查"),
        empty_text=_("客户经理可在此报告市场情况。"),
    )


def _row(row: ResearchNote) -> dict[str, Any]:
    place = " · ".join(filter(None, (row.industry, row.area)))
    return {
        "url": reverse("research_note", args=[row.pk]),
        "lead": row.subject,
        "cells": [
            Cell(row.manager.name, row.manager.employee_no),
            Cell(place or "—"),
            Cell(row.written_on, style="day"),
            Cell(row.get_state_display(), tag=TAGS[row.state]),
        ],
    }


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Report a note."""
    user, on = reader(request)
    if own_manager(user) is None:
        raise PermissionDenied(_("市场调查由客户经理本人报告。"))
    customers = portfolio(user, on)
    form = ResearchForm(request.POST or None, customers=chosen(customers))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        forecast: Any = {name: said.pop(name) for name in FORECAST}
        number = said.pop("customer")
        customer = next((each for each in customers if each.customer_no == number), None)
        try:
            row = research.report(
                **said,
                customer=customer,
                forecast=forecast,
                by=user,
                on=on,
                key=request.POST.get("key", ""),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("已报告，等待机构负责人阅知。"))
            return redirect("research_note", row.pk)
    return show_form(
        request,
        form,
        title=_("报告市场调查"),
        crumb=_("市场调查"),
        back=reverse("research"),
        submit=_("报告"),
    )


@login_required
@require_GET
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """One note."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    record = Record(
        title=row.subject,
        crumb=_("市场调查"),
        back=reverse("research"),
        state=row.get_state_display(),
        tag=TAGS[row.state],
        sub=f"{row.manager.name} {row.manager.employee_no} · {row.manager.branch}",
        facts=_facts(row, Named(user, on)(row.customer)),
        steps=offered(RESEARCH, row, OFFERS, user=user, on=on),
        step_url="research_step",
    )
    context = {
        "record": record,
        "row": row,
        "key": key(),
        "trail": trail(RESEARCH, row),
        "forecast": [(title, getattr(row, name)) for name, title in FORECAST.items()],
        "texts": [(_("调查情况"), row.findings)],
    }
    return render(request, "credit/working/research_note.html", context)


def _facts(row: ResearchNote, customer: str) -> list[tuple[Any, Any]]:
    found = [
        (_("行业"), row.industry),
        (_("地区"), row.area),
        (_("客户"), customer or row.prospect),
        (_("信息来源"), row.sources),
        (_("报告日"), row.written_on.isoformat()),
        (_("批示"), row.remark),
    ]
    return [(name, value) for name, value in found if value]


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Acknowledge."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    return take_step(request, name, row, STEPS, OFFERS, done=DONE, back="research_note")
