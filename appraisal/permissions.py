"""Who may take which step of an appraisal: a check that refuses, and the question whether it would."""

from collections.abc import Iterable
from datetime import date
from typing import cast

from django.core.exceptions import PermissionDenied

from appraisal import messages
from appraisal.models import Appraisal
from appraisal.rules.procedure import STEPS
from managers.models import ClientManager, User
from managers.models.scope import Scope, grants_on
from managers.permissions import ties
from managers.roles import ROLES
from managers.rules.separation import Ties


def reach(user: User, action: str, *, on: date) -> Scope:
    """How far the roles that permit `action` reach on a day, worked out once for a whole list."""
    held = [
        (ROLES[grant.role].reach, grant.branch.path)
        for grant in grants_on(user, on)
        if grant.role in ROLES and action in ROLES[grant.role].may
    ]
    return Scope(
        everything=any(reach == "all" for reach, _ in held),
        paths=frozenset(path for _, path in held if path),
        manager=None,
    )


def within(scope: Scope, manager: ClientManager) -> bool:
    """Whether the branch of a manager lies inside."""
    return scope.covers(path=manager.branch.path, manager=manager.pk)


def is_own(user: User, manager: ClientManager) -> bool:
    """Whether the manager file is the user's own."""
    return manager.user_id is not None and manager.user_id == user.pk


def check_may(step: str, appraisals: Iterable[Appraisal], *, by: User, on: date) -> dict[int, User]:
    """PermissionDenied with a sentence where role, scope or a tie forbids the step.

    Gives back on whose behalf the step is taken, by appraisal id, where the right to it was delegated.
    """
    reader = Reader(by, on)
    acting: dict[int, User] = {}
    for appraisal in appraisals:
        found = reader.standing(step, appraisal.manager)
        if isinstance(found, str):
            words = {"who": str(appraisal.manager), "step": messages.STEPS[step]}
            raise PermissionDenied(messages.REFUSALS[found] % words)
        if found is not None:
            acting[appraisal.pk] = found
    return acting


def may(step: str, appraisal: Appraisal, *, by: User, on: date) -> bool:
    """Whether `check_may` would let the step pass."""
    return not isinstance(Reader(by, on).standing(step, appraisal.manager), str)


class Reader:
    """What one person may do on a day; grants and ties are read once, whatever the number of cases."""

    def __init__(self, by: User, on: date) -> None:
        self.by, self.on = by, on
        self.grants = grants_on(by, on)
        self.ties = ties(by, on=on)
        self._holders: dict[int, Ties] = {}

    def standing(self, step: str, manager: ClientManager) -> User | str | None:
        """None, or the person acted for; else why not, as a code of `messages.REFUSALS`."""
        tie = self.ties.to(manager.pk)
        if STEPS[step].seat == "self":
            return None if tie == "own" else "not_own"
        return tie or self._granted(STEPS[step].action, manager)

    def holder(self, step: str, manager: ClientManager) -> User | None:
        """The person a step would be taken for, where the right to it was delegated."""
        found = self._granted(STEPS[step].action, manager)
        return None if isinstance(found, str) else found

    def _granted(self, action: str, manager: ClientManager) -> User | str | None:
        for grant in self.grants:
            role = ROLES.get(grant.role)
            if role is None or action not in role.may:
                continue
            if role.reach != "all" and not (
                grant.branch.path and manager.branch.path.startswith(grant.branch.path)
            ):
                continue
            if grant.user_id == self.by.pk:
                return None
            if not self._ties_of(grant.user).to(manager.pk):
                return cast(User, grant.user)
        return "out_of_reach"

    def _ties_of(self, holder: User) -> Ties:
        if holder.pk not in self._holders:
            self._holders[holder.pk] = ties(holder, on=self.on)
        return self._holders[holder.pk]
