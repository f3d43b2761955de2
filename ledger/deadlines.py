"""What of the ledger waits for a person: requests for a second one, and quarantined rows for HR."""

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from ledger.models import QuarantinedRow, RunRequest
from ledger.services.requests import ACTIONS
from managers.deadlines import Kind, Waiting

#: Calendar days for a second person; a night waits behind it.
REQUEST_DAYS = 1
#: Calendar days to correct, replay or dismiss what a bundle brought wrong.
QUARANTINE_DAYS = 5


def waiting_requests(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Reruns and waivers without a decision, for whoever may decide and did not ask."""
    found = RunRequest.objects.filter(decided_at=None).select_related("requested_by").order_by("id")
    for row in found if ids is None else found.filter(pk__in=ids):
        yield Waiting(
            pk=row.pk,
            code=f"request_{row.kind}",
            since=timezone.localdate(row.requested_at),
            days=REQUEST_DAYS,
            occasion=row.requested_at.isoformat(),
            url=reverse("runs") + "#requests",
            words={"day": row.business_date.isoformat(), "by": str(row.requested_by)},
            action=ACTIONS[RunRequest.Kind(row.kind)][1],
            not_by=frozenset({row.requested_by_id}),
        )


def waiting_quarantine(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Bundles with open rows, once for each branch concerned; rows of no known branch are head office's."""
    found = QuarantinedRow.objects.filter(status=QuarantinedRow.Status.OPEN)
    found = found if ids is None else found.filter(bundle__in=ids)
    counted = found.values("bundle", "bundle__loaded_at", "branch__path").annotate(count=Count("pk"))
    for row in counted.order_by("bundle", "branch__path"):
        yield Waiting(
            pk=row["bundle"],
            code="quarantine_open",
            since=timezone.localdate(row["bundle__loaded_at"]),
            days=QUARANTINE_DAYS,
            occasion=row["bundle__loaded_at"].isoformat(),
            url=reverse("quarantine", args=[row["bundle"]]),
            words={"bundle": str(row["bundle"]), "count": str(row["count"])},
            action="load_bundles",
            path=row["branch__path"] or "",
        )


REQUESTS = Kind("request", waiting_requests)
QUARANTINE = Kind("quarantine", waiting_quarantine)
