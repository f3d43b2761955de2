"""Why a user can see a manager's records, or why not: every grant with its rule."""

from dataclasses import dataclass
from datetime import date

from managers.models import ClientManager, Delegation, Grant, User
from managers.permissions import ties
from managers.roles import ROLES
from managers.rules import reach
from managers.rules.reach import Held, Who


@dataclass(frozen=True)
class Ground:
    """One grant, whether it lets in, and the code of the rule; `delegation` where it is another's."""

    grant: Grant
    delegation: Delegation | None
    lets_in: bool
    code: str


@dataclass(frozen=True)
class Explanation:
    """The answer for one user, one manager and one day.

    `tie` is the code of what bars the user from deciding (own, kin, superior); it does not bar from looking.
    """

    sees: bool
    own: bool
    active: bool
    grounds: list[Ground]
    tie: str


def why(user: User, manager: ClientManager, *, on: date) -> Explanation:
    """Every ground there is, the ones that let in first."""
    own = ClientManager.objects.filter(user=user).values_list("pk", flat=True).first()
    who = Who(user.is_active, own)
    held: list[tuple[Grant, Delegation | None, Held]] = [
        (grant, None, _held(grant, None)) for grant in _own(user)
    ]
    held += [(each.grant, each, _held(each.grant, each)) for each in _lent(user)]
    path = manager.branch.path
    grounds = [
        Ground(grant, delegation, *reach.lets_in(facts, path=path, on=on))
        for grant, delegation, facts in held
    ]
    return Explanation(
        sees=reach.sees(who, [facts for *_rest, facts in held], path=path, manager=manager.pk, on=on),
        own=own == manager.pk,
        active=user.is_active,
        grounds=sorted(grounds, key=lambda each: (not each.lets_in, each.grant.pk)),
        tie=ties(user, on=on).to(manager.pk),
    )


def _own(user: User) -> list[Grant]:
    return list(
        Grant.objects.filter(user=user).select_related("branch", "user", "granted_by", "confirmed_by")
    )


def _lent(user: User) -> list[Delegation]:
    related = ("grant__branch", "grant__user", "grant__granted_by", "grant__confirmed_by")
    return list(Delegation.objects.filter(to=user).select_related(*related))


def _held(grant: Grant, lent: Delegation | None) -> Held:
    role = ROLES.get(grant.role)
    return Held(
        reach=role.reach if role else "",
        path=grant.branch.path,
        starts_on=grant.starts_on,
        ends_on=grant.ends_on,
        confirmed=grant.granted_by_id is None or grant.confirmed_by_id is not None,
        delegated=lent is not None,
        lent_from=lent.starts_on if lent else None,
        lent_to=lent.ends_on if lent else None,
        lent_ended=lent is not None and lent.ended_at is not None,
        holder_active=grant.user.is_active,
    )
