"""A manager's inspections and maturities as iCalendar (RFC 5545): whole days, accounts, no names."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from credit.models import Inspection, LoanWatch
from credit.queries.afterloan import loans
from managers.models import ClientManager

#: Octets a line may have at most.
LINE = 75


def feed(own: ClientManager, *, first: date, last: date, on: date, at: datetime) -> str:
    """The days between two days as a calendar; CRLF ends every line."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//cmbank//after-loan//ZH",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(_('贷后日历'))}",
        *(line for event in _events(own, first, last, on) for line in _entry(*event, at)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _events(own: ClientManager, first: date, last: date, on: date) -> Iterator[tuple[str, date, str]]:
    """Identity, day and words of everything."""
    mine = loans.handled_by(own.pk, on)
    due = Inspection.objects.filter(account__in=mine, state__in=Inspection.OPEN)
    for row in due.filter(due_on__range=(first, last)).select_related("account").order_by("due_on", "pk"):
        yield f"inspection-{row.pk}", row.due_on, _("贷后检查 %(loan)s") % {"loan": row.account.account_no}
    ending = LoanWatch.objects.filter(account__in=mine, matures_on__range=(first, last))
    for watch in ending.select_related("account").order_by("matures_on", "pk"):
        day = watch.matures_on
        if day is not None:
            words = _("贷款到期 %(loan)s") % {"loan": watch.account.account_no}
            yield f"maturity-{watch.pk}-{day:%Y%m%d}", day, words


def _entry(identity: str, day: date, words: str, at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{identity}@cmbank"
    yield f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(words)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, no character torn."""
    pieces: list[str] = []
    piece = ""
    for each in line:
        if len((piece + each).encode()) > LINE - (1 if pieces else 0):
            pieces.append(piece)
            piece = ""
        piece += each
    return "\r\n ".join([*pieces, piece])
