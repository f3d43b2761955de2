"""The nights and the deliveries they rest on: what is published, what runs, what is due, what blocks."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger import board, presenters, queries
from ledger.forms import RequestForm
from ledger.models import Bundle, Run, RunRequest
from ledger.services import requests
from ledger.services.requests import RequestRefused
from managers.permissions import check_may
from managers.session import not_activity, signed_in

ROWS_A_PAGE = 25
BUNDLES_A_PAGE = 10
ASKS: dict[str, Callable[..., RunRequest]] = {
    RunRequest.Kind.RERUN: requests.request_rerun,
    RunRequest.Kind.WAIVE: requests.request_waiver,
}


@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """The nights, newest business date first, and what is due or awaited; posted: one is asked for."""
    check_may(signed_in(request), "view_runs", on=timezone.localdate())
    if request.method == "POST":
        return _ask(request)
    ask = request.GET.get("ask", "")
    asked = {"kind": ask, "business_date": request.GET.get("date", "")}
    return _page(request, RequestForm(initial=asked) if ask in ASKS else None)


def _ask(request: HttpRequest) -> HttpResponse:
    """Somebody asks for a night to be worked again or waived."""
    form = RequestForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    day, reason = given["business_date"], given["reason"]
    try:
        ASKS[given["kind"]](day, by=signed_in(request), at=timezone.now(), reason=reason)
    except RequestRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form)
    notes.success(request, _("申请已提出，等待另一人复核。"))
    return redirect("runs")


def _page(request: HttpRequest, form: RequestForm | None) -> HttpResponse:
    """The page; with a form to ask by it is not asked for again, or what is being typed would be lost."""
    today = timezone.localdate()
    status = request.GET.get("status", "")
    chosen = status if status in Run.Status.values else ""
    page = Paginator(_found(chosen), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": board.rows(list(page)),
        "chosen": chosen,
        "statuses": Run.Status.choices,
        "form": form,
        **board.board(today),
        **board.asked_for(signed_in(request), today),
        "unowned": board.unowned(today),
    }
    return render(request, "ledger/runs.html", context | ({"polls": ""} if form else {}))


def _found(chosen: str) -> Any:
    """Runs of a state; without one all that were ever begun or decided, for the others are shown in spans."""
    found = queries.runs_as_they_stand().order_by("-business_date", "-version")
    return found.filter(status=chosen) if chosen else found.exclude(status=Run.Status.PENDING)


@not_activity
@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """The part of the page that is asked for again every two seconds while a night runs."""
    user, today = signed_in(request), timezone.localdate()
    check_may(user, "view_runs", on=today)
    state = board.board(today) | board.asked_for(user, today)
    answer = render(request, "ledger/progress.html", state)
    if bool(state["running"]) != bool(request.GET.get("was")):
        answer.headers["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves or refuses."""
    user = signed_in(request)
    check_may(user, "view_runs", on=timezone.localdate())
    row = get_object_or_404(RunRequest, pk=pk)
    approve = request.POST.get("decision") == RunRequest.Decision.APPROVED
    note = request.POST.get("reason", "")
    try:
        requests.decide(row, approve=approve, by=user, at=timezone.now(), note=note)
    except RequestRefused as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, _("已批准，即刻生效。") if approve else _("已驳回。"))
    return redirect("runs")


@login_required
def bundles(request: HttpRequest) -> HttpResponse:
    """The deliveries with their files, rows and remarks, newest first."""
    check_may(signed_in(request), "view_runs", on=timezone.localdate())
    found = Bundle.objects.select_related("loaded_by").prefetch_related("files").order_by("-id")
    page = Paginator(found, BUNDLES_A_PAGE).get_page(request.GET.get("page"))
    rows = [presenters.bundle_row(bundle) for bundle in page]
    return render(request, "ledger/bundles.html", {"page": page, "rows": rows})
