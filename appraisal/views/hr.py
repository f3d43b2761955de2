"""What HR does with the cases of a cycle, one or all that are ready: answer, go on, hand over, tell, end."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from appraisal import queries, services
from appraisal.models import Appraisal, Issue
from appraisal.queries import board, seats
from appraisal.rules.procedure import RETURNS
from managers.permissions import check_may, ties
from managers.session import signed_in

#: One case: the step, and what is said when it is done.
ONE: dict[str, tuple[Callable[..., Any], Any]] = {
    "skip_statement": (services.skip_statement, gettext_lazy("%(who)s 的考核已继续，记为逾期未自述。")),
    "finish_scores": (services.finish_scores, gettext_lazy("%(who)s 的评议已结束。")),
    "review": (services.review, gettext_lazy("%(who)s 的考核已通过人力审查。")),
    "submit": (services.submit, gettext_lazy("%(who)s 的考核已提交风险审核。")),
    "publish": (services.publish, gettext_lazy("%(who)s 的考核结果已公布。")),
    "close": (
        lambda row, **given: services.close_many([row.pk], **given),
        gettext_lazy("%(who)s 的考核已结束。"),
    ),
    "measure": (services.measure, gettext_lazy("%(who)s 的考核已重新测算。")),
}
#: All that are ready: the permission, the step, what is said when it is done, and where nothing is ready.
MANY: dict[str, tuple[str, Callable[..., Any], Any, Any]] = {
    "review": (
        "submit_appraisal",
        services.review_many,
        gettext_lazy("已完成人力审查 %(count)s 人。"),
        gettext_lazy("没有待审查的考核。"),
    ),
    "submit": (
        "submit_appraisal",
        services.submit_many,
        gettext_lazy("已提交风险审核 %(count)s 人。"),
        gettext_lazy("没有已测算、可提交的考核。"),
    ),
    "publish": (
        "publish_appraisal",
        services.publish_many,
        gettext_lazy("已公布 %(count)s 人的考核结果。"),
        gettext_lazy("没有已决定、可公布的考核。"),
    ),
    "close": (
        "publish_appraisal",
        services.close_many,
        gettext_lazy("已结束 %(count)s 人的考核。"),
        gettext_lazy("没有申诉期已满、可结束的考核。"),
    ),
}


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step of one case, from its dossier."""
    if name not in ONE:
        raise Http404
    take, done = ONE[name]
    on = timezone.localdate()
    row = get_object_or_404(queries.visible(signed_in(request), on), pk=pk)
    try:
        take(row, by=signed_in(request), on=on, key=request.POST.get("key", ""))
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done % {"who": row.manager.name})
    return redirect("dossier", pk)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """HR answers what risk sent back: measured anew, or on to new scores or another review."""
    on = timezone.localdate()
    row = get_object_or_404(queries.visible(signed_in(request), on), pk=pk)
    resumes = bool(RETURNS.get(row.returned_to))
    take: Callable[..., Any] = services.resume if resumes else services.measure
    reason, key = request.POST.get("reason", ""), request.POST.get("key", "")
    done = _("%(who)s 的退回已答复。") if resumes else _("%(who)s 的考核已重新测算。")
    try:
        take(row, by=signed_in(request), on=on, reason=reason, key=key)
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done % {"who": row.manager.name})
    return (
        redirect("dossier", pk) if request.POST.get("from") == "dossier" else redirect("cycle", row.cycle_id)
    )


@login_required
@require_POST
def answer_issue(request: HttpRequest, pk: int, issue: int) -> HttpResponse:
    """HR answers what the manager finds wrong on a line of the draft."""
    on = timezone.localdate()
    row = get_object_or_404(queries.visible(signed_in(request), on), pk=pk)
    asked = get_object_or_404(
        Issue.objects.visible_to(signed_in(request), on).filter(appraisal=row), pk=issue
    )
    accepted = request.POST.get("accepted") == "yes"
    try:
        services.answer_issue(
            asked, accepted=accepted, answer=request.POST.get("answer", ""), by=signed_in(request), on=on
        )
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(
            request,
            _("已答复；请在数据来源处更正，日终重算后重新测算。")
            if accepted
            else _("已答复 %(who)s 的数据异议。") % {"who": row.manager.name},
        )
    return redirect("dossier", pk)


@login_required
@require_POST
def many(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step for every case of a cycle in the reader's scope that is ready for it, all or none."""
    action, take, done, nothing = MANY[name]
    on = timezone.localdate()
    check_may(signed_in(request), action, on=on)
    ids, others = _mine(request, board.ready(_due(request, pk, on), name), on)
    if others:
        notes.warning(request, _("有 %(count)s 人的考核您须回避，请由他人办理。") % {"count": others})
    if not ids:
        if not others:
            notes.warning(request, nothing)
        return redirect("cycle", pk)
    try:
        taken = take(ids, by=signed_in(request), on=on, key=request.POST.get("key", ""))
    except (services.Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done % {"count": len(taken)})
    return redirect("cycle", pk)


def _mine(request: HttpRequest, ready: list[int], on: date) -> tuple[list[int], int]:
    """Those of the cases that are ready which the reader need not stand aside from, and how many are left."""
    tied = ties(signed_in(request), on=on)
    rows = Appraisal.objects.filter(pk__in=ready).values_list("pk", "manager")
    ids = [pk for pk, manager in rows if not tied.to(manager)]
    return ids, len(ready) - len(ids)


def _due(request: HttpRequest, cycle: int, on: date) -> dict[int, board.Due]:
    """What every case of a cycle in the reader's scope waits for."""
    rows: Any = Appraisal.objects.visible_to(signed_in(request), on).filter(cycle_id=cycle)
    return board.due(seats.light(rows), on)
