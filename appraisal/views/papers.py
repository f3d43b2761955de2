"""Papers to take away: the form of an appraisal, the notice of its decision, the record of the vote."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from appraisal import queries, services
from managers.session import signed_in

LANGUAGES = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}


@login_required
@require_GET
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """考核表: an appraisal with its evidence, verdict and steps."""
    return _paper(request, pk, "form")


@login_required
@require_GET
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """决定通知书: a published decision with the way to appeal."""
    return _paper(request, pk, "notice")


@login_required
@require_GET
def votes(request: HttpRequest, pk: int) -> HttpResponse:
    """表决记录: how the latest decision came about."""
    return _paper(request, pk, "votes")


def _paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The paper in the reader's language or the one asked for (?lang=en); 404 outside the scope."""
    user, on = signed_in(request), timezone.localdate()
    appraisal = get_object_or_404(queries.visible(user, on), pk=pk)
    language = LANGUAGES.get(request.GET.get("lang", "")) or translation.get_language()
    try:
        with translation.override(language):
            printed = services.print_paper(appraisal, kind, by=user, on=on, at=timezone.now())
    except services.Refusal as refusal:
        raise PermissionDenied(str(refusal)) from None
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=printed.name) or "",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(printed.content, content_type="application/pdf", headers=headers)
