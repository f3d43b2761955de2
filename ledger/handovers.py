"""The pages of handovers: the list with what waits for me, a new one, and one with its steps."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger import handover_sheets as sheets
from ledger import queries
from ledger.handover_forms import ChoiceForm, DraftForm, default_day, named
from ledger.handover_sheets import Reader
from ledger.queries import handovers as reads
from ledger.services import handovers
from ledger.services.handovers import Line, Part, Refusal
from managers.models import ClientManager, Handover, User
from managers.permissions import may
from managers.session import signed_in

ROWS_A_PAGE = 25
State = Handover.State
Status = ClientManager.Status
#: Steps by their address; those in REASONED ask for a reason.
STEPS: dict[str, Callable[..., Any]] = {
    "accept": handovers.accept,
    "witness": handovers.witness,
    "approve": handovers.approve,
    "refuse": handovers.refuse,
    "withdraw": handovers.withdraw,
    "cancel": handovers.cancel,
}
REASONED = {"refuse", "withdraw", "cancel"}


def _reader(request: HttpRequest) -> tuple[User, date]:
    """Who asks, today; refused for those who neither have customers nor look after any."""
    user, on = signed_in(request), timezone.localdate()
    if getattr(user, "client_manager", None) is None and not may(user, "view_people", on=on):
        raise PermissionDenied(_("您的角色不包括查看移交；如确有需要，请联系安全管理员授权。"))
    return user, on


def _visible(user: User, on: date) -> Any:
    related = ("giver__branch", "receiver__branch", "branch", "drafted_by", "witnessed_by", "approved_by")
    return Handover.objects.visible_to(user, on).select_related(*related)


@login_required
def handover_list(request: HttpRequest) -> HttpResponse:
    """Handovers by state, newest first; above them what waits for the reader."""
    user, on = _reader(request)
    reader = Reader.of(user, on)
    found = _visible(user, on).annotate(customers=Count("lines")).order_by("-id")
    waiting = [row for row in found.filter(state__in=list(sheets.NEXT)) if reader.turn(row)]
    chosen = request.GET.get("state", "")
    shown = found.filter(state=chosen) if chosen in State.values else found
    page = Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": [_row(row, reader) for row in waiting],
        "page": page,
        "rows": [_row(row, reader) for row in page],
        "chosen": chosen,
        "states": State.choices,
        "may_draft": reader.may_draft(),
    }
    return render(request, "ledger/handovers.html", context)


def _row(row: Handover, reader: Reader) -> dict[str, Any]:
    return {"row": row, "tag": sheets.tag(row), "turn": reader.turn(row)}


# --- One ------------------------------------------------------------------------------------------------


@login_required
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """One handover: the list, both sides before and after, its steps, and what the reader may do."""
    user, on = _reader(request)
    row = get_object_or_404(_visible(user, on), pk=pk)
    reader = Reader.of(user, on)
    context: dict[str, Any] = {
        "row": row,
        "tag": sheets.tag(row),
        "turn": reader.turn(row),
        "may_withdraw": reader.may_withdraw(row),
        "has_list": row.state in Handover.LISTED,
        "may_cancel": row.state == State.APPROVED and reader.may("cancel", row),
        "lines": sheets.lines(row),
        "timeline": sheets.timeline(row),
        "published": sheets.published_on(),
        "others": _visible(user, on).filter(batch=row.batch).exclude(pk=row.pk).order_by("pk"),
        "key": uuid.uuid4().hex,
        **_sides(row),
        **_impact(request, row, reader),
    }
    return render(request, "ledger/handover.html", context)


def _sides(row: Handover) -> dict[str, Any]:
    """Both sides before and after, while it has not taken effect."""
    if row.state not in Handover.OPEN:
        return {"sides": []}
    part = Part(
        row.receiver,
        [
            Line(each.customer_id, each.custody, each.credit, each.liability, each.share)
            for each in row.lines.all()
        ],
    )
    return {"sides": sheets.sides(row.giver, [part], row.effective_on)}


def _impact(request: HttpRequest, row: Handover, reader: Reader) -> dict[str, Any]:
    """What a past date moves: always before whoever approves, for the others when they ask."""
    if row.impact:
        kept = handovers.Impact(
            row.impact["since"],
            tuple(handovers.Moved(**each) for each in row.impact["moved"]),
            tuple(handovers.Relied(**each) for each in row.impact["relied"]),
        )
        return {"impact": kept, "moved": sheets.impact_rows(kept, row)}
    if row.state not in Handover.UNDECIDED or not reads.is_backdated(row.effective_on):
        return {}
    if reader.turn(row) != "approve" and "impact" not in request.GET:
        return {"backdated": True}
    try:
        impact = handovers.impact_of(row)
    except Refusal as refusal:
        return {"backdated": True, "impossible": str(refusal)}
    return {"backdated": True, "impact": impact, "moved": sheets.impact_rows(impact, row), "to_confirm": True}


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step; a refusal says why on the page."""
    user, on = _reader(request)
    if name not in STEPS:
        raise Http404
    row = get_object_or_404(_visible(user, on), pk=pk)
    given: dict[str, str] = {"key": request.POST.get("key", "")}
    if name in REASONED:
        given["reason"] = request.POST.get("reason", "")
    if name == "approve":
        given["confirmed"] = request.POST.get("confirmed", "")
    try:
        STEPS[name](row.pk, by=user, on=on, **given)
    except Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        done = {"step": sheets.STEPS[name], "state": Handover.objects.get(pk=row.pk).get_state_display()}
        notes.success(request, _("已%(step)s；现在的状态是“%(state)s”。") % done)
    return redirect("handover", row.pk)


