"""满意度调查: surveys in sight, a new one, answers entered, and what was said of each manager."""

from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from credit.models import Survey
from credit.queries import working
from credit.queries.working import Result
from credit.rules.working import LEAST_ANSWERS
from credit.services.working import surveys
from credit.services.working.procedures import SURVEY
from credit.services.working.surveys import Answer, Unreadable
from credit.working.forms import ResponseForm, SurveyForm
from credit.working.pages import (
    Cell,
    Offer,
    Record,
    key,
    offered,
    own_manager,
    reader,
    show_form,
    show_list,
    take_step,
    trail,
)
from managers.models import Branch, ClientManager, Customer, User
from managers.models.scope import grants_on
from managers.permissions import may, ties
from managers.roles import ROLES
from managers.services.stepping import Refusal

State = Survey.State
TAGS = {"open": "info", "closed": "ok"}
COLUMNS = (
    gettext_lazy("名称"),
    gettext_lazy("机构"),
    gettext_lazy("期限"),
    gettext_lazy("答卷"),
    gettext_lazy("状态"),
)
OFFERS = (
    Offer(
        "close", gettext_lazy("截止"), gettext_lazy("不再收答卷；客户经理可以看到本人的结果。"), "make_survey"
    ),
)
MOST_BYTES = 2 * 1024 * 1024
STEPS = {"close": surveys.close}
DONE = {"close": gettext_lazy("已截止。")}


def _visible(user: User, on: date) -> Any:
    return Survey.objects.visible_to(user, on).select_related("branch", "made_by")


@login_required
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """Surveys in sight, the latest first."""
    user, on = reader(request)
    rows = _visible(user, on).annotate(count=Count("responses")).order_by("-starts_on", "-id")
    counts = may(user, "view_working", on=on)
    return show_list(
        request,
        rows,
        lambda row: _row(row, counts=counts),
        title=_("满意度调查"),
        sub=_("几道题请客户评分；少于 3 份的结果不显示，以保护答卷的客户。"),
        new=reverse("new_survey") if may(user, "make_survey", on=on) else "",
        new_label=_("发起调查"),
        columns=COLUMNS,
        states=State.choices,
        empty=_("还没有满意度调查"),
        empty_text=_("市场部可以发起；客户经理在截止后看到本人的结果。"),
    )


def _row(row: Any, *, counts: bool) -> dict[str, Any]:
    return {
        "url": reverse("survey", args=[row.pk]),
        "lead": row.title,
        "cells": [
            Cell(row.branch),
            Cell(f"{row.starts_on} – {row.ends_on}", style="day"),
            Cell(row.count if counts else "—", style="num"),
            Cell(row.get_state_display(), tag=TAGS[row.state]),
        ],
    }


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A new survey."""
    user, on = reader(request)
    if not may(user, "make_survey", on=on):
        raise PermissionDenied(_("您的角色不能发起调查；请联系市场部。"))
    branches = _branches(user, on)
    choices = [(each.code, str(each)) for each in branches]
    form = SurveyForm(request.POST or None, initial={"starts_on": on}, branches=choices)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        code, questions = said.pop("branch"), said.pop("questions").splitlines()
        branch = next(each for each in branches if each.code == code)
        try:
            row = surveys.make(
                branch=branch, questions=questions, by=user, on=on, key=request.POST.get("key", ""), **said
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("调查已发起，可以录入答卷。"))
            return redirect("survey", row.pk)
    return show_form(
        request,
        form,
        title=_("发起调查"),
        crumb=_("满意度调查"),
        back=reverse("surveys"),
        submit=_("发起"),
    )


def _branches(user: User, on: date) -> list[Branch]:
    """The branches below the reader's grants that make surveys."""
    paths = [
        grant.branch.path
        for grant in grants_on(user, on)
        if grant.role in ROLES and "make_survey" in ROLES[grant.role].may
    ]
    rows = Branch.objects.order_by("path")
    return [each for each in rows if any(each.path.startswith(path) for path in paths if path)]


# --- One --------------------------------------------------------------------------------------------------


