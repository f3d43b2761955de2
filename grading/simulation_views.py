"""试算: a version tried out on past periods, for the managers in reach."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grading import presenters, queries, services, simulation, simulation_sheets
from grading.comparing import Result
from grading.edge import findings_text
from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import checker, simulating
from grading.rules.schema import Rulebook
from ledger import queries as ledger
from ledger.rules.windows import Period
from managers.models import User
from managers.permissions import check_may, may
from managers.session import signed_in

ROWS_A_PAGE = 50
#: Quarters ticked when the page is opened.
AT_FIRST = 4
#: Seconds a result is kept for leafing through it and for the slider; figures and verdicts are in its key.
KEPT = 900


@dataclass(frozen=True)
class Page:
    """Who looks at which version, and what can be chosen."""

    user: User
    on: date
    version: RulebookVersion
    book: Rulebook | None
    errors: tuple[str, ...]
    periods: tuple[Period, ...]

    @property
    def title(self) -> str:
        """The name of the regulation."""
        return presenters.titled(self.book.scheme) if self.book else self.version.title

    def kept(self, what: str, work: Callable[[], Any]) -> Any:
        """The result of work on these figures for this reach, from the cache where it is there."""
        scope = simulation.reach(self.user, self.on)
        last = [model.objects.aggregate(last=Max("id"))["last"] for model in (GradeRecord, Verdict)]
        versions = list(RulebookVersion.objects.order_by("id").values_list("id", "state", "effective_on"))
        reach = [scope.everything, sorted(scope.paths), self.on]
        basis = repr([what, self.version.sha256, reach, last, versions])
        return cache.get_or_set(f"simulation:{hashlib.sha256(basis.encode()).hexdigest()}", work, KEPT)


def page_of(request: HttpRequest, pk: int) -> Page:
    """The version asked for, read by the checker; refused for whoever may not look."""
    user, on = signed_in(request), timezone.localdate()
    if not any(may(user, action, on=on) for action in simulation.LOOKING):
        raise PermissionDenied(_("试算列出他人的指标与结论，只对办法的起草、通过与稽核人员开放。"))
    version = get_object_or_404(queries.readable(user, on), pk=pk)
    found = checker.check(version.content, file=f"{version.code}.toml")
    periods = simulation.published_periods()
    return Page(user, on, version, found.rulebook, tuple(findings_text(found.errors)), tuple(periods))


@login_required
@require_http_methods(["GET", "POST"])
def simulation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and what came out for the periods chosen; by POST, that somebody has seen it is recorded."""
    page = page_of(request, pk)
    if request.method == "POST":
        return _record(request, page)
    chosen, starts_on, wrong = _asked(request, page)
    results = _results(page, chosen, starts_on) if page.book and chosen and not wrong else []
    context = {
        "page": page,
        "version": page.version,
        "choices": _choices(page, request, chosen),
        "starts_on": starts_on,
        "wrong": wrong,
        "results": results,
        **(_shown(request, page, results) if results else {}),
    }
    return render(request, "grading/simulation.html", context)


def _asked(request: HttpRequest, page: Page) -> tuple[list[Period], date, str]:
    """The periods and the day the address asks for, and what is wrong with it."""
    asked = request.POST if request.method == "POST" else request.GET
    known = {period.code: period for period in page.periods}
    codes = asked.getlist("period")
    try:
        starts_on = date.fromisoformat(asked.get("effective") or page.version.effective_on.isoformat())
    except ValueError:
        return [], page.version.effective_on, _("生效日写法不对：请写 2027-01-01。")
    if any(code not in known for code in codes):
        return [], starts_on, _("所选考核期没有已发布的日终；请从列出的考核期中选择。")
    if "effective" in asked and not codes:
        return [], starts_on, _("请至少选择一个考核期。")
    return [known[code] for code in dict.fromkeys(codes)], starts_on, ""


def _choices(page: Page, request: HttpRequest, chosen: list[Period]) -> list[dict[str, Any]]:
    """The periods to tick: those asked for, or the last quarters where nothing was asked."""
    quarters = [period for period in page.periods if period.kind == "quarter"][:AT_FIRST]
    ticked = chosen if request.GET else quarters
    return [
        {"code": each.code, "name": presenters.period_name(each), "ticked": each in ticked}
        for each in page.periods
    ]


def _results(page: Page, periods: Iterable[Period], starts_on: date) -> list[Result]:
    """Every period beside the version in force then."""
    among, book, chosen = simulation.people(page.user, page.on), page.book, list(periods)
    assert book is not None
    runs = [(period.code, ledger.current_run(period.end).pk) for period in chosen]

    def work() -> list[Result]:
        return list(simulation.simulate(book, chosen, among=among, starts_on=starts_on))

    return list(page.kept(f"periods {runs} {starts_on}", work))


def _shown(request: HttpRequest, page: Page, results: list[Result]) -> dict[str, Any]:
    """The result as the page takes it, one leaf of the names included."""
    book = page.book
    assert book is not None
    side = request.GET.get("side", "")
    side = side if side in simulating.SIDES else ""
    leaf = Paginator(simulation_sheets.changes(results, side), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {
        "sheets": [simulation_sheets.sheet(result, book) for result in results],
        "rows": [simulation_sheets.change(result, each, book) for result, each in leaf],
        "leaf": leaf,
        "side": side,
        "sides": simulation_sheets.sides(results),
        "changed": sum(len(result.changes) for result in results),
        "judged": sum(result.judged for result in results),
        "cost_difference": sum((line.difference for result in results for line in result.cost), Decimal(0)),
        "may_record": page.version.state == RulebookVersion.State.CHECKED
        and may(page.user, "edit_rulebook", on=page.on),
    }


def _record(request: HttpRequest, page: Page) -> HttpResponse:
    """Somebody has seen what the version would have meant: its state moves on, with what was looked at."""
    check_may(page.user, "edit_rulebook", on=page.on)
    chosen, starts_on, wrong = _asked(request, page)
    if wrong or not chosen or page.book is None:
        messages.error(request, wrong or _("请至少选择一个考核期。"))
        return redirect("simulation", pk=page.version.pk)
    results = _results(page, chosen, starts_on)
    try:
        services.simulated(page.version, by=page.user, on=page.on, summary=simulation.summary(results))
    except services.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已记为试算过；可提交第二人通过。"))
    query = "&".join([*(f"period={each.code}" for each in chosen), f"effective={starts_on.isoformat()}"])
    return redirect(f"{reverse('simulation', args=[page.version.pk])}?{query}")
