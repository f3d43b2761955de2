"""Who owns an amount: the role the standard names for it, or one of a higher level."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from credit.queries.standards import standard_on
from credit.rules.standard import Standard
from managers.models import ClientManager, User
from managers.permissions import Standing, standings
from managers.roles import ROLES


def level_of(amount: Decimal | None, on: date) -> str:
    """The role that owns an amount; where it is not known, the highest."""
    standard = standard_on(on)
    return standard.approvals[-1].role if amount is None else standard.approved_at(amount).role


def check_level(
    by: User, action: str, level: str, *, on: date, about: ClientManager, apart: Collection[int | None] = ()
) -> Standing:
    """The standing at a level, or above it, under which a person may act.

    Nobody acts for a person of `apart`, who took an earlier step. Refused with the level that is needed.
    """
    enough = at_least(level, standard_on(on))
    for each in standings(by, action, on=on, about=about):
        holder = each.on_behalf_of
        if each.grant.role in enough and (holder is None or holder.pk not in apart):
            return each
    words = {"role": ROLES[level].name}
    raise PermissionDenied(_("这一金额须由“%(role)s”或更高层级批准；请转其办理。") % words)


def at_least(level: str, standard: Standard) -> tuple[str, ...]:
    """A role of the levels and those above it; a role the standard no longer names stands for itself."""
    roles = [each.role for each in standard.approvals]
    return tuple(roles[roles.index(level) :]) if level in roles else (level,)
