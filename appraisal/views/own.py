"""What a manager does about the own appraisal: issues on the draft, the statement, the appeal."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import dossiers, presenters, queries, services
from appraisal.forms import AppealForm, IssueForm
from appraisal.models import TOLD, Appraisal, State
from appraisal.queries import bodies
from appraisal.rules import procedure
from managers.session import signed_in

#: Where the figures are a draft, and where a decision told still stands though it is disputed.
DRAFT = (State.MEASURED, State.UNDECIDED)
DISPUTED = (State.APPEALED, State.REOPENED)


def own_part(row: Appraisal, on: date) -> dict[str, Any]:
    """What the person appraised sees and may do: nobody else's reasons, votes or scores."""
    if row.verdict is None:
        return {}
    return {
        "key": uuid4().hex,
        "draft": _draft(row) if row.state in DRAFT else None,
        "issues": dossiers.issues(row.issues.select_related("verdict__rulebook")),
        "statement": _statement(row),
        "appeal": _appeal(row, on) if row.state in TOLD else None,
        "stands": row.state in DISPUTED,
    }


def _draft(row: Appraisal) -> dict[str, Any]:
    return {"evidence": presenters.evidence(row, None), "until": dossiers.window(row)}


def _statement(row: Appraisal) -> dict[str, Any]:
    """The statement made, or whether one is asked for now and until when."""
    made = queries.statement(row)
    asked = row.state == State.MEASURED and procedure.lacking(row.state, bodies.stages_of(row)) == "statement"
    waits = asked and row.issues.filter(accepted=None).exists()
    return {
        "text": made.reason if made else "",
        "at": made.at if made else None,
        "asked": asked,
        "waits": waits,
        "until": dossiers.window(row) if asked else "",
    }


def _appeal(row: Appraisal, on: date) -> dict[str, Any]:
    """The appeals made, and whether another may be."""
    assert row.verdict is not None
    made = list(row.appeals.select_related("against__verdict__rulebook"))
    latest = row.decisions.order_by("-number").first()
    until = bodies.appeal_until(row)
    disputed = latest is not None and any(each.against_id == latest.pk for each in made)
    is_open = row.state == State.PUBLISHED and on <= until and not disputed
    return {
        "made": [dossiers.appeal(each) for each in made],
        "until": until,
        "published": row.state == State.PUBLISHED,
        "form": AppealForm(criteria=dossiers.criteria(row.verdict), auto_id=f"appeal-{row.pk}-%s")
        if is_open
        else None,
        "withdraws": row.state == State.APPEALED,
    }


@login_required
@require_POST
def raise_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of the draft is wrong."""
    form = IssueForm(request.POST)

    def take(row: Appraisal, on: date, _key: str) -> None:
        form.is_valid()
        given = {name: form.cleaned_data.get(name, "") for name in ("code", "text", "expected")}
        services.raise_issue(row, **given, by=signed_in(request), on=on)

    return _taken(request, pk, take, _("已提出数据异议，人力资源部答复后显示在下面。"))


@login_required
@require_POST
def make_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement; it ends the draft window."""

    def take(row: Appraisal, on: date, key: str) -> None:
        services.state(row, text=request.POST.get("text", ""), by=signed_in(request), on=on, key=key)

    return _taken(request, pk, take, _("自述已提交。"))


@login_required
@require_POST
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """An objection to the decision told."""

    def take(row: Appraisal, on: date, key: str) -> None:
        given = {name: request.POST.get(name, "") for name in ("criterion", "expected", "text")}
        services.appeal(row, **given, by=signed_in(request), on=on, key=key)

    return _taken(request, pk, take, _("申诉已提交；在作出申诉决定之前，原决定照常有效。"))


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The objection is taken back."""

    def take(row: Appraisal, on: date, key: str) -> None:
        reason = request.POST.get("reason", "")
        services.withdraw_appeal(row, reason=reason, by=signed_in(request), on=on, key=key)

    return _taken(request, pk, take, _("申诉已撤回；对这一决定不能再次申诉。"))


def _taken(
    request: HttpRequest, pk: int, take: Callable[[Appraisal, date, str], None], done: str
) -> HttpResponse:
    """Take a step on one's own case and come back to it, with what was said."""
    on = timezone.localdate()
    row = get_object_or_404(queries.visible(signed_in(request), on), pk=pk)
    try:
        take(row, on, request.POST.get("key", ""))
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done)
    return redirect(f"{reverse('me')}#appraisal")
