"""考核审批队列: what waits for the risk department; cleared one by one or in a batch, or sent back."""

from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import messages, presenters, queries, services
from appraisal.forms import NO_FLAG, ReturnForm
from appraisal.models import Appraisal, State
from appraisal.queries import bodies
from appraisal.rules.procedure import RETURNS
from appraisal.views import desk
from managers.permissions import check_may, ties
from managers.session import signed_in

RISK = desk.Desk("queue", (State.IN_RISK_QUEUE,), "clear_appraisal")


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the risk department, the evidence beside it."""
    context = desk.listed(request, RISK, timezone.localdate())
    selected, now = context["selected"], timezone.now()
    unflagged = desk.filtered(context.pop("found"), {"flag": NO_FLAG})
    tied = ties(signed_in(request), on=timezone.localdate())
    context["unflagged"] = [presenters.row(each, now) for each in unflagged if not tied.to(each.manager_id)]
    if selected is not None:
        kinds = presenters.RETURN_KINDS.items()
        context["return_kinds"] = [{"value": code, "label": label} for code, label in kinds]
        context["returns_to"] = _returns_to(selected["appraisal"])
    return render(request, "appraisal/desk.html", context)


def _returns_to(row: Appraisal) -> list[dict[str, Any]]:
    """Where an appraisal may be sent back to; a stage its rulebook does not ask for is left out."""
    stages = ("figures", *bodies.stages_of(row))
    return [{"value": code, "label": messages.RETURNS_TO[code]} for code in RETURNS if code in stages]


@login_required
@require_POST
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Risk lets one appraisal pass."""

    def take(row: Appraisal, on: date, key: str) -> str:
        services.clear(row, by=signed_in(request), on=on, key=key)
        return _("%(who)s 的考核已通过，转领导小组决定。")

    return desk.step(request, RISK, pk, take)


@login_required
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Risk returns one appraisal with reasons, to the step named."""
    reason, to = ReturnForm(request.POST).sentence(), request.POST.get("to", "figures")

    def take(row: Appraisal, on: date, key: str) -> str:
        services.send_back(row, by=signed_in(request), on=on, reason=reason, to=to, key=key)
        return _("%(who)s 的考核已退回人力资源部。")

    return desk.step(request, RISK, pk, take)


@login_required
@require_POST
def clear_unflagged(request: HttpRequest) -> HttpResponse:
    """Risk lets the confirmed list of unflagged appraisals pass at once."""
    on = timezone.localdate()
    check_may(signed_in(request), RISK.action, on=on)
    ids = [int(each) for each in request.POST.getlist("id") if each.isascii() and each.isdecimal()]
    inside = list(queries.visible(signed_in(request), on).filter(pk__in=ids).values_list("pk", flat=True))
    try:
        taken = services.clear_unflagged(
            inside, by=signed_in(request), on=on, key=request.POST.get("key", "")
        )
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, _("已批量通过 %(count)s 人，转领导小组决定。") % {"count": len(taken)})
    return redirect("queue")


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Risk reopens what was told; the decision stands until a new one."""
    user, on = signed_in(request), timezone.localdate()
    row = get_object_or_404(queries.visible(user, on), pk=pk)
    reason, key = request.POST.get("reason", ""), request.POST.get("key", "")
    try:
        services.reopen(row, by=user, on=on, reason=reason, key=key)
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        said = _("%(who)s 的考核已重开，请人力资源部重新测算。")
        notes.success(request, said % {"who": row.manager.name})
    return redirect("dossier", pk)
