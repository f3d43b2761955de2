"""Reads for the working standard: what the books say of an agreement, of a plan, and events to be counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from credit.models import (
    Agreement,
    Commitment,
    Complaint,
    MarketingPlan,
    PlanTarget,
    StatedFigure,
    Survey,
    SurveyResponse,
    WorkLogEntry,
)
from credit.rules import working
from credit.rules.working import Facts, Judged, Spread
from ledger import metrics
from ledger import queries as ledger
from ledger.happenings import Happened
from ledger.models import Run, Settlement
from ledger.queries.handovers import run_by
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef
from ledger.sql import statement
from managers.models import ClientManager

#: What a stated figure is called among the facts.
STATED = {
    StatedFigure.Kind.DEPOSITS: "all_deposits",
    StatedFigure.Kind.LOANS: "all_loans",
    StatedFigure.Kind.SETTLEMENTS: "all_settlements",
    StatedFigure.Kind.CURRENT_RATIO: "current_ratio",
    StatedFigure.Kind.DEBT_RATIO: "debt_ratio",
    StatedFigure.Kind.PAYROLL: "payroll",
}
#: What `events` yields, and what people call it.
EVENTS = {
    "work_log": _("工作日志"),
    "visit": _("客户走访"),
    "complaint": _("客户投诉"),
    "complaint_upheld": _("投诉属实"),
}


# --- Agreements -------------------------------------------------------------------------------------------


def facts_of(agreement: Agreement, as_of: date) -> Facts:
    """What is known of an agreement's customer as of a day: from the books, and as it was stated."""
    ours = _ours(agreement.customer_id, as_of)
    stated: dict[str, Decimal] = {}
    for row in StatedFigure.objects.filter(agreement=agreement, as_of=as_of).order_by("pk"):
        stated[STATED[StatedFigure.Kind(row.kind)]] = row.value
    return replace(ours, **stated)


def _ours(customer: int, as_of: date) -> Facts:
    """Nothing where the day's figures are not published: a balance of a day to come is not known."""
    run = ledger.latest_run()
    if run is None or as_of > run.business_date or as_of < ledger.history_known(run):
        return Facts()
    start = windows.first_day("quarter", as_of)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("customer_business", "credit.sql"), {"customer": customer, "start": start, "day": as_of}
        )
        product, loans = cursor.fetchone()
    return Facts(
        deposits=(product / ((as_of - start).days + 1)).quantize(Decimal("0.01")),
        loans=loans,
        settlements=_settled(customer, as_of, run),
    )


def _settled(customer: int, as_of: date, run: Run) -> Decimal | None:
    """International settlements of the year so far; not known where the bank delivers none."""
    if "settlements" not in ledger.feeds_known(run):
        return None
    rows = Settlement.objects.filter(
        customer=customer, business_date__range=(windows.first_day("year", as_of), as_of)
    )
    return rows.aggregate(total=Sum("usd_amount"))["total"] or Decimal(0)


@dataclass(frozen=True)
class Kept:
    """One commitment held against the facts of a day."""

    commitment: Commitment
    judged: Judged


def kept(agreement: Agreement, facts: Facts) -> list[Kept]:
    """Every commitment of an agreement held against the facts."""
    rows = agreement.commitments.order_by("pk")
    return [Kept(row, working.judged(row.kind, row.threshold, facts)) for row in rows]


def stated_days(agreement: Agreement) -> list[date]:
    """The days for which the customer stated anything, the latest first."""
    days = StatedFigure.objects.filter(agreement=agreement).values_list("as_of", flat=True)
    return sorted(set(days), reverse=True)


def names_of_facts() -> tuple[str, ...]:
    """The names of what can be known."""
    return tuple(each.name for each in fields(Facts))


# --- Plans ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """A target with what was reached of it by `on`; `question` leads to the figure where there is one."""

    target: PlanTarget
    start: date
    end: date
    on: date | None
    figure: Figure | None
    question: MetricRef | None


def reached(plan: MarketingPlan) -> list[Reached]:
    """Every target of a plan with the figure of its period: at its end, or so far where it still runs."""
    found = [_asked(plan, target) for target in plan.targets.order_by("metric", "period")]
    by_day: dict[date, list[Reached]] = {}
    for each in found:
        if each.on is not None:
            by_day.setdefault(each.on, []).append(each)
    answers = {day: _figures(plan.manager_id, day, rows) for day, rows in by_day.items()}
    return [
        replace(each, figure=answers[each.on].get(each.question)) if each.on and each.question else each
        for each in found
    ]


