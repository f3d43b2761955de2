"""A run cut into chunks, each one short transaction, and the steps worked in them, stage by stage."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from ledger import queries
from ledger.models import Chunk, Run
from ledger.services import blocks, crediting, products, readings
from ledger.services.blocks import Slots
from ledger.sql import statement

#: What one chunk may look at, so that its transaction stays short.
CHANGES_A_CHUNK = settings.NIGHT_CHUNK_CHANGES
ASSIGNMENTS_A_CHUNK = settings.NIGHT_CHUNK_ASSIGNMENTS
#: However little has changed: where all is worked again nobody should wait for one chunk, or hold all of it.
BLOCKS_A_CHUNK = 8
MOST_CHUNKS = 512

Step = Callable[[Run, Slots], int]
STEPS: dict[str, list[Step]] = {
    Chunk.Stage.PRODUCTS: [products.advance_products, readings.add_up],
    Chunk.Stage.READINGS: [readings.write_readings],
    Chunk.Stage.QUALITY: [],
}
#: Stages by the first of those that are worked side by side; each rests on what is in the lines before.
_ABREAST: dict[str, Sequence[str]] = {
    Chunk.Stage.PRODUCTS: [Chunk.Stage.PRODUCTS],
    Chunk.Stage.READINGS: [Chunk.Stage.READINGS, Chunk.Stage.QUALITY],
}


def add_step(stage: str, step: Step) -> None:
    """Have `step(run, slots)` worked in every chunk of a stage, in its transaction; it answers with rows.

    Slots are of customers where products are worked, else of managers.
    """
    if step not in STEPS[stage]:
        STEPS[stage].append(step)


def stages() -> Sequence[str]:
    """In the order in which they are worked; those abreast of one are worked with it."""
    return list(_ABREAST)


def plan(run: Run) -> None:
    """Cut the run into chunks and make room for what it will write."""
    advance = products.Advance.of(run)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_open_months(%s, %s)", [queries.history_start(), advance.through])
        given: dict[str, Any] = {
            "applied": advance.applied,
            "through": advance.through,
            "days": advance.days,
        }
        cursor.execute(statement("touch_counts"), given)
        changes = cursor.fetchone()[0]
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'managers_assignment'::regclass")
        assignments = max(cursor.fetchone()[0], 0)
        least = max(changes // CHANGES_A_CHUNK + 1, blocks.wanted(cursor) // BLOCKS_A_CHUNK)
        parts = min(blocks.power_of_two(least), MOST_CHUNKS)
        blocks.divide(cursor, parts)
    crediting.forget()
    Chunk.objects.bulk_create(
        [
            *_cut(run, Chunk.Stage.PRODUCTS, parts),
            *_cut(run, Chunk.Stage.READINGS, assignments // ASSIGNMENTS_A_CHUNK + 1),
            *_cut(run, Chunk.Stage.QUALITY, assignments // ASSIGNMENTS_A_CHUNK + 1),
        ]
    )


def _cut(run: Run, stage: str, wanted: int) -> list[Chunk]:
    count = min(wanted, MOST_CHUNKS)
    edges = [Chunk.SLOTS * number // count for number in range(count + 1)]
    return [
        Chunk(run=run, stage=stage, number=number, first_slot=start, last_slot=end - 1)
        for number, (start, end) in enumerate(pairwise(edges), 1)
    ]


def waiting(run: int, stage: str) -> QuerySet[Chunk]:
    """Chunks of the stage, and of those abreast of it, that are not done."""
    return Chunk.objects.filter(run=run, stage__in=_ABREAST[stage], done_at=None)


def is_early(run: int, stage: str) -> bool:
    """Whether something that the stage rests on is not done; an old hint may still ask for it."""
    before = list(_ABREAST)[: list(_ABREAST).index(stage)]
    return any(waiting(run, each).exists() for each in before)


def work(run: Run, chunk: Chunk) -> int:
    """All steps of a chunk; how many rows."""
    return sum(step(run, (chunk.first_slot, chunk.last_slot)) for step in STEPS[chunk.stage])
