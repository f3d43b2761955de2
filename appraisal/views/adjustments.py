"""Adjustments: what is proposed, counts or was refused, and the steps of the two people it takes."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal.forms import AdjustmentForm
from appraisal.models import Adjustment
from appraisal.services import adjusting
from grading import presenters as grades
from managers.models import ClientManager, User
from managers.permissions import check_may, may
from managers.services import stepping
from managers.session import signed_in

ROWS_A_PAGE = 25
STATES = {
    "proposed": "attention",
    "approved": "ok",
    "rejected": "not_met",
    "withdrawn": "quiet",
    "ended": "quiet",
}
#: What a button does, and whether a reason is asked for.
STEPS: dict[str, tuple[Callable[..., Any], bool]] = {
    "approve": (adjusting.approve, False),
    "reject": (adjusting.reject, True),
    "withdraw": (adjusting.withdraw, False),
    "end": (adjusting.end, True),
}


@login_required
def adjustments(request: HttpRequest) -> HttpResponse:
    """The adjustments in one's scope, newest first; whoever may propose finds the form there."""
    user, on = signed_in(request), timezone.localdate()
    _check_sees(user, on)
    form = AdjustmentForm(request.POST or None) if may(user, "propose_adjustment", on=on) else None
    if request.method == "POST" and form is not None and form.is_valid() and _proposed(request, form, on):
        return redirect("adjustments")
    found = Adjustment.objects.visible_to(user, on).select_related(
        "manager__branch", "proposed_by", "decided_by"
    )
    page = Paginator(found.order_by("-proposed_at", "-pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(row, user, on) for row in page],
        "form": form,
        "key": uuid4().hex,
        "on": on,
    }
    return render(request, "appraisal/adjustments.html", context)


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve, reject, withdraw or end one adjustment."""
    user, on = signed_in(request), timezone.localdate()
    _check_sees(user, on)
    row = get_object_or_404(Adjustment.objects.visible_to(user, on), pk=pk)
    if name not in STEPS:
        raise Http404
    take, reasoned = STEPS[name]
    words = {"reason": request.POST.get("reason", "")} if reasoned else {}
    try:
        take(row, by=user, on=on, key=request.POST.get("key", ""), **words)
    except stepping.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, _("已办理：%(step)s。") % {"step": adjusting.PROCEDURE.words[name]})
    return redirect("adjustments")


def _check_sees(user: User, on: date) -> None:
    """Risk and audit look at adjustments; a manager finds the own ones beside the figures."""
    if not any(
        may(user, action, on=on) for action in ("propose_adjustment", "approve_adjustment", "view_log")
    ):
        check_may(user, "propose_adjustment", on=on)


def _proposed(request: HttpRequest, form: AdjustmentForm, on: date) -> bool:
    """Whether the service took the proposal; what it said is on the form otherwise."""
    user, given = signed_in(request), dict(form.cleaned_data)
    people = ClientManager.objects.visible_to(user, on).select_related("branch")
    manager = people.filter(employee_no=given.pop("employee_no")).first()
    if manager is None:
        form.add_error("employee_no", _("所辖范围内没有这个工号；请核对。"))
        return False
    try:
        adjusting.propose(manager, by=user, on=on, **given)
    except (stepping.Refusal, PermissionDenied) as refusal:
        form.add_error(None, str(refusal))
        return False
    notes.success(request, _("调整已提出，待另一人批准。"))
    return True


def _row(row: Adjustment, user: User, on: date) -> dict[str, Any]:
    return {
        "row": row,
        "metric": grades.metric_title(row.metric),
        "tag": {"state": STATES[str(row.state)], "text": row.get_state_display()},
        "over": row.state == Adjustment.State.APPROVED and row.expires_on < on,
        "steps": [
            {"name": name, "label": adjusting.PROCEDURE.words[name], "reason": STEPS[name][1]}
            for name in adjusting.open_to(row, user, on)
        ],
    }
