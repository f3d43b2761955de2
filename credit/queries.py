"""Reads of loan quality: readings as published, or worked out now where none are stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from credit.models import QualityReading
from ledger import queries as ledger
from ledger.models import Chunk, Run
from ledger.rules import windows
from ledger.rules.windows import Window
from ledger.sql import set_wise, statement

COLUMNS = (
    'run_id, manager_id, "window", normal_balance, loan_balance, unclassified, base_normal_balance,'
    " base_loan_balance, base_unclassified, non_performing, interest_arrears, advances"
)


class QualityRow(NamedTuple):
    """One reading of loan quality, stored or not; the columns of `QualityReading`."""

    run_id: int
    manager_id: int
    window: str
    floor: Decimal
    normal_balance: Decimal
    loan_balance: Decimal
    unclassified: int
    base_normal_balance: Decimal | None
    base_loan_balance: Decimal | None
    base_unclassified: int | None
    non_performing: Decimal
    interest_arrears: Decimal
    advances: Decimal


Key = tuple[int, str, Decimal]


def base_day(on: date, base: str = "previous_quarter") -> date:
    """The day the share of normal loans at the end of `on` is compared with: the last one of the quarter
    or year before."""
    return windows.window(base, on).end


def parameters(
    spans: Sequence[Window],
    floors: Iterable[Decimal],
    *,
    run: int,
    managers: list[int] | None = None,
    base: str = "previous_quarter",
    slots: tuple[int, int] = (0, Chunk.SLOTS - 1),
) -> dict[str, Any]:
    """Parameters of `quality.sql`."""
    return {
        "names": [span.name for span in spans],
        "starts": [span.start for span in spans],
        "ends": [span.end for span in spans],
        "floors": list(floors),
        "managers": managers,
        "first_slot": slots[0],
        "last_slot": slots[1],
        "base_days": [base_day(span.end, base) for span in spans],
        "history_start": ledger.history_start(),
        "run": run,
    }


def readings(
    run: Run, names: Iterable[str], floors: Iterable[Decimal], managers: Iterable[int] | None = None
) -> Mapping[Key, QualityRow]:
    """Readings by (manager, window, floor), against the last day of the previous quarter."""
    names, floors = set(names), {Decimal(floor) for floor in floors}
    everyone = ledger.everyone() if managers is None else list(managers)
    stored = QualityReading.objects.filter(run=run, window__in=names, manager__in=everyone)
    rows = stored.values_list(*(name for name in QualityRow._fields if name != "floor"))
    found = _keyed(row for each in rows for row in _per_floor(each, run.floors) if row.floor in floors)
    lacking = [m for m in everyone if any((m, n, f) not in found for n in names for f in floors)]
    return live(run, names, floors, lacking) | found if lacking else found


def live(
    run: Run,
    names: Iterable[str],
    floors: Iterable[Decimal],
    managers: list[int],
    base: str = "previous_quarter",
) -> dict[Key, QualityRow]:
    """The same, worked out now; `base` may also be `previous_year`."""
    spans = [windows.window(name, run.business_date) for name in sorted(names)]
    ascending = sorted({Decimal(floor) for floor in floors})
    given = parameters(spans, ascending, run=run.pk, managers=managers, base=base)
    with set_wise() as cursor:
        cursor.execute(statement("quality", "credit.sql"), given)
        return _keyed(row for each in cursor.fetchall() for row in _per_floor(each, ascending))


def _per_floor(stored: Sequence[Any], floors: Sequence[Decimal]) -> Iterator[QualityRow]:
    run, manager, window, *columns = stored
    for floor, values in zip(floors, zip(*columns, strict=True), strict=True):
        yield QualityRow(run, manager, window, Decimal(floor), *values)


def _keyed(rows: Iterable[QualityRow]) -> dict[Key, QualityRow]:
    return {(row.manager_id, row.window, row.floor): row for row in rows}
