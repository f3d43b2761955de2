"""Readings: stored by a run for every manager, or worked out on the spot for some."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from ledger import facts
from ledger.models import Chunk, Reading, Run
from ledger.queries.asof import answers_live, first_known_day, known_through, people_of
from ledger.queries.runs import history_start
from ledger.rules import windows
from ledger.rules.windows import Window
from ledger.sql import set_wise
from ledger.sql.rollup import rollup
from managers.models import ClientManager

FLOORS = tuple(Decimal(amount) for amount in (0, 500_000, 1_000_000, 3_000_000, 5_000_000))
COLUMNS = (
    'run_id, manager_id, "window", days, base_days, deposit_product, loan_product, settlement_usd,'
    " largest_deposit_product, largest_loan_product, base_product, base_gap"
)
#: Windows × floors of one statement, each a few columns of it; PostgreSQL takes 1,664.
MOST_SUMS = 400
Key = tuple[int, str, Decimal]


class ReadingRow(NamedTuple):
    """One manager's figures for one window and floor; see `ledger.models.Reading` for what they mean."""

    run_id: int
    manager_id: int
    window: str
    floor: Decimal
    days: int
    base_days: int
    deposit_product: Decimal
    loan_product: Decimal
    settlement_usd: Decimal
    largest_deposit_product: Decimal
    largest_loan_product: Decimal
    base_product: Decimal | None
    base_gap: str


def stored_floors() -> tuple[Decimal, ...]:
    """The floors that nightly readings are stored for, ascending; others are worked out on the spot."""
    return FLOORS


def everyone() -> list[int]:
    """All managers of the register."""
    return list(ClientManager.objects.order_by("employee_no").values_list("id", flat=True))


def rollup_parameters(
    spans: Sequence[Window],
    floors: Sequence[Decimal],
    *,
    run: int,
    managers: list[int] | None = None,
    slots: tuple[int, int] = (0, Chunk.SLOTS - 1),
) -> dict[str, Any]:
    """Parameters of the roll-up of `spans`, which end on one day; `floors` ascend.

    The base is the calendar year before the one they end in. Thresholds are in fen-days.
    """
    base = windows.base_year(spans[0].end)
    given: dict[str, Any] = {
        "names": [span.name for span in spans],
        "days": [span.days for span in spans],
        "end": spans[0].end,
        "first_start": min(span.start for span in spans),
        "year": windows.first_day("year", spans[0].end),
        "last_year": base.start,
        "base_days": base.days,
        "floors": len(floors),
        "history_start": history_start(),
        "managers": managers,
        "first_slot": slots[0],
        "last_slot": slots[1],
        "run": run,
    }
    for place, span in enumerate(spans, 1):
        given[f"start_{place}"] = span.start
        given[f"thresholds_{place}"] = [fen_days(floor, span.days) for floor in floors]
    return given


def fen_days(floor: Decimal, days: int) -> int:
    """The least product that reaches a floor; one beyond all money stays beyond it."""
    return min(math.ceil(floor * 100 * days), 2**63 - 1)


def is_based(end: date) -> bool:
    """Whether the history reaches back to the year of the base for windows that end on a day."""
    return windows.base_year(end).start >= history_start()


def rollup_statement(spans: Sequence[Window], floors: int) -> str:
    """The roll-up of `spans`, which end on one day, by look-ups in the history."""
    return rollup(tuple(span.name for span in spans), floors, based=is_based(spans[0].end))


def readings(
    run: Run, names: Iterable[str], floors: Iterable[Decimal], managers: Iterable[int] | None = None
) -> dict[Key, ReadingRow]:
    """Readings by (manager, window, floor): as published where stored, worked out where not."""
    names, floors = set(names), {Decimal(floor) for floor in floors}
    people = people_of(run) if managers is None else list(managers)
    found = _stored(run, names, floors, None if managers is None else people)
    lacking = {
        name: [m for m in people if any((m, name, floor) not in found for floor in floors)] for name in names
    }
    who = sorted({manager for each in lacking.values() for manager in each})
    if who:
        spans = [windows.window(name, run.business_date) for name in sorted(names) if lacking[name]]
        found = _worked_out(run, spans, floors, who) | found
    return found


