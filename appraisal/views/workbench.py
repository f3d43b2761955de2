"""我的工作台: where a manager stands, what is lacking, the customers behind it, and the own appraisal."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal import presenters, queries, services
from appraisal.views.own import own_part
from grading import points, standings
from grading import presenters as grades
from grading import queries as grading
from grading.standings import Standing
from ledger import presenters as ledger
from ledger.models import Run
from ledger.queries import Contribution, contributions, latest_run
from ledger.rules import windows
from managers.backoffice import history_url
from managers.models import ClientManager
from managers.permissions import may
from managers.queries import names
from managers.services import identity
from managers.session import signed_in

CUSTOMERS_A_PAGE = 10


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """The workbench of whoever is logged in; refused for those who are no client managers."""
    own = getattr(signed_in(request), "client_manager", None)
    if own is None:
        raise PermissionDenied(_("这一页是客户经理本人的工作台；您的账号没有关联客户经理档案。"))
    return workbench(request, own, own=True)


@login_required
def manager(request: HttpRequest, employee_no: str) -> HttpResponse:
    """The same page about somebody in one's scope; 404 outside it."""
    on = timezone.localdate()
    people = ClientManager.objects.visible_to(signed_in(request), on).select_related("branch")
    found = get_object_or_404(people, employee_no=employee_no)
    own = found.user_id is not None and found.user_id == signed_in(request).pk
    actions = ("view_people", "view_appraisals")
    if not own and not any(may(signed_in(request), action, on=on, about=found) for action in actions):
        raise PermissionDenied(_("您的角色不包括查看他人的工作台；如确有需要，请联系安全管理员授权。"))
    return workbench(request, found, own=own)


def workbench(request: HttpRequest, who: ClientManager, *, own: bool) -> HttpResponse:
    """The page for one manager on the latest published date."""
    user, on, run = signed_in(request), timezone.localdate(), latest_run()
    identity.note_reading(who, by=user, on=on)
    cases = _cases(request, who, own=own)
    context: dict[str, Any] = {
        "who": who,
        "own": own,
        "run": run,
        "sees_customers": own or may(user, "view_people", on=on, about=who),
        "history_url": history_url(ClientManager, who.pk) if may(user, "view_log", on=on) else "",
        "appraisal": cases[0] if cases else None,
        "cases": cases,
    }
    if run is not None:
        context |= _figures(request, who, run)
    return render(request, "appraisal/workbench.html", context)


def _figures(request: HttpRequest, who: ClientManager, run: Run) -> dict[str, Any]:
    start = windows.first_day("year", run.business_date)
    by_day = contributions(who.pk, start=start, days=ledger.sampled(start, run.business_date))
    rows = by_day[run.business_date]
    found = standings.standing(who, run)
    held = grading.grades_on(run.business_date, [who.pk]).get(who.pk, "")
    return {
        "on": run.business_date,
        "standing": found,
        "held": held,
        **(_standing(found, rows) if found else {}),
        **_charts(found, by_day, start),
        **_customers(request, found, rows, start, run.business_date),
    }


def _standing(found: Standing, rows: Sequence[Contribution]) -> dict[str, Any]:
    """Everything that follows from the rulebook: sheets, bar, vetoes, planner, the grade and its history."""
    history = [record for record in grading.grade_history(found.manager.pk)]
    own = grades.sheet(found, found.grade, rows)
    above = grades.sheet(found, found.above, rows)
    employee_no = found.manager.employee_no
    return {
        "title": grades.titled(found.grade),
        "scheme": grades.titled(found.book.scheme),
        "since": next((each.effective_on for each in history if each.effective_on <= found.on), None),
        "coming": [
            _coming(each, found) for each in history if each.effective_on > found.on and each.grade_code
        ][:1],
        "period": grades.period_name(found.period),
        "ahead": grades.period_name(found.ahead),
        "own_sheet": own,
        "sheets": _both(own, above),
        "scores": points.scores(found.book, found.verdict),
        "pay": points.pay(found.verdict),
        "on_post": grades.sheet_row(found, found.verdict.on_post, rows),
        "vetoes": grades.vetoes(found.verdict.vetoes, employee_no, found.on),
        "struck": len(found.verdict.struck),
        "advice": grades.advice(found, rows),
        "outcome": grades.outcome_word(found.verdict.outcome),
        "outcome_tag": presenters.OUTCOME_TAGS[found.verdict.outcome],
        "why": found.verdict.why_en if grades.english() else found.verdict.why,
    }


