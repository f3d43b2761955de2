"""行为问题: the list with what is due, one finding with its steps; who opened it, who settled it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers.conduct.acting import ROWS_A_PAGE, Names, accepted, admit, attempt, has, people_for
from managers.conduct.forms import FindingForm
from managers.models import ConductFinding, LogEntry, User
from managers.services import findings as services
from managers.services.stepping import Refusal, objection, subject
from managers.session import signed_in

State = ConductFinding.State
VIEW, FILL = "view_conduct", "fill_screening"
#: Who opens the pages; everybody then sees what is theirs to see.
LOOK = (VIEW, FILL, "inspect_branch")
TAGS = {State.OPEN: "attention", State.RECTIFIED: "info", State.CLOSED: "ok", State.DISMISSED: "quiet"}
ACTIONS = {
    "rectify": services.REPORT,
    "send_back": services.SETTLE,
    "close": services.SETTLE,
    "dismiss": services.SETTLE,
}


@login_required
def findings(request: HttpRequest) -> HttpResponse:
    """The findings one sees, those that stand first; posted by risk: one is opened."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, *LOOK)
    form = None
    if has(user, services.OPEN, on):
        people = people_for(user, services.OPEN, on)
        initial = {"opened_on": on, "due_on": services.due(on, "minor")}
        form = FindingForm(request.POST or None, people=people, initial=initial)
        made = accepted(form, lambda given: _open(given, user, on))
        if made is not None:
            notes.success(request, _("问题已登记。"))
            return redirect("finding", made.pk)
    seen = ConductFinding.objects.visible_to(user, on).exclude(manager__user=user)
    every = request.GET.get("state") == "all"
    shown = seen if every else seen.unsettled()
    page = Paginator(shown.select_related("manager__branch").order_by("due_on", "pk"), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    names = Names(user, on)
    rows = [_row(each, names, on) for each in page]
    return render(
        request, "conduct/findings.html", {"page": page, "rows": rows, "form": form, "every": every}
    )


def _open(given: dict[str, Any], user: User, on: date) -> ConductFinding:
    facts = {name: value for name, value in given.items() if name != "employee_no"}
    return services.report(given["employee_no"], **facts, by=user, on=on)


def _row(row: ConductFinding, names: Names, on: date) -> dict[str, Any]:
    stands = row.state in ConductFinding.UNSETTLED
    return {
        "row": row,
        "name": names.of(row.manager),
        "tone": TAGS[State(row.state)],
        "severity": "not_met" if row.severity == ConductFinding.Severity.SERIOUS else "attention",
        "late": stands and row.due_on < on,
    }


@login_required
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what, by when, what was done, who settled it; and the steps one may take."""
    user, on = signed_in(request), timezone.localdate()
    row = _readable(request, pk)
    why = {
        name: objection(services.FINDING, name, row, by=user, on=on, action=action)
        for name, action in ACTIONS.items()
        if name in _open_steps(row)
    }
    context = {
        **_row(row, Names(user, on), on),
        "can": {name: True for name, each in why.items() if not each},
        "refused": sorted({each for each in why.values() if each}),
        "trail": _trail(row),
        "due": services.due(on, row.severity),
        "key": uuid4().hex,
    }
    return render(request, "conduct/finding.html", context)


def _readable(request: HttpRequest, pk: int) -> ConductFinding:
    """Within what one sees; about oneself there is the own record, not this page."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, *LOOK)
    seen = ConductFinding.objects.visible_to(user, on).exclude(manager__user=user)
    return get_object_or_404(
        seen.select_related("manager__branch", "opened_by", "rectified_by", "settled_by"), pk=pk
    )


def _open_steps(row: ConductFinding) -> set[str]:
    return {each.name for each in row.get_available_state_transitions()}  # type: ignore[attr-defined]


def _trail(row: ConductFinding) -> list[dict[str, Any]]:
    """What happened, the earliest first."""
    entries = LogEntry.objects.filter(subject=subject(services.FINDING, row)).select_related("by")
    return [
        {
            "label": services.WORDS[each.action.removesuffix("_finding")],
            "state": "done",
            "at": each.at,
            "by": each.by,
            "note": each.reason,
        }
        for each in entries.order_by("at", "pk")
    ]


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step; what is refused says why, on the same page."""
    on = timezone.localdate()
    row = _readable(request, pk)
    if name not in TAKEN:
        raise Http404
    act, done = TAKEN[name]
    return attempt(request, lambda: act(request, row, on), str(done()), ("finding", pk))


def _who(request: HttpRequest, on: date) -> dict[str, Any]:
    return {"by": signed_in(request), "on": on, "key": request.POST.get("key", "")}


def _rectify(request: HttpRequest, row: ConductFinding, on: date) -> None:
    services.rectify(row, measures=request.POST.get("reason", ""), **_who(request, on))


def _send_back(request: HttpRequest, row: ConductFinding, on: date) -> None:
    try:
        due_on = date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        raise Refusal(_("日期须写成 2027-01-01 这样。")) from None
    services.send_back(row, reason=request.POST.get("reason", ""), due_on=due_on, **_who(request, on))


def _close(request: HttpRequest, row: ConductFinding, on: date) -> None:
    tell = request.POST.get("tell") == "yes"
    services.close(row, conclusion=request.POST.get("reason", ""), tell=tell, **_who(request, on))


def _dismiss(request: HttpRequest, row: ConductFinding, on: date) -> None:
    services.dismiss(row, conclusion=request.POST.get("reason", ""), **_who(request, on))


Act = Callable[[HttpRequest, ConductFinding, date], None]
TAKEN: dict[str, tuple[Act, Callable[[], str]]] = {
    "rectify": (_rectify, lambda: _("整改情况已报告，等待他人核销。")),
    "send_back": (_send_back, lambda: _("已退回整改。")),
    "close": (_close, lambda: _("问题已核销。")),
    "dismiss": (_dismiss, lambda: _("已认定不成立。")),
}
