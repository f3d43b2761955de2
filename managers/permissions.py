"""Who may do what: a check that refuses with a reason, and the question whether it would."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from managers.models import ClientManager, User
from managers.models.scope import grants_on, scope_of
from managers.roles import ROLES


def roles_of(user: User, on: date) -> set[str]:
    """Codes of the roles a user holds on a day; whoever has a manager file is a client manager."""
    held = {grant.role for grant in grants_on(user, on)}
    if user.is_authenticated and user.is_active and hasattr(user, "client_manager"):
        held.add("client_manager")
    return held & set(ROLES)


def may(user: User, action: str, *, on: date, about: ClientManager | None = None) -> bool:
    """Whether some role that permits `action` reaches the manager it is about."""
    for grant in grants_on(user, on):
        role = ROLES.get(grant.role)
        if role is None or action not in role.may:
            continue
        if (
            about is None
            or role.reach == "all"
            or (grant.branch.path and about.branch.path.startswith(grant.branch.path))
        ):
            return True
    return False


def check_may(user: User, action: str, *, on: date, about: ClientManager | None = None) -> None:
    """Refuse with a sentence the person can act on."""
    if about is not None and getattr(user, "client_manager", None) == about:
        raise PermissionDenied(_("不能处理本人的事项；请由他人办理。"))
    if not may(user, action, on=on, about=about):
        raise PermissionDenied(_("您的角色或所辖机构不包括这项操作；如确有需要，请联系安全管理员授权。"))


def sees_business(user: User, on: date) -> bool:
    """Whether the user sees any business data at all."""
    scope = scope_of(user, on)
    return scope.everything or bool(scope.paths) or scope.manager is not None
