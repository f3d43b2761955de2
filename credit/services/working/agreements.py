"""Cooperation agreements: drafted by the manager, approved by the head, signed, kept track of, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import Agreement, Commitment, StatedFigure
from credit.services.working.procedures import (
    AGREEMENT,
    answered,
    drafter,
    held,
    in_turn,
    log,
    own_file,
    said,
)
from managers.models import Customer, LogEntry, User
from managers.services import deadlines
from managers.services.stepping import Refusal, take

State = Agreement.State
Kind = Commitment.Kind


@dataclass(frozen=True)
class Terms:
    """What an agreement says besides its commitments."""

    number: str
    signatory: str
    bank_signatory: str
    starts_on: date
    ends_on: date
    address: str = ""


@dataclass(frozen=True)
class Promise:
    """One commitment."""

    kind: str
    threshold: Decimal | None = None
    text: str = ""


def draft(
    customer: Customer, terms: Terms, promises: Sequence[Promise], *, by: User, on: date, key: str = ""
) -> Agreement:
    """A new agreement with a customer of one's own; it waits for the head at once."""
    manager = own_file(by, on=on)
    with transaction.atomic():
        in_turn(manager)
        earlier = answered("draft_agreement", by=by, key=key)
        if earlier is not None:
            return Agreement.objects.get(pk=earlier)
        held(manager, customer, on)
        _check(terms, promises)
        row = Agreement.objects.create(
            customer=customer,
            manager=manager,
            number=terms.number.strip(),
            address=terms.address.strip(),
            signatory=said(terms.signatory, _("客户法定代表人（负责人）"), 80),
            bank_signatory=said(terms.bank_signatory, _("本行负责人"), 80),
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            drafted_by=by,
        )
        Commitment.objects.bulk_create(
            Commitment(agreement=row, kind=each.kind, threshold=each.threshold, text=each.text.strip()[:300])
            for each in promises
        )
        log("draft_agreement", row, AGREEMENT.kind, by=by, key=key)
        _refresh(row.pk, on)
    return row


def _check(terms: Terms, promises: Sequence[Promise]) -> None:
    number = said(terms.number, _("合同编号"), 60)
    if Agreement.objects.filter(number=number).exists():
        raise Refusal(_("合同编号 %(number)s 已经用过；请核对编号。") % {"number": number})
    if terms.ends_on < terms.starts_on:
        raise Refusal(_("止日不能早于起日；请更正。"))
    if not promises:
        raise Refusal(_("协议至少要有一项约定。"))
    kinds = [each.kind for each in promises if each.kind != Kind.OTHER]
    if len(set(kinds)) != len(kinds):
        raise Refusal(_("同一种约定只能写一次；请合并。"))
    for each in promises:
        _check_promise(each)


def _check_promise(each: Promise) -> None:
    name = Kind(each.kind).label
    if each.kind == Kind.OTHER and not each.text.strip():
        raise Refusal(_("“%(name)s”请写明内容。") % {"name": name})
    if each.kind not in Commitment.IN_WORDS and (each.threshold is None or each.threshold <= 0):
        raise Refusal(_("“%(name)s”请填写大于 0 的数值。") % {"name": name})
    if each.kind in Commitment.IN_WORDS and each.threshold is not None:
        raise Refusal(_("“%(name)s”不需要数值；请留空。") % {"name": name})


def approve(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """The head agrees to the terms."""

    def move(row: Agreement) -> None:
        row.approved_by = by

    with transaction.atomic():
        entry = take(AGREEMENT, "approve", pk, by=by, on=on, action="approve_agreement", move=move, key=key)
        _refresh(pk, on)
    return entry


def sign(pk: int, *, by: User, on: date, signed_on: date | None = None, key: str = "") -> LogEntry:
    """Both sides have signed; said by the manager who looks after it, or by the head."""

    def move(row: Agreement) -> None:
        row.signed_on = signed_on or on
        if row.signed_on > on:
            raise Refusal(_("签署日 %(day)s 还没有到；请签署后再登记。") % {"day": row.signed_on})

    with transaction.atomic():
        own = _is_own(pk, by)
        entry = take(
            AGREEMENT, "sign", pk, by=by, on=on, action="approve_agreement", move=move, key=key, own=own
        )
        _refresh(pk, on)
    return entry


def end(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """It has run out, or one side has ended it; said by the head."""

    def move(row: Agreement) -> None:
        row.ended_on = on

    reason = said(reason, _("终止的原因"), 1000)
    with transaction.atomic():
        entry = take(
            AGREEMENT,
            "end",
            pk,
            by=by,
            on=on,
            action="approve_agreement",
            move=move,
            reason=reason,
            key=key,
        )
        _refresh(pk, on)
    return entry


def withdraw(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """It comes to nothing; said by the manager, or by the head."""
    reason = said(reason, _("撤回的原因"), 1000)
    own = _is_own(pk, by)
    with transaction.atomic():
        entry = take(
            AGREEMENT,
            "withdraw",
            pk,
            by=by,
            on=on,
            action="approve_agreement",
            reason=reason,
            key=key,
            own=own,
        )
        _refresh(pk, on)
    return entry


def state(
    pk: int, as_of: date, figures: dict[str, Decimal], *, source: str, by: User, on: date
) -> list[StatedFigure]:
    """What the customer says of itself as of a day, and where it was read; later entries overrule."""
    source = said(source, _("来源"), 200)
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).select_related("manager__branch").get(pk=pk)
        acting_for = drafter(row.manager, "approve_agreement", by=by, on=on)
        if row.state != State.IN_FORCE:
            raise PermissionDenied(_("只有有效的协议才登记客户报送的数字。"))
        if as_of > on:
            raise Refusal(_("截至日 %(day)s 还没有到；请更正。") % {"day": as_of})
        if not figures:
            raise Refusal(_("请至少填写一项数字。"))
        made = [
            StatedFigure.objects.create(
                agreement=row, as_of=as_of, kind=kind, value=value, source=source, entered_by=by
            )
            for kind, value in figures.items()
        ]
        log(
            "state_agreement",
            row,
            AGREEMENT.kind,
            by=by,
            acting_for=acting_for,
            detail={"on": as_of.isoformat(), "fields": sorted(figures)},
        )
    return made


def _is_own(pk: int, by: User) -> bool:
    return Agreement.objects.filter(pk=pk, manager__user=by).exists()


def _refresh(pk: int, on: date) -> None:
    deadlines.refresh("agreement", [pk], on=on)
