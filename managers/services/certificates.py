"""Certificates: entered by whoever has seen them, declared void with a reason."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from managers.models import Certificate, ClientManager, LogEntry, User
from managers.permissions import check_may
from managers.services.stepping import Refusal
from managers.services.training import MANAGE


def record(
    manager: ClientManager,
    *,
    kind: str,
    number: str,
    issuer: str,
    issued_on: date,
    evidence: str,
    by: User,
    on: date,
    expires_on: date | None = None,
) -> Certificate:
    """Enter a certificate that was seen; the same one again gives the row there is."""
    standing = check_may(by, MANAGE, on=on, about=manager)
    _check(kind, number, issuer, issued_on, expires_on, evidence, on)
    with transaction.atomic():
        known = Certificate.objects.filter(kind=kind, number=number.strip()).first()
        if known is not None:
            return _the_same(known, manager)
        made = Certificate.objects.create(
            manager=manager,
            kind=kind,
            number=number.strip(),
            issuer=issuer.strip(),
            issued_on=issued_on,
            expires_on=expires_on,
            evidence=evidence.strip(),
            recorded_by=by,
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="record_certificate",
            subject=f"certificate:{made.pk}",
            detail={"kind": kind},
        )
        return made


def void(pk: int, *, voided_on: date, by: User, on: date, at: datetime, reason: str) -> Certificate:
    """It holds no more from a day on, before its last day."""
    with transaction.atomic():
        rows = Certificate.objects.select_for_update(of=("self",)).select_related("manager__branch")
        row = rows.filter(pk=pk).first()
        if row is None:
            raise Refusal(_("找不到要办理的事项；请刷新列表后重新选择。"))
        standing = check_may(by, MANAGE, on=on, about=row.manager)
        if row.voided_on is not None:
            raise Refusal(_("这份证书已于 %(day)s 作废，不必再办。") % {"day": row.voided_on})
        if not reason.strip() or not row.issued_on <= voided_on <= on:
            raise Refusal(_("请写明原因；作废日须在发证日至今天之间。"))
        row.voided_on, row.voided_at, row.voided_by = voided_on, at, by
        row.save(update_fields=["voided_on", "voided_at", "voided_by"])
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="void_certificate",
            subject=f"certificate:{row.pk}",
            reason=reason.strip(),
        )
        return row


def _the_same(known: Certificate, manager: ClientManager) -> Certificate:
    if known.manager_id != manager.pk:
        raise Refusal(_("证书编号 %(no)s 已经用过；请核对。") % {"no": known.number})
    return known


def _check(
    kind: str,
    number: str,
    issuer: str,
    issued_on: date,
    expires_on: date | None,
    evidence: str,
    on: date,
) -> None:
    if kind not in Certificate.Kind.values or not number.strip() or not issuer.strip():
        raise Refusal(_("请选择证书种类，填写编号与发证机构。"))
    if not evidence.strip():
        raise Refusal(_("请写明证据：原件或扫描件存于何处。"))
    if issued_on > on or (expires_on is not None and expires_on <= issued_on):
        raise Refusal(_("发证日期不能晚于今天，到期日须在发证之后；请核对。"))
