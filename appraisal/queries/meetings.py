"""The meetings of a body: the days on which it decided in a cycle, and what it decided on one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncDate
from django.utils import timezone

from appraisal.models import Appraisal, Cycle, Decision
from appraisal.queries.bodies import CHAIR, MEMBER
from managers.models import Branch, User
from managers.models.scope import grants_on

#: How many meetings a desk offers the minutes of.
LATEST = 5


@dataclass(frozen=True)
class Meeting:
    """What one body decided in a cycle on a day, in order; never empty."""

    cycle: Cycle
    on: date
    branch: str
    decisions: Sequence[Decision]


@dataclass(frozen=True)
class Held:
    """One meeting as lists show it: its cycle, day, body (by code and name) and number of decisions."""

    cycle: int
    period: str
    on: date
    branch: str
    body: str
    count: int


def own_bodies(user: User, on: date) -> set[str]:
    """The codes of the branches in whose group a person sits, or acts for somebody who does."""
    return {grant.branch.code for grant in grants_on(user, on) if grant.role in (MEMBER, CHAIR)}


def decided(user: User, on: date) -> Any:
    """The decisions a person may read minutes of: in scope; of a member those of the own bodies only."""
    visible = Appraisal.objects.visible_to(user, on)
    found: Any = Decision.objects.filter(appraisal__in=visible)
    found = found.annotate(body=KeyTextTransform("branch", "tally"), day=TruncDate("at"))
    bodies = own_bodies(user, on)
    return found.filter(body__in=bodies) if bodies else found


def latest(user: User, on: date, cycle: Cycle | None = None) -> list[Held]:
    """The meetings a person may read the minutes of, the latest first; of all cycles unless one is named."""
    found = decided(user, on)
    rows = (
        (found.filter(appraisal__cycle=cycle) if cycle else found)
        .order_by()
        .values("appraisal__cycle", "appraisal__cycle__period", "day", "body")
        .annotate(count=Count("pk"))
        .order_by("-day", "-appraisal__cycle", "body")
    )
    shown = list(rows[:LATEST])
    names = _names({row["body"] for row in shown})
    return [
        Held(
            row["appraisal__cycle"],
            row["appraisal__cycle__period"],
            row["day"],
            row["body"],
            names.get(row["body"], ""),
            row["count"],
        )
        for row in shown
    ]


def _names(codes: Iterable[str]) -> dict[str, str]:
    return dict(Branch.objects.filter(code__in=codes).values_list("code", "name"))


def meetings(user: User, cycle: Cycle, day: date, *, on: date, branch: str = "") -> list[Meeting]:
    """What each body a person may read decided in a cycle on a day; one's own case is among it.

    `branch` is the code of the one body asked for.
    """
    start = timezone.make_aware(datetime.combine(day, time()))
    found = decided(user, on).filter(appraisal__cycle=cycle, at__gte=start, at__lt=start + timedelta(days=1))
    found = found.filter(body=branch) if branch else found
    rows: dict[str, list[Decision]] = {}
    related = ("by", "verdict__rulebook", "appraisal__cycle", "appraisal__manager__branch")
    for each in found.select_related(*related).order_by(F("at"), "pk"):
        rows.setdefault(each.tally.get("branch", ""), []).append(each)
    names = _names(rows)
    return [Meeting(cycle, day, names.get(code, ""), each) for code, each in sorted(rows.items())]
