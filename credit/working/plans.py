"""营销计划: plans in sight, one drafted or rewritten, one with plan and actual side by side."""

from collections.abc import Callable
from datetime import date
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

from credit.models import MarketingPlan, PlanTarget
from credit.queries import working
from credit.queries.working import Reached
from credit.services.working import papers, plans
from credit.services.working.procedures import PLAN
from credit.working.forms import OWN_CODE, PERIODS, AimSet, PlanForm, metric_choices
from credit.working.pages import (
    Cell,
    Offer,
    Record,
    key,
    offered,
    own_manager,
    pdf,
    reader,
    show_list,
    take_step,
    trail,
)
from ledger import metrics, versions
from ledger.rules.windows import is_window
from managers.models import ClientManager, User
from managers.permissions import may
from managers.services.stepping import Refusal

State = MarketingPlan.State
TAGS = {
    "drafted": "quiet",
    "submitted": "attention",
    "approved": "ok",
    "superseded": "quiet",
    "withdrawn": "quiet",
}
COLUMNS = (
    gettext_lazy("计划"),
    gettext_lazy("客户经理"),
    gettext_lazy("目标"),
    gettext_lazy("批准日"),
    gettext_lazy("状态"),
)
OFFERS = (
    Offer(
        "submit",
        gettext_lazy("提交"),
        gettext_lazy("提交后内容不能再改，由他人批准或退回。"),
        "draft_plan",
        own=True,
    ),
    Offer(
        "approve",
        gettext_lazy("批准"),
        gettext_lazy("批准后目标登记入账，计入考核；同年的上一版即被取代。"),
        "approve_plan",
    ),
    Offer("send_back", gettext_lazy("退回"), "", "approve_plan", gettext_lazy("退回的理由"), danger=True),
    Offer(
        "withdraw", gettext_lazy("撤回"), "", "draft_plan", gettext_lazy("撤回的原因"), danger=True, own=True
    ),
)
DONE = {
    "submit": gettext_lazy("已提交，等待批准。"),
    "approve": gettext_lazy("已批准，目标已登记。"),
    "send_back": gettext_lazy("已退回起草。"),
    "withdraw": gettext_lazy("已撤回。"),
}
STEPS: dict[str, Callable[..., Any]] = {
    "submit": plans.submit,
    "approve": plans.approve,
    "send_back": plans.send_back,
    "withdraw": plans.withdraw,
}


def _visible(user: User, on: date) -> Any:
    related = ("manager__branch", "manager__user", "drafted_by", "approved_by")
    return MarketingPlan.objects.visible_to(user, on).select_related(*related)


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Plans in sight, the latest year first."""
    user, on = reader(request)
    rows = (
        _visible(user, on).prefetch_related("targets").order_by("-year", "manager__employee_no", "-version")
    )
    drafts = own_manager(user) is not None or may(user, "draft_plan", on=on)
    return show_list(
        request,
        rows,
        _row,
        title=_("营销计划"),
        sub=_("每年一份，写明目标和措施；批准后目标计入考核。"),
        new=reverse("new_plan") if drafts else "",
        new_label=_("起草计划"),
        columns=COLUMNS,
        states=State.choices,
        empty=_("还没有营销计划"),
        empty_text=_("客户经理本人或机构负责人可以起草。"),
    )


def _row(row: MarketingPlan) -> dict[str, Any]:
    words = {"year": row.year, "version": row.version}
    return {
        "url": reverse("plan", args=[row.pk]),
        "lead": _("%(year)s 年第 %(version)s 版") % words,
        "cells": [
            Cell(row.manager.name, row.manager.employee_no),
            Cell(_("%(count)s 项") % {"count": len({each.metric for each in row.targets.all()})}),
            Cell(row.approved_on, style="day"),
            Cell(row.get_state_display(), tag=TAGS[row.state]),
        ],
    }


# --- Drafted ----------------------------------------------------------------------------------------------


def _managers(user: User, on: date) -> list[ClientManager]:
    """For whom the reader may draft: oneself first."""
    own = own_manager(user)
    found = [own] if own is not None else []
    if may(user, "draft_plan", on=on):
        people = ClientManager.objects.visible_to(user, on).select_related("branch").order_by("employee_no")
        found += [each for each in people if each != own and may(user, "draft_plan", on=on, about=each)]
    return found


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A plan for a year; `?from=` takes an earlier version's words."""
    user, on = reader(request)
    managers = _managers(user, on)
    if not managers:
        raise PermissionDenied(_("您的角色不能起草营销计划；请联系机构负责人。"))
    before = _before(request, user, on)
    return _written(request, user, on, managers, before, None)


def _before(request: HttpRequest, user: User, on: date) -> MarketingPlan | None:
    wanted = request.GET.get("from", "")
    if not (wanted.isascii() and wanted.isdecimal()):
        return None
    found: MarketingPlan = get_object_or_404(_visible(user, on), pk=int(wanted))
    return found


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say otherwise what is drafted."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    if row.state != State.DRAFTED:
        raise PermissionDenied(_("这一版已提交，内容不能再改；需要修改请先撤回或由批准人退回。"))
    if row.manager not in _managers(user, on):
        raise PermissionDenied(_("您不能起草这位客户经理的计划。"))
    return _written(request, user, on, [row.manager], row, row)


