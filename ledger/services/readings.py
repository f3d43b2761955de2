"""Readings of a night: rolled up for whom they may have changed, carried over for the others."""

from typing import Any

import numpy as np
from django.db import connection

from ledger import queries
from ledger.models import Bundle, Chunk, LedgerState, PartialSum, Run
from ledger.rules import crediting, windows
from ledger.rules.crediting import Frame, Span, Sums
from ledger.rules.positions import Columns, day_number
from ledger.rules.windows import Window
from ledger.services import assignments, blocks
from ledger.services.products import Slots
from ledger.sql import binary, set_wise, statement
from ledger.sql.rollup import summed


def affected_managers(run: Run) -> list[int] | None:
    """Whom the bundles since the version before may concern; None for everyone (a first version, too).

    Whoever asks for a night to be worked again doubts the figures of everyone.
    """
    before = previous_version(run)
    if before is None or before.floors != run.floors or run.requested_by_id is not None:
        return None
    given = {"after": before.confirmed_through_id, "through": run.through_bundle_id, "day": run.business_date}
    if _changes_everyone(before, run):
        return None
    with connection.cursor() as cursor:
        cursor.execute(statement("affected_managers"), given | {"before": before.pk})
        return [manager for (manager,) in cursor.fetchall()]


def previous_version(run: Run) -> Run | None:
    """The version of the run's date that readers see now."""
    return Run.objects.filter(business_date=run.business_date, is_current=True).exclude(pk=run.pk).first()


def _changes_everyone(before: Run, run: Run) -> bool:
    """A bundle from before all others moves the first known day, and with it what is missing."""
    since = Bundle.objects.filter(id__gt=before.confirmed_through_id, id__lte=run.through_bundle_id)
    earlier = Bundle.objects.filter(id__lte=before.confirmed_through_id).order_by("from_on").first()
    return earlier is None or since.filter(from_on__lt=earlier.from_on).exists()


def write_readings(run: Run, slots: Slots) -> int:
    """Readings of some slots of managers for the windows to date, at every stored floor; rows written."""
    affected = affected_managers(run)
    with set_wise() as cursor:
        spans = _spans(run)
        given = queries.rollup_parameters(spans, run.floors, run=run.pk, managers=affected, slots=slots)
        if _positions_answer(run, affected) and _are_kept(run):
            text = summed(len(spans), len(run.floors), based=queries.is_based(run.business_date))
        else:
            text = queries.rollup_statement(spans, len(run.floors))
        cursor.execute(f"INSERT INTO ledger_reading ({queries.COLUMNS}) {text}", given)
        rows: int = cursor.rowcount
        if affected is not None:
            before = previous_version(run)
            assert before is not None
            cursor.execute(
                statement("carry_readings"),
                {"run": run.pk, "before": before.pk, "affected": affected, "slots": list(slots)},
            )
            rows += cursor.rowcount
    return rows


def _spans(run: Run) -> list[Window]:
    return [windows.window(name, run.business_date) for name in windows.TO_DATE]


def _positions_answer(run: Run, affected: list[int] | None) -> bool:
    """Whether the positions stand at the run's day and everyone is asked about: then they answer fastest."""
    applied = LedgerState.objects.get(id=1).applied_through
    newest = applied is None or run.business_date >= applied
    # A later night that was begun and given up may have left some positions ahead.
    return newest and queries.claimed_through() == run.business_date and affected is None


def _are_kept(run: Run) -> bool:
    """Whether every part kept its sums; where they are lost the history answers."""
    parts = run.chunks.filter(stage=Chunk.Stage.PRODUCTS).count()
    return PartialSum.objects.filter(run=run).values("part").distinct().count() == parts


def add_up(run: Run, slots: Slots) -> int:
    """Keep what customers of some slots credit to managers, where readings will be made of it; rows."""
    if not _positions_answer(run, affected_managers(run)):
        return 0
    given = queries.rollup_parameters(_spans(run), run.floors, run=run.pk, slots=slots)
    with connection.cursor() as cursor:
        found = _sums(cursor, run, given)
        columns: Columns = {
            "run_id": np.full(len(found.share), run.pk),
            "part": np.full(len(found.share), slots[0], "i4"),
            "manager_id": found.manager,
            "share": found.share.astype("i4"),
            "sums": found.entries,
        }
        return binary.write(cursor, PartialSum._meta.db_table, columns)


def _sums(cursor: Any, run: Run, given: dict[str, Any]) -> Sums:
    """Block by block, so that little is held at a time."""
    frame = _frame(run, given)
    edges = blocks.edges((given["first_slot"], given["last_slot"]))
    assignments.refresh(cursor, edges)
    cut = binary.fetch(cursor, statement("crediting_cut"), given, crediting.CUT)
    settled = _settled(cursor, frame, given)
    found = None
    for first, last in edges:
        numbers, standing = blocks.read_customers(cursor, first)
        slot = settled["customer"] % Chunk.SLOTS
        theirs = (slot >= first) & (slot <= last)
        pieces = assignments.lying(cursor, first, frame.end, day_number(given["first_start"]))
        own = crediting.own_products(standing, frame)
        of_block = {name: column[theirs] for name, column in settled.items()}
        here = crediting.sums(numbers, own, pieces, cut, of_block, frame)
        found = here if found is None else crediting.merged([found, here], frame)
    assert found is not None
    return found


def _settled(cursor: Any, frame: Frame, given: dict[str, Any]) -> Columns:
    windows = len(frame.spans)
    sums = ", ".join(
        f"coalesce(sum(s.usd_amount * 100) FILTER (WHERE s.business_date >= %(start_{i})s), 0)::bigint"
        for i in range(1, windows + 1)
    )
    kinds = {"customer": "i8", "manager": "i8", "share": "i4"}
    kinds |= {f"usd_{i}": "i8" for i in range(1, windows + 1)}
    return binary.fetch(cursor, statement("crediting_settled").format(sums=sums), given, kinds)


def _frame(run: Run, given: dict[str, Any]) -> Frame:
    spans = tuple(
        Span(span.name, day_number(span.start), tuple(given[f"thresholds_{i}"]))
        for i, span in enumerate(_spans(run), 1)
    )
    end, year, last_year = (day_number(given[name]) for name in ("end", "year", "last_year"))
    return Frame(spans, end, year, last_year, queries.is_based(run.business_date))


def forget_sums() -> None:
    """What parts of runs have kept is of no more use."""
    PartialSum.objects.all().delete()


def changed_rows(run: Run, before: Run) -> int:
    """How many managers × windows read otherwise than in the version before."""
    with connection.cursor() as cursor:
        cursor.execute(statement("changed_readings"), {"run": run.pk, "before": before.pk})
        return int(cursor.fetchone()[0])
