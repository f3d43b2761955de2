"""Who is due for rotation or mandatory leave, read for any number of managers at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from managers.models import ClientManager, LeaveRecord, Posting, RotationLimit
from managers.rules import tenure
from managers.rules.tenure import Due, Limit, Served

#: Who rotates: whoever is on the post, or on the way to it.
ROTATED = (ClientManager.Status.TRAINEE, ClientManager.Status.ON_POST)


@dataclass(frozen=True)
class Standing:
    """One manager: the position held, since when in outlet and post, and what falls due, earliest first."""

    manager: int
    position: str
    place_since: date | None
    post_since: date | None
    dues: list[Due]


def limits() -> list[Limit]:
    """Every limit there is, past and coming ones included."""
    return [
        Limit(cast(Any, each.kind), each.position, each.months, each.days, each.starts_on, each.cites)
        for each in RotationLimit.objects.all()
    ]


def standings(managers: Iterable[int], on: date) -> list[Standing]:
    """How managers stand on a day; whoever has no posting on it is left out. Three statements in all."""
    ids, laid_down = list(managers), limits()
    posts, leaves = _posts(ids), _leaves(ids)
    found = []
    for each in ids:
        held = tenure.current(posts[each], on)
        if held is not None:
            found.append(
                Standing(
                    each,
                    held.position,
                    tenure.since(posts[each], on, post=False),
                    tenure.since(posts[each], on, post=True),
                    tenure.falls_due(posts[each], leaves[each], laid_down, on),
                )
            )
    return found


def due_soon(managers: Iterable[int], on: date) -> list[Standing]:
    """Those with something due by now or within the days of notice, the longest due first."""
    found = [each for each in standings(managers, on) if each.dues and each.dues[0].soon(on)]
    return sorted(found, key=lambda each: (each.dues[0].due_on, each.manager))


def _posts(managers: Collection[int]) -> dict[int, list[Served]]:
    found: dict[int, list[Served]] = defaultdict(list)
    rows = Posting.objects.filter(manager__in=managers).order_by("manager", "starts_on")
    for manager, *facts in rows.values_list("manager", "branch", "position", "starts_on", "ends_on"):
        found[manager].append(Served(*facts))
    return found


def _leaves(managers: Collection[int]) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = LeaveRecord.objects.filter(
        manager__in=managers, kind=LeaveRecord.Kind.MANDATORY, cancelled_at=None
    )
    for manager, start, end in rows.order_by("starts_on").values_list("manager", "starts_on", "ends_on"):
        found[manager].append((start, end))
    return found
