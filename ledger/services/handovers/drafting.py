"""A handover drafted: who passes which customers to whom, in one stroke for any number of receivers."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.queries import handovers as queries
from ledger.services.handovers import procedure
from ledger.services.handovers.objections import refuse_objected
from ledger.services.handovers.procedure import LEAST_REASON, needed, refuse_closed
from managers.models import Assignment, ClientManager, Customer, Handover, HandoverLine, LogEntry, User
from managers.permissions import check_may, ties
from managers.services.stepping import Refusal

Status = ClientManager.Status


@dataclass(frozen=True)
class Line:
    """One customer to pass on, and what of it; `share` None is all that the giver holds."""

    customer: int
    custody: bool = True
    credit: bool = True
    liability: bool = False
    share: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Part:
    """What one receiver gets."""

    receiver: ClientManager
    lines: Sequence[Line]


def draft(
    giver: ClientManager,
    parts: Sequence[Part],
    *,
    effective_on: date,
    reason: str,
    by: User,
    on: date,
    key: str = "",
) -> list[Handover]:
    """Draft a handover for every part, all or none, in the order given.

    By the giver, or whoever may draft for the giver's branch. The same `key` by the same person gives the
    first answer again. Raises Refusal, or PermissionDenied, where nothing then has changed.
    """
    reason = needed(reason)
    with transaction.atomic():
        # managers before customers, both in the order of their keys: the lock order of the house
        people = [giver.pk, *(part.receiver.pk for part in parts)]
        known = {each.pk: each for each in _locked(people)}
        standing = _drafter(known[giver.pk], by=by, on=on)
        earlier = _answered(giver, by, key)
        if earlier is not None:
            return earlier
        _check(known[giver.pk], parts, known, effective_on=effective_on, reason=reason, on=on)
        found = _write(known[giver.pk], parts, effective_on=effective_on, reason=reason, by=by)
        for row in found:
            refuse_objected(row, on)
        _log(found, by=by, standing=standing, reason=reason, key=_token(giver, by, key))
    return found


def everything(giver: ClientManager, receiver: ClientManager, *, on: date, kind: str = "") -> Part:
    """All customers a giver holds on a day, of a kind where one is named: what empties a portfolio."""
    held = Assignment.objects.held_on(on).filter(manager=giver)
    if kind:
        held = held.filter(customer__kind=kind)
    return Part(receiver, [Line(customer) for customer in held.values_list("customer", flat=True)])


def _locked(people: Sequence[int]) -> list[ClientManager]:
    rows = ClientManager.objects.select_for_update(of=("self",)).select_related("branch")
    return list(rows.filter(pk__in=people).order_by("pk"))


def _drafter(giver: ClientManager, *, by: User, on: date) -> User | None:
    """On whose behalf the drafter acts; the giver may always draft the own handover."""
    if ties(by, on=on).to(giver.pk) == "own":
        return None
    return check_may(by, "draft_handover", on=on, about=giver).on_behalf_of


def _check(
    giver: ClientManager,
    parts: Sequence[Part],
    known: dict[int, ClientManager],
    *,
    effective_on: date,
    reason: str,
    on: date,
) -> None:
    """Everything that does not hang on one customer."""
    refuse_closed(effective_on)
    if (effective_on < on or queries.is_backdated(effective_on)) and len(reason) < LEAST_REASON:
        raise Refusal(
            _("生效日早于今日或已出数，属于更正；原因至少写 %(count)s 个字。") % {"count": LEAST_REASON}
        )
    receivers = [part.receiver.pk for part in parts]
    if giver.pk in receivers:
        raise Refusal(_("接收人不能是移交人本人；请另选接收人。"))
    if len(set(receivers)) != len(receivers):
        raise Refusal(_("同一接收人只能出现一次；请把客户合在一起。"))
    for pk in receivers:
        if known[pk].status not in (Status.ON_POST, Status.TRAINEE):
            words = {"who": known[pk], "status": known[pk].get_status_display()}
            raise Refusal(_("%(who)s 的状态是“%(status)s”，不能接收客户；请另选接收人。") % words)
    _check_customers(giver, [line for part in parts for line in part.lines], empty=not all_lined(parts))


def all_lined(parts: Sequence[Part]) -> bool:
    """Whether there is a receiver and each gets somebody."""
    return bool(parts) and all(part.lines for part in parts)


def _check_customers(giver: ClientManager, lines: Sequence[Line], *, empty: bool) -> None:
    if empty:
        raise Refusal(_("清单是空的；请为每位接收人至少勾选一位客户。"))
    wanted = [line.customer for line in lines]
    if len(set(wanted)) != len(wanted):
        raise Refusal(_("同一客户只能移交给一位接收人；请核对清单。"))
    if not all(line.custody or line.credit or line.liability for line in lines):
        raise Refusal(_("每位客户至少要移交一项：管户、信贷经办或旧贷款责任。"))
    held = Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
    if len(held) != len(wanted):
        raise Refusal(_("清单里有找不到的客户；请刷新后重新勾选。"))
    taken = queries.open_lines(giver.pk, wanted)
    if taken:
        words = {"customer": taken[0][0], "number": taken[0][1]}
        raise Refusal(
            _("客户 %(customer)s 已列入移交 %(number)s 号，尚未办结；请先办结或撤回那一张。") % words
        )


def _write(
    giver: ClientManager, parts: Sequence[Part], *, effective_on: date, reason: str, by: User
) -> list[Handover]:
    batch, found = uuid.uuid4(), []
    shares = dict(
        Assignment.objects.held_on(effective_on).filter(manager=giver).values_list("customer", "share")
    )
    wanted = [line.customer for part in parts for line in part.lines]
    handling = queries.handlers(wanted, effective_on)
    liable = {
        each.customer_id for each in queries.liable(wanted, effective_on) if each.manager_id == giver.pk
    }
    for part in parts:
        row = Handover.objects.create(
            giver=giver,
            receiver=part.receiver,
            branch=giver.branch,
            effective_on=effective_on,
            reason=reason,
            batch=batch,
            drafted_by=by,
        )
        HandoverLine.objects.bulk_create(
            HandoverLine(
                handover=row,
                customer_id=line.customer,
                custody=line.custody,
                credit=line.credit,
                liability=line.liability,
                share=_share(line, shares, effective_on),
                note=line.note[:200],
            )
            for line in part.lines
            if _moves(line, giver, handling, liable)
        )
        procedure.tell(row)
        found.append(row)
    return found


def _share(line: Line, shares: dict[int, Decimal], effective_on: date) -> Decimal | None:
    """The share that moves: what was asked for, as far as the giver holds it on the day."""
    if not line.custody:
        return None
    held = shares.get(line.customer)
    number = Customer.objects.get(pk=line.customer).customer_no if not held or line.share else ""
    if not held:
        words = {"customer": number, "day": effective_on}
        raise Refusal(_("客户 %(customer)s 在 %(day)s 不在移交人名下；请从清单中去掉。") % words)
    if line.share is not None and not 0 < line.share <= held:
        words = {"customer": number, "held": _percent(held)}
        raise Refusal(
            _("客户 %(customer)s 的移交比例须大于 0 且不超过移交人所持的 %(held)s；请更正。") % words
        )
    return line.share or held


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _moves(line: Line, giver: ClientManager, handling: dict[int, set[int]], liable: set[int]) -> bool:
    """Whether there is anything to move; a line without custody must name what the giver is charged with."""
    charged = (line.credit and giver.pk in handling[line.customer]) or (
        line.liability and line.customer in liable
    )
    if not line.custody and not charged:
        number = Customer.objects.get(pk=line.customer).customer_no
        raise Refusal(
            _("客户 %(customer)s 的信贷不由移交人负责，没有可移交的事项；请从清单中去掉。")
            % {"customer": number}
        )
    return True


def _token(giver: ClientManager, by: User, key: str) -> str | None:
    text = f"handover/draft/{giver.pk}/{by.pk}/{key}"
    return hashlib.sha256(text.encode()).hexdigest() if key else None


def _answered(giver: ClientManager, by: User, key: str) -> list[Handover] | None:
    """The handovers an earlier call with the same key drafted."""
    token = _token(giver, by, key)
    entry = LogEntry.objects.filter(key=token).first() if token else None
    return list(Handover.objects.filter(batch=entry.detail["batch"]).order_by("pk")) if entry else None


def _log(found: Sequence[Handover], *, by: User, standing: User | None, reason: str, key: str | None) -> None:
    """One row a handover; the first one carries the key."""
    for row in found:
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing,
            action=f"draft_{procedure.KIND}",
            subject=f"{procedure.KIND}:{row.pk}",
            to_state=str(row.state),
            reason=reason,
            detail={"batch": str(row.batch), "customers": row.lines.count()},
            key=key if row == found[0] else None,
        )
