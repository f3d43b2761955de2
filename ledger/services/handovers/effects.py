"""What a handover does on its day: assignments as a bundle of its own, and who answers for the loans."""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from ledger import queries as ledger
from ledger.queries import handovers as queries
from ledger.services.extracts import load_delivery, lock_ledger
from ledger.services.handovers.procedure import listed, refuse_closed
from ledger.services.manifest import DeliveredFile, Delivery
from ledger.services.refusals import Refused
from managers.models import Assignment, Customer, Handover, HandoverLine, Responsibility, User
from managers.rules import shares
from managers.rules.shares import Held
from managers.services.stepping import Refusal

FILE = "assignments.csv"
COLUMNS = ("customer_no", "employee_no", "share", "starts_on", "ends_on")
DAY = timedelta(days=1)
Kind = Responsibility.Kind


def carry_out(row: Handover, *, by: User | None) -> None:
    """Write what the handover says; within the caller's transaction, which holds the handover's row.

    The ledger is locked before the customers, as by every load. Raises Refusal where the giver no longer
    holds what is listed, the shares would exceed 1, or the day is closed.
    """
    lock_ledger()
    refuse_closed(row.effective_on)
    lines = listed(row)
    _lock_customers(lines)
    before = _Standing.of(row, lines)
    _refuse_overtaken(row, lines)
    _load(row, [line for line in lines if line.custody], by=by)
    _charge(row, lines, before)


