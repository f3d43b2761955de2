"""等级变动: proposals, approvals and what is scheduled; one change with what follows from it."""

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

from grading import career_presenters as words
from grading import posted
from grading.models import GradeChange
from grading.services import changes
from managers.models import ClientManager
from managers.permissions import check_may, may
from managers.services.stepping import Refusal
from managers.session import signed_in

ROWS_A_PAGE = 25
LOOK = ("propose_grade_change", "approve_grade_change", "view_people")
#: The steps of the page, each with the right it needs.
STEPS = {
    "approve": "approve_grade_change",
    "schedule": "propose_grade_change",
    "stay": "propose_grade_change",
    "resume": "propose_grade_change",
    "cancel": "propose_grade_change",
}


@login_required
def grade_changes(request: HttpRequest) -> HttpResponse:
    """Every change in one's scope, by state; those that wait first."""
    user, on = signed_in(request), timezone.localdate()
    if not any(may(user, action, on=on) for action in LOOK):
        check_may(user, LOOK[0], on=on)
    visible = GradeChange.objects.visible_to(user, on).select_related("manager__branch")
    state = request.GET.get("state", "open")
    shown = visible.filter(state__in=GradeChange.OPEN) if state == "open" else visible
    shown = visible.filter(state=state) if state in GradeChange.State.values else shown
    page = Paginator(shown.order_by("-effective_on", "-pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    names = words.Names(on)
    context = {
        "page": page,
        "rows": words.change_rows(page, names),
        "state": state,
        "states": GradeChange.State.choices,
    }
    return render(request, "grading/changes.html", context)


@login_required
def grade_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: from, to, when, who decides, what follows; and the steps one may take."""
    user, on = signed_in(request), timezone.localdate()
    row = _readable(request, pk, on)
    own = row.manager.user_id == user.pk
    steps = {} if own else words.forms(changes.CHANGE, row, STEPS, by=user, on=on)
    context = {
        **words.change_row(row, words.Names(on)),
        "own": own,
        "has_letter": words.has_letter(row, own=own),
        "follows": words.consequences(row),
        "trail": words.trail(changes.CHANGE, row, named=not own),
        "steps": steps,
        "refused": words.refusals(steps),
        "can": {name: True for name, each in steps.items() if not each["why"]},
        "key": uuid4().hex,
    }
    return render(request, "grading/change.html", context)


def _readable(request: HttpRequest, pk: int, on: date) -> GradeChange:
    """The change, within one's scope and rights; one's own once it is more than a proposal."""
    user = signed_in(request)
    visible = GradeChange.objects.visible_to(user, on).select_related("manager__branch", "manager__user")
    row = get_object_or_404(visible, pk=pk)
    if row.manager.user_id == user.pk:
        if row.state not in (GradeChange.State.SCHEDULED, GradeChange.State.EFFECTIVE):
            raise Http404
        return row
    if not any(may(user, each, on=on, about=row.manager) for each in LOOK):
        raise PermissionDenied(_("您的角色不包括查看等级变动；如确有需要，请联系安全管理员授权。"))
    return row


@login_required
@require_POST
def propose(request: HttpRequest, employee_no: str) -> HttpResponse:
    """HR proposes a change for a manager in its scope."""
    user, on = signed_in(request), timezone.localdate()
    manager = get_object_or_404(ClientManager.objects.visible_to(user, on), employee_no=employee_no)
    try:
        row = changes.propose(
            manager,
            kind=posted.text(request, "kind"),
            to_grade=posted.text(request, "to_grade"),
            effective_on=posted.day(request, "effective_on"),
            by=user,
            on=on,
            reason=posted.text(request, "reason"),
            key=posted.text(request, "key"),
        )
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
        return redirect("person", employee_no)
    notes.success(request, _("已提议，等待批准。"))
    return redirect("grade_change", row.pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step of a change; what is refused says why, on the same page."""
    on = timezone.localdate()
    row = _readable(request, pk, on)
    if name not in STEPS:
        raise Http404
    facts: dict[str, Any] = {"key": posted.text(request, "key")}
    try:
        if name == "schedule":
            facts["effective_on"] = posted.day_or_none(request, "effective_on")
        else:
            facts["reason"] = posted.text(request, "reason")
        getattr(changes, name)(row, by=signed_in(request), on=on, **facts)
        notes.success(request, DONE[name]())
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
    return redirect("grade_change", pk)


DONE: dict[str, Callable[[], str]] = {
    "approve": lambda: _("已批准，等待列入生效。"),
    "schedule": lambda: _("已列入生效；生效日到期由系统自动办理。"),
    "stay": lambda: _("已暂缓。"),
    "resume": lambda: _("已恢复。"),
    "cancel": lambda: _("已取消。"),
}
