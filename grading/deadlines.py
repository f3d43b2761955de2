"""What of grading waits for a person: rulebook versions on their way to a second one."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone

from grading.models import RulebookVersion
from managers.deadlines import Kind, Waiting
from managers.models import ClientManager

State = RulebookVersion.State
#: Calendar days in a state: for the maker to try a checked text out, for a second person to adopt it.
DAYS = {State.CHECKED: 10, State.SIMULATED: 5}


def waiting_versions(on: date, ids: Collection[int] | None) -> Iterator[Waiting]:
    """Checked versions wait for their maker, tried ones for somebody else; no client manager adopts any."""
    found = RulebookVersion.objects.filter(state__in=DAYS).defer("content").order_by("id")
    rows = list(found if ids is None else found.filter(pk__in=ids))
    if not rows:
        return
    appraised = frozenset(ClientManager.objects.filter(user__isnull=False).values_list("user", flat=True))
    for row in rows:
        yield _waiting(row, appraised)


def _waiting(row: RulebookVersion, appraised: frozenset[int]) -> Waiting:
    tried = row.state == State.SIMULATED
    made_by = frozenset({row.made_by_id} if row.made_by_id else ())
    return Waiting(
        pk=row.pk,
        code=f"rulebook_{row.state}",
        since=timezone.localdate(row.state_since),
        days=DAYS[State(row.state)],
        occasion=row.state_since.isoformat(),
        url=reverse("rulebook_version", args=[row.pk]),
        words={"title": row.title, "number": str(row.number)},
        action="adopt_rulebook" if tried else "edit_rulebook",
        person=None if tried else row.made_by_id,
        not_by=appraised | made_by if tried else appraised,
    )


VERSIONS = Kind("rulebook", waiting_versions)
