"""交叉检查: which outlet is inspected by whom this quarter, and what the inspectors found."""

from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers.conduct.acting import ROWS_A_PAGE, accepted, admit, attempt, has
from managers.conduct.forms import CompleteForm, FoundForm, InspectionForm
from managers.models import ClientManager, CrossInspection
from managers.models.scope import scope_for
from managers.permissions import check_at
from managers.services import inspections as services
from managers.services.inspections import Found
from managers.services.stepping import Refusal
from managers.session import signed_in

State = CrossInspection.State
TAGS = {State.PLANNED: "info", State.DONE: "ok", State.CANCELLED: "quiet"}
LOOK = ("view_conduct", services.CARRY_OUT)
#: Findings that may be entered with one inspection at once.
MOST_FOUND = 3


@login_required
def inspections(request: HttpRequest) -> HttpResponse:
    """The inspections one sees; posted by risk: one is arranged."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, *LOOK)
    form = None
    if has(user, services.PLAN, on):
        form = InspectionForm(request.POST or None, scope=scope_for(user, services.PLAN, on), on=on)
        made = accepted(form, lambda given: services.plan(**given, by=user, on=on))
        if made is not None:
            notes.success(request, _("交叉检查已安排；检查人会收到待办。"))
            return redirect("inspections")
    seen = CrossInspection.objects.visible_to(user, on)
    seen = seen.select_related("inspected", "inspecting", "lead", "second")
    page = Paginator(seen, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [{"row": each, "tone": TAGS[State(each.state)]} for each in page]
    return render(request, "conduct/inspections.html", {"page": page, "rows": rows, "form": form})


def _readable(request: HttpRequest, pk: int) -> CrossInspection:
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, *LOOK)
    seen = CrossInspection.objects.visible_to(user, on)
    return get_object_or_404(
        seen.select_related("inspected", "inspecting", "lead", "second", "planned_by"), pk=pk
    )


@login_required
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection; posted by one of its inspectors: what they found."""
    user, on = signed_in(request), timezone.localdate()
    row = _readable(request, pk)
    inspects = row.state == State.PLANNED and user.pk in (row.lead_id, row.second_id)
    form = CompleteForm(request.POST or None, initial={"held_on": on})
    lines = formset_factory(FoundForm, extra=MOST_FOUND)(request.POST or None, prefix="found")
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        found = [Found(**each.cleaned_data) for each in lines if each.cleaned_data.get("employee_no")]
        key = request.POST.get("key", "")
        try:
            services.complete(row, **form.cleaned_data, found=found, by=user, on=on, key=key)
        except (Refusal, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("检查结果已登记。"))
            return redirect("inspection", pk)
    people = ClientManager.objects.filter(branch__path__startswith=row.inspected.path)
    context = {
        "row": row,
        "tone": TAGS[State(row.state)],
        "form": form if inspects else None,
        "lines": lines,
        "people": people.exclude(status=ClientManager.Status.LEFT) if inspects else [],
        "cancels": row.state == State.PLANNED and _plans(request, row),
        "key": uuid4().hex,
    }
    return render(request, "conduct/inspection.html", context)


def _plans(request: HttpRequest, row: CrossInspection) -> bool:
    try:
        check_at(signed_in(request), services.PLAN, row.inspected, on=timezone.localdate())
    except PermissionDenied:
        return False
    return True


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """An inspection does not take place."""
    user, on, row = signed_in(request), timezone.localdate(), _readable(request, pk)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: services.cancel(row, reason=reason, by=user, on=on),
        _("安排已取消。"),
        ("inspection", pk),
    )
