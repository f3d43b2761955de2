"""Who may read what over REST: the scope of the token, the role's permission, the reach of the grants."""

import logging
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from managers.models import ClientManager, User
from managers.models.scope import grants_on
from managers.permissions import may
from managers.rest.problems import Problem
from managers.roles import ROLES

log = logging.getLogger("cmbank.api")

#: What opens the data every resource shares: who the managers are, their grades and figures.
PEOPLE = ("view_people", "view_appraisals")


def own_file(user: Any) -> ClientManager | None:
    """The manager file that is the user's own."""
    return getattr(user, "client_manager", None)


def may_read(user: User, action: str, on: date) -> bool:
    """Whether some role, or a manager file of one's own, opens this kind of data at all.

    An empty action is opened by any of `PEOPLE`.
    """
    return own_file(user) is not None or any(may(user, each, on=on) for each in opening(action))


def opening(action: str) -> tuple[str, ...]:
    """The permissions any of which opens what asks for `action`."""
    return (action,) if action else PEOPLE


def readable(rows: Any, user: Any, action: str, on: date) -> Any:
    """The rows (a ScopedQuerySet) in scope that lie where a role permits `action`, and the user's own.

    A user may hold several grants, not all of which permit the action: the scope alone would then let
    the reach of one role carry the permission of another.
    """
    visible = rows.visible_to(user, on)
    roles = [(ROLES[grant.role], grant.branch.path) for grant in grants_on(user, on) if grant.role in ROLES]
    permitted = [(role, path) for role, path in roles if set(opening(action)) & set(role.may)]
    if len(permitted) == len(roles) or any(role.reach == "all" for role, _path in permitted):
        return visible
    wanted = Q(pk__in=[])
    for role, path in permitted:
        if role.reach == "subtree" and path:
            wanted |= Q(**{f"{rows.branch_path}__startswith": path})
    own = own_file(user)
    if own is not None:
        wanted |= Q(pk__in=rows.model._base_manager.filter(**{rows.manager_id: own.pk}).values("pk"))
    return visible.filter(wanted)


class MayRead(BasePermission):
    """The token carries the view's scope, and the user a role that permits its action."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False for a stranger; Problem 403 with the reason for everyone else who may not."""
        if not request.user.is_authenticated:
            return False
        token: Any = request.auth
        if token is not None and view.scope not in token.scopes:
            detail = _("令牌不含权限范围 %(scope)s；请申请含此范围的令牌。") % {"scope": view.scope}
            raise Problem(403, "scope_missing", detail, scope=view.scope)
        if not view.may_read(request.user):
            detail = _("您的角色不包括查阅这类数据；如确有需要，请联系安全管理员授权。")
            raise Problem(403, "forbidden", detail)
        return True


class PerToken(SimpleRateThrottle):
    """So many requests a minute for each token, or for each user of a session."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """One bucket a token."""
        who = f"token-{request.auth.pk}" if request.auth is not None else f"user-{request.user.pk}"
        return self.cache_format % {"scope": self.scope, "ident": who}

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether there is room. A cache that is down must not close the interface."""
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            log.warning("no throttling, the cache does not answer: %s", error)
            return True