def _both(own: grades.Sheet | None, above: grades.Sheet | None) -> list[tuple[grades.Sheet, bool]]:
    """Own and next standard as far as there are any; the next one first once the own one is met."""
    both = [(sheet, is_next) for sheet, is_next in ((own, False), (above, True)) if sheet is not None]
    return both[::-1] if own is not None and own.outcome == "met" else both


def _coming(record: Any, found: Standing) -> dict[str, Any]:
    return {"grade": grades.grade_short(found.book, record.grade_code), "on": record.effective_on}


def _charts(
    found: Standing | None, by_day: Mapping[date, Sequence[Contribution]], start: date
) -> dict[str, Any]:
    """The curves of both averages, counted as for the own grade."""
    points = ledger.curves(by_day, start=start, floor=_floor(found, found.grade.code if found else ""))
    rows = by_day[max(by_day)]
    return {
        "deposit_chart": ledger.chart(_("存款日均"), points["deposit"], *_ahead(found, "deposit", rows)),
        "loan_chart": ledger.chart(_("贷款日均"), points["loan"], *_ahead(found, "loan", rows)),
    }


def _ahead(found: Standing | None, bucket: str, rows: Sequence[Contribution]) -> tuple[Any, Any]:
    """Thresholds and projection of a curve."""
    if found is None:
        return [], None
    metric = f"{bucket}_daily_average"
    leaf = grades.line_of(found.verdict.standards, found.grade, metric)
    value = grades.projection(found, leaf, rows) if leaf else None
    same_year = found.ahead.end.year == found.on.year
    projected = (found.ahead.end, value) if value is not None and same_year else None
    return grades.thresholds(found, metric), projected


def _customers(
    request: HttpRequest, found: Standing | None, rows: Sequence[Contribution], start: date, on: date
) -> dict[str, Any]:
    days, by = (on - start).days + 1, request.GET.get("sort", "deposit")
    floor = _floor(found, found.grade.code if found else "")
    above = _floor(found, found.above.code) if found and found.above else None
    shown = ledger.customers(rows, days=days, floor=floor, above=above, by=by)
    counted = sum(1 for row in shown if row["state"] == "counted")
    page = Paginator(shown, CUSTOMERS_A_PAGE).get_page(request.GET.get("page"))
    names.for_reader(page.object_list, signed_in(request), on=timezone.localdate())
    return {
        "customers": page,
        "counted": counted,
        "left_out": len(shown) - counted,
        "floor": floor,
        "sort": by if by in ledger.SORTS else "deposit",
    }


def _floor(found: Standing | None, grade: str) -> Decimal:
    """The least own daily average a customer needs to count for a grade; 0 counts all."""
    if found is None:
        return Decimal(0)
    root = found.verdict.standards.get(grade)
    floors = {leaf.floor for leaf in root.leaves() if leaf.floor} if root is not None else set()
    return max(floors, default=Decimal(0))


def _cases(request: HttpRequest, who: ClientManager, *, own: bool) -> list[dict[str, Any]]:
    """The appraisals under way and the latest one, with steps and papers; none where none was opened."""
    user, on = signed_in(request), timezone.localdate()
    reads = own or may(user, "view_appraisals", on=on, about=who)
    return [
        {
            "pk": row.pk,
            "papers": services.papers_of(row, by=user) if reads else [],
            "period": presenters.period_name(row.cycle.period),
            "tag": presenters.state_tag(row.state),
            "steps": presenters.timeline(row, queries.steps(row), named=not own),
            "result": presenters.result(row),
            "from": row.cycle.ends_on,
            "reads": reads and not own,
            **(own_part(row, on) if own else {}),
        }
        for row in queries.own_cases(who)
    ]