def base_readings(
    run: Run, names: Iterable[str], floors: Iterable[Decimal], managers: Iterable[int]
) -> dict[Key, ReadingRow]:
    """Readings over the base year of each named window, under the window's own name."""
    ends = {name: windows.window(name, run.business_date).end for name in sorted(set(names))}
    bases = {name: windows.base_year(end) for name, end in ends.items()}
    spans = [Window(name, base.start, base.end) for name, base in bases.items()]
    return _worked_out(run, spans, floors, list(managers))


def _worked_out(
    run: Run, spans: list[Window], floors: Iterable[Decimal], managers: list[int]
) -> dict[Key, ReadingRow]:
    """What is not stored: off today's products, or from the facts known to a run they have overtaken."""
    if answers_live(run):
        return live(spans, floors, managers, run=run.pk)
    bundle = known_through(run)
    start = first_known_day(bundle)
    return _keyed(ReadingRow(*row) for row in facts.rows(run, bundle, start, spans, floors, managers))


def live(
    spans: Iterable[Window], floors: Iterable[Decimal], managers: list[int], *, run: int = 0
) -> dict[Key, ReadingRow]:
    """Readings of any spans by what is known now, one statement for those that end on the same day."""
    ascending = sorted({Decimal(floor) for floor in floors})
    found: dict[Key, ReadingRow] = {}
    for together in _together(spans, max(MOST_SUMS // max(len(ascending), 1), 1)):
        given = rollup_parameters(together, ascending, run=run, managers=managers)
        with set_wise() as cursor:
            cursor.execute(rollup_statement(together, len(ascending)), given)
            found |= _keyed(row for stored in cursor.fetchall() for row in per_floor(stored, ascending))
    return found


def _together(spans: Iterable[Window], most: int) -> Iterator[list[Window]]:
    """Spans that end on the same day, so many at a time."""
    by_end: dict[date, list[Window]] = defaultdict(list)
    for span in spans:
        by_end[span.end].append(span)
    for same in by_end.values():
        yield from (same[at : at + most] for at in range(0, len(same), most))


def _stored(
    run: Run, names: set[str], floors: set[Decimal], managers: list[int] | None
) -> dict[Key, ReadingRow]:
    rows = _columns(Reading.objects.filter(run=run, window__in=names))
    if managers is not None:
        rows = rows.filter(manager__in=managers)
    return _keyed(
        row for stored in rows.iterator() for row in per_floor(stored, run.floors) if row.floor in floors
    )


def _columns(rows: QuerySet[Reading]) -> "QuerySet[Reading, tuple[Any, ...]]":
    return rows.values_list(*(name for name in ReadingRow._fields if name != "floor"))


def per_floor(stored: Sequence[Any], floors: Sequence[Decimal]) -> Iterator[ReadingRow]:
    """A stored row, its arrays taken apart: one reading a floor."""
    run, manager, window, days, base_days, *columns = stored
    for floor, values in zip(floors, zip(*columns, strict=True), strict=True):
        yield ReadingRow(run, manager, window, Decimal(floor), days, base_days, *values)


def _keyed(rows: Iterable[ReadingRow]) -> dict[Key, ReadingRow]:
    return {(row.manager_id, row.window, row.floor): row for row in rows}


def expected_readings() -> int:
    """How many rows a night must write: managers × windows."""
    return ClientManager.objects.count() * len(windows.TO_DATE)


def credited_totals(run: Run, name: str) -> dict[str, Decimal]:
    """Products credited to all managers together without a floor, per bucket."""
    place = run.floors.index(Decimal(0))
    rows = run.readings.filter(window=name).values_list("deposit_product", "loan_product")
    deposit = loan = Decimal(0)
    for deposits, loans in rows.iterator():
        deposit, loan = deposit + deposits[place], loan + loans[place]
    return {"deposit": deposit, "loan": loan}
