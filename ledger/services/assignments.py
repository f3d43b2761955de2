"""Assignments in blocks of columns, read from their table again once a bundle has brought others."""

from typing import Any

from ledger.models import AssignmentBlock, BundleFile, Chunk
from ledger.rules import crediting, packing
from ledger.rules.positions import Columns
from ledger.services import blocks
from ledger.services.blocks import Slots
from ledger.sql import binary, statement

#: Blocks that one reading of the table fills, so that not everything is held at once.
PORTION = 2


def refresh(cursor: Any, edges: list[Slots]) -> None:
    """Have the blocks as of the latest bundle with assignments."""
    brought = BundleFile.objects.filter(name="assignments.csv", loaded__gt=0).order_by("-bundle_id")
    latest = brought.values_list("bundle_id", flat=True).first() or 0
    span = (edges[0][0], edges[-1][1])
    fresh = AssignmentBlock.objects.filter(first_slot__range=span, known=latest).values_list(
        "first_slot", "last_slot"
    )
    if set(fresh) == set(edges):
        return
    for at in range(0, len(edges), PORTION):
        _read(cursor, edges[at : at + PORTION], latest)


def _read(cursor: Any, edges: list[Slots], latest: int) -> None:
    given = {"first": edges[0][0], "last": edges[-1][1]}
    pieces = binary.fetch(cursor, statement("crediting_pieces"), given, crediting.PIECE)
    slot = pieces["customer"] % Chunk.SLOTS
    for first, last in edges:
        mine = (slot >= first) & (slot <= last)
        packed = packing.pack({name: pieces[name][mine] for name in crediting.PIECE})
        blocks.write_block(
            cursor, AssignmentBlock, (first, last), known=latest.to_bytes(8), assignments=packed
        )


def lying(cursor: Any, first: int, end: int, start: int) -> Columns:
    """Assignments of customers of the block that begins with a slot, with a day in [start, end]."""
    query = f"SELECT assignments FROM {AssignmentBlock._meta.db_table} WHERE first_slot = %(first)s"
    ((packed,),) = binary.fetch_blobs(cursor, query, {"first": first})
    pieces = packing.unpack(packed, crediting.PIECE)
    here = (pieces["starts_on"] <= end) & (pieces["ends_on"] >= start)
    return {name: column[here] for name, column in pieces.items()}
