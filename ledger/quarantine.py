"""The quarantine's pages: a bundle's rows that could not be loaded; to mend, replay or dismiss one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger import feeds
from ledger.messages import reason
from ledger.models import Bundle, QuarantinedRow
from ledger.services import replays
from ledger.services.refusals import Refused
from ledger.services.replays import NotPossible
from managers.permissions import check_may, may
from managers.session import signed_in

ROWS_A_PAGE = 25
ACTION = "load_bundles"
LOOKS = {"open": "attention", "replayed": "ok", "dismissed": "quiet"}


@login_required
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """The quarantined rows of a bundle that the reader may see, the open ones unless asked otherwise."""
    user, today = signed_in(request), timezone.localdate()
    check_may(user, "view_runs", on=today)
    found = get_object_or_404(Bundle, pk=pk)
    rows = QuarantinedRow.objects.visible_to(user, today).filter(bundle=found)
    status = request.GET.get("status", "open")
    chosen = status if status in QuarantinedRow.Status.values else ""
    shown = rows.filter(status=chosen) if chosen else rows
    page = Paginator(shown.select_related("branch").order_by("file", "line"), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "bundle": found,
        "page": page,
        "rows": [_line(row) for row in page],
        "chosen": chosen,
        "statuses": QuarantinedRow.Status.choices,
        "elsewhere": not rows.exists() and found.quarantined_rows.exists(),
    }
    return render(request, "ledger/quarantine.html", context)


def _line(row: QuarantinedRow) -> dict[str, Any]:
    """One row in the list: where, what is wrong, and how it stands."""
    return {
        "row": row,
        "text": reason(row.code, row.detail),
        "look": LOOKS[row.status],
        "status": row.get_status_display(),
    }


@login_required
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row as it was delivered, with what is wrong; its values to be mended by those who may."""
    return _row_page(request, _visible(request, pk), {}, None)


@login_required
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Load the row with the values given; where it is still wrong say what, and keep what was typed."""
    found, user = _changeable(request, pk), signed_in(request)
    values = {name: request.POST[f"value-{name}"] for name in found.raw if f"value-{name}" in request.POST}
    try:
        loaded = replays.replay_row(
            pk, by=user, at=timezone.now(), reason=request.POST.get("reason", ""), values=values
        )
    except Refused as refusal:
        return _row_page(request, found, request.POST, refusal)
    except NotPossible as refusal:
        notes.error(request, str(refusal))
        return redirect("quarantined_row", pk)
    notes.success(request, _("已作为批次 %(bundle)s 入库。") % {"bundle": loaded.bundle.pk})
    return redirect("quarantine", found.bundle_id)


@login_required
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the row up, for a reason."""
    found, user = _changeable(request, pk), signed_in(request)
    try:
        replays.dismiss(pk, by=user, at=timezone.now(), reason=request.POST.get("reason", ""))
    except NotPossible as refusal:
        notes.error(request, str(refusal))
        return redirect("quarantined_row", pk)
    notes.success(request, _("已作废，原因记入日志。"))
    return redirect("quarantine", found.bundle_id)


def _visible(request: HttpRequest, pk: int) -> QuarantinedRow:
    user, today = signed_in(request), timezone.localdate()
    check_may(user, "view_runs", on=today)
    rows = QuarantinedRow.objects.visible_to(user, today)
    return get_object_or_404(rows.select_related("bundle", "branch", "decided_by", "replay"), pk=pk)


def _changeable(request: HttpRequest, pk: int) -> QuarantinedRow:
    found = _visible(request, pk)
    check_may(signed_in(request), ACTION, on=timezone.localdate())
    return found


def _row_page(
    request: HttpRequest, found: QuarantinedRow, typed: Mapping[str, str], refusal: Refused | None
) -> HttpResponse:
    open_ = found.status == QuarantinedRow.Status.OPEN
    context = {
        "row": found,
        "errors": _errors(found, refusal),
        "cells": _cells(found, typed),
        "why": typed.get("reason", ""),
        "refused": refusal is not None,
        "look": LOOKS[found.status],
        "editable": open_ and may(signed_in(request), ACTION, on=timezone.localdate()),
    }
    return render(request, "ledger/quarantined_row.html", context)


def _errors(found: QuarantinedRow, refusal: Refused | None) -> list[dict[str, str]]:
    """What is wrong: as just tried, or as kept."""
    if refusal is not None:
        return [{"field": bad.column, "value": bad.value, "text": bad.text} for bad in refusal.shown]
    first = {"field": found.field, "value": found.value, "code": found.code, "detail": found.detail}
    return [
        {"field": each["field"], "value": each["value"], "text": reason(each["code"], each["detail"])}
        for each in [first, *found.more]
    ]


def _cells(found: QuarantinedRow, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The row column by column: as delivered, as it is now, and whether anybody reads it."""
    read = next([column.name for column in feed.columns] for feed in feeds.files() if feed.name == found.file)
    # the order of the file's description, for JSON keeps none
    names = [name for name in read if name in found.raw] + sorted(set(found.raw) - set(read))
    return [
        {
            "name": name,
            "raw": found.raw[name],
            "value": typed.get(f"value-{name}", found.values[name]),
            "read": name in read,
            "changed": found.values[name] != found.raw[name],
        }
        for name in names
    ]
