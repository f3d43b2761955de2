"""家访: that there was a visit, and what was seen for whoever asks with a reason."""

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

from managers.conduct.acting import ROWS_A_PAGE, Names, accepted, admit, has, people_for
from managers.conduct.forms import VisitForm
from managers.models import HomeVisit, User
from managers.permissions import ties
from managers.services import visits as services
from managers.services.identity import Refused, needs_case
from managers.session import signed_in


@login_required
def visits(request: HttpRequest) -> HttpResponse:
    """The visits one knows of; posted by risk: one is entered."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, "view_conduct")
    form = None
    if has(user, services.MANAGE, on):
        people = people_for(user, services.MANAGE, on)
        form = VisitForm(request.POST or None, people=people, initial={"visitor": user.username})
        if accepted(form, lambda given: _record(given, user, on)) is not None:
            notes.success(request, _("家访已登记。"))
            return redirect("home_visits")
    seen = HomeVisit.objects.visible_to(user, on).defer("summary")
    seen = seen.select_related("manager__branch", "visitor", "second_visitor")
    page = Paginator(seen, ROWS_A_PAGE).get_page(request.GET.get("page"))
    reads, tied, names = has(user, services.READ, on), ties(user, on=on), Names(user, on)
    rows = [_row(each, names, reads and not tied.to(each.manager_id)) for each in page]
    context = {"page": page, "rows": rows, "form": form, "needs_case": needs_case(user, on=on)}
    return render(request, "conduct/visits.html", context)


def _record(given: dict[str, Any], user: User, on: date) -> HomeVisit:
    facts = {name: value for name, value in given.items() if name != "employee_no"}
    return services.record(given["employee_no"], **facts, by=user, on=on)


def _row(row: HomeVisit, names: Names, reads: bool) -> dict[str, Any]:
    return {"row": row, "name": names.of(row.manager), "reads": reads}


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """What was seen, in this answer and nowhere else; or why not. For htmx."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, "view_conduct")
    seen = HomeVisit.objects.visible_to(user, on)
    found = get_object_or_404(
        seen.select_related("manager__branch", "visitor", "second_visitor").defer("summary"), pk=pk
    )
    context: dict[str, Any] = {
        "each": _row(found, Names(user, on), True),
        "needs_case": needs_case(user, on=on),
        "opened": True,
    }
    reason, case_no = request.POST.get("reason", ""), request.POST.get("case_no", "")
    try:
        context["plain"] = services.read(found, by=user, on=on, reason=reason, case_no=case_no)
    except Refused as refusal:
        context["refusal"] = str(refusal)
    answer = render(request, "conduct/visit_row.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
