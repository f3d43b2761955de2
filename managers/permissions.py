"""Who may do what: a check that refuses with a reason, and the question whether it would."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import Branch, ClientManager, Grant, Relation, User
from managers.models.relations import in_force
from managers.models.scope import counted, grants_on
from managers.roles import ROLES
from managers.rules.separation import Ties

#: What is said to whoever is tied to the manager a case is about, by the codes of `Ties.to`.
TIED = {
    "own": gettext_lazy("不能处理本人的事项；请由他人办理。"),
    "kin": gettext_lazy("您与当事人有亲属关系，须回避；请由他人办理。"),
    "superior": gettext_lazy("当事人是您的上级，须回避；请由他人办理。"),
}


@dataclass(frozen=True)
class Standing:
    """The grant a person acts under; `on_behalf_of` is its holder where it was delegated."""

    grant: Grant
    on_behalf_of: User | None = None


def roles_of(user: User, on: date) -> set[str]:
    """Codes of the roles a user holds on a day; whoever has a manager file is a client manager."""
    held = {grant.role for grant in grants_on(user, on)}
    if user.is_authenticated and user.is_active and hasattr(user, "client_manager"):
        held.add("client_manager")
    return held & set(ROLES)


def standing(user: User, action: str, *, on: date, about: ClientManager | None = None) -> Standing | None:
    """The grant that lets a user take an action, the own ones first; None where there is none."""
    return next(standings(user, action, on=on, about=about), None)


def standings(user: User, action: str, *, on: date, about: ClientManager | None = None) -> Iterator[Standing]:
    """Every grant that lets a user take an action, the own ones first.

    A delegated grant does not reach the case of its holder, nor one its holder is tied to.
    """
    for grant in grants_on(user, on):
        role = ROLES.get(grant.role)
        if role is None or action not in role.may:
            continue
        if about is not None and not _reaches(grant, about):
            continue
        if grant.user_id == user.pk:
            yield Standing(grant)
        elif about is None or not ties(grant.user, on=on).to(about.pk):
            yield Standing(grant, grant.user)


def may(user: User, action: str, *, on: date, about: ClientManager | None = None) -> bool:
    """Whether some role that permits `action` reaches the manager it is about."""
    return standing(user, action, on=on, about=about) is not None


def check_may(user: User, action: str, *, on: date, about: ClientManager | None = None) -> Standing:
    """The standing a person acts under; refused with a sentence the person can act on.

    Nobody acts on the own case, that of kin, or that of the own superior.
    """
    if about is not None:
        tie = ties(user, on=on).to(about.pk)
        if tie:
            raise PermissionDenied(str(TIED[tie]))
    found = standing(user, action, on=on, about=about)
    if found is None:
        raise PermissionDenied(_("您的角色或所辖机构不包括这项操作；如确有需要，请联系安全管理员授权。"))
    return found


def check_at(user: User, action: str, branch: Branch, *, on: date) -> Standing:
    """The standing a person acts under at a branch; refused with a sentence where there is none."""
    return _standing_at(user, action, branch, on=on, below=False)


def check_within(user: User, action: str, branch: Branch, *, on: date) -> Standing:
    """The same at a branch or anywhere below it: whoever has a part in what is arranged for all of it."""
    return _standing_at(user, action, branch, on=on, below=True)


def may_at(user: User, action: str, branch: Branch, *, on: date) -> bool:
    """Whether some grant that permits `action` covers a branch."""
    return _found_at(user, action, branch, on=on, below=False) is not None


def _standing_at(user: User, action: str, branch: Branch, *, on: date, below: bool) -> Standing:
    found = _found_at(user, action, branch, on=on, below=below)
    if found is not None:
        return found
    raise PermissionDenied(
        _("您的角色或所辖机构不包括“%(branch)s”的这项操作；如确有需要，请联系安全管理员授权。")
        % {"branch": branch}
    )


def _found_at(user: User, action: str, branch: Branch, *, on: date, below: bool) -> Standing | None:
    for grant in grants_on(user, on):
        role = ROLES.get(grant.role)
        if role is None or action not in role.may:
            continue
        if _covers(grant, branch) or (below and grant.branch.path.startswith(branch.path)):
            return Standing(grant, None if grant.user_id == user.pk else grant.user)
    return None


def ties(user: User, *, on: date) -> Ties:
    """The managers whose cases a person may not touch on a day."""
    rows = Relation.objects.filter(in_force(on), user=user).values_list("kind", "manager")
    found: dict[str, set[int]] = {"kin": set(), "superior": set()}
    for kind, manager in rows:
        found[kind].add(manager)
    own = frozenset(ClientManager.objects.filter(user=user.pk).values_list("pk", flat=True))
    return Ties(own, frozenset(found["kin"]), frozenset(found["superior"]))


def holders(action: str, *, on: date, about: ClientManager | None = None) -> list[User]:
    """The active people whose own grants permit an action on a day and reach a manager, ties aside."""
    codes = [role.code for role in ROLES.values() if action in role.may]
    grants = Grant.objects.filter(in_force(on), counted(), role__in=codes, user__is_active=True)
    reaching = [
        grant
        for grant in grants.select_related("branch", "user").order_by("user_id", "pk")
        if about is None or _reaches(grant, about)
    ]
    return list({grant.user_id: grant.user for grant in reaching}.values())


def _reaches(grant: Grant, manager: ClientManager) -> bool:
    return _covers(grant, manager.branch)


def _covers(grant: Grant, branch: Branch) -> bool:
    path = grant.branch.path
    return ROLES[grant.role].reach == "all" or bool(path and branch.path.startswith(path))
