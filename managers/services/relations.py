"""Relations: who must stand aside from whose case; declared by HR or the person, ended by HR alone."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from managers.models import ClientManager, LogEntry, Relation, User
from managers.permissions import may
from managers.services.stepping import Refusal

KEEP = "edit_people"


def declare(
    *,
    user: User,
    manager: ClientManager,
    kind: str,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
    by: User,
    on: date,
) -> Relation:
    """Say that a user is kin of a manager, or that the manager is the user's superior.

    HR says it of anybody within its branches, everybody else of themselves.
    """
    if by.pk not in (user.pk, manager.user_id) and not may(by, KEEP, on=on, about=manager):
        raise PermissionDenied(_("只能申报本人的回避关系；他人的由人力资源部申报。"))
    _check(user, manager, kind, starts_on, ends_on, reason)
    with transaction.atomic():
        list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user.pk))
        if _overlapping(user, manager, kind, starts_on, ends_on):
            raise Refusal(_("这一关系已经申报过，日期重叠；不必再报。"))
        made = Relation.objects.create(
            user=user,
            manager=manager,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason.strip(),
            declared_by=by,
        )
        _log("declare_relation", made, by, reason)
    return made


def end(pk: int, *, by: User, on: date, ends_on: date, reason: str) -> Relation:
    """HR ends a relation with a last day; neither of the two concerned frees themselves."""
    with transaction.atomic():
        found = (
            Relation.objects.select_for_update(of=("self",))
            .select_related("user", "manager__branch")
            .filter(pk=pk)
            .first()
        )
        if found is None or not may_end(found, by=by, on=on):
            raise PermissionDenied(_("回避关系由人力资源部解除，当事人不能自行解除；请联系人力资源部。"))
        _check_end(found, ends_on, on, reason)
        found.ends_on = ends_on
        found.save(update_fields=["ends_on"])
        _log("end_relation", found, by, reason)
    return found


def may_end(relation: Relation, *, by: User, on: date) -> bool:
    """HR of the manager's branch, but neither of the two."""
    concerned = by.pk in (relation.user_id, relation.manager.user_id)
    return not concerned and may(by, KEEP, on=on, about=relation.manager)


def _check(
    user: User, manager: ClientManager, kind: str, starts_on: date, ends_on: date | None, reason: str
) -> None:
    if kind not in Relation.Kind.values:
        raise Refusal(_("关系只能是亲属，或本人的上级；请重新选择。"))
    if manager.user_id == user.pk:
        raise Refusal(_("本人的事项本来就须回避，不必申报。"))
    if ends_on is not None and ends_on < starts_on:
        raise Refusal(_("截止日不能早于起始日；请更正日期。"))
    if not reason.strip() or len(reason.strip()) > 200:
        raise Refusal(_("请写明是什么关系，不超过 200 个字。"))


def _overlapping(user: User, manager: ClientManager, kind: str, start: date, end: date | None) -> bool:
    rows = Relation.objects.filter(Q(ends_on=None) | Q(ends_on__gte=start))
    rows = rows.filter(user=user, manager=manager, kind=kind)
    return (rows.filter(starts_on__lte=end) if end else rows).exists()


def _check_end(found: Relation, ends_on: date, on: date, reason: str) -> None:
    if not reason.strip() or len(reason.strip()) > 1000:
        raise Refusal(_("请写明解除的原因；它会记入日志。"))
    if ends_on < max(found.starts_on, on):
        raise Refusal(_("解除不能追溯；最后一天须是今天或以后。"))
    if found.ends_on is not None and found.ends_on <= ends_on:
        raise Refusal(_("这一关系到 %(day)s 已止，不必再解除。") % {"day": found.ends_on})


def _log(action: str, relation: Relation, by: User, reason: str) -> None:
    LogEntry.objects.create(
        by=by,
        action=action,
        subject=f"manager:{relation.manager.employee_no}",
        reason=reason.strip(),
        detail={
            "relation": relation.pk,
            "user": relation.user.username,
            "kind": relation.kind,
            "starts_on": relation.starts_on.isoformat(),
            "ends_on": relation.ends_on.isoformat() if relation.ends_on else None,
        },
    )
