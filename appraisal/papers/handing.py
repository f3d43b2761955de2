"""移交清单 of a handover: its customers with what of each moves, and the four people who sign."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.papers import numbers
from appraisal.papers.sheets import Fact, HandoverList, Head, Moved, Signature
from grading.presenters import english
from ledger.models import Run
from ledger.queries import handovers as reads
from managers.models import ClientManager, Handover, HandoverLine, User
from managers.queries import names


def handover_list(row: Handover, *, reader: User, on: date) -> HandoverList:
    """The list of a handover as its `reader` may see it, in the language that is active.

    Dated on the last step, with the balances last published by then: a list printed again says the same.
    """
    since = timezone.localtime(row.state_since).date()
    run = reads.run_by(since)
    return HandoverList(
        head=_head(row, since),
        facts=tuple(_facts(row, run)),
        rows=tuple(_rows(row, run, reader, on)),
        remarks=tuple(_remarks(row)),
        signatures=tuple(_signatures(row)),
    )


def _head(row: Handover, since: date) -> Head:
    return Head(
        bank=str(settings.BANK_NAME),
        title=_("客户移交清单"),
        number=numbers.handover(row.pk, row.effective_on),
        on=since,
        language="en" if english() else get_language() or "zh-hans",
    )


def _facts(row: Handover, run: Run | None) -> Iterator[Fact]:
    yield _("移交人"), _side(row.giver)
    yield _("接收人"), _side(row.receiver)
    yield _("生效日"), row.effective_on.isoformat()
    yield _("余额截至"), run.business_date.isoformat() if run else ""
    yield _("状态"), str(row.get_state_display())
    yield _("原因"), row.reason


def _side(who: ClientManager) -> str:
    return _("%(who)s（%(branch)s）") % {"who": who, "branch": who.branch.name}


def _rows(row: Handover, run: Run | None, reader: User, on: date) -> Iterator[Moved]:
    lines = list(row.lines.select_related("customer").order_by("customer__customer_no"))
    known = reads.amounts(row.giver_id, run) | reads.amounts(row.receiver_id, run) if run else {}
    loans = _loans(row, lines)
    shown: list[dict[str, Any]] = [
        {"customer_no": line.customer.customer_no, "name": line.customer.name} for line in lines
    ]
    names.for_reader(shown, reader, on=on)
    for line, who in zip(lines, shown, strict=True):
        yield _moved(line, who, loans.get(line.customer_id, []), known.get(line.customer_id))


def _loans(row: Handover, lines: list[HandoverLine]) -> dict[int, list[str]]:
    """By customer the loans that pass from giver to receiver; the same before and after they have."""
    found: dict[int, list[str]] = {}
    for each in reads.liable([line.customer_id for line in lines if line.liability], row.effective_on):
        passes = each.manager_id == row.giver_id or each.handover == row.pk
        if passes and each.issued_on < row.effective_on:
            found.setdefault(each.customer_id, []).append(each.loan)
    return found


def _moved(
    line: HandoverLine,
    who: Mapping[str, str],
    loans: list[str],
    known: tuple[Decimal, Decimal, Decimal, Decimal] | None,
) -> Moved:
    return Moved(
        customer_no=who["customer_no"],
        name=who["name"],
        custody=line.custody,
        credit=Fraction(line.share) if line.share is not None else None,
        liability=("; " if english() else "；").join(_answers(line, loans)),
        deposits=known[0] if known else None,
        loans=known[1] if known else None,
    )


def _answers(line: HandoverLine, loans: list[str]) -> Iterator[str]:
    if line.credit:
        yield _("信贷经办")
    if line.liability:
        listed = (", " if english() else "、").join(loans)
        yield _("旧贷款 %(loans)s") % {"loans": listed} if loans else _("旧贷款（目前没有）")


def _remarks(row: Handover) -> Iterator[str]:
    yield _("“信贷经办”指自生效日起的贷款由接收人经办；未列明的旧贷款仍由原责任人负责。")
    for line in row.lines.exclude(note="").select_related("customer").order_by("customer__customer_no"):
        yield _("%(customer)s：%(note)s") % {"customer": line.customer.customer_no, "note": line.note}


def _signatures(row: Handover) -> Iterator[Signature]:
    yield Signature(role=_("移交人"), name=row.giver.name)
    yield Signature(role=_("接收人"), name=row.receiver.name)
    yield Signature(role=_("监交人"), name=str(row.witnessed_by or ""))
    yield Signature(role=_("批准人"), name=str(row.approved_by or ""))
