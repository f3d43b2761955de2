"""Papers to take away: of an appraisal, of a handover, of a change of grade, and of a day of decisions."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from appraisal import queries, services
from appraisal.models import Cycle
from appraisal.queries import meetings
from grading.models import GradeChange
from managers.models import Handover
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


@login_required
@require_GET
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """移交清单: the customers of a handover, for its sides and those who look after them."""
    user, on = signed_in(request), timezone.localdate()
    related = ("giver__branch", "receiver__branch", "branch", "witnessed_by", "approved_by")
    row = get_object_or_404(Handover.objects.visible_to(user, on).select_related(*related), pk=pk)
    return _answer(request, lambda **given: services.print_handover(row, **given))


@login_required
@require_GET
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """聘任书, 等级调整通知书: what a change of grade says to the person."""
    user, on = signed_in(request), timezone.localdate()
    visible = GradeChange.objects.visible_to(user, on).select_related("manager__branch", "manager__user")
    row = get_object_or_404(visible, pk=pk)
    return _answer(request, lambda **given: services.print_letter(row, **given))


@login_required
@require_GET
def minutes(request: HttpRequest) -> HttpResponse:
    """会议纪要: ?cycle= and ?on= name the meeting, ?branch= its body where several decided that day."""
    user, on = signed_in(request), timezone.localdate()
    asked, day = request.GET.get("cycle", ""), _day(request.GET.get("on", ""))
    if not (asked.isascii() and asked.isdecimal()) or day is None:
        raise Http404
    cycle = get_object_or_404(Cycle, pk=int(asked))
    found = meetings.meetings(user, cycle, day, on=on, branch=request.GET.get("branch", ""))
    return _answer(request, lambda **given: services.print_minutes(found, cycle, **given))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A paper of an appraisal; 404 outside the scope."""
    appraisal = get_object_or_404(queries.visible(signed_in(request), timezone.localdate()), pk=pk)
    return _answer(request, lambda **given: services.print_paper(appraisal, kind, **given))


def _answer(request: HttpRequest, printing: Callable[..., services.Printed]) -> HttpResponse:
    """The paper in the reader's language or the one asked for (?lang=en)."""
    given: dict[str, Any] = {"by": signed_in(request), "on": timezone.localdate(), "at": timezone.now()}
    language = LANGUAGES.get(request.GET.get("lang", "")) or translation.get_language()
    try:
        with translation.override(language):
            printed = printing(**given)
    except services.Refusal as refusal:
        raise PermissionDenied(str(refusal)) from None
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=printed.name) or "",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(printed.content, content_type="application/pdf", headers=headers)
