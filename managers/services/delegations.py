"""Delegations: a grant exercised by somebody else for some days; one level, dated, logged."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import Delegation, Grant, LogEntry, User
from managers.models.scope import grants_on
from managers.roles import ROLES
from managers.rules import exclusions
from managers.rules.exclusions import Held
from managers.services import grants
from managers.services.stepping import Refusal


def make(
    grant: Grant, *, to: User, starts_on: date, ends_on: date, reason: str, by: User, on: date
) -> Delegation:
    """The holder of a grant lets somebody else exercise it for at most 62 days, both ends included."""
    with transaction.atomic():
        list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk=to.pk))
        _check_grant(grant, starts_on, ends_on, by=by, on=on)
        _check_dates(starts_on, ends_on, on)
        _check_receiver(grant, to, starts_on, ends_on, by=by)
        if not reason.strip() or len(reason.strip()) > 200:
            raise Refusal(_("请写明委托的原因，不超过 200 个字；它会记入日志。"))
        made = Delegation.objects.create(
            grant=grant, to=to, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), made_by=by
        )
        _log("make_delegation", made, by, reason)
    return made


def end(pk: int, *, by: User, on: date, reason: str = "") -> Delegation:
    """The giver, the receiver or a security administrator ends it at once; a repeat changes nothing."""
    with transaction.atomic():
        found = (
            Delegation.objects.select_for_update(of=("self",))
            .select_related("grant__branch", "grant__user", "to")
            .filter(pk=pk)
            .first()
        )
        if found is None or not may_end(found, by=by, on=on):
            raise Refusal(_("找不到您可以终止的委托；请刷新列表后重新选择。"))
        if found.ended_at is None:
            found.ended_at, found.ended_by = timezone.now(), by
            found.save(update_fields=["ended_at", "ended_by"])
            _log("end_delegation", found, by, reason)
    return found


def may_end(delegation: Delegation, *, by: User, on: date) -> bool:
    """Both sides of it, and whoever keeps the grants."""
    keeps = any(grants.MANAGE in ROLES[each.role].may for each in grants_on(by, on) if each.role in ROLES)
    return by.pk in (delegation.made_by_id, delegation.to_id) or keeps


def delegable(user: User, on: date) -> list[Grant]:
    """The user's own grants that may be handed over on a day; never those received."""
    return [
        grant
        for grant in grants_on(user, on)
        if grant.user_id == user.pk and grant.role in ROLES and grant.role not in exclusions.NOT_DELEGATED
    ]


def _check_grant(grant: Grant, starts_on: date, ends_on: date, *, by: User, on: date) -> None:
    if grant.pk not in {each.pk for each in delegable(by, on)}:
        raise Refusal(_("只能委托本人持有、现在有效且可以委托的角色；受托得来的角色不能再委托。"))
    if grant.ends_on is not None and ends_on > grant.ends_on:
        raise Refusal(_("委托不能超过授权本身的截止日 %(day)s；请更正日期。") % {"day": grant.ends_on})
    taken = grant.delegations.filter(ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if taken.exists():
        raise Refusal(_("这一角色在这些日子已委托给他人；同一时间只能委托一人，请先终止原委托。"))


def _check_dates(starts_on: date, ends_on: date, on: date) -> None:
    if starts_on < on:
        raise Refusal(_("委托不能早于今天开始；请更正日期。"))
    if not 1 <= (ends_on - starts_on).days + 1 <= Delegation.MOST_DAYS:
        raise Refusal(_("委托须写明起止日，最长 %(most)s 天；请更正日期。") % {"most": Delegation.MOST_DAYS})


def _check_receiver(grant: Grant, to: User, starts_on: date, ends_on: date, *, by: User) -> None:
    if to.pk == by.pk:
        raise Refusal(_("不能委托给自己；请选择他人。"))
    if not to.is_active:
        raise Refusal(_("账号 %(user)s 已停用，不能受托；请选择他人。") % {"user": to})
    wanted = Held(grant.role, grants.path_of(grant), starts_on, ends_on)
    clash = exclusions.clashing(wanted, grants.held(to))
    if clash is not None:
        raise Refusal(
            _("%(user)s 持有“%(held)s”，与“%(role)s”不相容，不能受托；请选择他人。")
            % {"user": to, "held": ROLES[clash.role].name, "role": ROLES[grant.role].name}
        )


def _log(action: str, delegation: Delegation, by: User, reason: str) -> None:
    grant = delegation.grant
    LogEntry.objects.create(
        by=by,
        action=action,
        subject=f"user:{delegation.to.username}",
        reason=reason.strip(),
        detail={
            "delegation": delegation.pk,
            "holder": grant.user.username,
            "role": grant.role,
            "branch": grant.branch.code,
            "starts_on": delegation.starts_on.isoformat(),
            "ends_on": delegation.ends_on.isoformat(),
        },
    )
