"""Whether a person sits where the rulebook wants the decision on a grade to be taken."""

from datetime import date

from django.utils.translation import gettext as _

from grading.rules.careers import Decision, authority
from managers.models import ClientManager, User
from managers.models.scope import grants_on
from managers.roles import ROLES
from managers.services.stepping import Refusal


def check_authority(by: User, approver: str, decision: Decision, *, about: ClientManager, on: date) -> None:
    """Refusal where none of the person's grants is of the role and the level that decides for the grade."""
    wanted = authority(approver, decision)
    for grant in grants_on(by, on):
        near = ROLES[grant.role].reach == "all" if grant.role in ROLES else False
        inside = near or about.branch.path.startswith(grant.branch.path)
        if grant.role in wanted.roles and grant.branch.kind in wanted.kinds and inside:
            return
    raise Refusal(_("这一等级须由%(who)s办理；请转交。") % {"who": authority_name(approver, decision)})


def authority_name(approver: str, decision: Decision) -> str:
    """Who decides, in words: the roles, and from which level on where that says more than the role."""
    wanted = authority(approver, decision)
    names = "、".join(str(role.name) for role in ROLES.values() if role.code in wanted.roles)
    if "group_member" in wanted.roles and "outlet" not in wanted.kinds:
        return _("分行及以上的%(names)s") % {"names": names}
    return names
