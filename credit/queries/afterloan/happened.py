"""Inspections as the ledger counts them: one for each of the two managers, on the day they were there."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from credit.models import Inspection
from ledger.happenings import Happened, Origin

CODE = "loan_inspection"


def events() -> Iterator[Happened]:
    """Inspections that both have signed; the note names the record."""
    rows = Inspection.objects.filter(state=Inspection.State.DONE).order_by("pk")
    for pk, day, *both in rows.values_list(
        "pk", "done_on", "manager__employee_no", "companion__employee_no"
    ).iterator():
        yield from (Happened(who, day, CODE, 1, f"loan_inspection:{pk}") for who in both)


ORIGIN = Origin({CODE: _("贷后检查")}, events)
