"""Products brought forward: one day for the accounts that changed, or worked out again from a past day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Mod, Now

from ledger import queries
from ledger.models import Chunk, LateChange, LedgerState, Run
from ledger.rules import windows
from ledger.services import crediting, positions
from ledger.sql import statement

Slots = tuple[int, int]


@dataclass(frozen=True)
class Advance:
    """From the end of day `applied` to the end of `through`, by the bundles up to `pinned`."""

    applied: date
    through: date
    pinned: int

    @classmethod
    def of(cls, run: Run) -> "Advance":
        """What a run has to do; nothing but late changes where its date was worked before."""
        state = LedgerState.objects.get(id=1)
        applied = state.applied_through or queries.history_start() - timedelta(days=1)
        assert run.through_bundle_id is not None
        return cls(applied, max(run.business_date, applied), run.through_bundle_id)

    @property
    def days(self) -> int:
        """How many days are new."""
        return (self.through - self.applied).days


def advance_products(run: Run, slots: Slots) -> int:
    """Bring the customers of some slots up to the run's date, late changes included; rows looked at.

    Doing it again changes nothing, so a part that was lost is simply worked again.
    """
    plan = Advance.of(run)
    with connection.cursor() as cursor:
        given = _parameters(plan, slots)
        touched = _rebuild(cursor, plan, given)
        again = touched > 0 or _tried_before(run)
        frame = crediting.frame(plan.through, run.floors)
        rows = touched + positions.bring_up(
            cursor, given, frame, touched=touched > 0, one_day=plan.days == 1, again=again
        )
        cursor.execute("DROP TABLE touched")
    return rows


def _tried_before(run: Run) -> bool:
    """Whether a version of the date that was not published may have left products behind."""
    earlier = Run.objects.filter(business_date=run.business_date, fence__gt=0)
    return earlier.exclude(pk=run.pk).exists()


def _parameters(plan: Advance, slots: Slots) -> dict[str, Any]:
    day = plan.through
    return {
        "applied": plan.applied,
        "through": day,
        "day": day,
        "pinned": plan.pinned,
        "gap": plan.days > 1,
        "begun": queries.claimed_through(),
        "month": windows.first_day("month", day),
        "quarter": windows.first_day("quarter", day),
        "year": windows.first_day("year", day),
        "last_year": windows.base_year(day).start,
        "history_start": queries.history_start(),
        "first_slot": slots[0],
        "last_slot": slots[1],
    }


def _rebuild(cursor: Any, plan: Advance, given: dict[str, Any]) -> int:
    """Late changes and, over more than one day, whatever happened on them."""
    cursor.execute(statement("touched"), given)
    touched: int = cursor.rowcount
    if touched:
        cursor.execute("ANALYZE touched")
        cursor.execute(statement("rebuild"), given)
        _settle(plan, (given["first_slot"], given["last_slot"]))
    return touched


def _settle(plan: Advance, slots: Slots) -> None:
    """The late changes that have just been worked in wait no longer."""
    waiting = LateChange.objects.filter(
        applied_at=None, products=True, since__lte=plan.through, bundle__lte=plan.pinned
    )
    mine = waiting.alias(slot=Mod("customer_id", Chunk.SLOTS)).filter(slot__range=slots)
    mine.update(applied_at=Now())
