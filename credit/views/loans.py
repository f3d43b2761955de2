"""A loan after it was granted: what is known of it, who answers for it, and everything done about it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from credit.desk import Reader
from credit.models import Finding, Inspection, LoanEnding, MaturityNotice, Reclassification
from credit.models.maturities import Acknowledgement
from credit.permissions import readable
from credit.queries.afterloan import lateness, loans
from credit.views import classes
from credit.views.steps import customer_name, fresh_key
from ledger.models import Account
from ledger.queries import handovers
from managers.models import ClientManager


@login_required
@require_GET
def loan(request: HttpRequest, pk: int) -> HttpResponse:
    """One loan: terms, class and floor, who handles it and who is liable, and its history."""
    reader = Reader.of(request)
    account = get_object_or_404(reader.accounts(), pk=pk)
    known = loans.loan(pk, reader.on)
    context: dict[str, Any] = {
        "account": account,
        "loan": known,
        "name": customer_name(account, reader),
        "late": lateness.of(known, reader.on),
        "class_tag": classes.class_tag(known.loan_class),
        "class_word": classes.LoanClass(known.loan_class).label if known.loan_class else "",
        "handles": reader.handles(pk),
        "people": _people(account, reader),
        "key": fresh_key(),
        "file_opens": readable(reader.user, reader.on).filter(pk=account.customer_id).exists(),
        "ways": Acknowledgement.Way.choices,
        **_history(account),
    }
    return render(request, "credit/loan.html", context)


def _people(account: Account, reader: Reader) -> dict[str, Any]:
    """Who handles the loan, and who answers for it for life: whoever issued it, unless handed over."""
    handling = handovers.handlers([account.customer_id], reader.on)[account.customer_id]
    day = min(reader.on, account.closed_on) if account.closed_on else reader.on
    liable = [row for row in handovers.liable([account.customer_id], day) if row.loan == account.account_no]
    named = ClientManager.objects.in_bulk({*handling, *(row.manager_id for row in liable)})
    return {
        "handling": [named[pk] for pk in sorted(handling)],
        "liable": [
            {"who": named[row.manager_id], "since": row.since, "handover": row.handover} for row in liable
        ],
    }


def _history(account: Account) -> dict[str, Any]:
    related = Inspection.objects.filter(account=account).select_related("manager", "companion")
    found = Reclassification.objects.filter(account=account).select_related("proposed_by")
    notices = MaturityNotice.objects.filter(account=account).select_related("acknowledgement")
    return {
        "classes": [{"row": row, "tag": classes.tag(row)} for row in found.order_by("-pk")],
        "inspections": related.order_by("-due_on", "-pk"),
        "findings": Finding.objects.filter(account=account).order_by("-pk"),
        "notices": notices.order_by("-matures_on", "days_before"),
        "endings": LoanEnding.objects.filter(account=account).order_by("-pk"),
    }