# --- A new one ------------------------------------------------------------------------------------------


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose whose customers go to whom, tick them, look at what it means, draft."""
    user, on = _reader(request)
    reader = Reader.of(user, on)
    if not reader.may_draft():
        raise PermissionDenied(_("您的角色不能起草移交；请联系营业机构负责人或分行人力。"))
    givers = list(_givers(user, reader, on))
    asked = request.GET.copy()
    if len(givers) == 1:
        asked.setdefault("giver", givers[0].employee_no)
    giver = next((each for each in givers if each.employee_no == asked.get("giver")), None)
    receivers = list(_receivers(user, giver, on)) if giver else []
    choice = ChoiceForm(asked if "giver" in asked else None, givers=named(givers), receivers=named(receivers))
    context: dict[str, Any] = {"choice": choice, "giver": giver, "published": sheets.published_on()}
    if giver is None or not choice.is_valid():
        return render(request, "ledger/handover_new.html", context)
    wanted = choice.cleaned_data["receiver"]
    chosen = [each for each in receivers if each.employee_no in wanted]
    return _list(request, user, on, giver, chosen, choice, context)


def _list(
    request: HttpRequest,
    user: User,
    on: date,
    giver: ClientManager,
    chosen: list[ClientManager],
    choice: ChoiceForm,
    context: dict[str, Any],
) -> HttpResponse:
    """The customers of the giver to tick; posted: looked at, or drafted."""
    first = default_day(on, queries.claimed_through())
    start = {"effective_on": first, "custody": True, "credit": True}
    form = DraftForm(request.POST) if request.method == "POST" else DraftForm(initial=start)
    day = form.cleaned_data["effective_on"] if form.is_bound and form.is_valid() else first
    held = reads.portfolio(giver.pk, day)
    context |= {"chosen": chosen, "form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    ticked = set(request.POST.getlist("customer"))
    context["rows"] = [
        _ticked(request, each, ticked)
        for each in held
        if choice.shows(each) or str(each.customer_id) in ticked
    ]
    context["held"] = len(held)
    looks = request.POST.get("do") == "look"
    part = "handover_look" if looks and request.headers.get("HX-Request") else "handover_new"
    if request.method != "POST" or not form.is_valid():
        return render(request, f"ledger/{part}.html", context)
    parts = form.parts(request.POST, chosen, held)
    if looks:
        context |= {"looked": True, "sides": sheets.sides(giver, parts, day), "parts": parts}
        context |= {"backdated": reads.is_backdated(day), "day": day}
        return render(request, f"ledger/{part}.html", context)
    return _drafted(request, user, on, giver, parts, form, context)


def _drafted(
    request: HttpRequest,
    user: User,
    on: date,
    giver: ClientManager,
    parts: list[Part],
    form: DraftForm,
    context: dict[str, Any],
) -> HttpResponse:
    given = form.cleaned_data
    try:
        found = handovers.draft(
            giver,
            parts,
            effective_on=given["effective_on"],
            reason=given["reason"],
            by=user,
            on=on,
            key=context["key"],
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return render(request, "ledger/handover_new.html", context)
    notes.success(request, _("已起草 %(count)s 张移交单，等待接收人接收。") % {"count": len(found)})
    return redirect("handover", found[0].pk) if len(found) == 1 else redirect("handovers")


def _ticked(request: HttpRequest, each: Any, ticked: set[str]) -> dict[str, Any]:
    pk = str(each.customer_id)
    return {
        "held": each,
        "ticked": pk in ticked or (request.method == "GET" and "all" in request.GET),
        "share": request.POST.get(f"share-{pk}", ""),
        "to": request.POST.get(f"to-{pk}", ""),
        "percent": f"{(each.share * 100).normalize():f}",
    }


def _givers(user: User, reader: Reader, on: date) -> Any:
    """The own file, and the managers one may draft for."""
    wanted = Q(pk__in=list(reader.ties.own))
    for path in reader.paths["draft_handover"]:
        wanted |= Q(branch__path__startswith=path)
    people = ClientManager.objects.visible_to(user, on).filter(wanted).select_related("branch")
    return people.order_by("employee_no")


def _receivers(user: User, giver: ClientManager, on: date) -> Any:
    """Whoever may take customers: those the reader sees, and the giver's colleagues, by name only."""
    people = ClientManager.objects.filter(status__in=[Status.ON_POST, Status.TRAINEE])
    seen = ClientManager.objects.visible_to(user, on).values("pk")
    near = people.filter(Q(pk__in=seen) | Q(branch=giver.branch_id)).exclude(pk=giver.pk)
    return near.select_related("branch").order_by("branch__path", "employee_no")
