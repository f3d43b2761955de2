"""Reruns and waivers of nights: asked for by one person, decided by another, carried out at once."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ledger import queries
from ledger.models import Run, RunRequest
from ledger.services import runs
from managers.models import LogEntry, User
from managers.models.scope import grants_on
from managers.permissions import check_may
from managers.roles import ROLES
from managers.services import deadlines, notices, outbox

Kind, Decision = RunRequest.Kind, RunRequest.Decision
OPEN = (Run.Status.PENDING, Run.Status.RUNNING)
#: What one must be allowed to do, by kind: to ask, to decide.
ACTIONS = {Kind.RERUN: ("request_rerun", "decide_rerun"), Kind.WAIVE: ("request_waiver", "decide_waiver")}
REFUSALS = {
    "reason_too_short": gettext_lazy("原因至少写 10 个字，让复核人能够判断。"),
    "note_missing": gettext_lazy("驳回须写明理由，让提出人知道怎么办。"),
    "already_open": gettext_lazy("该日已有一项申请在等待复核；请先处理那一项。"),
    "already_decided": gettext_lazy("这项申请已由他人复核；请刷新页面查看结论。"),
    "own_request": gettext_lazy("不能复核自己提出的申请；请由另一人办理。"),
    "never_run": gettext_lazy("该日还没有日终批次，无从重算；数据到齐后会自动执行。"),
    "being_worked": gettext_lazy("该日正在执行或等待执行；请待其结束后再办。"),
    "lacks_data": gettext_lazy("该日缺少数据，重算也只会等待；请先补送数据包。"),
    "published": gettext_lazy("该日已发布数字，不能豁免；如数字有疑问请申请重算。"),
    "already_waived": gettext_lazy("该日已经豁免；如数据已补到请申请重算。"),
    "not_over": gettext_lazy("该业务日尚未结束，不能豁免。"),
    "before_first": gettext_lazy("该日早于首个日终，无需豁免。"),
    "workable": gettext_lazy("该日数据已到齐，日终会自动执行；只有失败或缺数据的日子才能豁免。"),
}


class RequestRefused(Exception):
    """A request or decision that is not possible; the text says why and what to do."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(str(REFUSALS[code]))


def request_rerun(day: date, *, by: User, at: datetime, reason: str) -> RunRequest:
    """Ask for a date's night to be worked again as a new version, whether published, failed or waived.

    Raises PermissionDenied, or RequestRefused where the date has no night, is being worked, or lacks data.
    """
    return _ask(Kind.RERUN, day, by, at, reason)


def request_waiver(day: date, *, by: User, at: datetime, reason: str) -> RunRequest:
    """Ask to leave a date without figures that cannot be worked, so that the dates after it go on.

    Raises PermissionDenied, or RequestRefused where the date is published or could be worked.
    """
    return _ask(Kind.WAIVE, day, by, at, reason)


def decide(request: RunRequest, *, approve: bool, by: User, at: datetime, note: str = "") -> RunRequest:
    """Approve or refuse; an approval makes the new version (pending for a rerun, waived for a waiver).

    Raises PermissionDenied, or RequestRefused for one's own request, one decided already, or one that is no
    longer possible; then nothing has changed.
    """
    with transaction.atomic():
        row = RunRequest.objects.select_for_update().get(pk=request.pk)
        check_may(by, ACTIONS[Kind(row.kind)][1], on=timezone.localdate(at))
        _check_decision(row, by, approve, note)
        row.run = _carry_out(row, by, at) if approve else None
        row.decision = Decision.APPROVED if approve else Decision.REFUSED
        row.decided_by, row.decided_at, row.note = by, at, note.strip()
        row.save(update_fields=["run", "decision", "decided_by", "decided_at", "note"])
        _log(f"{row.decision}_{row.kind}", row, by, row.note)
        _tell(row, by, timezone.localdate(at))
    return row


def _ask(kind: RunRequest.Kind, day: date, by: User, at: datetime, reason: str) -> RunRequest:
    reason = reason.strip()[: RunRequest.MOST_REASON]
    today = timezone.localdate(at)
    check_may(by, ACTIONS[kind][0], on=today)
    if len(reason) < RunRequest.LEAST_REASON:
        raise RequestRefused("reason_too_short")
    if RunRequest.objects.filter(business_date=day, decided_at=None).exists():
        raise RequestRefused("already_open")
    _check_possible(kind, day, today, _latest(day))
    try:
        with transaction.atomic():
            row = RunRequest.objects.create(
                business_date=day, kind=kind, reason=reason, requested_by=by, requested_at=at
            )
            _log(f"request_{kind}", row, by, reason)
            payload = {"business_date": day.isoformat(), "kind": str(kind), "reason": reason}
            outbox.keep("request_made", payload | {"request": row.pk})
            deadlines.refresh("request", [row.pk], on=today)
    except IntegrityError:
        raise RequestRefused("already_open") from None
    return row


