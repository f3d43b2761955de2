"""A figure taken apart, and the rulebooks with their numbers, articles and flaws."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import books, presenters, queries, sheets, standings, version_pages
from grading.models import RulebookVersion
from grading.rules import catalogue
from ledger import explanations, metrics, versions
from ledger import queries as ledger
from ledger.edge import amount, as_of
from managers.models import ClientManager
from managers.permissions import may
from managers.queries import names
from managers.session import signed_in


@login_required
def figure(request: HttpRequest, employee_no: str, metric: str) -> HttpResponse:
    """One figure of one manager down to customers, accounts, spans of days and lines of files."""
    today = timezone.localdate()
    people = ClientManager.objects.visible_to(signed_in(request), today).select_related("branch")
    who = get_object_or_404(people, employee_no=employee_no)
    own = who.user_id is not None and who.user_id == signed_in(request).pk
    if not own and not may(signed_in(request), "view_people", on=today, about=who):
        raise PermissionDenied(_("您的角色不包括查看客户明细；如确有需要，请联系安全管理员授权。"))
    found = _explained(request, who, metric)
    context = {"who": who, "own": own, "versions": versions.of_figure(who, found.ref, found.run)}
    explained = sheets.explained(found)
    rows = [row for section in explained["sections"] for row in section["rows"]]
    names.for_reader(rows, signed_in(request), on=today)
    return render(request, "grading/figure.html", {**context, **explained})


def _explained(request: HttpRequest, who: ClientManager, metric: str) -> explanations.Explained:
    """What the address asks for; 404 with a sentence where it asks for what there is not."""
    run = ledger.latest_run()
    if run is None:
        raise Http404(_("还没有已发布的日终。"))
    try:
        on = date.fromisoformat(request.GET.get("on") or run.business_date.isoformat())
        floor = amount(request.GET.get("floor") or "0")
        return explanations.explain(
            who,
            metric,
            on=on,
            window=request.GET.get("window") or "year",
            floor=floor,
            params=_params(request, metric),
            as_of=as_of(request.GET["as_of"]) if request.GET.get("as_of") else None,
        )
    except (LookupError, ValueError):
        raise Http404(_("没有这个数字：请从工作台或考核件中的链接进入。")) from None


def _params(request: HttpRequest, metric: str) -> tuple[tuple[str, str], ...]:
    """The parameters of the metric that the address gives, with defaults filled in."""
    known = catalogue.METRICS[metric].params if metric in catalogue.METRICS else {}
    given = {
        name: request.GET[name] for name, choice in known.items() if request.GET.get(name) in choice.allowed
    }
    asked = {name: request.GET[name] for name in metrics.parameters(metric) if request.GET.get(name)}
    return catalogue.filled_params(metric, {**given, **asked})


@login_required
def rulebooks(request: HttpRequest) -> HttpResponse:
    """The schemes in force today, and the drafts on their way for those whose work they are."""
    today = timezone.localdate()
    user = signed_in(request)
    readable = queries.readable(user, today).order_by("code", "-number")
    drafts = list(readable.filter(state__in=RulebookVersion.OPEN))
    context = {
        "rows": [_listed(version) for version in standings.schemes(today)],
        "drafts": [_listed(version) for version in drafts],
        "edits": may(user, "edit_rulebook", on=today),
        "today": today,
    }
    return render(request, "grading/rulebooks.html", context)


def _listed(version: RulebookVersion) -> dict[str, Any]:
    return {
        "version": version,
        "title": presenters.titled(queries.rulebook(version).scheme),
        "tone": books.STATE_TONES[version.state],
    }


@login_required
def rulebook(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version by the number people call it by."""
    found = queries.readable(signed_in(request), timezone.localdate())
    return version_pages.shown(request, get_object_or_404(found, code=code, number=number))
