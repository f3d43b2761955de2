"""Who may read and keep a customer's credit file: roles by the customer's branch, managers their own."""

from collections.abc import Collection, Iterator
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from ledger.queries import handovers
from managers.models import Assignment, ClientManager, Customer, Grant, User
from managers.models.scope import grants_on
from managers.permissions import TIED, ties
from managers.roles import ROLES


def reaches(user: User, action: str, path: str, on: date) -> bool:
    """Whether some grant that permits an action reaches the branch at `path`."""
    return any(True for _grant in reaching(user, action, path, on))


def reaching(user: User, action: str, path: str, on: date) -> Iterator[Grant]:
    """The grants that permit an action and reach the branch at `path`, the own ones first."""
    for grant in grants_on(user, on):
        role = ROLES.get(grant.role)
        if role is None or action not in role.may:
            continue
        if role.reach == "all" or _inside(path, grant.branch.path):
            yield grant


def _inside(path: str, top: str) -> bool:
    return bool(top) and path.startswith(top)


def own_file(user: User) -> ClientManager | None:
    """The manager file of a person, if there is one."""
    found = getattr(user, "client_manager", None) if user.is_authenticated and user.is_active else None
    return found if isinstance(found, ClientManager) else None


def readable(user: User, on: date) -> QuerySet[Customer]:
    """The customers whose credit file a person may open: in sight, and by a role for it or as the manager."""
    wanted = Q(pk__in=[])
    for grant in grants_on(user, on):
        role = ROLES.get(grant.role)
        if role is None or "view_credit_file" not in role.may:
            continue
        everything = role.reach == "all"
        wanted |= Q(pk__isnull=False) if everything else Q(branch__path__startswith=grant.branch.path or "-")
    own = own_file(user)
    if own is not None:
        wanted |= Q(pk__in=Customer.objects.filter(assignments__manager=own).values("pk"))
    return Customer.objects.visible_to(user, on).filter(wanted)


def may_read_any(user: User, on: date) -> bool:
    """Whether a person reads credit files at all."""
    held = (ROLES[grant.role] for grant in grants_on(user, on) if grant.role in ROLES)
    return own_file(user) is not None or any("view_credit_file" in role.may for role in held)


def handles(user: User, customer: Customer, on: date) -> bool:
    """Whether a person is the manager who handles the customer's credit on a day."""
    own = own_file(user)
    return own is not None and own.pk in handovers.handlers([customer.pk], on)[customer.pk]


def check_untied(user: User, customer: Customer, on: date) -> None:
    """PermissionDenied for whoever holds the customer, or is tied to a manager who does."""
    found = tie(user, customer, on)
    if found:
        raise PermissionDenied(str(TIED[found]))


def tie(user: User, customer: Customer, on: date) -> str:
    """The first tie of a person to a manager who holds a customer; "" where there is none."""
    return next(filter(None, _ties_to(user, customer, on)), "")


def _ties_to(user: User, customer: Customer, on: date) -> Iterator[str]:
    bound = ties(user, on=on)
    for manager in Assignment.objects.held_on(on).filter(customer=customer).values_list("manager", flat=True):
        yield bound.to(manager)


def acting_for(user: User, action: str, customer: Customer, on: date, apart: Collection[int]) -> User | None:
    """On whose behalf a person decides about a customer: their own, or of a holder who may decide as well.

    A delegated grant does not reach the customers of its holder or of the holder's kin, nor what a person
    of `apart` did. PermissionDenied where no grant is left.
    """
    for grant in reaching(user, action, customer.branch.path, on):
        if grant.user_id == user.pk:
            return None
        if grant.user_id not in apart and not tie(grant.user, customer, on):
            return grant.user
    raise PermissionDenied(_("您的角色或所辖机构不包括这项操作；如确有需要，请联系安全管理员授权。"))


def may_edit(user: User, customer: Customer, on: date) -> bool:
    """The manager who handles the customer's credit, and whoever keeps the files of the branch."""
    return handles(user, customer, on) or reaches(user, "edit_credit_file", customer.branch.path, on)


def check_edit(user: User, customer: Customer, on: date) -> None:
    """PermissionDenied, with the way out, for everybody else."""
    if not may_edit(user, customer, on):
        raise PermissionDenied(
            _("只有该户的信贷经办客户经理，或本机构负责人、风险部门可以登记信贷档案；请转给他们办理。")
        )