def _lock_customers(lines: Sequence[HandoverLine]) -> None:
    wanted = [line.customer_id for line in lines]
    list(Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk"))


# --- Custody: a bundle like any other -------------------------------------------------------------------


def _load(row: Handover, lines: Sequence[HandoverLine], *, by: User | None) -> None:
    """Load the assignments that follow, by the code that loads the core system's."""
    if not lines:
        return
    content = _written(_rows(row, lines))
    # Two handovers may say the same words at different times: their number is part of what they are.
    digest = hashlib.sha256(f"handover {row.pk}\n".encode() + content).hexdigest()
    count = content.count(b"\n") - 1
    file = DeliveredFile(FILE, digest, "UTF8", 0, count, lambda: io.BytesIO(content))
    # It covers a day that is covered already, so that no day counts as delivered because of it.
    covered = ledger.covered_through()
    delivery = Delivery(f"handover-{row.pk}", covered, covered, {FILE: file}, row.pk)
    try:
        load_delivery(delivery, by=by)
    except Refused as refused:
        first = refused.shown[0]
        words = {"customer": first.value, "why": first.text}
        raise Refusal(_("归属不能这样登记（%(customer)s）：%(why)s") % words) from refused


def _rows(row: Handover, lines: Sequence[HandoverLine]) -> Iterator[tuple[str, str, Held]]:
    """What giver and receiver hold from now on: customer, employee, days and share."""
    held = _held(row, lines)
    for line in lines:
        given, received = held[line.customer_id, row.giver_id], held[line.customer_id, row.receiver_id]
        assert line.share is not None  # custody moves with a share: the database holds that
        if shares.share_on(given, row.effective_on) < line.share:
            words = {"customer": line.customer.customer_no, "day": row.effective_on}
            raise Refusal(
                _("客户 %(customer)s 在 %(day)s 已不由移交人按清单比例持有；请撤回或取消后重新起草。") % words
            )
        left, goes = shares.given(given, since=row.effective_on, share=line.share)
        for each in left:
            yield line.customer.customer_no, row.giver.employee_no, each
        for each in shares.taken(received, goes):
            yield line.customer.customer_no, row.receiver.employee_no, each


def _held(row: Handover, lines: Sequence[HandoverLine]) -> dict[tuple[int, int], list[Held]]:
    """What both hold of the customers, by what is known now."""
    found: dict[tuple[int, int], list[Held]] = defaultdict(list)
    known = Assignment.objects.current().filter(
        customer__in=[line.customer_id for line in lines], manager__in=[row.giver_id, row.receiver_id]
    )
    for each in known.order_by("starts_on"):
        found[each.customer_id, each.manager_id].append(Held(each.starts_on, each.ends_on, each.share))
    return found


def _written(rows: Iterable[tuple[str, str, Held]]) -> bytes:
    """The rows as the file a core system would deliver."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for customer, employee, held in rows:
        writer.writerow([customer, employee, f"{held.share:f}", held.starts_on, held.ends_on or ""])
    return text.getvalue().encode()


# --- Credit and liability -------------------------------------------------------------------------------

#: What somebody is charged with: customer, loan ("" for all to come) and kind.
Charge = tuple[int, str, str]


@dataclass(frozen=True)
class _Standing:
    """Who handled the loans and who answered for them on the day, before the handover."""

    handlers: dict[int, set[int]]
    liable: dict[tuple[int, str], set[int]]

    @classmethod
    def of(cls, row: Handover, lines: Sequence[HandoverLine]) -> "_Standing":
        """As known now, for loans issued before the day: old loans."""
        customers = [line.customer_id for line in lines]
        liable: dict[tuple[int, str], set[int]] = defaultdict(set)
        for each in queries.liable(customers, row.effective_on):
            if each.issued_on < row.effective_on:
                liable[each.customer_id, each.loan].add(each.manager_id)
        return cls(queries.handlers(customers, row.effective_on), dict(liable))


def _refuse_overtaken(row: Handover, lines: Sequence[HandoverLine]) -> None:
    """Nothing is slipped in before a handover of the same customer that holds already."""
    later = Responsibility.objects.filter(
        customer__in=[line.customer_id for line in lines],
        superseded_by__isnull=True,
        starts_on__gt=row.effective_on,
    ).select_related("customer")
    found = later.order_by("customer_id").first()
    if found is not None:
        words = {"customer": found.customer.customer_no, "number": found.handover_id}
        raise Refusal(
            _("客户 %(customer)s 已由移交 %(number)s 号在更晚的日期办过移交；请改用其后的生效日。") % words
        )


def _charge(row: Handover, lines: Sequence[HandoverLine], before: _Standing) -> None:
    """State who is charged from the day on, for every customer and every old loan listed."""
    wanted: dict[Charge, set[int]] = {}
    for line in lines:
        handling = before.handlers[line.customer_id]
        wanted[line.customer_id, "", Kind.CREDIT] = _passed(row, handling, line.credit)
        for (customer, loan), people in before.liable.items():
            if customer == line.customer_id:
                wanted[customer, loan, Kind.LIABILITY] = _passed(row, people, line.liability)
    _restate(row, wanted)


def _passed(row: Handover, people: set[int], moves: bool) -> set[int]:
    """The people charged after the handover; the giver's part goes only where it is the giver's."""
    if not moves or row.giver_id not in people:
        return people
    return people - {row.giver_id} | {row.receiver_id}


def _restate(row: Handover, wanted: dict[Charge, set[int]]) -> None:
    """End what no longer holds and write what does; what is stated so already stays."""
    stated = _stated(row, {charge[0] for charge in wanted})
    ended: list[Responsibility] = []
    new: list[Responsibility] = []
    for charge, people in wanted.items():
        known = stated.get(charge, {})
        ended += [each for manager, each in known.items() if manager not in people]
        new += [_responsibility(row, charge, manager, row.effective_on) for manager in people - known.keys()]
    Responsibility.objects.filter(pk__in=[each.pk for each in ended]).update(superseded_by=row)
    new += [_until(row, each) for each in ended if each.starts_on < row.effective_on]
    Responsibility.objects.bulk_create(new)


def _stated(row: Handover, customers: Iterable[int]) -> dict[Charge, dict[int, Responsibility]]:
    """What earlier handovers say for the day, by charge and manager."""
    found: dict[Charge, dict[int, Responsibility]] = defaultdict(dict)
    known = Responsibility.objects.filter(customer__in=customers, superseded_by__isnull=True)
    for each in known.filter(starts_on__lte=row.effective_on):
        if each.ends_on is None or each.ends_on >= row.effective_on:
            found[each.customer_id, each.loan, each.kind][each.manager_id] = each
    return found


def _responsibility(
    row: Handover, charge: Charge, manager: int, starts_on: date, ends_on: date | None = None
) -> Responsibility:
    customer, loan, kind = charge
    return Responsibility(
        customer_id=customer,
        loan=loan,
        kind=kind,
        manager_id=manager,
        starts_on=starts_on,
        ends_on=ends_on,
        handover=row,
    )


def _until(row: Handover, old: Responsibility) -> Responsibility:
    """The old row as it now reads: up to the day before."""
    charge = (old.customer_id, old.loan, old.kind)
    return _responsibility(row, charge, old.manager_id, old.starts_on, row.effective_on - DAY)
