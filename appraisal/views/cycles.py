"""考核周期: HR opens a cycle, sees it by state, and moves it on; others who may look, look."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import dossiers, presenters, queries, services
from appraisal.forms import OpenForm
from appraisal.models import TOLD, Appraisal, Cycle, State
from appraisal.queries import board, meetings, seats
from grading import presenters as grades
from grading import queries as grading
from grading import standings
from ledger import queries as ledger
from ledger.rules import windows
from managers.models import ClientManager
from managers.permissions import check_may, may
from managers.session import signed_in

ROWS_A_PAGE = 25


def _check(request: HttpRequest, on: date) -> None:
    """Looking needs one of two rights."""
    if not (
        may(signed_in(request), "open_cycle", on=on) or may(signed_in(request), "view_appraisals", on=on)
    ):
        check_may(signed_in(request), "view_appraisals", on=on)


@login_required
def cycles(request: HttpRequest) -> HttpResponse:
    """All cycles with their numbers, and the form that opens one."""
    on = timezone.localdate()
    _check(request, on)
    visible = queries.visible(signed_in(request), on)
    counts = _counts(visible)
    return render(
        request,
        "appraisal/cycles.html",
        {
            "rows": [_row(cycle, counts.get(cycle.pk, {})) for cycle in Cycle.objects.all()],
            "form": _form(on) if may(signed_in(request), "open_cycle", on=on) else None,
        },
    )


def _counts(visible: QuerySet[Appraisal]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for cycle, state, count in visible.order_by().values_list("cycle", "state").annotate(Count("pk")):
        found.setdefault(cycle, {})[state] = count
    return found


def _row(cycle: Cycle, counts: dict[str, int]) -> dict[str, Any]:
    done = sum(counts.get(state, 0) for state in TOLD)
    return {
        "cycle": cycle,
        "title": scheme_title(cycle),
        "period": presenters.period_name(cycle.period),
        "board": _board(counts),
        "total": sum(counts.values()),
        "done": done,
    }


def _board(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Every state with its number, in the order of the procedure."""
    return [
        {
            "code": state.value,
            "label": state.label,
            "count": counts.get(state, 0),
            "tag": presenters.STATE_TAGS[state],
        }
        for state in State
    ]


def scheme_title(cycle: Cycle) -> str:
    """The name of the scheme a cycle follows."""
    try:
        version = grading.version_in_force(cycle.scheme, cycle.ends_on)
    except grading.NoRulebook:
        return str(cycle.scheme)
    return grades.titled(grading.rulebook(version).scheme)


def _form(on: date, data: Any = None) -> OpenForm:
    schemes = [
        (version.code, grades.titled(grading.rulebook(version).scheme)) for version in standings.schemes(on)
    ]
    run = ledger.latest_run()
    initial = {"period": windows.period_of("quarter", run.business_date).code if run else ""}
    return OpenForm(data, schemes=schemes, initial=initial)


@login_required
@require_POST
def open_cycle(request: HttpRequest) -> HttpResponse:
    """Open a cycle and measure it; where the night is not published yet, it stays open and says so."""
    on = timezone.localdate()
    check_may(signed_in(request), "open_cycle", on=on)
    form = _form(on, request.POST)
    if not form.is_valid():
        notes.error(request, _("没有开启：请选择管理办法并填写考核期。"))
        return redirect("cycles")
    try:
        scheme, period = form.cleaned_data["scheme"], form.cleaned_data["period"].strip().upper()
        opened = services.open_cycle(scheme, period, by=signed_in(request), on=on)
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
        return redirect("cycles")
    notes.success(
        request,
        _("已开启：新增 %(added)s 人，不在范围 %(left)s 人。")
        % {"added": len(opened.added), "left": len(opened.left_out)},
    )
    return _measured(request, opened.cycle, on)


def _measured(request: HttpRequest, cycle: Cycle, on: date) -> HttpResponse:
    try:
        done = services.measure(cycle, by=signed_in(request), on=on)
    except services.Refusal as refusal:
        notes.warning(request, str(refusal))
    else:
        notes.success(
            request,
            _("已测算 %(count)s 人，%(unchanged)s 人的依据没有变化。")
            % {"count": len(done.steps), "unchanged": done.unchanged},
        )
    return redirect("cycle", cycle.pk)


@login_required
def cycle(request: HttpRequest, pk: int) -> HttpResponse:
    """One cycle by state: who is where, who is not in it and why, and what HR can do next."""
    on = timezone.localdate()
    _check(request, on)
    found = get_object_or_404(Cycle, pk=pk)
    inside = queries.visible(signed_in(request), on).filter(cycle=found).order_by("manager__employee_no")
    every = list(seats.light(inside))
    due = board.due(every, on)
    state = request.GET.get("state", "")
    shown = inside.filter(state=state) if state in State.values else inside
    page = Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    people = ClientManager.objects.visible_to(signed_in(request), on)
    counts = Counter(row.state for row in every)
    return render(
        request,
        "appraisal/cycle.html",
        {
            **_row(found, counts),
            "state": state if state in State.values else "",
            "page": page,
            "rows": [
                presenters.row(each, now) | {"due": dossiers.due(due[each.pk])} for each in page.object_list
            ],
            "reasons": _reasons(page.object_list),
            "meetings": presenters.meetings(meetings.latest(signed_in(request), on, found)),
            "left_out": queries.left_out(found, people),
            "outcomes": _outcomes(inside),
            "published_to": windows.period(found.period).end,
            "key": uuid4().hex,
            "may": {
                action: may(signed_in(request), action, on=on)
                for action in ("open_cycle", "submit_appraisal", "publish_appraisal")
            },
            "ready": {name: len(board.ready(due, name)) for name in ("review", "submit", "publish", "close")},
        },
    )


def _reasons(rows: Any) -> dict[int, str]:
    """Why returned appraisals came back, by id."""
    returned = [row.pk for row in rows if row.state == State.RETURNED]
    return queries.return_reasons(returned) if returned else {}


def _outcomes(inside: QuerySet[Appraisal]) -> list[dict[str, Any]]:
    """How many verdicts of one's scope came out how."""
    counted = inside.filter(verdict__isnull=False).order_by().values_list("verdict__outcome")
    return [
        {"text": f"{grades.outcome_word(outcome)} {count}", "tag": presenters.OUTCOME_TAGS[outcome]}
        for outcome, count in sorted(counted.annotate(Count("pk")))
    ]


@login_required
@require_POST
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Measure a cycle again: only what has changed gets a new verdict."""
    on = timezone.localdate()
    check_may(signed_in(request), "open_cycle", on=on)
    return _measured(request, get_object_or_404(Cycle, pk=pk), on)