@login_required
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One survey: results of the managers in sight, and answers entered."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    people = _asked_about(row, user, on)
    form = _response_form(request.POST or None, row, people, user, on)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(_("您的角色不包括录入这次调查的答卷。"))
        if form.is_valid() and _entered(request, form, row, people, user, on):
            return redirect("survey", row.pk)
    return render(request, "credit/working/survey.html", _shown(row, people, form, user, on))


def _asked_about(row: Survey, user: User, on: date) -> list[ClientManager]:
    """The managers of the survey's branches that the reader sees."""
    rows = ClientManager.objects.visible_to(user, on).filter(branch__path__startswith=row.branch.path)
    return list(rows.select_related("branch").order_by("employee_no"))


def _response_form(
    data: Any, row: Survey, people: list[ClientManager], user: User, on: date
) -> ResponseForm | None:
    if row.state != State.OPEN or not may(user, "enter_survey", on=on):
        return None
    tied = ties(user, on=on)
    choices = [
        (each.employee_no, f"{each.name} · {each.employee_no}") for each in people if not tied.to(each.pk)
    ]
    return ResponseForm(data, managers=choices, questions=row.questions)


def _entered(
    request: HttpRequest, form: ResponseForm, row: Survey, people: list[ClientManager], user: User, on: date
) -> bool:
    said = form.cleaned_data
    manager = next(each for each in people if each.employee_no == said["manager"])
    customers = Customer.objects.visible_to(user, on)
    customer = customers.filter(customer_no=said["customer_no"].strip()).first()
    try:
        if customer is None:
            words = {"number": said["customer_no"]}
            raise Refusal(_("没有客户号 %(number)s，或不在您的辖内") % words)
        surveys.enter(row, [Answer(customer, manager, form.scores())], by=user, on=on)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    notes.success(request, _("已录入一份答卷。"))
    return True


def _shown(
    row: Survey,
    people: list[ClientManager],
    form: ResponseForm | None,
    user: User,
    on: date,
    *,
    wrong: list[str] | None = None,
    why: str = "",
) -> dict[str, Any]:
    record = Record(
        title=row.title,
        crumb=_("满意度调查"),
        back=reverse("surveys"),
        state=row.get_state_display(),
        tag=TAGS[row.state],
        sub=f"{row.branch} · {row.starts_on} – {row.ends_on}",
        steps=offered(SURVEY, row, OFFERS, user=user, on=on),
        step_url="survey_step",
    )
    looks = may(user, "view_working", on=on)
    own = own_manager(user)
    keys = [each.pk for each in people] if looks else [own.pk] if own is not None else []
    total = working.overall(row, keys) if looks else None
    return {
        "record": record,
        "row": row,
        "key": key(),
        "least": LEAST_ANSWERS,
        "results": [_result(each) for each in working.results(row, keys)],
        "total": _result(total) if total is not None else None,
        "form": form,
        "header": ",".join([*surveys.COLUMNS, *(f"q{number + 1}" for number in range(len(row.questions)))]),
        "wrong": wrong or [],
        "why": why,
        "trail": trail(SURVEY, row),
    }


def _result(found: Result) -> dict[str, Any]:
    return {"found": found, "questions": found.questions, "spread": found.spread}


@login_required
@require_POST
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers as a CSV sheet, all or none."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    upload = request.FILES.get("file")
    people = _asked_about(row, user, on)
    if not may(user, "enter_survey", on=on):
        raise PermissionDenied(_("您的角色不包括录入这次调查的答卷。"))
    try:
        if upload is None or (upload.size or 0) > MOST_BYTES:
            raise Unreadable(_("请选择不超过 2 MB 的 CSV 文件。"))
        count = surveys.enter_sheet(row, upload.read(), by=user, on=on)
    except Refusal as refusal:
        form = _response_form(None, row, people, user, on)
        lines = refusal.lines if isinstance(refusal, Unreadable) else []
        context = _shown(row, people, form, user, on, wrong=lines, why=str(refusal))
        return render(request, "credit/working/survey.html", context)
    notes.success(request, _("已录入 %(count)s 份答卷。") % {"count": count})
    return redirect("survey", row.pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Close."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    return take_step(request, name, row, STEPS, OFFERS, done=DONE, back="survey")
