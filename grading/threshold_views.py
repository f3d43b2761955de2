"""试算单个数值: one number of a version turned on a slider over the spread of its figure."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from grading import entries, presenters, simulation, simulation_sheets
from grading.comparing import Result
from grading.rules import simulating
from grading.rules.distributing import Dial, Spread, dials, spread
from grading.rules.schema import Rulebook
from grading.simulation import Figures
from grading.simulation_views import ROWS_A_PAGE, Page, page_of
from ledger import queries as ledger
from ledger.rules.windows import Period


@login_required
@require_GET
@vary_on_headers("HX-Target")
def threshold_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What if this threshold were another: who reaches it, and what would follow."""
    page = page_of(request, pk)
    context: dict[str, Any] = {"page": page, "version": page.version}
    if page.book and page.periods:
        context |= _turned(request, page)
    part = request.headers.get("HX-Target", "")
    if part in ("reach", "effect") and context.get("dial"):
        return render(request, f"grading/simulation_{part}.html", {**context, "partial": True})
    return render(request, "grading/simulation_threshold.html", context)


def _turned(request: HttpRequest, page: Page) -> dict[str, Any]:
    """The number chosen, the spread of its figure, and, but for the slider's quick answer, the effect."""
    book = page.book
    assert book is not None
    period = next((each for each in page.periods if each.code == request.GET.get("period")), page.periods[0])
    on = simulating.day_of_numbers(period.end, page.version.effective_on)
    known = dials(book, on)
    base = {
        "period": period,
        "periods": [{"code": each.code, "name": presenters.period_name(each)} for each in page.periods],
        "groups": _groups(book, known),
    }
    dial = known.get(request.GET.get("number", "")) or next(iter(known.values()), None)
    if dial is None:
        return base
    figures, cut = _spread(page, dial, period)
    amount, typed, wrong = _amount(request, dial)
    shown = simulation_sheets.spread_sheet(cut, figures, dial, amount, book)
    quick = request.headers.get("HX-Target") == "reach"
    return {
        **base,
        "dial": dial,
        "title": simulation_sheets.dial_title(dial, book),
        "unit": dial.parameter.unit,
        "metric": presenters.metric_title(dial.ref.code),
        "spread": cut,
        "typed": typed,
        "wrong": wrong,
        "shown": shown,
        "entry": request.GET.get("amount", "") if typed else "",
        "example": entries.written(dial.amount, dial.parameter.unit, english=presenters.english()),
        **({} if quick else _effect(page, dial, amount, period, on)),
    }


def _groups(book: Rulebook, known: dict[str, Dial]) -> list[dict[str, Any]]:
    """The numbers to choose from, grade by grade."""
    return [
        {
            "grade": presenters.short(grade),
            "dials": [
                {"code": code, "title": simulation_sheets.dial_title(dial, book)}
                for code, dial in known.items()
                if dial.grade == grade.code
            ],
        }
        for grade in book.grades
    ]


def _spread(page: Page, dial: Dial, period: Period) -> tuple[Figures, Spread]:
    book, run = page.book, ledger.current_run(period.end)
    assert book is not None
    among = simulation.people(page.user, page.on)

    def work() -> Figures:
        return simulation.figures(book, dial, period, run, among)

    figures = page.kept(f"figures {dial.ref} {dial.own and dial.grade} {run.pk}", work)
    return figures, spread(figures.all, dial.amount)


def _amount(request: HttpRequest, dial: Dial) -> tuple[Decimal, bool, str]:
    """The number tried, whether it was typed, and what is wrong with it.

    A number typed counts unless the slider has just been moved; another number chosen starts anew.
    """
    asked = request.GET
    if asked.get("number") != asked.get("turned"):
        return dial.amount, False, ""
    typed = asked.get("by") != "slider" and bool(asked.get("amount", "").strip())
    entry = asked["amount"] if typed else asked.get("x", "")
    try:
        found = entries.read(entry, dial.parameter.unit) if entry else dial.amount
    except entries.NotRead as error:
        return dial.amount, typed, str(error)
    return (dial.amount if found is None else found), typed, ""


def _effect(page: Page, dial: Dial, amount: Decimal, period: Period, on: date) -> dict[str, Any]:
    """The matrix, names and cost of the book with the number turned, beside the book as it is."""
    if amount == dial.amount or page.book is None:
        return {"effect": None}
    book, run = page.book, ledger.current_run(period.end)
    among = simulation.people(page.user, page.on)

    def work() -> Result:
        return simulation.turn(book, dial, amount, period, among=among, on=on)

    result = page.kept(f"turn {dial.code} {amount} {run.pk}", work)
    found = simulation_sheets.changes([result])
    return {
        "effect": simulation_sheets.sheet(result, book),
        "rows": [simulation_sheets.change(result, each, book) for _r, each in found[:ROWS_A_PAGE]],
        "more": max(len(found) - ROWS_A_PAGE, 0),
    }
