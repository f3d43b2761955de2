"""Loans, exposures and base portfolio kept up: a day forward, or anew for whom a bundle changed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from credit.models import Standing
from credit.queries import quality as queries
from credit.sql.quality import loans_on
from ledger.models import Run
from ledger.services.products import Advance, Slots
from ledger.sql import set_wise, statement

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """What some slots need: everything written anew, or what late bundles changed and, perhaps, one day more.

    `goal` is the day the ledger's positions stand at now.
    """

    goal: date
    known: int
    everything: bool
    one_day: bool
    base_on: date | None
    base_turns: bool

    @classmethod
    def of(cls, run: Run, slots: Slots) -> "Plan":
        """Compare where the slots stand with where the ledger does."""
        goal = Advance.of(run).through
        found = Standing.objects.filter(slot__range=slots)
        first, last, known = found.aggregate(
            a=Min("stands_on"), b=Max("stands_on"), c=Min("through_bundle")
        ).values()
        whole = found.count() == slots[1] - slots[0] + 1
        asked = run.requested_by_id is not None  # whoever asks for a night again doubts everything
        # slots may be ahead, where a later night was begun and given up: they go back with the ledger
        stands = whole and not asked and first == last and first in (goal - DAY, goal)
        base_on = queries.base_day(goal) if queries.has_classes() else None
        turns = not stands or found.exclude(base_on=base_on).exists()
        return cls(goal, known or 0, not stands, stands and first < goal, base_on, turns)


def keep_up(run: Run, slots: Slots) -> int:
    """Bring loans, exposures and base portfolio of some slots of customers to where the ledger stands; rows.

    Doing it again changes nothing.
    """
    plan = Plan.of(run, slots)
    given = vars(plan) | {"pinned": run.through_bundle_id, "first_slot": slots[0], "last_slot": slots[1]}
    given["base_day"] = plan.base_on
    with connection.cursor() as cursor:
        rows = _anew(cursor, plan, given)
        if plan.one_day:
            rows += _step(cursor, given)
        if plan.base_turns and plan.base_on is not None:
            rows += _base(cursor, given, "everyone")
        cursor.execute(_text("stands"), given)
    return rows


def _anew(cursor: Any, plan: Plan, given: dict[str, Any]) -> int:
    """Everybody's loans and exposures out of the facts, or those of whom bundles changed since."""
    cursor.execute(_text("everyone" if plan.everything else "late"), given)
    rows: int = cursor.rowcount
    if rows:
        cursor.execute("ANALYZE credit_anew")
        cursor.execute(_text("loans_anew"), given)
        cursor.execute(_text("exposures_anew"), given)
        if not plan.base_turns and plan.base_on is not None:
            _base_of_anew(cursor, given)
    cursor.execute("DROP TABLE credit_anew")
    return rows


def _step(cursor: Any, given: dict[str, Any]) -> int:
    cursor.execute(_text("loans_step"), given)
    rows: int = cursor.rowcount
    with set_wise() as wise:
        wise.execute(_text("exposures_step"), given)
        return rows + int(wise.rowcount)


def _base(cursor: Any, given: dict[str, Any], whose: str) -> int:
    cursor.execute(_text(whose), given)
    cursor.execute("ANALYZE credit_anew")
    rows = _base_of_anew(cursor, given)
    cursor.execute("DROP TABLE credit_anew")
    return rows


def _base_of_anew(cursor: Any, given: dict[str, Any]) -> int:
    cursor.execute(_text("base_anew") + loans_on("credit_anew", "%(base_day)s"), given)
    return int(cursor.rowcount)


def _text(name: str) -> str:
    return statement(name, "credit.sql")
