"""Who may take which step of an appraisal: a check that refuses, and the question whether it would."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied

from appraisal import messages
from appraisal.models import Appraisal
from appraisal.rules.procedure import STEPS
from managers.models import ClientManager, User
from managers.models.scope import Scope, grants_on
from managers.roles import ROLES


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


def check_may(step: str, appraisals: Iterable[Appraisal], *, by: User, on: date) -> None:
    """PermissionDenied with a sentence where role or scope forbids the step, or it is one's own appraisal."""
    scope = reach(by, STEPS[step].action, on=on)
    for appraisal in appraisals:
        code = _objection(appraisal.manager, scope, by=by)
        if code:
            words = {"who": str(appraisal.manager), "step": messages.STEPS[step]}
            raise PermissionDenied(messages.REFUSALS[code] % words)


def may(step: str, appraisal: Appraisal, *, by: User, on: date) -> bool:
    """Whether `check_may` would let the step pass."""
    return not _objection(appraisal.manager, reach(by, STEPS[step].action, on=on), by=by)


def _objection(manager: ClientManager, scope: Scope, *, by: User) -> str:
    if is_own(by, manager):
        return "own"
    return "" if within(scope, manager) else "out_of_reach"
