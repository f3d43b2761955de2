"""The dossier of one appraisal for those who work on it or look at it: evidence, hearing, decisions."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from appraisal import dossiers, permissions, presenters, queries, reviews, services
from appraisal.models import Appraisal, Score, State, Vote
from appraisal.queries import board, bodies, seats
from appraisal.views import desk
from managers.models import User
from managers.permissions import check_may, may
from managers.session import signed_in

#: Steps a button on the dossier takes; the others need words, or a desk of their own.
BUTTONS = ("skip_statement", "finish_scores", "review", "submit", "publish", "close")


@login_required
@require_GET
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """One appraisal with everything that is for the reader's eyes; one's own is on the workbench."""
    user, on = signed_in(request), timezone.localdate()
    row = get_object_or_404(queries.visible(user, on), pk=pk)
    if permissions.is_own(user, row.manager):
        return redirect("me")
    check_may_look(user, row, on)
    found = board.due([row], on)[row.pk]
    steps = queries.next_steps(row, by=user, on=on)
    context = {
        "selected": presenters.row(row, timezone.now()),
        "row": row,
        "key": uuid4().hex,
        "steps": presenters.timeline(row, queries.steps(row), named=True),
        "papers": services.papers_of(row, by=user),
        "due": dossiers.due(found),
        "may_step": steps,
        "button": found.step if found.step in BUTTONS and found.step in steps else "",
        "not_yet": found.step in BUTTONS
        and not found.ready
        and permissions.may(found.step, row, by=user, on=on),
        "sees_customers": may(user, "view_people", on=on, about=row.manager),
    }
    if row.verdict is not None:
        context |= {"evidence": presenters.evidence(row, desk.before(row)), **_hearing(row, user, on)}
    return render(request, "appraisal/dossier.html", context)


def check_may_look(user: User, row: Appraisal, on: date) -> None:
    """Refuse whoever is in scope without a role that reads appraisals."""
    if not may(user, "view_appraisals", on=on, about=row.manager):
        check_may(user, "view_appraisals", on=on)


def _hearing(row: Appraisal, user: User, on: date) -> dict[str, Any]:
    """Issues, statement, scores, votes, decisions, appeals and look-backs."""
    votes = list(Vote.objects.filter(appraisal=row).select_related("by", "on_behalf_of"))
    decisions = list(row.decisions.select_related("verdict__rulebook", "by"))
    return {
        "issues": dossiers.issues(row.issues.select_related("verdict__rulebook", "raised_by", "answered_by")),
        "answers": permissions.may("submit", row, by=user, on=on),
        "return_reason": queries.return_reasons([row.pk]).get(row.pk, "")
        if row.state == State.RETURNED
        else "",
        "statement": queries.statement(row),
        "asks_statement": "statement" in bodies.stages_of(row),
        "asks_scores": "scores" in bodies.stages_of(row),
        "weighted": bool(bodies.procedure_of(row).weights),
        **_scores(row, user, on),
        "decisions": dossiers.decisions(decisions, votes),
        "body": dossiers.body(bodies.body_of(row, on)) if row.state in seats.VOTED else None,
        "cast": sum(1 for vote in votes if vote.round == row.round),
        "appeals": [
            dossiers.appeal(each) for each in row.appeals.select_related("against__verdict__rulebook")
        ],
        "reviews": [
            reviews.row(each)
            for each in row.look_backs.select_related("appraisal__manager", "appraisal__cycle")
        ],
        "sees_reviews": may(user, "reopen_appraisal", on=on),
    }


def _scores(row: Appraisal, user: User, on: date) -> dict[str, Any]:
    """How the scores spread; not for a member who has still to score."""
    given = list(Score.objects.filter(appraisal=row, round=row.round).select_related("by", "on_behalf_of"))
    part = seats.score_parts(user, [row], on).get(row.pk)
    hidden = part is not None and part.state == "awaited"
    return {
        "scored": len(given),
        "hidden_scores": hidden,
        "spread": None if hidden else dossiers.spread(given, row),
    }
