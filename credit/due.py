"""What is due on loans: overdue, today, within a week; of inspections, findings, notices and classes."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Least
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credit.desk import Reader
from credit.models import Finding, Inspection, LoanClass, LoanWatch, Reclassification
from credit.queries.afterloan import maturities
from ledger.models import Account

WEEK = timedelta(days=7)
#: Days for a receipt, and to propose a class once the floor is broken.
RECEIPT = timedelta(days=5)
#: Of every kind no more is read than a person can take in; a page says so where there is more.
MOST = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be done about a loan by a day."""

    kind: str
    what: Promise | str
    due_on: date
    account: Account
    url: str
    note: Promise | str = ""


class Row(NamedTuple):
    """One thing due as it is read: what its kind is, which row and loan, until when, and what it says."""

    kind: str
    pk: int
    account: int
    due_on: date
    words: str
    number: int


def grouped(reader: Reader) -> list[tuple[str, Promise, list[Item]]]:
    """Overdue, today, this week."""
    rows, on = items(reader), reader.on
    return [
        ("overdue", _("已逾期"), [row for row in rows if row.due_on < on]),
        ("today", _("今天"), [row for row in rows if row.due_on == on]),
        ("week", _("七天内"), [row for row in rows if row.due_on > on]),
    ]


def is_cut(groups: list[tuple[str, Promise, list[Item]]]) -> bool:
    """Whether more may be due than is listed."""
    listed = Counter(item.kind for _code, _title, items in groups for item in items)
    return max(listed.values(), default=0) >= MOST


def items(reader: Reader) -> list[Item]:
    """Everything due within a week, by day: a manager's own, or all that somebody who supervises sees."""
    rows = [Row(*each) for each in _everything(reader)]
    accounts = Account.objects.select_related("customer").only(
        "account_no", "customer__customer_no", "customer__name"
    )
    known = accounts.in_bulk({row.account for row in rows})
    found = [_item(row, known[row.account], reader) for row in rows]
    return sorted(found, key=lambda item: (item.due_on, item.account.account_no, item.kind))


# --- What is read, in one statement ---------------------------------------------------------------------


def _everything(reader: Reader) -> QuerySet[Any, Any]:
    first, *others = (part for read in _READERS for part in read(reader))
    return first.union(*others, all=True)


def _rows(found: Any, kind: str, due: Any, words: str = "", number: str = "") -> QuerySet[Any, Any]:
    """The most pressing rows of a kind as Row has them; `words` and `number` name fields, if any."""
    text = F(words) if words else Value("")
    count = F(number) if number else Value(0)
    return found.values_list(Value(kind), F("pk"), F("account"), due, text, count)[:MOST]


def _receipt(field: str) -> Cast:
    return Cast(F(field) + RECEIPT, DateField())


def _day(on: date) -> Value:
    return Value(on, DateField())


def _of(found: Any, reader: Reader) -> Any:
    """The rows that are the reader's to see to."""
    return found.filter(account__in=reader.handled) if reader.own else reader.in_sight(found)


def _inspections(reader: Reader) -> Iterator[QuerySet[Any, Any]]:
    rows = Inspection.objects.filter(state=Inspection.State.PLANNED, due_on__lte=reader.on + WEEK)
    yield _rows(_of(rows.order_by("due_on", "pk"), reader), "inspection", F("due_on"), "cites")
    if reader.own is not None:
        signing = Inspection.objects.filter(state=Inspection.State.RECORDED, companion=reader.own)
        yield _rows(signing.order_by("due_on", "pk"), "signature", Least("due_on", _day(reader.on)))


def _findings(reader: Reader) -> Iterator[QuerySet[Any, Any]]:
    rows = Finding.objects.filter(state=Finding.State.OPEN, due_on__lte=reader.on + WEEK)
    yield _rows(_of(rows.order_by("due_on", "pk"), reader), "finding", F("due_on"), "words", "inspection")


def _maturities(reader: Reader) -> Iterator[QuerySet[Any, Any]]:
    rows = LoanWatch.objects.filter(matures_on__lte=reader.on + WEEK).filter(Q(balance=None) | ~Q(balance=0))
    yield _rows(_of(rows.order_by("matures_on", "pk"), reader), "maturity", F("matures_on"))


def _notices(reader: Reader) -> Iterator[QuerySet[Any, Any]]:
    rows = _of(maturities.unacknowledged(reader.on).order_by("matures_on", "pk"), reader)
    yield _rows(rows, "notice", Least(_receipt("made_on"), "matures_on"))


def _classes(reader: Reader) -> Iterator[QuerySet[Any, Any]]:
    open_ones = Reclassification.objects.filter(account=OuterRef("account"), state__in=Reclassification.OPEN)
    rows = LoanWatch.objects.filter(~Exists(open_ones), broken=True).order_by("broken_since", "pk")
    yield _rows(_of(rows, reader), "class", _receipt("broken_since"), "floor", "days")
    returned = Reclassification.objects.filter(state=Reclassification.State.RETURNED).order_by("pk")
    yield _rows(_of(returned, reader), "returned", _day(reader.on))


_READERS = (_inspections, _findings, _maturities, _notices, _classes)


# --- What is shown of it --------------------------------------------------------------------------------


def _item(row: Row, account: Account, reader: Reader) -> Item:
    what, url = _SHOWN[row.kind]
    note: Promise | str = row.words
    if row.kind == "class":
        given = {"days": row.number, "floor": LoanClass(row.words).label}
        note = _("逾期 %(days)s 天，最高只能为“%(floor)s”") % given
    return Item(row.kind, what, row.due_on, account, url(row, reader), note)


def _inspection(row: Row, reader: Reader) -> str:
    return reverse("loan_inspection", args=[row.pk])


def _finding(row: Row, reader: Reader) -> str:
    return f"{reverse('loan_inspection', args=[row.number])}#finding-{row.pk}"


def _loan(row: Row, reader: Reader) -> str:
    return reverse("afterloan", args=[row.account])


def _notice(row: Row, reader: Reader) -> str:
    return f"{_loan(row, reader)}#notices"


def _breach(row: Row, reader: Reader) -> str:
    return reverse("classify", args=[row.account]) if reader.own else _loan(row, reader)


def _returned(row: Row, reader: Reader) -> str:
    return reverse("classification", args=[row.pk])


_SHOWN: dict[str, tuple[Promise | str, Callable[[Row, Reader], str]]] = {
    "inspection": (_("贷后检查"), _inspection),
    "signature": (_("会签检查"), _inspection),
    "finding": (_("整改问题"), _finding),
    "maturity": (_("贷款到期"), _loan),
    "notice": (_("送达到期通知书"), _notice),
    "class": (_("提出分类认定"), _breach),
    "returned": (_("处理退回的分类认定"), _returned),
}
