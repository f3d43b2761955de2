"""Who owns what waits: the people who may take the step, nearest branch first, and the heads above them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from managers.deadlines import Waiting
from managers.models import ClientManager, Delegation, Grant, Relation, User
from managers.models.relations import in_force
from managers.roles import ROLES


@dataclass(frozen=True)
class Seat:
    """One person who may act under a grant, as its holder or for that holder."""

    user: int
    holder: int
    role: str
    path: str

    def height(self, path: str) -> int | None:
        """How near the grant is to a branch: larger is nearer, 0 the bank as a whole, None out of reach."""
        reach = ROLES[self.role].reach
        if reach == "all" or (reach == "system" and not path):
            return 0
        inside = path and self.path and reach == "subtree" and path.startswith(self.path)
        return len(self.path) if inside else None


class Owners:
    """The people of one day, read once for any number of waiting rows."""

    def __init__(self, on: date, persons: Iterable[int] = ()) -> None:
        """`persons` are users who own rows by name."""
        self.on, self._persons = on, set(persons)

    def levels(self, waiting: Waiting) -> list[list[int]]:
        """User ids by level: owners, then each next head. No level is empty, and there may be none."""
        found: dict[int, list[int]] = {}
        for seat in self._by_action.get(waiting.action, ()):
            height = seat.height(waiting.path)
            if height is not None and not self._barred(seat, waiting):
                found.setdefault(height, []).append(seat.user)
        levels = [found[height] for height in sorted(found, reverse=True)]
        person = waiting.person
        if person is not None and person in self.names and person not in waiting.not_by:
            levels.insert(0, [person])
        return [sorted(set(level)) for level in levels]

    def _barred(self, seat: Seat, waiting: Waiting) -> bool:
        """Whoever made it, or is tied to whom it is about, or acts for such a person."""
        both = {seat.user, seat.holder}
        if both & waiting.not_by:
            return True
        return waiting.manager is not None and any((user, waiting.manager) in self._ties for user in both)

    @cached_property
    def names(self) -> Mapping[int, str]:
        """Those of them who are active, with the names shown."""
        people = User.objects.filter(is_active=True, pk__in=self._persons | self._seated)
        return {user.pk: str(user) for user in people}

    @cached_property
    def _seats(self) -> list[Seat]:
        return [*self._read_seats()]

    @property
    def _seated(self) -> set[int]:
        return {user for seat in self._seats for user in (seat.user, seat.holder)}

    @cached_property
    def _by_action(self) -> Mapping[str, list[Seat]]:
        found: dict[str, list[Seat]] = {}
        for seat in self._seats:
            for action in ROLES[seat.role].may:
                found.setdefault(action, []).append(seat)
        return found

    def _read_seats(self) -> Iterator[Seat]:
        held = in_force(self.on) & Q(user__is_active=True, role__in=ROLES)
        grants = Grant.objects.filter(held).filter(_confirmed())
        yield from _as_seats(grants.values_list("user", "user", "role", "branch__path"))
        held = in_force(self.on, "grant__") & Q(grant__user__is_active=True, grant__role__in=ROLES)
        passed = Delegation.objects.filter(in_force(self.on), held, _confirmed("grant__"))
        passed = passed.filter(ended_at=None, to__is_active=True)
        yield from _as_seats(passed.values_list("to", "grant__user", "grant__role", "grant__branch__path"))

    @cached_property
    def _ties(self) -> set[tuple[int, int]]:
        """Pairs of user and manager: kin, superiors, and oneself."""
        people = self._seated
        own = ClientManager.objects.filter(user__in=people).values_list("user", "pk")
        told = Relation.objects.filter(in_force(self.on), user__in=people).values_list("user", "manager")
        return {(user, manager) for user, manager in (*own, *told) if user is not None}


def _confirmed(prefix: str = "") -> Q:
    given = Q(**{f"{prefix}granted_by__isnull": True})
    return given | Q(**{f"{prefix}confirmed_by__isnull": False})


def _as_seats(rows: Iterable[tuple[int, int, str, str]]) -> Iterator[Seat]:
    return (Seat(*row) for row in rows)
