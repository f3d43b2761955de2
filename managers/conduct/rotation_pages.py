"""轮岗与休假: who is due, the limits in force, and leaves entered by HR."""

from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers.conduct.acting import ROWS_A_PAGE, accepted, admit, attempt, has, people_for
from managers.conduct.forms import LeaveForm, LimitForm
from managers.models import Branch, ClientManager, LeaveRecord, RotationLimit, User
from managers.permissions import check_may
from managers.queries import rotation as reads
from managers.rules import tenure
from managers.services import rotation as services
from managers.session import signed_in

VIEW = "view_rotation"
#: Leaves shown of the latest ones.
LATEST = 20


@login_required
def rotation(request: HttpRequest) -> HttpResponse:
    """Who is due for rotation or leave in one's branches, the longest due first."""
    return _page(request, None, None)


@login_required
@require_POST
def lay_down(request: HttpRequest) -> HttpResponse:
    """Head office lays down a limit."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, services.SET, on=on)
    form = LimitForm(request.POST)
    if accepted(form, lambda given: services.lay_down(**given, by=user, on=on)) is None:
        return _page(request, form, None)
    notes.success(request, _("期限已登记。"))
    return redirect("rotation")


@login_required
@require_POST
def record_leave(request: HttpRequest) -> HttpResponse:
    """HR enters a leave."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, services.MANAGE, on=on)
    form = LeaveForm(request.POST, people=people_for(user, services.MANAGE, on))
    if accepted(form, lambda given: _leave(given, user, on)) is None:
        return _page(request, None, form)
    notes.success(request, _("休假已登记。"))
    return redirect("rotation")


def _leave(given: dict[str, Any], user: User, on: date) -> LeaveRecord:
    facts = {name: value for name, value in given.items() if name != "employee_no"}
    return services.record_leave(given["employee_no"], **facts, by=user, on=on)


@login_required
@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """A leave does not take place."""
    user, on = signed_in(request), timezone.localdate()
    get_object_or_404(LeaveRecord.objects.visible_to(user, on), pk=pk)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: services.call_off(pk, by=user, on=on, at=timezone.now(), reason=reason),
        _("休假已取消。"),
        "rotation",
    )


def _page(request: HttpRequest, limit: LimitForm | None, leave: LeaveForm | None) -> HttpResponse:
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, VIEW)
    people = people_for(user, VIEW, on).filter(status__in=reads.ROTATED)
    branch = Branch.objects.filter(code=request.GET.get("branch", "")).first()
    if branch is not None:
        people = people.filter(branch__path__startswith=branch.path)
    due = reads.due_soon(people.order_by("pk").values_list("pk", flat=True), on)
    page = Paginator(due, ROWS_A_PAGE).get_page(request.GET.get("page"))
    if limit is None and has(user, services.SET, on):
        limit = LimitForm(initial={"months": 36, "starts_on": on})
    manages = has(user, services.MANAGE, on)
    if leave is None and manages:
        leave = LeaveForm(people=people_for(user, services.MANAGE, on), initial={"kind": "mandatory"})
    leaves = LeaveRecord.objects.visible_to(user, on).exclude(manager__user=user)
    context = {
        "page": page,
        "rows": _rows(page.object_list, on),
        "branch": branch,
        "limits": RotationLimit.objects.select_related("set_by"),
        "limit_form": limit,
        "leave_form": leave,
        "leaves": leaves.select_related("manager__branch", "stand_in", "recorded_by")[:LATEST],
        "manages": manages,
        "on": on,
    }
    return render(request, "conduct/rotation.html", context)


def _rows(found: Any, on: date) -> list[dict[str, Any]]:
    """One line for each manager with everything that falls due; the people in one statement."""
    standings = list(found)
    people = ClientManager.objects.select_related("branch").in_bulk([each.manager for each in standings])
    return [
        {
            "who": people[each.manager],
            "position": each.position,
            "since": each.place_since,
            "months": tenure.months_between(each.place_since, on) if each.place_since else None,
            "dues": [
                {"due": due, "kind": RotationLimit.Kind(due.kind).label, "late": due.due_on < on}
                for due in each.dues
                if due.soon(on)
            ],
        }
        for each in standings
    ]
