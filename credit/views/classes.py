"""The five-level classification: the list of loans with their floors, a proposal, and its steps."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credit.desk import Reader
from credit.models import LoanClass, LoanWatch, Reclassification
from credit.models.reclassifying import STEPS
from credit.queries.afterloan import lateness, loans
from credit.rules.reclassifying import is_better
from credit.services.afterloan import classes as services
from credit.views.steps import attempt, customer_name, fresh_key, history, named, page_of
from managers.models import Branch
from managers.roles import ROLES

ROWS_A_PAGE = 25
State = Reclassification.State
TAGS = {State.APPROVED: "ok", State.REFUSED: "error", State.WITHDRAWN: "quiet"}
CLASS_TAGS = {"normal": "ok", "special_mention": "attention", "": "none"}
#: Steps by their address that only need a reason, and those that need none.
PLAIN: dict[str, Callable[..., Any]] = {"confirm": services.confirm, "approve": services.approve}
REASONED: dict[str, Callable[..., Any]] = {
    "send_back": services.send_back,
    "refuse": services.refuse,
    "withdraw": services.withdraw,
}


def class_tag(loan_class: str) -> str:
    """The colour of a class."""
    return CLASS_TAGS.get(loan_class, "error")


def tag(row: Reclassification) -> str:
    """The colour of a proposal's state."""
    return TAGS.get(State(row.state), "attention")


@login_required
@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """Loans by class, branch and floor; above them the proposals that wait for the reader."""
    reader = Reader.of(request)
    opened = reader.in_sight(Reclassification.objects.filter(state__in=Reclassification.OPEN))
    related = ("account__customer__branch", "manager__branch", "proposed_by")
    waiting = [row for row in opened.select_related(*related).order_by("pk") if reader.class_turn(row)]
    found, chosen = _filtered(request, reader)
    page = page_of(request, found, ROWS_A_PAGE)
    under_way = dict(opened.filter(account__in=[row.pk for row in page]).values_list("account", "pk"))
    context = {
        "waiting": named(waiting, reader, turn=reader.class_turn, tag=tag),
        "page": page,
        "rows": named(
            page,
            reader,
            tag=lambda row: class_tag(row.loan_class),
            proposal=lambda row: under_way.get(row.pk),
        ),
        "chosen": chosen,
        "class_choices": LoanClass.choices,
        "branches": _branches(reader),
        "broken": reader.in_sight(LoanWatch.objects.filter(broken=True)).count(),
    }
    return render(request, "credit/classes.html", context)


def _filtered(request: HttpRequest, reader: Reader) -> tuple[Any, dict[str, str]]:
    chosen = {name: request.GET.get(name, "") for name in ("class", "branch", "floor", "q")}
    found = reader.in_sight(LoanWatch.objects.all()).select_related("account__customer__branch")
    if chosen["class"] in LoanClass.values:
        found = found.filter(loan_class=chosen["class"])
    if chosen["branch"]:
        at = Branch.objects.filter(code=chosen["branch"]).first()
        found = found.filter(account__customer__branch__path__startswith=at.path) if at else found.none()
    if chosen["floor"]:
        found = found.filter(broken=True) if chosen["floor"] == "broken" else found.filter(days__gt=0)
    if text := chosen["q"].strip():
        words = Q(account__account_no__icontains=text) | Q(account__customer__customer_no__icontains=text)
        found = found.filter(words | Q(account__customer__name__icontains=text))
    return found.order_by("-broken", "-days", "pk"), chosen


def _branches(reader: Reader) -> list[Branch]:
    """The branches whose loans the reader sees."""
    customers = reader.accounts().values("customer__branch")
    return list(Branch.objects.filter(pk__in=customers).order_by("path"))


# --- One ------------------------------------------------------------------------------------------------


def _sight(request: HttpRequest, pk: int) -> tuple[Reader, Reclassification]:
    reader = Reader.of(request)
    related = ("account__customer__branch", "manager__branch", "evidence", "proposed_by")
    found = reader.in_sight(Reclassification.objects.all()).select_related(*related)
    return reader, get_object_or_404(found, pk=pk)


@login_required
@require_GET
def classification(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what is proposed and why, the floor, its steps, and what the reader may do."""
    reader, row = _sight(request, pk)
    loan = loans.loan(row.account_id, reader.on)
    turn = reader.class_turn(row)
    mine = reader.ties.to(row.manager_id) == "own" and row.state in Reclassification.OPEN
    context = {
        "row": row,
        "loan": loan,
        "name": customer_name(row.account, reader),
        "tag": tag(row),
        "turn": turn,
        "mine": mine,
        "late": lateness.of(loan, reader.on),
        "class_choices": LoanClass.choices,
        "upgrade": is_better(row.proposed, row.present),
        "present_tag": class_tag(row.present),
        "proposed_tag": class_tag(row.proposed),
        "level": ROLES[row.level].name if row.level in ROLES else row.level,
        "timeline": history(f"{services.KIND}:{row.pk}", STEPS, now=_now(row)),
        "key": fresh_key(),
    }
    return render(request, "credit/classification.html", context)


def _now(row: Reclassification) -> str:
    """What an open one waits for."""
    return str(row.get_state_display()) if row.state in Reclassification.OPEN else ""


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a class for a loan the reader handles."""
    reader = Reader.of(request)
    account = get_object_or_404(reader.accounts(), pk=pk)
    given = {
        "loan_class": request.POST.get("loan_class", ""),
        "reason": request.POST.get("reason", ""),
        "key": request.POST.get("key") or fresh_key(),
    }
    if request.method == "POST":
        made: list[Reclassification] = []

        def work() -> None:
            evidence = request.FILES.get("evidence")
            made.append(services.propose(pk, **given, evidence=evidence, by=reader.user, on=reader.on))

        if attempt(request, work, _("已提出分类认定，等待分行风险确认。")):
            return redirect("classification", made[0].pk)
    loan = loans.loan(pk, reader.on)
    context = {
        "account": account,
        "loan": loan,
        "name": customer_name(account, reader),
        "late": lateness.of(loan, reader.on),
        "class_choices": LoanClass.choices,
        "handles": reader.handles(pk),
        "given": given,
    }
    return render(request, "credit/classify.html", context)


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step; a refusal says why on the page."""
    reader, row = _sight(request, pk)
    given: dict[str, Any] = {"by": reader.user, "on": reader.on, "key": request.POST.get("key", "")}
    work = partial(PLAIN[name], row.pk, **given) if name in PLAIN else _reasoned(request, row, name, given)
    attempt(request, work, _("已%(step)s。") % {"step": STEPS[name]})
    return redirect("classification", row.pk)


def _reasoned(
    request: HttpRequest, row: Reclassification, name: str, given: dict[str, Any]
) -> Callable[[], object]:
    given["reason"] = request.POST.get("reason", "")
    if name in REASONED:
        return partial(REASONED[name], row.pk, **given)
    if name != "propose_again":
        raise Http404
    chosen, evidence = request.POST.get("loan_class", ""), request.FILES.get("evidence")
    return partial(services.propose_again, row.pk, chosen, evidence=evidence, **given)
