"""Maturity notices: the list, several printed in one PDF, and the receipt of one."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit.desk import Reader
from credit.models import MaturityNotice
from credit.models.maturities import Acknowledgement
from credit.queries.afterloan import maturities
from credit.services.afterloan import maturing, printing
from credit.views.steps import attempt, day_of, named, page_of

ROWS_A_PAGE = 50
SHOWS = ("open", "received", "all")


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Notices that wait for their receipt, those acknowledged, or all; several are printed at once."""
    reader = Reader.of(request)
    chosen = request.GET.get("show", "open")
    chosen = chosen if chosen in SHOWS else "open"
    found = maturities.unacknowledged(reader.on) if chosen == "open" else MaturityNotice.objects.all()
    if chosen == "received":
        found = found.exclude(acknowledgement=None)
    related = ("account__customer__branch", "manager", "acknowledgement")
    rows = reader.in_sight(found).select_related(*related).order_by("matures_on", "account__account_no", "pk")
    page = page_of(request, rows, ROWS_A_PAGE)
    context = {
        "page": page,
        "rows": named(page, reader, left=lambda row: (row.matures_on - reader.on).days),
        "chosen": chosen,
        "most": printing.MOST,
    }
    return render(request, "credit/maturities.html", context)


@login_required
@require_POST
def print_notices(request: HttpRequest) -> HttpResponse:
    """The notices ticked as one PDF, a page each."""
    reader = Reader.of(request)
    wanted = [int(pk) for pk in request.POST.getlist("notice") if pk.isascii() and pk.isdecimal()]
    found = list(reader.in_sight(MaturityNotice.objects.filter(pk__in=wanted)).order_by("matures_on", "pk"))
    if wanted and not found:
        raise Http404
    made: list[bytes] = []

    def work() -> None:
        made.append(printing.print_notices(found, by=reader.user, on=reader.on, at=timezone.now()))

    if not attempt(request, work, ""):
        return redirect("maturities")
    name = _("到期通知书-%(day)s.pdf") % {"day": reader.on}
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(made[0], content_type="application/pdf", headers=headers)


@login_required
@require_POST
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down who of the customer took the notice, when and how."""
    reader = Reader.of(request)
    row = get_object_or_404(reader.in_sight(MaturityNotice.objects.all()), pk=pk)
    received_on = day_of(request.POST.get("received_on", ""))

    def work() -> None:
        if received_on is None:
            raise maturing.Refusal(_("请填写签收日。"))
        maturing.acknowledge(
            row.pk,
            received_by=request.POST.get("received_by", ""),
            received_on=received_on,
            way=request.POST.get("way", Acknowledgement.Way.HANDED),
            evidence=request.FILES.get("evidence"),
            by=reader.user,
            on=reader.on,
        )

    attempt(request, work, _("回执已登记。"))
    return redirect("afterloan", row.account_id)
