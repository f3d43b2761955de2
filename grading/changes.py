"""The stream of grade changes: grade records in the order of their ids, none of which can be overtaken."""

from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

# Ids are drawn when a row is written but seen when its transaction ends, so a later id may show first. A
# record is settled once no transaction runs that began to write before the record's own did; a day is
# longer than any transaction may last, and spares old rows the comparison (and the wraparound of ids).
_SETTLED = """
    grading_graderecord.recorded_at < now() - interval '1 day'
    OR NOT EXISTS (
        SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS running
        WHERE age(running::xid) >= age(grading_graderecord.xmin)
    )
"""


def settled(records: QuerySet[Any]) -> QuerySet[Any]:
    """The records before which no other can still appear: a reader that goes on after them misses none."""
    return records.annotate(settled=RawSQL(_SETTLED, [], output_field=BooleanField())).filter(settled=True)
