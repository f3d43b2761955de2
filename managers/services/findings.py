"""Findings about conduct: opened by one, put right, settled by another; the person may be told."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import ClientManager, ConductFinding, LogEntry, User
from managers.permissions import check_may
from managers.rules.separation import Seats
from managers.services import deadlines, notices
from managers.services.stepping import Procedure, Refusal, Word, subject, take

OPEN, REPORT, SETTLE = "manage_conduct", "report_rectification", "settle_finding"
WORDS: Mapping[str, Word] = {
    "open": gettext_lazy("提出"),
    "rectify": gettext_lazy("报告整改"),
    "send_back": gettext_lazy("退回整改"),
    "close": gettext_lazy("核销"),
    "dismiss": gettext_lazy("认定不成立"),
}
FINDING = Procedure(
    ConductFinding,
    "finding",
    WORDS,
    Seats({"close": ("open", "rectify"), "dismiss": ("open",), "send_back": ("open", "rectify")}),
    related=("manager__branch", "manager__user"),
)
MOST = 1000


def report(
    manager: ClientManager,
    *,
    source: str,
    severity: str,
    summary: str,
    opened_on: date,
    due_on: date,
    by: User,
    on: date,
) -> ConductFinding:
    """Risk opens a finding that came from elsewhere: a report, an audit, a home visit."""
    acting_for = check_may(by, OPEN, on=on, about=manager).on_behalf_of
    return opened(
        manager,
        source=source,
        severity=severity,
        summary=summary,
        opened_on=opened_on,
        due_on=due_on,
        by=by,
        on=on,
        acting_for=acting_for,
    )


def opened(
    manager: ClientManager,
    *,
    source: str,
    severity: str,
    summary: str,
    opened_on: date,
    due_on: date,
    by: User,
    on: date,
    basis: str = "",
    acting_for: User | None = None,
) -> ConductFinding:
    """Keep a finding and tell whoever is to see to it; the caller has checked who may."""
    _check(source, severity, summary, opened_on, due_on, on)
    with transaction.atomic():
        made = ConductFinding.objects.create(
            manager=manager,
            source=source,
            basis=basis,
            severity=severity,
            summary=summary.strip(),
            opened_on=opened_on,
            due_on=due_on,
            opened_by=by,
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=acting_for,
            action="open_finding",
            subject=subject(FINDING, made),
            to_state=made.state,
            detail={"severity": severity, "source": source},
        )
        deadlines.refresh("finding", [made.pk], on=on)
        return made


def rectify(finding: ConductFinding, *, measures: str, by: User, on: date, key: str = "") -> LogEntry:
    """Somebody in charge says what was done about it, and where the evidence is."""

    def move(row: ConductFinding) -> None:
        row.measures, row.rectified_by = _text(measures, _("请写明整改情况。")), by
        _now(row)

    return _step("rectify", finding, REPORT, by=by, on=on, move=move, key=key)


def send_back(
    finding: ConductFinding, *, reason: str, due_on: date, by: User, on: date, key: str = ""
) -> LogEntry:
    """What was reported is not enough: it is open again, with a new day."""
    why = _text(reason, _("须写明原因；请填写后再办理。"))
    if due_on < on:
        raise Refusal(_("整改期限须是今天或以后；请更正日期。"))

    def move(row: ConductFinding) -> None:
        row.due_on = due_on
        _now(row)

    return _step("send_back", finding, SETTLE, by=by, on=on, move=move, reason=why, key=key)


def close(
    finding: ConductFinding, *, conclusion: str, tell: bool, by: User, on: date, key: str = ""
) -> LogEntry:
    """Another person has seen the evidence and says so; `tell` lets the person concerned know of it."""

    def move(row: ConductFinding) -> None:
        _settle(row, conclusion, by, on)
        row.told_on = on if tell else None

    with transaction.atomic():
        entry = _step("close", finding, SETTLE, by=by, on=on, move=move, key=key)
        if tell:
            _tell(ConductFinding.objects.select_related("manager__user").get(pk=finding.pk))
        return entry


def dismiss(finding: ConductFinding, *, conclusion: str, by: User, on: date, key: str = "") -> LogEntry:
    """Another person finds that there was nothing to it, and says why."""
    return _step(
        "dismiss", finding, SETTLE, by=by, on=on, move=lambda row: _settle(row, conclusion, by, on), key=key
    )


def due(on: date, severity: str) -> date:
    """The day proposed for putting it right: a serious one sooner."""
    return on + timedelta(days=10 if severity == ConductFinding.Severity.SERIOUS else 30)


def _step(
    name: str,
    finding: ConductFinding,
    action: str,
    *,
    by: User,
    on: date,
    move: Any,
    reason: str = "",
    key: str = "",
) -> LogEntry:
    with transaction.atomic():
        entry = take(
            FINDING, name, finding.pk, by=by, on=on, action=action, move=move, reason=reason, key=key
        )
        deadlines.refresh("finding", [finding.pk], on=on)
        return entry


def _settle(row: ConductFinding, conclusion: str, by: User, on: date) -> None:
    row.conclusion = _text(conclusion, _("请写明结论与证据。"))
    row.settled_by, row.settled_on = by, on
    _now(row)


def _tell(row: ConductFinding) -> None:
    if row.manager.user is not None:
        notices.tell(
            [row.manager.user],
            "finding_told",
            subject=subject(FINDING, row),
            words={"day": row.opened_on.isoformat()},
            url=reverse("development", args=[row.manager.employee_no]),
        )


def _text(text: str, missing: str) -> str:
    found = text.strip()
    if not found or len(found) > MOST:
        raise Refusal(missing if not found else _("内容不超过 %(count)s 个字。") % {"count": MOST})
    return found


def _check(source: str, severity: str, summary: str, opened_on: date, due_on: date, on: date) -> None:
    if source not in ConductFinding.Source.values or severity not in ConductFinding.Severity.values:
        raise Refusal(_("请选择问题的来源与程度。"))
    _text(summary, _("请写明发现的问题。"))
    if opened_on > on or due_on < on:
        raise Refusal(_("发现日期不能晚于今天，整改期限须是今天或以后；请核对。"))


def _now(row: ConductFinding) -> None:
    row.state_since = timezone.now()
