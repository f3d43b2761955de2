"""The nights and the deliveries they rest on: what is published, what runs, what is due, what blocks."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ledger import presenters, queries
from ledger.models import Bundle, Run
from managers.permissions import check_may
from managers.session import signed_in

ROWS_A_PAGE = 25
BUNDLES_A_PAGE = 10


@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """The nights, newest business date first, and what is due or awaited."""
    check_may(signed_in(request), "view_runs", on=timezone.localdate())
    found = Run.objects.select_related("through_bundle").order_by("-business_date", "-version")
    status = request.GET.get("status", "")
    chosen = status if status in Run.Status.values else ""
    page = Paginator(found.filter(status=chosen) if chosen else found, ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "ledger/runs.html",
        {
            "page": page,
            "rows": [presenters.run_row(run) for run in page],
            "chosen": chosen,
            "statuses": Run.Status.choices,
            **_state(),
        },
    )


@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """The part of the page that is asked for again every two seconds while a night runs."""
    check_may(signed_in(request), "view_runs", on=timezone.localdate())
    state = _state()
    answer = render(request, "ledger/progress.html", state)
    if state["running"] is None and request.GET.get("was"):
        answer.headers["HX-Refresh"] = "true"
    return answer


def _state() -> dict[str, Any]:
    """What runs now, what is due, what is awaited, and the last night that failed without a repeat."""
    due, waiting_for = queries.due_dates(timezone.localdate() - timedelta(days=1))
    failed = Run.objects.filter(status=Run.Status.FAILED).order_by("-started_at").first()
    return {
        "running": Run.objects.filter(status=Run.Status.RUNNING).order_by("-started_at").first(),
        "latest": queries.latest_run(),
        "due": due,
        "waiting_for": waiting_for,
        "failed": presenters.run_row(failed) if failed and failed.business_date in due else None,
    }


@login_required
def bundles(request: HttpRequest) -> HttpResponse:
    """The deliveries with their files, rows and remarks, newest first."""
    check_may(signed_in(request), "view_runs", on=timezone.localdate())
    found = Bundle.objects.select_related("loaded_by").prefetch_related("files").order_by("-id")
    page = Paginator(found, BUNDLES_A_PAGE).get_page(request.GET.get("page"))
    rows = [presenters.bundle_row(bundle) for bundle in page]
    return render(request, "ledger/bundles.html", {"page": page, "rows": rows})
