"""What customers credit to managers on a night's day: added up by parts of customers, then put together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models.functions import Mod

from ledger import queries
from ledger.models import Chunk, PartialSum, Run
from ledger.rules import crediting as rules
from ledger.rules import packing, totals, windows
from ledger.rules.crediting import Frame, Span, Sums
from ledger.rules.positions import Array, Columns, day_number
from ledger.rules.windows import Window
from ledger.services import assignments, blocks
from ledger.services.blocks import Slots
from ledger.sql import binary, statement
from ledger.sql.rollup import credited_columns
from managers.models import ClientManager

#: Slots of managers whose sums are kept together, so that who asks for some of them need not read all.
SLICE = 64
_KEY = {"manager": "i8", "share": "i8"}


def spans(day: date) -> list[Window]:
    """The windows to date."""
    return [windows.window(name, day) for name in windows.TO_DATE]


def frame(day: date, floors: Sequence[Decimal]) -> Frame:
    """The windows to date of a day in numbers, with the products that floors ask for."""
    own = tuple(
        Span(span.name, day_number(span.start), *(_thresholds(floors, span.days - n) for n in (0, 1)))
        for span in spans(day)
    )
    year, base = windows.first_day("year", day), windows.base_year(day).start
    return Frame(own, day_number(day), day_number(year), day_number(base), queries.is_based(day))


def _thresholds(floors: Sequence[Decimal], days: int) -> tuple[int, ...]:
    return tuple(queries.fen_days(floor, days) for floor in floors)


def add_up(run: Run, slots: Slots) -> int:
    """Keep what customers of some slots credit to managers; managers × shares."""
    given = queries.rollup_parameters(spans(run.business_date), run.floors, run=run.pk, slots=slots)
    with connection.cursor() as cursor:
        found = _sums(cursor, frame(run.business_date, run.floors), given)
        columns = ["run_id", "part", "first_slot", "sums"]
        binary.write_blobs(cursor, PartialSum._meta.db_table, columns, _slices(run, slots, found))
    return len(found.share)


def _slices(run: Run, slots: Slots, sums: Sums) -> Iterator[list[bytes]]:
    """Rows of some slots of managers each."""
    slot = sums.manager % Chunk.SLOTS
    for first in range(0, Chunk.SLOTS, SLICE):
        mine = (slot >= first) & (slot < first + SLICE)
        yield [run.pk.to_bytes(8), slots[0].to_bytes(2), first.to_bytes(2), _packed(sums, mine)]


def are_kept(run: Run) -> bool:
    """Whether every part has kept its sums."""
    parts = run.chunks.filter(stage=Chunk.Stage.PRODUCTS).count()
    return PartialSum.objects.filter(run=run).count() == parts * (Chunk.SLOTS // SLICE)


def forget() -> None:
    """What parts of runs have kept is of no more use."""
    PartialSum.objects.all().delete()


# --- Added up ----------------------------------------------------------------------------------------------


def _sums(cursor: Any, frame: Frame, given: Mapping[str, Any]) -> Sums:
    """Block by block, so that little is held at a time."""
    edges = blocks.edges((given["first_slot"], given["last_slot"]))
    assignments.refresh(cursor, edges)
    cut = binary.fetch(cursor, statement("crediting_cut"), given, rules.CUT)
    settled = _settled(cursor, frame, given)
    slot = settled["customer"] % Chunk.SLOTS
    start = day_number(given["first_start"])
    pieces = {first: assignments.lying(cursor, first, frame.end, start) for first, _last in edges}
    found = Sums.nothing(_keys([*pieces.values(), settled]), frame)
    for first, last in edges:
        numbers, standing = blocks.read_customers(cursor, first)
        theirs = (slot >= first) & (slot <= last)
        of_block = {name: column[theirs] for name, column in settled.items()}
        own = rules.own_products(standing, frame)
        rules.credit(found, numbers, own, pieces.pop(first), cut, of_block, frame)
    return found


def _keys(earning: list[Columns]) -> Array:
    """Managers and shares that occur."""
    return np.unique(np.concatenate([rules.key(each["manager"], each["share"]) for each in earning]))


def _settled(cursor: Any, frame: Frame, given: Mapping[str, Any]) -> Columns:
    count = len(frame.spans)
    sums = ", ".join(
        f"coalesce(sum(s.usd_amount * 100) FILTER (WHERE s.business_date >= %(start_{i})s), 0)::bigint"
        for i in range(1, count + 1)
    )
    kinds = {"customer": "i8", "manager": "i8", "share": "i4"}
    kinds |= {f"usd_{i}": "i8" for i in range(1, count + 1)}
    return binary.fetch(cursor, statement("crediting_settled").format(sums=sums), given, kinds)


def _packed(sums: Sums, mine: Any) -> bytes:
    columns = {"manager": sums.manager[mine], "share": sums.share[mine]}
    entries = {name: table[mine].reshape(-1) for name, table in sums.entries.items()}
    return packing.pack(columns | entries)


# --- Put together ------------------------------------------------------------------------------------------


def put_together(cursor: Any, run: Run, slots: Slots) -> None:
    """Fill a table `credited` with what all parts credit to managers of some slots, a row each and window."""
    asked = frame(run.business_date, run.floors)
    people = _people(slots)
    found = totals.put_together(people, _kept(cursor, run, slots, asked), asked)
    columns = credited_columns(based=asked.based)
    cursor.execute(f"CREATE TEMP TABLE credited ({columns}) ON COMMIT DROP")
    for place in range(1, len(asked.spans) + 1):
        own = {"manager_id": people, "place": np.full(len(people), place, "i4")}
        binary.write(cursor, "credited", own | totals.at_floors(found, place, asked))


def _people(slots: Slots) -> Array:
    mine = ClientManager.objects.alias(slot=Mod("id", Chunk.SLOTS)).filter(slot__range=slots)
    return np.array(mine.order_by("id").values_list("id", flat=True), np.int64)


def _kept(cursor: Any, run: Run, slots: Slots, frame: Frame) -> Iterator[Sums]:
    """The sums of one part after the other, of managers of some slots."""
    widths = rules.figures(frame)
    kept = PartialSum.objects.filter(run=run, first_slot__range=(slots[0] - SLICE + 1, slots[1]))
    query = f"SELECT sums FROM {PartialSum._meta.db_table} WHERE id = %(id)s"
    for number in kept.values_list("id", flat=True):
        ((packed,),) = binary.fetch_blobs(cursor, query, {"id": number})
        columns = packing.unpack(packed, _KEY | dict.fromkeys(widths, "i8"))
        slot = columns["manager"] % Chunk.SLOTS
        mine = (slot >= slots[0]) & (slot <= slots[1])
        entries = {name: columns[name].reshape(-1, width)[mine] for name, width in widths.items()}
        yield Sums(columns["manager"][mine], columns["share"][mine], entries)
