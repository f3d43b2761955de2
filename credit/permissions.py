"""Who may read and keep a customer's credit file: roles by the customer's branch, managers their own."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from ledger.queries import handovers
from managers.models import ClientManager, Customer, User
from managers.models.scope import grants_on
from managers.roles import ROLES


def reaches(user: User, action: str, path: str, on: date) -> bool:
    """Whether some grant that permits an action reaches the branch at `path`."""
    for grant in grants_on(user, on):
        role = ROLES.get(grant.role)
        if (
            role is not None
            and action in role.may
            and (role.reach == "all" or _inside(path, grant.branch.path))
        ):
            return True
    return False


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


def may_edit(user: User, customer: Customer, on: date) -> bool:
    """The manager who handles the customer's credit, and whoever keeps the files of the branch."""
    return handles(user, customer, on) or reaches(user, "edit_credit_file", customer.branch.path, on)


def check_edit(user: User, customer: Customer, on: date) -> None:
    """PermissionDenied, with the way out, for everybody else."""
    if not may_edit(user, customer, on):
        raise PermissionDenied(
            _("只有该户的信贷经办客户经理，或本机构负责人、风险部门可以登记信贷档案；请转给他们办理。")
        )
