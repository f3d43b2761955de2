"""The two desks: 考核审批队列 of the risk department, and the decisions of the group."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import messages, presenters, queries, services
from appraisal.forms import NO_FLAG, DecideForm, DeskFilter, ReturnForm
from appraisal.models import Appraisal, State
from appraisal.rules import flags
from grading import presenters as grades
from grading import queries as grading
from grading import standings
from ledger import queries as ledger
from ledger.rules import windows
from managers.permissions import check_may, may
from managers.session import signed_in

ROWS_A_PAGE = 25


@dataclass(frozen=True)
class Desk:
    """A desk: where it is, in which state its appraisals wait, and what one must be allowed to do."""

    url: str
    state: str
    action: str


RISK = Desk("queue", State.IN_RISK_QUEUE, "clear_appraisal")
GROUP = Desk("decisions", State.CLEARED, "decide_appraisal")


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the risk department, the evidence beside it."""
    return _desk(request, RISK)


@login_required
def decisions(request: HttpRequest) -> HttpResponse:
    """What risk has cleared and the group decides."""
    return _desk(request, GROUP)


def _desk(request: HttpRequest, desk: Desk) -> HttpResponse:
    on = timezone.localdate()
    check_may(signed_in(request), desk.action, on=on)
    waiting = _waiting(request, desk, on)
    form = DeskFilter(request.GET, branches=_branches(waiting), grades=_grades(waiting))
    chosen = form.chosen()
    found = _filtered(waiting, chosen)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    context = {
        "desk": desk.url,
        "form": form,
        "chosen": chosen,
        "page": page,
        "rows": [presenters.row(each, now) for each in page],
        "query": urlencode(chosen),
        "opened": bool(request.GET.get("id")),
        **_chips(waiting, chosen),
        **_panel(request, page.object_list, waiting, on),
    }
    if desk is RISK:
        context["unflagged"] = [presenters.row(each, now) for each in _filtered(found, {"flag": NO_FLAG})]
    return render(request, "appraisal/desk.html", context)


def _waiting(request: HttpRequest, desk: Desk, on: date) -> QuerySet[Appraisal]:
    found = queries.visible(signed_in(request), on).filter(state=desk.state)
    return found.order_by("state_since", "pk")


def _branches(waiting: QuerySet[Appraisal]) -> list[tuple[str, str]]:
    pairs = waiting.order_by("manager__branch__path").values_list(
        "manager__branch__code", "manager__branch__name"
    )
    return list(dict.fromkeys(pairs))


def _grades(waiting: QuerySet[Appraisal]) -> list[tuple[str, str]]:
    """The grades in the list, from the top of the ladder; one rulebook names them."""
    codes = set(waiting.order_by().values_list("verdict__grade_code", flat=True).distinct())
    first = waiting.first()
    if first is None or first.verdict is None:
        return []
    book = grading.rulebook(first.verdict.rulebook)
    return [(grade.code, grades.short(grade)) for grade in book.grades if grade.code in codes]


def _filtered(waiting: QuerySet[Appraisal], chosen: dict[str, str]) -> QuerySet[Appraisal]:
    found = waiting
    for name, value in chosen.items():
        found = _FILTERS[name](found, value)
    return found


def _by_flag(found: QuerySet[Appraisal], code: str) -> QuerySet[Appraisal]:
    return found.filter(flags=[]) if code == NO_FLAG else found.filter(flags__contains=[{"code": code}])


def _by_move(found: QuerySet[Appraisal], move: str) -> QuerySet[Appraisal]:
    same = Q(verdict__proposed_grade=F("verdict__grade_code"))
    if move == "same":
        return found.filter(same)
    return found.exclude(same).filter(verdict__outcome="promote" if move == "up" else "demote")


_FILTERS: dict[str, Callable[[QuerySet[Appraisal], str], QuerySet[Appraisal]]] = {
    "flag": _by_flag,
    "branch": lambda found, code: found.filter(manager__branch__code=code),
    "grade": lambda found, code: found.filter(verdict__grade_code=code),
    "proposed": _by_move,
    "age": lambda found, days: found.filter(state_since__lt=timezone.now() - timedelta(days=int(days))),
}


def _chips(waiting: QuerySet[Appraisal], chosen: dict[str, str]) -> dict[str, Any]:
    """The flags there are with their numbers, as filters; the chip of the one chosen takes it back."""
    raised = list(waiting.values_list("flags", flat=True))
    counts = Counter(code for each in raised for code in {flag["code"] for flag in each})
    counts[NO_FLAG] = sum(1 for each in raised if not each)
    known = [
        (code, messages.flag_name(code), messages.flag_tone({"code": code})) for code in _occurring(counts)
    ]
    chips = [*known, (NO_FLAG, _("无标记"), "ok")]
    rest = {name: value for name, value in chosen.items() if name != "flag"}
    return {
        "total": len(raised),
        "flagged": len(raised) - counts[NO_FLAG],
        "chips": [
            {
                "label": f"{label} {counts[code]}",
                "state": tone,
                "current": chosen.get("flag") == code,
                "url": "?" + urlencode(rest if chosen.get("flag") == code else {**rest, "flag": code}),
            }
            for code, label, tone in chips
            if counts[code]
        ],
    }


