"""Events and targets of managers as known to a bundle: the latest version of each, counted or row by row."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ledger.rules.windows import Window
from ledger.sql import statement


class Counted(NamedTuple):
    """How many events there were, and what their quantities come to."""

    events: int
    quantity: Decimal


class EventRow(NamedTuple):
    """One delivered version of an event, and whether a later bundle replaced it."""

    day: date
    quantity: Decimal
    note: str
    bundle: int
    line: int
    replaced: bool

    @property
    def counts(self) -> bool:
        """Whether the row is part of a figure: not replaced, and not withdrawn by a quantity of 0."""
        return not self.replaced and self.quantity != 0


class TargetRow(NamedTuple):
    """One delivered version of a target, and whether a later bundle replaced it."""

    starts_on: date
    ends_on: date | None
    value: Decimal
    bundle: int
    line: int
    replaced: bool

    def holds_on(self, day: date) -> bool:
        """Whether the target is for a day."""
        return not self.replaced and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def events_counted(
    asked: Sequence[tuple[str, Window]], managers: Sequence[int], *, bundle: int
) -> dict[tuple[int, int], Counted]:
    """By place in `asked` (code, span) and manager the events not withdrawn; no entry where none."""
    if not asked:
        return {}
    given = {
        "codes": [code for code, _ in asked],
        "starts": [span.start for _, span in asked],
        "ends": [span.end for _, span in asked],
        "managers": list(managers),
        "bundle": bundle,
    }
    rows = _rows("events_counted", given)
    return {(place - 1, manager): Counted(count, quantity) for place, manager, count, quantity in rows}


def targets_in_force(
    asked: Sequence[tuple[str, date]], managers: Sequence[int], *, bundle: int
) -> dict[tuple[int, int], Decimal]:
    """By place in `asked` (code, day) and manager the target of the day: of several the latest to begin."""
    if not asked:
        return {}
    given = {
        "codes": [code for code, _ in asked],
        "days": [day for _, day in asked],
        "managers": list(managers),
        "bundle": bundle,
    }
    return {(place - 1, manager): value for place, manager, value in _rows("targets_in_force", given)}


def event_rows(manager: int, code: str, span: Window, *, bundle: int) -> list[EventRow]:
    """Every version of a manager's events of a code within a span, as known to a bundle, by day."""
    given = {"manager": manager, "code": code, "start": span.start, "end": span.end, "bundle": bundle}
    return [EventRow(*row) for row in _rows("explain_events", given)]


def codes_recorded(bundle: int) -> frozenset[str]:
    """The codes of events that the bank's own procedures have entered, as known to a bundle."""
    return frozenset(code for (code,) in _rows("codes_recorded", {"bundle": bundle}))


def target_rows(manager: int, code: str, *, bundle: int) -> list[TargetRow]:
    """Every version of a manager's targets of a code, as known to a bundle, the latest to begin first."""
    given = {"manager": manager, "code": code, "bundle": bundle}
    return [TargetRow(*row) for row in _rows("explain_targets", given)]


def _rows(name: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement(name), given)
        return cursor.fetchall()
