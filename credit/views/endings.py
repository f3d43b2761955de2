"""Endings of loans: the list, one proposed with its checklist, and its steps."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credit.desk import Reader
from credit.models import LoanEnding
from credit.models.endings import STEPS
from credit.queries.afterloan import loans
from credit.rules.maturing import latest_extension
from credit.services.afterloan import endings as services
from credit.views.steps import attempt, customer_name, day_of, fresh_key, history, named, page_of
from ledger.queries import handovers
from managers.models import ClientManager
from managers.roles import ROLES

ROWS_A_PAGE = 25
State = LoanEnding.State
Kind = LoanEnding.Kind
TAGS = {State.APPROVED: "ok", State.REFUSED: "error", State.WITHDRAWN: "quiet"}
PLAIN: dict[str, Callable[..., Any]] = {
    "receive": services.receive,
    "witness": services.witness,
    "approve": services.approve,
}
REASONED: dict[str, Callable[..., Any]] = {"withdraw": services.withdraw, "refuse": services.refuse}


def tag(row: LoanEnding) -> str:
    """The colour of a state."""
    return TAGS.get(State(row.state), "attention")


@login_required
@require_GET
def endings(request: HttpRequest) -> HttpResponse:
    """Endings by state, newest first; above them what waits for the reader."""
    reader = Reader.of(request)
    related = ("account__customer__branch", "manager__branch", "proposed_by")
    found = reader.in_sight(LoanEnding.objects.all()).select_related(*related).order_by("-pk")
    waiting = [row for row in found.filter(state__in=LoanEnding.OPEN) if reader.ending_turn(row)]
    chosen = request.GET.get("state", "")
    shown = found.filter(state=chosen) if chosen in State.values else found
    page = page_of(request, shown, ROWS_A_PAGE)
    context = {
        "waiting": named(waiting, reader, tag=tag),
        "page": page,
        "rows": named(page, reader, tag=tag),
        "chosen": chosen,
        "states": State.choices,
    }
    return render(request, "credit/endings.html", context)


def _sight(request: HttpRequest, pk: int) -> tuple[Reader, LoanEnding]:
    reader = Reader.of(request)
    people = ("manager__branch", "proposed_by", "received_by", "witnessed_by", "approved_by")
    related = ("account__customer__branch", "consent", *people)
    found = reader.in_sight(LoanEnding.objects.all()).select_related(*related)
    return reader, get_object_or_404(found, pk=pk)


@login_required
@require_GET
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    """One ending: what was ticked, who is liable, its steps, and what the reader may do."""
    reader, row = _sight(request, pk)
    context = {
        "row": row,
        "loan": loans.loan(row.account_id, reader.on),
        "name": customer_name(row.account, reader),
        "tag": tag(row),
        "turn": reader.ending_turn(row),
        "mine": reader.ties.to(row.manager_id) == "own" and row.state in LoanEnding.OPEN,
        "level": ROLES[row.level].name if row.level in ROLES else row.level,
        "liable": _liable(row),
        "timeline": history(f"{services.KIND}:{row.pk}", STEPS, now=_now(row)),
        "key": fresh_key(),
    }
    return render(request, "credit/ending.html", context)


def _liable(row: LoanEnding) -> list[ClientManager]:
    """Who answers for the loan for life, on the day the ending was proposed."""
    day = min(row.proposed_on, row.account.closed_on or row.proposed_on)
    found = handovers.liable([row.account.customer_id], day)
    people = {each.manager_id for each in found if each.loan == row.account.account_no}
    return list(ClientManager.objects.filter(pk__in=people).order_by("employee_no"))


def _now(row: LoanEnding) -> str:
    """What an open one waits for."""
    return str(row.get_state_display()) if row.state in LoanEnding.OPEN else ""


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose how a loan the reader handles ends; `kind` chooses the way and its checklist."""
    reader = Reader.of(request)
    account = get_object_or_404(reader.accounts(), pk=pk)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if request.method == "POST" and (made := _proposed(request, reader, pk, kind)):
        return redirect("ending", made.pk)
    loan = loans.loan(pk, reader.on)
    checklist = reader.standard.checklist(kind) if kind in Kind.values else None
    context = {
        "account": account,
        "loan": loan,
        "name": customer_name(account, reader),
        "handles": reader.handles(pk),
        "kind": kind,
        "kinds": Kind.choices,
        "checklist": checklist,
        "items": [
            {"code": code, "words": words, "ticked": code in request.POST.getlist("item")}
            for code, words in (checklist.items.items() if checklist else ())
        ],
        "latest": latest_extension(loan.began_on, loan.matures_on) if loan.matures_on else None,
        "given": request.POST,
        "key": request.POST.get("key") or fresh_key(),
    }
    return render(request, "credit/end.html", context)


def _proposed(request: HttpRequest, reader: Reader, pk: int, kind: str) -> LoanEnding | None:
    made: list[LoanEnding] = []

    def work() -> None:
        found = services.propose(
            pk,
            kind,
            reason=request.POST.get("reason", ""),
            ticked=request.POST.getlist("item"),
            new_matures_on=day_of(request.POST.get("new_matures_on", "")),
            consent=request.FILES.get("consent"),
            new_account_no=request.POST.get("new_account_no", ""),
            by=reader.user,
            on=reader.on,
            key=request.POST.get("key", ""),
        )
        made.append(found)

    attempt(request, work, _("已提出，等待下一位办理。"))
    return made[0] if made else None


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step; a refusal says why on the page."""
    reader, row = _sight(request, pk)
    given: dict[str, Any] = {"by": reader.user, "on": reader.on, "key": request.POST.get("key", "")}
    if name in REASONED:
        given["reason"] = request.POST.get("reason", "")
    elif name not in PLAIN:
        raise Http404
    attempt(
        request, partial((PLAIN | REASONED)[name], row.pk, **given), _("已%(step)s。") % {"step": STEPS[name]}
    )
    return redirect("ending", row.pk)
