"""回溯复核: told appraisals that would come out otherwise today; risk reopens the case or says why not."""

from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import permissions, reviews
from appraisal.models import Appraisal, LookBack
from appraisal.services import Refusal, lookbacks
from managers.models import ClientManager
from managers.permissions import check_may
from managers.services import stepping
from managers.session import signed_in

ROWS_A_PAGE = 25
RELATED = ("appraisal__manager__branch", "appraisal__cycle", "appraisal__verdict__rulebook", "ended_by")


@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """The reviews of the reader's scope, the open ones first."""
    open_first = Case(When(state=LookBack.State.OPEN, then=0), default=1)
    found = _visible(request).order_by(open_first, "-opened_at", "-pk")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [reviews.row(each) for each in page]
    waiting = found.filter(state=LookBack.State.OPEN).count()
    return render(request, "appraisal/lookbacks.html", {"page": page, "rows": rows, "waiting": waiting})


@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: before and after, what relied on the decision, and how it ended."""
    user, on = signed_in(request), timezone.localdate()
    found = get_object_or_404(_visible(request), pk=pk)
    case: Appraisal = found.appraisal
    context = {
        **reviews.row(found),
        "sides": reviews.sides(found),
        "lines": reviews.lines(found),
        "loans": reviews.loans(found),
        "relied": list(reviews.relied(found)),
        "may_end": found.state == LookBack.State.OPEN and permissions.may("reopen", case, by=user, on=on),
        "is_open": found.state == LookBack.State.OPEN,
        "key": uuid4().hex,
    }
    return render(request, "appraisal/lookback.html", context)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The case is decided anew."""
    return _ended(request, pk, lookbacks.reopen, _("%(who)s 的考核已重开，请人力资源部重新测算。"))


@login_required
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """What was told stands."""
    return _ended(request, pk, lookbacks.dismiss, _("已维持 %(who)s 的原结论。"))


def _ended(request: HttpRequest, pk: int, end: Any, done: str) -> HttpResponse:
    found = get_object_or_404(_visible(request), pk=pk)
    reason, key = request.POST.get("reason", ""), request.POST.get("key", "")
    try:
        end(found, by=signed_in(request), on=timezone.localdate(), reason=reason, key=key)
    except (Refusal, stepping.Refusal) as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done % {"who": found.manager.name})
    return redirect("lookback", pk)


def _visible(request: HttpRequest) -> QuerySet[LookBack]:
    """The reviews in the reader's scope; nobody reads the one about oneself here."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, "view_appraisals", on=on)
    own = ClientManager.objects.filter(user=user)
    found = LookBack.objects.visible_to(user, on).exclude(appraisal__manager__in=own)
    return found.select_related(*RELATED)
