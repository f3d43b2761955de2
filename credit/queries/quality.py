"""Reads of loan quality: readings as published, or worked out now where none are stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from credit import facts
from credit.models import QualityReading
from credit.sql.quality import quality
from ledger import queries as ledger
from ledger.models import Chunk, Feed, Run
from ledger.rules import windows
from ledger.rules.windows import Window
from ledger.sql import set_wise

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


def has_classes() -> bool:
    """Whether this bank delivers loan classes; without them there is nothing to say about its loans."""
    return Feed.objects.filter(code="loan_classes").exists()


def holds_loans(run: Run) -> bool:
    """Whether the run's readings hold balances: those stored before any class was delivered do not."""
    return not Feed.objects.filter(code="loan_classes", first_bundle__gt=run.through_bundle_id).exists()


def parameters(
    spans: Sequence[Window],
    floors: Iterable[Decimal],
    *,
    run: int,
    managers: list[int] | None = None,
    base: str = "previous_quarter",
    slots: tuple[int, int] = (0, Chunk.SLOTS - 1),
) -> dict[str, Any]:
    """Parameters of the quality statement of `spans`, which end on one day; `floors` ascend."""
    floors, base_on = list(floors), base_day(spans[0].end, base)
    given: dict[str, Any] = {
        "names": [span.name for span in spans],
        "starts": [span.start for span in spans],
        "end": spans[0].end,
        "first_start": min(span.start for span in spans),
        "floors": len(floors),
        "managers": managers,
        "first_slot": slots[0],
        "last_slot": slots[1],
        "base_day": base_on,
        "base_known": base_on >= ledger.history_start(),
        "run": run,
        "prev": None,
    }
    for place, span in enumerate(spans, 1):
        given[f"start_{place}"] = span.start
        given[f"thresholds_{place}"] = [ledger.fen_days(floor, span.days) for floor in floors]
    return given


def quality_statement(spans: Sequence[Window], floors: int, *, from_positions: bool) -> str:
    """The statement for `spans`: off the positions where they stand at the spans' end, else by look-ups."""
    names = tuple(span.name for span in spans)
    return quality(names, floors, from_positions=from_positions, loans=has_classes())


def readings(
    run: Run, names: Iterable[str], floors: Iterable[Decimal], managers: Iterable[int] | None = None
) -> Mapping[Key, QualityRow]:
    """Readings by (manager, window, floor), against the last day of the previous quarter."""
    names, floors = set(names), {Decimal(floor) for floor in floors}
    everyone = ledger.people_of(run) if managers is None else list(managers)
    stored = QualityReading.objects.filter(run=run, window__in=names, manager__in=everyone)
    if "loan_classes" in ledger.feeds_known(run) and not holds_loans(run):
        stored = stored.none()
    rows = stored.values_list(*(name for name in QualityRow._fields if name != "floor"))
    found = _keyed(row for each in rows for row in _per_floor(each, run.floors) if row.floor in floors)
    lacking = [m for m in everyone if any((m, n, f) not in found for n in names for f in floors)]
    return worked_out(run, names, floors, lacking) | found if lacking else found


def worked_out(
    run: Run,
    names: Iterable[str],
    floors: Iterable[Decimal],
    managers: list[int],
    base: str = "previous_quarter",
) -> dict[Key, QualityRow]:
    """What is not stored; `base` may also be `previous_year`.

    Off what is known today, or from the facts known to a run that something has overtaken.
    """
    if ledger.answers_live(run):
        return live(run, names, floors, managers, base)
    bundle = ledger.known_through(run)
    spans = [windows.window(name, run.business_date) for name in sorted(names)]
    compared = [(span, base_day(span.end, base)) for span in spans]
    start = ledger.first_known_day(bundle)
    return _keyed(QualityRow(*row) for row in facts.rows(run, bundle, start, compared, floors, managers))


def live(
    run: Run,
    names: Iterable[str],
    floors: Iterable[Decimal],
    managers: list[int],
    base: str = "previous_quarter",
) -> dict[Key, QualityRow]:
    """By what is known today, one statement for all windows that end on the same day."""
    by_end: dict[date, list[Window]] = defaultdict(list)
    for name in sorted(names):
        span = windows.window(name, run.business_date)
        by_end[span.end].append(span)
    ascending = sorted({Decimal(floor) for floor in floors})
    found: dict[Key, QualityRow] = {}
    for together in by_end.values():
        given = parameters(together, ascending, run=run.pk, managers=managers, base=base)
        with set_wise() as cursor:
            cursor.execute(quality_statement(together, len(ascending), from_positions=False), given)
            found |= _keyed(row for each in cursor.fetchall() for row in _per_floor(each, ascending))
    return found


def _per_floor(stored: Sequence[Any], floors: Sequence[Decimal]) -> Iterator[QualityRow]:
    run, manager, window, *columns = stored
    for floor, values in zip(floors, zip(*columns, strict=True), strict=True):
        yield QualityRow(run, manager, window, Decimal(floor), *values)


def _keyed(rows: Iterable[QualityRow]) -> dict[Key, QualityRow]:
    return {(row.manager_id, row.window, row.floor): row for row in rows}