def _occurring(counts: Counter[str]) -> list[str]:
    """The codes of flags that occur, the gravest first."""
    return [code for code in flags.CODES if counts[code]]


def _panel(request: HttpRequest, shown: Any, waiting: QuerySet[Appraisal], on: date) -> dict[str, Any]:
    """The evidence of the appraisal chosen, else of the first in the list."""
    asked = request.GET.get("id", "")
    selected: Appraisal | None = next(iter(shown), None)
    if asked.isascii() and asked.isdecimal():
        selected = get_object_or_404(waiting, pk=int(asked))
    if selected is None or selected.verdict is None:
        return {"selected": None}
    return {
        "selected": presenters.row(selected, timezone.now()),
        "evidence": presenters.evidence(selected, _before(selected)),
        "steps": presenters.timeline(selected, queries.steps(selected), named=True),
        "key": uuid4().hex,
        "papers": services.papers_of(selected, by=signed_in(request)),
        "may_step": queries.next_steps(selected, by=signed_in(request), on=on),
        "return_kinds": [{"value": code, "label": label} for code, label in presenters.RETURN_KINDS.items()],
        "decide": DecideForm(initial={"outcome": _proposal(selected)}),
        "sees_customers": may(signed_in(request), "view_people", on=on, about=selected.manager),
    }


def _proposal(appraisal: Appraisal) -> str:
    """The outcome that follows the proposal."""
    assert appraisal.verdict is not None
    outcome = appraisal.verdict.outcome
    return outcome if outcome in Appraisal.Outcome.values else Appraisal.Outcome.KEEP


def _before(appraisal: Appraisal) -> Any:
    """The verdict on the last day of the quarter before, where that night is published."""
    stored = appraisal.verdict
    assert stored is not None
    try:
        run = ledger.current_run(windows.window("previous_quarter", stored.on).end)
    except ledger.NotPublished:
        return None
    return standings.judged(appraisal.manager, version=stored.rulebook, run=run)


@login_required
@require_POST
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Risk lets one appraisal pass."""
    return _step(
        request,
        RISK,
        pk,
        lambda row, on, key: services.clear(row, by=signed_in(request), on=on, key=key),
        _("%(who)s 的考核已通过，转领导小组决定。"),
    )


@login_required
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Risk returns one appraisal with reasons."""
    reason = ReturnForm(request.POST).sentence()
    return _step(
        request,
        RISK,
        pk,
        lambda row, on, key: services.send_back(row, by=signed_in(request), on=on, reason=reason, key=key),
        _("%(who)s 的考核已退回人力资源部。"),
    )


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The group decides one appraisal."""
    outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")
    return _step(
        request,
        GROUP,
        pk,
        lambda row, on, key: services.decide(
            row, outcome=outcome, reason=reason, by=signed_in(request), on=on, key=key
        ),
        _("%(who)s 的考核已决定，待人力资源部公布。"),
    )


@login_required
@require_POST
def clear_unflagged(request: HttpRequest) -> HttpResponse:
    """Risk lets the confirmed list of unflagged appraisals pass at once."""
    on = timezone.localdate()
    check_may(signed_in(request), RISK.action, on=on)
    ids = [int(each) for each in request.POST.getlist("id") if each.isascii() and each.isdecimal()]
    inside = list(queries.visible(signed_in(request), on).filter(pk__in=ids).values_list("pk", flat=True))
    try:
        taken = services.clear_unflagged(
            inside, by=signed_in(request), on=on, key=request.POST.get("key", "")
        )
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, _("已批量通过 %(count)s 人，转领导小组决定。") % {"count": len(taken)})
    return redirect("queue")


def _step(
    request: HttpRequest, desk: Desk, pk: int, take: Callable[[Appraisal, date, str], Any], done: str
) -> HttpResponse:
    """Take a step on an appraisal in one's scope and come back to the list, with what was said."""
    on = timezone.localdate()
    check_may(signed_in(request), desk.action, on=on)
    row = get_object_or_404(queries.visible(signed_in(request), on), pk=pk)
    back = request.POST.get("query", "")
    try:
        take(row, on, request.POST.get("key", ""))
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
        back = urlencode({"id": pk}) + (f"&{back}" if back else "") if row.state == desk.state else back
    else:
        notes.success(request, done % {"who": row.manager.name})
    return redirect(f"{reverse(desk.url)}?{back}" if back else reverse(desk.url))
