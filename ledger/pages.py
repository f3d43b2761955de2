"""The pages of versions: one run with what it changed, and the closed periods with what has changed since."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from ledger import queries, versions
from ledger.models import PeriodClosing, Run
from ledger.queries import differences
from managers.models import ClientManager, User
from managers.permissions import check_may
from managers.session import signed_in

MANAGERS_A_PAGE = 10


@login_required
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how it stands, the versions of its date, and what it says otherwise than one before it."""
    user = signed_in(request)
    check_may(user, "view_runs", on=timezone.localdate())
    found = get_object_or_404(Run.objects.select_related("through_bundle", "requested_by"), pk=pk)
    earlier = _against(request, found)
    context = {
        "run": found,
        "earlier": earlier,
        "versions": list(queries.versions(found.business_date)),
        "closings": list(found.closings.order_by("period")),
        **_differences(request, user, earlier, found),
    }
    return render(request, "ledger/run.html", context)


def _against(request: HttpRequest, run: Run) -> Run | None:
    """The version to compare with: the one asked for, else the one before."""
    if run.status != Run.Status.SUCCEEDED:
        return None
    asked = request.GET.get("against", "")
    if not asked:
        return queries.version_before(run)
    known = {str(each.version): each for each in queries.versions(run.business_date)}
    if asked not in known:
        raise Http404
    return known[asked]


def _differences(request: HttpRequest, user: User, earlier: Run | None, later: Run) -> dict[str, Any]:
    """A page of managers the reader may see, with what differs for each."""
    if earlier is None or earlier == later:
        return {"page": None, "rows": []}
    page = _page(request, user, differences.differing(earlier, later))
    found = differences.changes(earlier, later, [manager.pk for manager in page])
    return {"page": page, "rows": versions.rows(found)}


def _page(request: HttpRequest, user: User, managers: list[int]) -> Page[Any]:
    people = ClientManager.objects.filter(pk__in=managers)
    visible = people.visible_to(user, timezone.localdate())
    return Paginator(visible.order_by("employee_no"), MANAGERS_A_PAGE).get_page(request.GET.get("page"))


@login_required
def closings(request: HttpRequest) -> HttpResponse:
    """The closed periods, and for one of them what the newest version would say otherwise."""
    user = signed_in(request)
    check_may(user, "view_runs", on=timezone.localdate())
    known = PeriodClosing.objects.select_related("run", "through_bundle", "closed_by", "confirmed_by")
    rows = [versions.closing_row(closing) for closing in known]
    chosen = next((row for row in rows if row["closing"].period == request.GET.get("period")), None)
    if request.GET.get("period") and chosen is None:
        raise Http404
    context: dict[str, Any] = {"closings": rows, "chosen": chosen, "page": None, "rows": []}
    if chosen is not None:
        context |= _differences(request, user, chosen["closing"].run, chosen["newest"])
    return render(request, "ledger/closings.html", context)
