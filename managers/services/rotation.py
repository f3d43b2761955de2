"""Rotation and leave: limits laid down by head office, leaves entered and called off by HR."""

from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from managers.models import ClientManager, LeaveRecord, LogEntry, RotationLimit, User
from managers.permissions import check_may
from managers.services.stepping import Refusal

Row = TypeVar("Row", RotationLimit, LeaveRecord)
SET, MANAGE = "set_rotation_limits", "manage_rotation"


def lay_down(
    *,
    kind: str,
    months: int,
    starts_on: date,
    cites: str,
    by: User,
    on: date,
    position: str = "",
    days: int = 0,
) -> RotationLimit:
    """A limit from a day on; it takes the place of the one before. Never for the past: tenure would jump."""
    standing = check_may(by, SET, on=on)
    if kind not in RotationLimit.Kind.values or not 0 <= months <= 600:
        raise Refusal(_("请选择种类；月数须在 0 至 600 之间，0 表示取消期限。"))
    if starts_on < on:
        raise Refusal(_("期限不能追溯；生效日须是今天或以后。"))
    if not cites.strip():
        raise Refusal(_("请写明依据（制度与条款）。"))
    with transaction.atomic():
        made = _new(RotationLimit(
            kind=kind, position=position.strip(), months=months, starts_on=starts_on,
            days=days if kind == RotationLimit.Kind.LEAVE else 0, cites=cites.strip(), set_by=by,
        ), _("这一天已有同种期限；请改日期。"))  # fmt: skip
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="set_rotation_limit",
            subject=f"rotation_limit:{made.pk}",
            detail={"kind": kind, "months": months},
        )
        return made


def record_leave(
    manager: ClientManager,
    *,
    kind: str,
    starts_on: date,
    ends_on: date,
    by: User,
    on: date,
    stand_in: ClientManager | None = None,
    note: str = "",
) -> LeaveRecord:
    """HR enters a leave, ahead or afterwards, and who does the work meanwhile."""
    standing = check_may(by, MANAGE, on=on, about=manager)
    if kind not in LeaveRecord.Kind.values or ends_on < starts_on:
        raise Refusal(_("请选择休假种类；止日不能早于起日。"))
    if stand_in is not None and stand_in.pk == manager.pk:
        raise Refusal(_("代班人不能是休假人本人。"))
    with transaction.atomic():
        made = _new(LeaveRecord(
            manager=manager, kind=kind, starts_on=starts_on, ends_on=ends_on,
            stand_in=stand_in, note=note.strip(), recorded_by=by,
        ), _("与已登记的休假日期重叠；请先取消原记录。"))  # fmt: skip
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="record_leave",
            subject=f"leave:{made.pk}",
            detail={"kind": kind},
        )
        return made


def call_off(pk: int, *, by: User, on: date, at: datetime, reason: str) -> LeaveRecord:
    """A leave did not, or will not, take place."""
    with transaction.atomic():
        rows = LeaveRecord.objects.select_for_update(of=("self",)).select_related("manager__branch")
        row = rows.filter(pk=pk).first()
        if row is None or row.cancelled_at is not None:
            raise Refusal(_("这条休假记录不存在或已取消；请刷新后查看。"))
        standing = check_may(by, MANAGE, on=on, about=row.manager)
        if not reason.strip():
            raise Refusal(_("须写明原因；请填写后再办理。"))
        row.cancelled_at, row.cancelled_by = at, by
        row.save(update_fields=["cancelled_at", "cancelled_by"])
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="call_off_leave",
            subject=f"leave:{row.pk}",
            reason=reason.strip(),
        )
        return row


def _new(row: Row, taken: str) -> Row:
    """Keep a row; where the database finds another in its place, say so in words."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refusal(taken) from None
    return row
