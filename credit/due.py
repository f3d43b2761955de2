"""What is due on loans: overdue, today, within a week; of inspections, findings, notices and classes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit.desk import Reader
from credit.models import Finding, Inspection, LoanWatch, Reclassification
from credit.queries.afterloan import maturities
from ledger.models import Account

WEEK = timedelta(days=7)
#: Days for a receipt, and to propose a class once the floor is broken.
RECEIPT = timedelta(days=5)
#: Of everything no more is read than a page can show.
MOST = 300


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be done about a loan by a day."""

    kind: str
    what: Promise | str
    due_on: date
    account: Account
    url: str
    note: Promise | str = ""


def items(reader: Reader) -> list[Item]:
    """Everything due within a week, by day: a manager's own, or all that somebody who supervises sees."""
    found = [item for read in _READERS for item in read(reader)]
    return sorted(found, key=lambda item: (item.due_on, item.account.account_no, item.kind))


def grouped(reader: Reader) -> list[tuple[str, Promise, list[Item]]]:
    """Overdue, today, this week."""
    rows, on = items(reader), reader.on
    return [
        ("overdue", _("已逾期"), [row for row in rows if row.due_on < on]),
        ("today", _("今天"), [row for row in rows if row.due_on == on]),
        ("week", _("七天内"), [row for row in rows if row.due_on > on]),
    ]


def _of(found: Any, reader: Reader) -> Any:
    """The rows that are the reader's to see to."""
    mine = found.filter(account__in=reader.handled) if reader.own else reader.in_sight(found)
    return mine.select_related("account__customer__branch")[:MOST]


def _inspections(reader: Reader) -> Iterator[Item]:
    rows = Inspection.objects.filter(state=Inspection.State.PLANNED, due_on__lte=reader.on + WEEK)
    for row in _of(rows.order_by("due_on"), reader):
        url = reverse("loan_inspection", args=[row.pk])
        yield Item("inspection", _("贷后检查"), row.due_on, row.account, url, row.cites)
    if reader.own is None:
        return
    signing = Inspection.objects.filter(state=Inspection.State.RECORDED, companion=reader.own)
    for row in signing.select_related("account__customer__branch").order_by("due_on")[:MOST]:
        url = reverse("loan_inspection", args=[row.pk])
        yield Item("signature", _("会签检查"), min(row.due_on, reader.on), row.account, url)


def _findings(reader: Reader) -> Iterator[Item]:
    rows = Finding.objects.filter(state=Finding.State.OPEN, due_on__lte=reader.on + WEEK)
    for row in _of(rows.order_by("due_on"), reader):
        url = f"{reverse('loan_inspection', args=[row.inspection_id])}#finding-{row.pk}"
        yield Item("finding", _("整改问题"), row.due_on, row.account, url, row.words)


def _maturities(reader: Reader) -> Iterator[Item]:
    rows = LoanWatch.objects.filter(matures_on__lte=reader.on + WEEK).filter(Q(balance=None) | ~Q(balance=0))
    for row in _of(rows.order_by("matures_on"), reader):
        url = reverse("afterloan", args=[row.account_id])
        yield Item("maturity", _("贷款到期"), row.matures_on, row.account, url)


def _notices(reader: Reader) -> Iterator[Item]:
    for row in _of(maturities.unacknowledged(reader.on).order_by("matures_on"), reader):
        url = reverse("afterloan", args=[row.account_id]) + "#notices"
        due = min(row.made_on + RECEIPT, row.matures_on)
        yield Item("notice", _("送达到期通知书"), due, row.account, url)


def _classes(reader: Reader) -> Iterator[Item]:
    open_ones = Reclassification.objects.filter(account=OuterRef("account"), state__in=Reclassification.OPEN)
    for row in _of(LoanWatch.objects.filter(~Exists(open_ones), broken=True).order_by("pk"), reader):
        due = (row.broken_since or reader.on) + RECEIPT
        words = _("逾期 %(days)s 天，最高只能为“%(floor)s”") % {
            "days": row.days,
            "floor": row.get_floor_display(),
        }
        url = reverse("classify" if reader.own else "afterloan", args=[row.account_id])
        yield Item("class", _("提出分类认定"), due, row.account, url, words)
    returned = Reclassification.objects.filter(state=Reclassification.State.RETURNED).order_by("pk")
    for row in _of(returned, reader):
        url = reverse("classification", args=[row.pk])
        yield Item("class", _("处理退回的分类认定"), reader.on, row.account, url)


_READERS = (_inspections, _findings, _maturities, _notices, _classes)
