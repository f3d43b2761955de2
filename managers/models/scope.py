"""Scope: how far a user sees on a day, and the queryset that keeps to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from managers.roles import ROLES


@dataclass(frozen=True)
class Scope:
    """What a user may see: everything, the branches under some paths, and one manager's own records."""

    everything: bool
    paths: frozenset[str]
    manager: int | None

    def covers(self, *, path: str, manager: int) -> bool:
        """Whether a manager of a branch at `path` is inside."""
        inside = any(path.startswith(prefix) for prefix in self.paths)
        return self.everything or inside or manager == self.manager


#: Grants read already, by user and day, where something lasts during which none can change.
_READ: ContextVar[dict[tuple[int, date], list[Any]] | None] = ContextVar("grants_read", default=None)


@contextmanager
def grants_read_once() -> Iterator[None]:
    """As long as this lasts grants are read once for each user and day: for pages that change nothing.

    A page asks a dozen times what its reader may see; it was two fifths of its time. Inside another one it
    goes on with what that one has read.
    """
    if _READ.get() is not None:
        yield
        return
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


def grants_on(user: Any, on: date) -> list[Any]:
    """The grants an active user may use on a day, with their branches: the own ones, then delegated ones.

    Whoever exercises a delegated grant finds its holder in `grant.user`. A grant that awaits its second
    person counts for nothing, and so does a delegated one whose holder is inactive.
    """
    if not user.is_authenticated or not user.is_active:
        return []
    read = _READ.get()
    if read is None:
        return _grants(user, on)
    if (user.pk, on) not in read:
        read[user.pk, on] = _grants(user, on)
    return list(read[user.pk, on])


def _grants(user: Any, on: date) -> list[Any]:
    held = grants_in_force(user, on).distinct().select_related("branch")
    return sorted(held, key=lambda grant: (grant.user_id != user.pk, grant.pk))


def grants_in_force(user: Any, on: date) -> Any:
    """The same as rows of the database, whoever the user is; a grant may come several times."""
    grants: Any = user.grants.model.objects
    delegated = Q(
        delegations__to=user,
        delegations__starts_on__lte=on,
        delegations__ends_on__gte=on,
        delegations__ended_at=None,
        user__is_active=True,
    )
    return grants.filter(Q(user=user) | delegated).filter(counted(), _holding(on))


def counted() -> Q:
    """Grants that a second person confirmed, and those of the set-up."""
    return Q(granted_by__isnull=True) | Q(confirmed_by__isnull=False)


def _holding(on: date) -> Q:
    return Q(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


def scope_of(user: Any, on: date) -> Scope:
    """The scope of a user on a day, from the grants that hold and the manager file that is theirs."""
    held = [
        (ROLES[grant.role].reach, grant.branch.path) for grant in grants_on(user, on) if grant.role in ROLES
    ]
    own = getattr(user, "client_manager", None) if user.is_authenticated and user.is_active else None
    return Scope(
        everything=any(reach == "all" for reach, _ in held),
        paths=frozenset(path for reach, path in held if reach == "subtree" and path),
        manager=own.pk if own else None,
    )


def scope_for(user: Any, action: str, on: date) -> Scope:
    """How far the grants reach that permit one action; a manager file of one's own does not count."""
    held = [(ROLES[each.role], each.branch.path) for each in grants_on(user, on) if each.role in ROLES]
    reached = [(role.reach, path) for role, path in held if action in role.may]
    return Scope(
        everything=any(reach == "all" for reach, _ in reached),
        paths=frozenset(path for reach, path in reached if reach == "subtree" and path),
        manager=None,
    )


def inside(scope: Scope, path: str) -> Q:
    """Rows whose branch path (looked up as `path`) lies within a scope."""
    if scope.everything:
        return ~Q(pk__in=[])
    wanted = Q(pk__in=[])
    for prefix in scope.paths:
        wanted |= Q(**{f"{path}__startswith": prefix})
    return wanted


def around(scope: Scope, path: str) -> Q:
    """The same, and rows of the branches above: what is arranged there holds below as well."""
    above: set[str] = set()
    for prefix in scope.paths:
        parts = prefix.strip("/").split("/")
        above |= {"/" + "/".join(parts[:count]) + "/" for count in range(1, len(parts))}
    return inside(scope, path) | Q(**{f"{path}__in": above})


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that hang on a branch, a manager or both; `visible_to` is the only way out to a person.

    Subclasses name the look-ups that lead to the branch's path and to the manager; several ways to a
    manager's own rows may lead to duplicates, so the own part is a subquery on the primary key.
    """

    branch_path: ClassVar[str] = "branch__path"
    manager_id: ClassVar[str] = "pk"

    def visible_to(self, user: Any, on: date) -> Self:
        """Only what `user` may see on day `on`; the permissions say what may be done with it."""
        scope = scope_of(user, on)
        if scope.everything:
            return self
        wanted = Q(pk__in=[])
        for path in scope.paths:
            wanted |= Q(**{f"{self.branch_path}__startswith": path})
        if scope.manager is not None and self.manager_id:
            own = self.model._base_manager.filter(**{self.manager_id: scope.manager})
            wanted |= Q(pk__in=own.values("pk"))
        return self.filter(wanted)


class ManagerScoped(ScopedQuerySet):
    """Rows with a `manager` foreign key to a client manager."""

    branch_path = "manager__branch__path"
    manager_id = "manager"


class PermittedQuerySet(ScopedQuerySet):
    """Rows of a manager for whoever holds `action` there, whatever else they may see; and one's own."""

    branch_path = "manager__branch__path"
    action: ClassVar[str] = ""

    def visible_to(self, user: Any, on: date) -> Self:
        """Within the reach of the action, and what is about oneself."""
        return self.filter(inside(scope_for(user, self.action, on), self.branch_path) | Q(manager__user=user))