def _check_decision(row: RunRequest, by: User, approve: bool, note: str) -> None:
    if row.requested_by_id == by.pk:
        raise RequestRefused("own_request")
    if row.decided_at is not None:
        raise RequestRefused("already_decided")
    if not approve and not note.strip():
        raise RequestRefused("note_missing")


def _check_possible(kind: str, day: date, today: date, latest: Run | None) -> None:
    if kind == Kind.RERUN:
        _check_rerun(day, latest)
    else:
        _check_waiver(day, today, latest)


def _check_rerun(day: date, latest: Run | None) -> None:
    if latest is None:
        raise RequestRefused("never_run")
    if latest.status in OPEN:
        raise RequestRefused("being_worked")
    if latest.status == Run.Status.WAIVED and not queries.has_data(day):
        raise RequestRefused("lacks_data")


def _check_waiver(day: date, today: date, latest: Run | None) -> None:
    if day >= today:
        raise RequestRefused("not_over")
    try:
        first = queries.first_night()
    except LookupError:
        raise RequestRefused("before_first") from None
    if day < first:
        raise RequestRefused("before_first")
    if Run.objects.filter(business_date=day, is_current=True).exists():
        raise RequestRefused("published")
    _check_stuck(day, latest)


def _check_stuck(day: date, latest: Run | None) -> None:
    """Only what failed, or cannot be worked for want of data, is waived."""
    status = latest.status if latest else Run.Status.PENDING
    if status == Run.Status.WAIVED:
        raise RequestRefused("already_waived")
    if status == Run.Status.RUNNING:
        raise RequestRefused("being_worked")
    if status == Run.Status.PENDING and queries.has_data(day):
        raise RequestRefused("workable")


def _latest(day: date) -> Run | None:
    return Run.objects.filter(business_date=day).order_by("-version").first()


def _carry_out(row: RunRequest, by: User, at: datetime) -> Run:
    """The version that was asked for; the date's runs are locked against being claimed meanwhile."""
    day = row.business_date
    known = list(Run.objects.select_for_update(of=("self",)).filter(business_date=day).order_by("version"))
    latest = known[-1] if known else None
    _check_possible(row.kind, day, timezone.localdate(at), latest)
    try:
        with transaction.atomic():
            if row.kind == Kind.RERUN:
                assert latest is not None
                return runs.ask_again(latest, row.reason, by=row.requested_by_id, approved_by=by.pk)
            return _waived(row, by, at, latest)
    except IntegrityError:
        raise RequestRefused("being_worked") from None


def _waived(row: RunRequest, by: User, at: datetime, latest: Run | None) -> Run:
    """A run that will never be worked: the one waiting, where there is one, else a new version."""
    waiting = latest if latest and latest.status == Run.Status.PENDING else None
    run = waiting or Run(business_date=row.business_date, version=latest.version + 1 if latest else 1)
    run.status, run.finished_at, run.reason = Run.Status.WAIVED, at, row.reason[:200]
    run.requested_by_id, run.approved_by = row.requested_by_id, by
    run.save()
    return run


def _tell(row: RunRequest, by: User, on: date) -> None:
    """Nobody is asked for the decision any more; whoever asked learns of it."""
    deadlines.refresh("request", [row.pk], on=on)
    notices.tell(
        [row.requested_by],
        f"request_{row.decision}",
        subject=f"request:{row.pk}",
        words={"day": row.business_date.isoformat(), "by": str(by)},
        url=reverse("runs"),
    )


def _log(action: str, row: RunRequest, by: User, reason: str) -> None:
    detail = {"request": row.pk, "kind": row.kind, "run": row.run_id}
    LogEntry.objects.create(
        by=by, action=action, subject=f"night:{row.business_date}", reason=reason, detail=detail
    )


def allowed(by: User, *, on: date) -> tuple[set[str], set[str]]:
    """The kinds of request that `by` may ask for, and those that `by` may decide for others."""
    held = {action for grant in grants_on(by, on) if grant.role in ROLES for action in ROLES[grant.role].may}
    kinds = [(str(kind), asking, deciding) for kind, (asking, deciding) in ACTIONS.items()]
    return {kind for kind, asking, _d in kinds if asking in held}, {k for k, _a, d in kinds if d in held}