def _written(
    request: HttpRequest,
    user: User,
    on: date,
    managers: list[ClientManager],
    before: MarketingPlan | None,
    row: MarketingPlan | None,
) -> HttpResponse:
    choices = [(each.employee_no, f"{each.name} · {each.employee_no}") for each in managers]
    start: dict[str, Any] = {"year": on.year, "manager": choices[0][0]}
    if before is not None:
        start = {"year": before.year, "manager": before.manager.employee_no}
        start |= {"market": before.market, "measures": before.measures}
    form = PlanForm(request.POST or None, initial=start, managers=choices)
    rows = AimSet(request.POST or None, prefix="aim", initial=_aims(before))
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            kept = _keep(form, rows, managers, row, user, on, request.POST.get("key", ""))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("计划已保存；核对后请提交。"))
            return redirect("plan", kept.pk)
    context = {
        "form": form,
        "aims": rows,
        "row": row,
        "key": request.POST.get("key") or key(),
        "periods": [PlanTarget.Period(each).label for each in PERIODS],
    }
    return render(request, "credit/working/plan_form.html", context)


def _aims(plan: MarketingPlan | None) -> list[dict[str, Any]]:
    """The targets of a plan as rows of the form."""
    if plan is None:
        return []
    known = dict(metric_choices())
    found: dict[str, dict[str, Any]] = {}
    for each in plan.targets.order_by("pk"):
        listed_one = each.metric in known
        start = {"metric": each.metric if listed_one else OWN_CODE, "own": "" if listed_one else each.metric}
        found.setdefault(each.metric, start)[each.period] = f"{each.value.normalize():f}"
    return list(found.values())


def _keep(
    form: PlanForm,
    rows: Any,
    managers: list[ClientManager],
    row: MarketingPlan | None,
    user: User,
    on: date,
    key: str,
) -> MarketingPlan:
    said = form.cleaned_data
    texts: dict[str, Any] = {"market": said["market"], "measures": said["measures"], "by": user, "on": on}
    texts["aims"] = [aim for each in rows for aim in each.aims()]
    if row is not None:
        return plans.rewrite(row.pk, **texts)
    manager = next(each for each in managers if each.employee_no == said["manager"])
    return plans.draft(manager, said["year"], key=key, **texts)


# --- One --------------------------------------------------------------------------------------------------


@login_required
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: targets against what was reached, its texts, its steps."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    words = {"year": row.year, "version": row.version}
    record = Record(
        title=_("%(year)s 年营销计划 第 %(version)s 版") % words,
        crumb=_("营销计划"),
        back=reverse("plans"),
        state=row.get_state_display(),
        tag=TAGS[row.state],
        sub=f"{row.manager.name} {row.manager.employee_no} · {row.manager.branch}",
        steps=offered(PLAN, row, _offers(row, user), user=user, on=on),
        step_url="plan_step",
        paper=reverse("plan_paper", args=[row.pk]) if row.state != State.WITHDRAWN else "",
    )
    others = _visible(user, on).filter(manager=row.manager, year=row.year).exclude(pk=row.pk)
    drafts = row.manager in _managers(user, on)
    context = {
        "record": record,
        "row": row,
        "key": key(),
        "rows": [_reached(row, each) for each in working.reached(row)],
        "trail": trail(PLAN, row, reasons=("send_back", "withdraw", "supersede")),
        "others": others.order_by("version"),
        "may_edit": drafts and row.state == State.DRAFTED,
        "may_renew": drafts and row.state == State.APPROVED,
        "texts": [(_("市场分析"), row.market), (_("营销措施"), row.measures)],
    }
    return render(request, "credit/working/plan.html", context)


def _offers(row: MarketingPlan, user: User) -> list[Offer]:
    """Who neither drafted it nor is its manager sends back rather than withdraws."""
    mine = user.pk in (row.drafted_by_id, row.manager.user_id)
    return [each for each in OFFERS if each.name != "withdraw" or mine]


def _reached(plan: MarketingPlan, each: Reached) -> dict[str, Any]:
    """A target as the page shows it: met, short of it, or why nobody knows."""
    metric = each.target.metric
    value = each.figure.value if each.figure is not None and each.figure.state == "value" else None
    return {
        "title": versions.metric_title(metric) if metric in metrics.units() else metric,
        "period": each.target.get_period_display(),
        "start": each.start,
        "end": each.end,
        "unit": metrics.units().get(metric, "number"),
        "target": each.target.value,
        "actual": value,
        "running": each.on is not None and each.on < each.end,
        "on": each.on,
        "tag": _tag(each, value),
        "missing": _("没有数据") if each.on is not None else _("期间未开始或尚未出数"),
        "url": _link(plan, each) if value is not None else "",
    }


def _tag(each: Reached, value: Any) -> tuple[str, Any]:
    if value is None:
        return "missing", _("未知")
    if value >= each.target.value:
        return "met", _("已达")
    return (
        ("attention", _("进行中")) if each.on is not None and each.on < each.end else ("not_met", _("未达"))
    )


def _link(plan: MarketingPlan, each: Reached) -> str:
    """The page that takes the figure apart."""
    if each.question is None or each.on is None or not is_window(each.question.window):
        return ""
    address = reverse("figure", args=[plan.manager.employee_no, each.question.code])
    params = "".join(f"&{name}={value}" for name, value in each.question.params)
    return f"{address}?window={each.question.window}&on={each.on.isoformat()}{params}"


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, approve, send back, withdraw."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    return take_step(request, name, row, STEPS, OFFERS, done=DONE, back="plan")


@login_required
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """RXD7200-03 as PDF."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    printed = papers.plan(row, by=user, at=timezone.now())
    return pdf(printed.name, printed.content)
