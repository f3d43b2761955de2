"""Market research: a note reported to the head, and acknowledged."""

from datetime import date
from decimal import Decimal
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import ResearchNote
from credit.services.working.procedures import RESEARCH, answered, in_turn, log, own_file, said
from managers.models import Customer, LogEntry, User
from managers.services import deadlines
from managers.services.stepping import take


class Forecast(TypedDict, total=False):
    """What a customer would bring in a year; what was not forecast is left out or None."""

    deposits: Decimal | None
    loans: Decimal | None
    settlement: Decimal | None
    income: Decimal | None


def report(
    subject: str,
    findings: str,
    *,
    by: User,
    on: date,
    forecast: Forecast | None = None,
    industry: str = "",
    area: str = "",
    sources: str = "",
    customer: Customer | None = None,
    prospect: str = "",
    key: str = "",
) -> ResearchNote:
    """A note by a manager; it waits for the head at once."""
    manager = own_file(by, on=on)
    with transaction.atomic():
        in_turn(manager)
        earlier = answered("report_research", by=by, key=key)
        if earlier is not None:
            return ResearchNote.objects.get(pk=earlier)
        row = ResearchNote.objects.create(
            manager=manager,
            subject=said(subject, _("题目"), 160),
            findings=said(findings, _("调查情况"), 4000),
            industry=industry.strip()[:80],
            area=area.strip()[:80],
            sources=sources.strip()[:300],
            customer=customer,
            prospect=prospect.strip()[:160],
            written_by=by,
            written_on=on,
            **(forecast or {}),
        )
        log("report_research", row, RESEARCH.kind, by=by, key=key)
        deadlines.refresh("research", [row.pk], on=on)
    return row


def acknowledge(pk: int, *, by: User, on: date, reason: str = "", key: str = "") -> LogEntry:
    """The head has read it; the remark is for the manager."""

    def move(row: ResearchNote) -> None:
        row.acknowledged_by = by
        row.remark = reason.strip()[:500]

    with transaction.atomic():
        entry = take(
            RESEARCH,
            "acknowledge",
            pk,
            by=by,
            on=on,
            action="acknowledge_research",
            move=move,
            reason=reason,
            key=key,
        )
        deadlines.refresh("research", [pk], on=on)
    return entry
