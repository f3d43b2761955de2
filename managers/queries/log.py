"""The log and the history as one stream, newest first: filtered, and read on from a place, not a page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from managers import history
from managers.models import ClientManager, Customer, HistoryEvent, LogEntry, User

LOG, HISTORY = "log", "history"
READS = "read_"
#: How many people or records a word may stand for; a word for more is too vague to search by.
MOST_MEANT = 50


@dataclass(frozen=True)
class Record:
    """One row of a kept table, and what the log calls it."""

    table: str
    row: str
    subject: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is searched for; what is empty does not narrow. `people` and `records` None: anybody, anything."""

    people: tuple[int, ...] | None = None
    records: tuple[Record, ...] | None = None
    subject: str = ""
    table: str = ""
    field: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Place:
    """Where reading goes on: after this line. Of one moment the log stands before the history."""

    at: datetime
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.number}"


def place(text: str) -> Place | None:
    """A place from its text; None for what is none."""
    try:
        at, kind, number = text.split("~")
        found = Place(datetime.fromisoformat(at), kind, int(number))
    except ValueError:
        return None
    known = found.kind in (LOG, HISTORY) and timezone.is_aware(found.at)
    return found if known and 0 <= found.number < 2**63 else None


@dataclass(frozen=True)
class Line:
    """One line of the stream: an entry of the log, or a change the database kept."""

    kind: str
    row: Any

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.row.at, self.kind, self.row.pk)


def lines(wanted: Wanted, *, after: Place | None, size: int) -> list[Line]:
    """Up to `size` lines after a place, newest first; two look-ups in indexes, however long the log is."""
    found = [Line(LOG, row) for row in _page(_entries(wanted), LOG, after, size)]
    found += [Line(HISTORY, row) for row in _page(_events(wanted), HISTORY, after, size)]
    found.sort(key=lambda line: (line.row.at, line.kind == LOG, line.row.pk), reverse=True)
    return found[:size]


def every_line(wanted: Wanted, *, at_once: int = 1000) -> Iterator[list[Line]]:
    """The whole stream, some lines at a time."""
    after = None
    while some := lines(wanted, after=after, size=at_once):
        yield some
        after = some[-1].place


def _page(rows: QuerySet[Any] | None, kind: str, after: Place | None, size: int) -> Iterable[Any]:
    if rows is None:
        return ()
    if after is not None:
        further = Q(at__lt=after.at)
        if kind == after.kind:
            further |= Q(at=after.at, pk__lt=after.number)
        elif after.kind == LOG:
            further |= Q(at=after.at)
        # The first condition says nothing new; it is the one an index can begin from.
        rows = rows.filter(further, at__lte=after.at)
    return rows.order_by("-at", "-id")[:size]


def _entries(wanted: Wanted) -> QuerySet[LogEntry] | None:
    if wanted.field or wanted.table or wanted.kind == HISTORY:
        return None
    rows = LogEntry.objects.select_related("by", "on_behalf_of").filter(_span(wanted))
    if wanted.kind == READS:
        rows = rows.filter(action__startswith=READS)
    if wanted.people is not None:
        rows = rows.filter(Q(by__in=wanted.people) | Q(on_behalf_of__in=wanted.people))
    if wanted.records is not None or wanted.subject:
        called = {record.subject for record in wanted.records or () if record.subject}
        rows = rows.filter(subject__in=called | ({wanted.subject} if wanted.subject else set()))
    return rows


def _events(wanted: Wanted) -> QuerySet[HistoryEvent] | None:
    if wanted.kind in (LOG, READS) or (wanted.subject and not wanted.records):
        return None
    rows = HistoryEvent.objects.select_related("by").filter(_span(wanted))
    if wanted.people is not None:
        rows = rows.filter(by__in=wanted.people)
    if wanted.table:
        rows = rows.filter(table=wanted.table)
    if wanted.field:
        rows = rows.filter(fields__contains=[wanted.field])
    if wanted.records is not None:
        meant = Q(pk__in=[])
        for record in wanted.records:
            meant |= Q(table=record.table, row=record.row)
        rows = rows.filter(meant)
    return rows


def _span(wanted: Wanted) -> Q:
    inside = Q()
    if wanted.start is not None:
        inside &= Q(at__gte=_midnight(wanted.start))
    if wanted.end is not None:
        inside &= Q(at__lt=_midnight(wanted.end + timedelta(days=1)))
    return inside


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# --- What words mean ---------------------------------------------------------------------------------------


def people_called(text: str) -> tuple[int, ...]:
    """The logins whose name, shown name or employee number is this, or whose shown name contains it."""
    named = Q(username__iexact=text) | Q(display_name__icontains=text)
    found = User.objects.filter(named | Q(client_manager__employee_no=text)).order_by("pk")
    return tuple(found.values_list("pk", flat=True)[:MOST_MEANT])


def records_called(text: str) -> tuple[Record, ...]:
    """The managers, logins and customers that go by a number or a name; never by an identity number.

    What is searched for stands in an address, and addresses are logged.
    """
    managers = ClientManager.objects.filter(Q(employee_no=text) | Q(name=text))
    customers = Customer.objects.filter(customer_no=text)
    users = User.objects.filter(Q(username=text) | Q(display_name=text))
    found = [row for rows in (managers, users, customers) for row in rows.order_by("pk")[:MOST_MEANT]]
    return tuple(record_of(row) for row in found)


def record_of(row: Any) -> Record:
    """A row as a record."""
    return Record(row._meta.db_table, str(row.pk), history.subject_of(row))


def record(table: str, row: str) -> Record | None:
    """A record by its table and key, gone ones included; None for a table that is not kept."""
    model = history.kept_tables().get(table)
    if model is None:
        return None
    try:
        found = model._base_manager.filter(pk=row).first()
    except ValueError:
        return None
    return record_of(found) if found else Record(table, row)


def said_with(transactions: Iterable[int]) -> dict[int, LogEntry]:
    """By transaction the entry of the log that was written in it: why, and for whom."""
    entries = LogEntry.objects.filter(transaction__in=set(transactions)).exclude(action__startswith=READS)
    return {
        entry.transaction: entry for entry in entries.select_related("by", "on_behalf_of").order_by("-id")
    }
