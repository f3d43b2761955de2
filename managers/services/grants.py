"""Grants: asked for by one security administrator, confirmed by another, revoked; each act in the log."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.models import Branch, ClientManager, Delegation, Grant, LogEntry, User
from managers.models.scope import counted
from managers.permissions import check_may
from managers.roles import ROLES
from managers.rules import exclusions
from managers.rules.exclusions import Held
from managers.services.stepping import Refusal

MANAGE = "manage_grants"
#: Fewer could no longer grant anything: one asks, another confirms.
LEAST_KEEPERS = 2
DAY = timedelta(days=1)


def request(
    *,
    user: User,
    role: str,
    branch: Branch,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
    by: User,
    on: date,
    key: str = "",
) -> Grant:
    """Ask for a grant; it counts once a second security administrator has confirmed it.

    A repeat with the same `key` gives the first one. PermissionDenied or Refusal say why not.
    """
    check_may(by, MANAGE, on=on)
    token = hashlib.sha256(f"grant/request/{by.pk}/{key}".encode()).hexdigest() if key else None
    with transaction.atomic():
        earlier = LogEntry.objects.filter(key=token).first() if token else None
        if earlier is not None:
            return Grant.objects.get(pk=earlier.detail["grant"])
        _lock(user.pk)
        wanted = Grant(user=user, role=role, branch=branch, starts_on=starts_on, ends_on=ends_on)
        _check_request(wanted, by=by, on=on, reason=reason)
        wanted.granted_by, wanted.granted_at, wanted.reason = by, timezone.now(), reason.strip()
        wanted.save()
        _log("request_grant", wanted, by, reason, key=token)
    return wanted


def confirm(pk: int, *, by: User, on: date) -> Grant:
    """The second person confirms: from now on it counts. A repeat by the same person changes nothing."""
    check_may(by, MANAGE, on=on)
    with transaction.atomic():
        found = _locked(pk)
        if found.confirmed_by_id == by.pk:
            return found
        _check_open(found, by)
        _check_exclusions(found)
        found.confirmed_by, found.confirmed_at = by, timezone.now()
        found.save(update_fields=["confirmed_by", "confirmed_at"])
        _log("confirm_grant", found, by, "")
    return found


def refuse(pk: int, *, by: User, on: date, reason: str) -> Grant:
    """The second person, or the first who thinks better of it, refuses what is not confirmed yet."""
    check_may(by, MANAGE, on=on)
    _check_reason(reason)
    with transaction.atomic():
        found = _locked(pk)
        if found.confirmed_by_id is not None or found.granted_by_id is None or found.refused_at is not None:
            raise Refusal(_("这项授权不在待确认状态；请刷新后查看，已生效的请用“收回”。"))
        found.refused_by, found.refused_at = by, timezone.now()
        found.save(update_fields=["refused_by", "refused_at"])
        _log("refuse_grant", found, by, reason)
    return found


def revoke(pk: int, *, by: User, on: date, reason: str, ends_on: date | None = None) -> Grant:
    """End a grant: at once, or with a last day from today on. Delegations of it end with it.

    "At once" makes yesterday its last day; one that has not begun never begins.
    """
    check_may(by, MANAGE, on=on)
    _check_reason(reason)
    with transaction.atomic():
        found = _locked(pk)
        last = max(ends_on or on - DAY, found.starts_on - DAY)
        _check_revocation(found, last, by=by, on=on)
        found.ends_on = last
        found.save(update_fields=["ends_on"])
        _log("revoke_grant", found, by, reason, ends_on=last.isoformat())
    return found


def set_up(names: list[str], *, on: date) -> list[User]:
    """The first two security administrators, at the head office; refused once there are any."""
    office = Branch.objects.filter(parent=None).order_by("path").first()
    with transaction.atomic():
        if len(set(names)) < LEAST_KEEPERS or office is None:
            raise Refusal(_("须先送达机构（branches.csv），并给出两个不同的用户名。"))
        if Grant.objects.filter(counted(), role="security_admin").exists():
            raise Refusal(_("已有安全管理员；其余授权请在“授权”页面申请和确认。"))
        found = [User.objects.get_or_create(username=name)[0] for name in names]
        for user in found:
            made = Grant.objects.create(user=user, role="security_admin", branch=office, starts_on=on)
            _log("set_up_grant", made, None, "")
    return found


def held(user: User, *, besides: Grant | None = None) -> Iterator[Held]:
    """What a person holds, by grant or by delegation, whatever the day; refused and empty ones left out."""
    given = Grant.objects.filter(counted() | Q(refused_at=None), user=user).select_related("branch")
    if besides is not None:
        given = given.exclude(pk=besides.pk)
    for grant in given:
        if grant.ends_on is None or grant.ends_on >= grant.starts_on:
            yield as_held(grant)
    lent = Delegation.objects.filter(to=user, ended_at=None).select_related("grant__branch")
    for each in lent:
        yield Held(each.grant.role, path_of(each.grant), each.starts_on, each.ends_on)


def as_held(grant: Grant) -> Held:
    """A grant as the rules of exclusion see it."""
    return Held(grant.role, path_of(grant), grant.starts_on, grant.ends_on)


def path_of(grant: Grant) -> str:
    """Where it reaches: "" for everywhere."""
    reach = ROLES[grant.role].reach if grant.role in ROLES else ""
    return "" if reach == "all" else str(grant.branch.path)


def _check_request(wanted: Grant, *, by: User, on: date, reason: str) -> None:
    _check_reason(reason)
    role = ROLES.get(wanted.role)
    if role is None or role.reach == "own":
        raise Refusal(_("没有可授予的角色“%(role)s”；请从列表中选择。") % {"role": wanted.role})
    if by.pk == wanted.user_id:
        raise Refusal(_("不能给自己授权；请由其他安全管理员申请和确认。"))
    if not wanted.user.is_active:
        raise Refusal(_("账号 %(user)s 已停用，不能授权；请先启用。") % {"user": wanted.user})
    if wanted.starts_on < on:
        raise Refusal(_("授权不能早于今天生效；请把起始日改为 %(day)s 或以后。") % {"day": on})
    if wanted.ends_on is not None and wanted.ends_on < wanted.starts_on:
        raise Refusal(_("截止日不能早于起始日；请更正日期。"))
    if _same(wanted).exists():
        raise Refusal(
            _("%(user)s 在 %(branch)s 已有同一角色且日期重叠的授权；请先收回，或改日期。")
            % {"user": wanted.user, "branch": wanted.branch}
        )
    _check_exclusions(wanted)


def _same(wanted: Grant) -> Any:
    later = Q(ends_on=None) | Q(ends_on__gte=wanted.starts_on)
    found = Grant.objects.filter(
        later, user=wanted.user, role=wanted.role, branch=wanted.branch, refused_at=None
    )
    return found.filter(starts_on__lte=wanted.ends_on) if wanted.ends_on else found


def _check_exclusions(wanted: Grant) -> None:
    """Refuse a role that excludes one the person holds, or awaits, on some common day."""
    if wanted.role in exclusions.NO_MANAGER and ClientManager.objects.filter(user=wanted.user_id).exists():
        raise Refusal(
            _("%(user)s 是客户经理，不能兼任“%(role)s”；请改由他人担任。")
            % {"user": wanted.user, "role": ROLES[wanted.role].name}
        )
    found = exclusions.clashing(as_held(wanted), held(wanted.user, besides=wanted if wanted.pk else None))
    if found is not None:
        raise Refusal(
            _(
                "%(user)s 已有“%(held)s”，与“%(role)s”不相容：同一人不得既经办又审核。"
                "请先收回前者，或改由他人担任。"
            )
            % {"user": wanted.user, "held": ROLES[found.role].name, "role": ROLES[wanted.role].name}
        )


def _check_open(found: Grant, by: User) -> None:
    if found.granted_by_id is None or found.confirmed_by_id is not None or found.refused_at is not None:
        raise Refusal(_("这项授权已由他人处理；请刷新后查看。"))
    if by.pk == found.granted_by_id:
        raise Refusal(_("申请人不能确认自己的申请；请由另一位安全管理员确认。"))
    if by.pk == found.user_id:
        raise Refusal(_("不能确认给自己的授权；请由另一位安全管理员确认。"))
    if not found.user.is_active:
        raise Refusal(_("账号 %(user)s 已停用，不能授权；请先启用。") % {"user": found.user})


def _check_revocation(found: Grant, last: date, *, by: User, on: date) -> None:
    if found.refused_at is not None or (found.granted_by_id and not found.confirmed_by_id):
        raise Refusal(_("这项授权尚未生效；请用“驳回”。"))
    if by.pk == found.user_id:
        raise Refusal(_("不能收回自己的授权；请由其他安全管理员办理。"))
    if found.ends_on is not None and found.ends_on <= last:
        raise Refusal(_("这项授权到 %(day)s 已止，不必再收回。") % {"day": found.ends_on})
    if last < on - DAY and last >= found.starts_on:
        raise Refusal(_("收回不能追溯；请把最后一天改为今天或以后。"))
    if found.role == "security_admin" and _keepers_besides(found, last + DAY) < LEAST_KEEPERS:
        raise Refusal(
            _("收回后安全管理员不足 %(least)s 人，将无人能授权和确认；请先授予其他人。")
            % {"least": LEAST_KEEPERS}
        )


def _keepers_besides(grant: Grant, on: date) -> int:
    """How many other security administrators there are from a day on."""
    rows = Grant.objects.filter(
        counted(), Q(ends_on=None) | Q(ends_on__gte=on), role=grant.role, user__is_active=True
    )
    return rows.filter(starts_on__lte=on).exclude(pk=grant.pk).values("user").distinct().count()


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal(_("请写明原因；它会记入日志。"))
    if len(reason.strip()) > 200:
        raise Refusal(_("原因请不要超过 200 个字。"))


def _lock(user: int) -> None:
    """What one person holds is decided by one transaction at a time."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user)


def _locked(pk: int) -> Grant:
    """The grant read anew, its holder locked first."""
    holder = Grant.objects.filter(pk=pk).values_list("user", flat=True).first()
    if holder is None:
        raise Refusal(_("找不到这项授权；请刷新列表后重新选择。"))
    _lock(holder)
    return Grant.objects.select_for_update(of=("self",)).select_related("user", "branch").get(pk=pk)


def _log(
    action: str, grant: Grant, by: User | None, reason: str, *, key: str | None = None, **detail: str
) -> None:
    facts = {
        "grant": grant.pk,
        "user": grant.user.username,
        "role": grant.role,
        "branch": grant.branch.code,
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
    }
    LogEntry.objects.create(
        by=by,
        action=action,
        subject=f"user:{grant.user.username}",
        reason=reason.strip(),
        detail=facts | detail,
        key=key,
    )
