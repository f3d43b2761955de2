"""考核决定 and 小组评议: the desks of the leading group; one vote and one set of scores a member."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import dossiers, messages, presenters, queries, services
from appraisal.forms import DecideForm, ScoreForm
from appraisal.models import Appraisal, State, Vote
from appraisal.queries import meetings, seats
from appraisal.queries.seats import Part
from appraisal.services import voting
from appraisal.views import desk
from managers.permissions import check_may, may
from managers.session import signed_in

GROUP = desk.Desk("decisions", (State.CLEARED, State.APPEALED), "decide_appraisal")


@login_required
def decisions(request: HttpRequest) -> HttpResponse:
    """What risk has cleared and what is appealed against: the vote of each case, the evidence beside it."""
    user, on, now = signed_in(request), timezone.localdate(), timezone.now()
    check_may(user, GROUP.action, on=on)
    parts = seats.to_decide(user, on)
    context = desk.listed(request, GROUP, on, first=seats.awaited(parts))
    del context["found"]
    appealed = desk.waiting(request, (State.APPEALED,), on)
    context["appealed"] = _with_parts([presenters.row(each, now) for each in appealed], parts)
    context["rows"] = _with_parts(context["rows"], parts)
    context["awaited"] = len(seats.awaited(parts))
    context["meetings"] = presenters.meetings(meetings.latest(user, on))
    if context["selected"] is not None:
        context |= _vote(request, context["selected"]["appraisal"], parts, on)
    return render(request, "appraisal/desk.html", context)


def _with_parts(rows: list[dict[str, Any]], parts: dict[int, Part]) -> list[dict[str, Any]]:
    """The rows with the reader's part in each."""
    return [
        row | {"part": dossiers.part(parts[row["appraisal"].pk], votes=True)}
        for row in rows
        if row["appraisal"].pk in parts
    ]


def _vote(request: HttpRequest, row: Appraisal, parts: dict[int, Part], on: date) -> dict[str, Any]:
    """How the vote of one case stands; the votes of others only for those whose own is cast."""
    body, tally, cast = voting.standing(row, on)
    part = parts.get(row.pk)
    open_votes = part is not None and part.state == "given"
    appeal = row.appeals.select_related("against__verdict__rulebook").filter(ending="").first()
    return {
        "part": dossiers.part(part, votes=True) if part else None,
        "body": dossiers.body(body),
        "tally": tally,
        "votes": dossiers.votes(cast) if open_votes else [],
        "may_close": body.chair is not None and body.chair.pk == signed_in(request).pk and bool(tally.cast),
        "appeal": dossiers.appeal(appeal) if appeal else None,
        "told": dossiers.decisions(list(row.decisions.select_related("verdict__rulebook", "by")), []),
        "decide": DecideForm(initial={"outcome": _proposal(row)}),
    }


def _proposal(row: Appraisal) -> str:
    """The outcome that follows the proposal; on an appeal none is put forward."""
    if row.state == State.APPEALED or row.verdict is None:
        return ""
    return row.verdict.outcome if row.verdict.outcome in Appraisal.Outcome.values else Appraisal.Outcome.KEEP


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of the body votes; the vote that settles the case decides it."""
    outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")

    def take(row: Appraisal, on: date, key: str) -> str:
        done = services.decide(row, outcome=outcome, reason=reason, by=signed_in(request), on=on, key=key)
        return _cast() if isinstance(done, Vote) else _decided(done.name)

    return desk.step(request, GROUP, pk, take)


@login_required
@require_POST
def close_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """The chair ends the vote with those who came."""

    def take(row: Appraisal, on: date, key: str) -> str:
        return _decided(services.close_vote(row, by=signed_in(request), on=on, key=key).name)

    return desk.step(request, GROUP, pk, take)


def _cast() -> str:
    return _("已记下您对 %(who)s 的表决，待其他成员表决。")


def _decided(name: str) -> str:
    if name == "resolve":
        return _("%(who)s 的申诉已作出决定。")
    return _("%(who)s 的考核已决定，待人力资源部公布。")


@login_required
def scoring(request: HttpRequest) -> HttpResponse:
    """What is scored now in the reader's scope, and what of it waits for the reader."""
    user, on, now = signed_in(request), timezone.localdate(), timezone.now()
    check_may(user, GROUP.action, on=on)
    parts = seats.to_score(user, on)
    rows = queries.visible(user, on).filter(pk__in=parts).order_by("state_since", "pk")
    shown = [
        presenters.row(row, now)
        | {"part": dossiers.part(parts[row.pk], votes=False), "given": parts[row.pk].given}
        | {"members": len(parts[row.pk].body.members)}
        for row in rows
    ]
    shown.sort(key=lambda row: row["part"]["part"] != "awaited")
    context = {"rows": shown, "awaited": len(seats.awaited(parts))}
    return render(request, "appraisal/scoring.html", context)


@login_required
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence of one case, and the form for one's own four scores."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, GROUP.action, on=on)
    row = get_object_or_404(queries.visible(user, on).filter(verdict__isnull=False), pk=pk)
    form = ScoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _scored(request, row, form, on):
        return redirect("scoring")
    part = seats.score_parts(user, [row], on).get(row.pk)
    return render(
        request,
        "appraisal/score.html",
        {
            "selected": presenters.row(row, timezone.now()),
            "evidence": presenters.evidence(row, desk.before(row)),
            "statement": queries.statement(row),
            "part": dossiers.part(part, votes=False) if part else None,
            "body": dossiers.body(part.body) if part else None,
            "given": part.given if part else 0,
            "form": form,
            "fields": [form[name] for name in messages.HEADINGS],
            "sees_customers": may(user, "view_people", on=on, about=row.manager),
            "key": uuid4().hex,
        },
    )


def _scored(request: HttpRequest, row: Appraisal, form: ScoreForm, on: date) -> bool:
    """Hand the scores in; a refusal is said, and the form stays as it was filled."""
    try:
        services.score(
            row, points=form.points(), note=form.cleaned_data["note"], by=signed_in(request), on=on
        )
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
        return False
    notes.success(request, _("已记下您对 %(who)s 的评议。") % {"who": row.manager.name})
    return True