def _asked(plan: MarketingPlan, target: PlanTarget) -> Reached:
    start, end = working.days_of(plan.year, target.period)
    run = run_by(end)
    on = run.business_date if run is not None and run.business_date >= start else None
    window = "year" if target.period == PlanTarget.Period.YEAR else "quarter"
    return Reached(target, start, end, on, None, _question(target.metric, window))


def _question(metric: str, window: str) -> MetricRef:
    """A metric of the catalogue, or the bank's own code as the events of that code."""
    if metric in metrics.plain():
        return MetricRef(metric, window)
    return MetricRef("event_quantity", window, params=(("event", metric),))


def _figures(manager: int, day: date, rows: Sequence[Reached]) -> dict[MetricRef | None, Figure]:
    run = run_by(day)
    assert run is not None  # the day is that of a run
    refs = {each.question for each in rows if each.question}
    found = metrics.figures(run, refs, [manager]).get(manager, {})
    return {ref: figure for ref, figure in found.items()}


def approved_plan(manager: ClientManager, year: int) -> MarketingPlan | None:
    """The version in force of a manager's plan for a year."""
    return MarketingPlan.objects.filter(manager=manager, year=year, state="approved").first()


# --- Surveys ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What customers said of one manager: how many answered, all questions together, and each alone."""

    manager: ClientManager | None
    count: int
    spread: Spread | None
    questions: tuple[Fraction, ...] = ()


def results(survey: Survey, managers: Iterable[int]) -> list[Result]:
    """By manager what was answered; where fewer than three answered, only how many."""
    rows = SurveyResponse.objects.filter(survey=survey, manager__in=list(managers))
    by_manager: dict[ClientManager, list[list[int]]] = {}
    for row in rows.select_related("manager__branch").order_by("manager__employee_no", "pk"):
        by_manager.setdefault(row.manager, []).append(row.scores)
    return [_result(manager, scores) for manager, scores in by_manager.items()]


def overall(survey: Survey, managers: Iterable[int]) -> Result | None:
    """All of them together; None where that would tell what is hidden of one."""
    wanted = list(managers)
    each = results(survey, wanted)
    if not each or not working.total_may_show([one.count for one in each]):
        return None
    rows = SurveyResponse.objects.filter(survey=survey, manager__in=wanted)
    return _result(None, list(rows.values_list("scores", flat=True)))


def _result(manager: ClientManager | None, scores: Sequence[Sequence[int]]) -> Result:
    values = [Fraction(sum(each), len(each)) for each in scores]
    found = working.spread(values)
    if found is None:
        return Result(manager, len(values), None)
    questions = tuple(Fraction(sum(column), len(column)) for column in zip(*scores, strict=True))
    return Result(manager, len(values), found, questions)


# --- Events -----------------------------------------------------------------------------------------------


def events() -> Iterator[Happened]:
    """Complaints, visits and log entries as the ledger counts them; the note names the record.

    An entry that was corrected is no event any more. A complaint counts on the day it came, and once more as
    upheld on the day it was closed with that outcome.
    """
    yield from _logged()
    yield from _complained()


def _logged() -> Iterator[Happened]:
    rows = WorkLogEntry.objects.filter(corrected_by__isnull=True).order_by("pk")
    for who, day, kind, pk in rows.values_list("manager__employee_no", "day", "kind", "pk").iterator():
        yield Happened(who, day, "work_log", 1, f"work_log:{pk}")
        if kind == WorkLogEntry.Kind.VISIT:
            yield Happened(who, day, "visit", 1, f"work_log:{pk}")


def _complained() -> Iterator[Happened]:
    rows = Complaint.objects.order_by("pk")
    for who, day, pk in rows.values_list("manager__employee_no", "received_on", "pk"):
        yield Happened(who, day, "complaint", 1, f"complaint:{pk}")
    upheld = rows.filter(state=Complaint.State.CLOSED, upheld=True)
    for who, day, pk in upheld.values_list("manager__employee_no", "closed_on", "pk"):
        yield Happened(who, day, "complaint_upheld", 1, f"complaint:{pk}")
