"""贷款申报: the list with what waits for the reader, one with its numbers, and its steps."""

from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit import words
from credit.models import LoanProposal
from credit.models.proposals import STEPS as WORDS
from credit.permissions import may_read_any, own_file, reaches, readable
from credit.queries.loans import data_day, loans
from credit.services import proposals
from ledger.models import Account
from managers.models import LogEntry
from managers.permissions import ties
from managers.queries import names
from managers.roles import ROLES
from managers.services.stepping import Refusal
from managers.session import signed_in

ROWS_A_PAGE = 25
State = LoanProposal.State
RELATED = (
    *("customer__branch", "proposer__branch", "product", "account", "proposed_by", "decided_by"),
    *("investigation__first", "investigation__second"),
)


def _visible(request: HttpRequest) -> Any:
    """The proposals of files in reach, and those the reader has part in."""
    user, on = signed_in(request), timezone.localdate()
    if not may_read_any(user, on):
        raise PermissionDenied(_("您的角色不包括查看贷款申报；如确有需要，请联系安全管理员授权。"))
    own = own_file(user)
    wanted = Q(customer__in=readable(user, on).values("pk"))
    if own is not None:
        wanted |= Q(proposer=own) | Q(investigation__first=own) | Q(investigation__second=own)
    return LoanProposal.objects.visible_to(user, on).filter(wanted).select_related(*RELATED)


@login_required
@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Proposals, newest first; filtered by state."""
    found, chosen = _visible(request), request.GET.get("state", "")
    shown = found.filter(state=chosen) if chosen in State.values else found
    page = Paginator(shown.order_by("-id"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    masked = names.masked_for(signed_in(request), timezone.localdate())
    rows = [
        {
            "row": row,
            "name": names.of_customer(row.customer, masked=masked),
            "tag": words.PROPOSAL_TAGS[row.state],
            "level": _role(row.level),
        }
        for row in page
    ]
    context = {"page": page, "rows": rows, "chosen": chosen, "states": State.choices}
    return render(request, "credit/proposals.html", context)


def _role(code: str) -> str:
    return str(ROLES[code].name) if code in ROLES else code


@login_required
@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what is asked for, what the customer owes already, who decides, what was decided."""
    user, on = signed_in(request), timezone.localdate()
    row = get_object_or_404(_visible(request), pk=pk)
    own = ties(user, on=on).to(row.proposer_id) == "own"
    apart = not any(
        ties(user, on=on).to(each) for each in (row.investigation.first_id, row.investigation.second_id)
    )
    decides = reaches(user, "approve_loan", row.proposer.branch.path, on) and row.proposed_by_id != user.pk
    context = {
        "row": row,
        "name": names.of_customer(row.customer, masked=names.masked_for(user, on)),
        "tag": words.PROPOSAL_TAGS[row.state],
        "level": _role(row.level),
        "day": data_day(on),
        "loans": [each for each in loans([row.customer_id], data_day(on)) if each.balance > 0],
        "open_ones": LoanProposal.objects.filter(customer=row.customer_id, state__in=LoanProposal.OPEN)
        .exclude(pk=row.pk)
        .select_related("product"),
        "decides": row.state == State.PROPOSED and decides and apart,
        "withdraws": row.state in LoanProposal.OPEN and own,
        "candidates": proposals.candidates(row) if row.state == State.APPROVED and own else [],
        "reads_file": readable(user, on).filter(pk=row.customer_id).exists(),
        "timeline": _timeline(row),
        "key": uuid4().hex,
    }
    return render(request, "credit/proposal.html", context)


def _timeline(row: LoanProposal) -> list[dict[str, Any]]:
    steps = [f"{name}_loan_proposal" for name in WORDS]
    entries = LogEntry.objects.filter(subject=f"loan_proposal:{row.pk}", action__in=steps).order_by("id")
    found = []
    for entry in entries.select_related("by"):
        name = entry.action.removesuffix("_loan_proposal")
        found.append(
            {
                "label": WORDS[name],
                "state": "failed" if name in ("refuse", "withdraw") else "done",
                "at": entry.at,
                "by": str(entry.by) if entry.by else _("系统作业"),
                "note": entry.reason if name != "propose" else "",
            }
        )
    ahead = {State.PROPOSED: ("approve", "issue"), State.APPROVED: ("issue",)}.get(State(row.state), ())
    found += [
        {"label": WORDS[name], "state": "todo" if place else "current"} for place, name in enumerate(ahead)
    ]
    return found


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve, refuse, withdraw, or name the loan it became; what is refused says why."""
    row = get_object_or_404(_visible(request), pk=pk)
    if name not in ("approve", "refuse", "withdraw", "issue"):
        raise Http404
    given: dict[str, Any] = {
        "by": signed_in(request),
        "on": timezone.localdate(),
        "key": request.POST.get("key", ""),
    }
    try:
        _taken(request, row, name, given)
        notes.success(request, _("已办理。"))
    except Refusal as refusal:
        notes.error(request, str(refusal))
    return redirect("loan_proposal", pk)


def _taken(request: HttpRequest, row: LoanProposal, name: str, given: dict[str, Any]) -> None:
    reason = request.POST.get("reason", "")
    if name == "issue":
        account = Account.objects.filter(
            customer=row.customer_id, account_no=request.POST.get("account", "")
        ).first()
        if account is None:
            raise Refusal(_("请选择放款的账户。"))
        proposals.issue(row.pk, account, **given)
    elif name == "withdraw":
        proposals.withdraw(row.pk, reason=reason, **given)
    else:
        decide = proposals.approve if name == "approve" else proposals.refuse
        decide(row.pk, opinion=reason, **given)
