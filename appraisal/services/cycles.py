"""Open a cycle: one appraisal for every manager in scope, and a reason for everyone else."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from appraisal import permissions, queries
from appraisal.models import Appraisal, Cycle, State, Step
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading.models import RulebookVersion
from ledger.rules import windows
from ledger.rules.windows import Period
from managers.models import ClientManager, LogEntry, User
from managers.permissions import check_may


@dataclass(frozen=True)
class Opened:
    """A cycle, the appraisals this call added to it, and who is not in it and why."""

    cycle: Cycle
    added: list[Appraisal]
    left_out: list[queries.LeftOut]


def open_cycle(scheme: str, period: str, *, by: User | None, on: date) -> Opened:
    """Open the appraisals of a scheme and period (1993Q3, 1993) for every manager in scope and in reach.

    Again: adds who is in scope by now and changes nothing else. `by` None is the platform itself, which
    reaches everyone; a person reaches the branches of the role. Refusal where the period is no period or no
    rulebook is in force on its last day, PermissionDenied where the person may open nothing.
    """
    span = read_period(period)
    if span.end > on:
        raise Refusal("not_ended", period=period, day=span.end)
    version = version_for(scheme, span)
    people = _in_reach(by, on)
    with transaction.atomic():
        cycle = _cycle(scheme, span, by)
        added = _add(cycle, _wanted(cycle, version, span, people), by, on)
        if added:
            LogEntry.objects.create(
                by=by,
                action="open_cycle",
                subject=f"cycle:{cycle.pk}",
                detail={"scheme": scheme, "period": period, "added": len(added)},
            )
        return Opened(cycle, added, queries.left_out(cycle, people))


def read_period(code: str) -> Period:
    """The period of a code, or a Refusal that shows how to write one."""
    try:
        return windows.period(code)
    except ValueError:
        raise Refusal("bad_period", period=code) from None


def version_for(scheme: str, period: Period) -> RulebookVersion:
    """The rulebook in force on the period's last day, or a Refusal that names the schemes there are."""
    try:
        return grading.version_in_force(scheme, period.end)
    except grading.NoRulebook:
        known = RulebookVersion.objects.order_by("code").values_list("code", flat=True).distinct()
        raise Refusal("no_rulebook", scheme=scheme, day=period.end, known="、".join(known) or "—") from None


def _in_reach(by: User | None, on: date) -> QuerySet[ClientManager]:
    """The managers whose appraisals this person may open."""
    if by is None:
        return ClientManager.objects.all()
    check_may(by, "open_cycle", on=on)
    scope = permissions.reach(by, "open_cycle", on=on)
    inside = Q(pk__in=[])
    for path in scope.paths:
        inside |= Q(branch__path__startswith=path)
    return ClientManager.objects.all() if scope.everything else ClientManager.objects.filter(inside)


def _cycle(scheme: str, period: Period, by: User | None) -> Cycle:
    """The cycle, created once and locked, so that two people opening it add nobody twice."""
    cycle, _ = Cycle.objects.get_or_create(
        scheme=scheme,
        period=period.code,
        defaults={"starts_on": period.start, "ends_on": period.end, "opened_by": by},
    )
    return Cycle.objects.select_for_update().get(pk=cycle.pk)


def _wanted(
    cycle: Cycle, version: RulebookVersion, period: Period, people: QuerySet[ClientManager]
) -> list[ClientManager]:
    """Who is in scope and has no appraisal in the cycle yet."""
    inside = set(cycle.appraisals.values_list("manager_id", flat=True))
    return [
        manager
        for manager, code in queries.candidates(version, period, people)
        if not code and manager.pk not in inside
    ]


def _add(cycle: Cycle, people: list[ClientManager], by: User | None, on: date) -> list[Appraisal]:
    reader = permissions.Reader(by, on) if by else None
    added = Appraisal.objects.bulk_create(Appraisal(cycle=cycle, manager=manager) for manager in people)
    Step.objects.bulk_create(
        Step(
            appraisal=appraisal,
            name="open",
            from_state="",
            to_state=State.OPENED,
            by=by,
            on_behalf_of=reader.holder("open", appraisal.manager) if reader else None,
        )
        for appraisal in added
    )
    return added
