"""A qualification's way: papers seen, screened, examined, recognised with a certificate, appointed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import queries
from grading.rules import careers
from grading.services import changes, proposals
from grading.services.applying import QUALIFICATION, State, version_for
from grading.services.authorities import check_authority
from grading.services.screening import screened
from managers.models import ClientManager, DocumentCheck, LogEntry, Qualification, User
from managers.permissions import check_may, ties
from managers.services import files
from managers.services.stepping import Refusal, locked, subject, take


def see(
    qualification: Qualification,
    *,
    kind: str,
    document_no: str,
    by: User,
    on: date,
    issued_on: date | None = None,
    covers: str = "",
    note: str = "",
    file: Any = None,
) -> DocumentCheck:
    """HR has seen a paper: its kind and number; `covers` names the condition it proves, if any.

    `file` is a scan of it (an upload), kept about the manager for whoever may see the application.
    """
    with transaction.atomic():
        row = locked(QUALIFICATION, qualification.pk)
        standing = check_may(by, "screen_qualification", on=on, about=row.manager)
        if row.state != State.APPLIED:
            raise Refusal(_("材料在资格审查前核验；这份申请已过这一步。"))
        if not document_no.strip() or kind not in DocumentCheck.Kind.values:
            raise Refusal(_("请选择材料种类并填写编号。"))
        if issued_on is not None and issued_on > on:
            raise Refusal(_("签发日期晚于今天；请核对。"))
        made = DocumentCheck.objects.create(
            qualification=row,
            kind=kind,
            covers=covers,
            document_no=document_no.strip(),
            issued_on=issued_on,
            note=note.strip(),
            file=files.keep(file, by=by, manager=row.manager) if file else None,
            seen_by=by,
            seen_on=on,
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="see_qualification",
            subject=subject(QUALIFICATION, row),
            reason=note.strip(),
            detail={"document": made.pk, "kind": kind, "covers": covers},
        )
        return made


def screen(qualification: Qualification, *, by: User, on: date, reason: str = "", key: str = "") -> LogEntry:
    """HR has gone through every condition; what is open or not met refuses, and the list is kept."""

    def move(row: Qualification) -> None:
        found = screened(row, on)
        if not found.passes:
            raise Refusal(
                _("还有 %(count)s 项条件未达到或没有证据；请补充材料，或不予认定。")
                % {"count": len(found.open_lines())}
            )
        row.screening = [each.to_dict() for each in found.checks]
        row.screened_by = by
        _now(row)

    return _take(
        "screen", qualification, "screen_qualification", by=by, on=on, move=move, reason=reason, key=key
    )


def examine(
    qualification: Qualification,
    *,
    score: Decimal,
    exam_on: date,
    by: User,
    on: date,
    name: str = "",
    pass_mark: Decimal | None = None,
    key: str = "",
) -> LogEntry:
    """Enter an exam result: it passes or fails by the rulebook's pass mark, or by that of the exam."""
    mark = _pass_mark(qualification, exam_on, pass_mark)
    _check_exam(score, exam_on, mark, on=on)

    def move(row: Qualification) -> None:
        row.exam_name, row.exam_on = name.strip(), exam_on
        row.score, row.pass_mark, row.examined_by = score, mark, by
        _now(row)

    step = "pass_exam" if score >= mark else "fail_exam"
    detail = {"score": str(score), "pass_mark": str(mark)}
    return _take(step, qualification, "enter_exam", by=by, on=on, move=move, key=key, detail=detail)


def recognise(
    qualification: Qualification,
    *,
    certificate_no: str,
    issued_on: date,
    expires_on: date,
    by: User,
    on: date,
    reason: str = "",
    key: str = "",
) -> LogEntry:
    """The authority the rulebook names finds the manager fit and issues a certificate."""

    def move(row: Qualification) -> None:
        check_authority(by, row.approver, "recognise", about=row.manager, on=on)
        _check_certificate(certificate_no, issued_on, expires_on, on=on)
        row.certificate_no, row.issued_on, row.expires_on = certificate_no.strip(), issued_on, expires_on
        row.recognised_by = by
        _now(row)

    return _take(
        "recognise", qualification, "recognise_qualification", by=by, on=on, move=move, reason=reason, key=key
    )


def appoint(
    qualification: Qualification,
    *,
    effective_on: date,
    by: User,
    on: date,
    reason: str = "",
    key: str = "",
) -> LogEntry:
    """HR appoints: a change of grade approved by the recognition, for the term of the rulebook."""

    def move(row: Qualification) -> None:
        if not (row.issued_on or date.max) <= effective_on <= (row.expires_on or date.min):
            words = {"from": row.issued_on, "to": row.expires_on}
            raise Refusal(_("聘任日须在证书有效期内（%(from)s 至 %(to)s）。") % words)
        proposals.check_day(row.manager, effective_on)
        kind = _kind(row, effective_on)
        proposals.check_conduct(row.manager, kind, on)
        row.appointed_by, row.appointed_on = by, effective_on
        change = changes.decided(
            row.manager,
            to_grade=row.grade_code,
            kind=kind,
            effective_on=effective_on,
            basis=subject(QUALIFICATION, row),
            by=by,
            on=on,
            approved_by=row.recognised_by,
            scheme=row.scheme,
            reason=row.reason,
            qualification=row,
        )
        row.term_ends_on = change.term_ends_on
        _now(row)

    return _take("appoint", qualification, "appoint", by=by, on=on, move=move, reason=reason, key=key)


def reject(qualification: Qualification, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Not found fit: by HR before the exam, by the authority after it; with a reason."""
    action = "recognise_qualification" if qualification.state == State.EXAMINED else "screen_qualification"

    def move(row: Qualification) -> None:
        if row.state == State.EXAMINED:
            check_authority(by, row.approver, "recognise", about=row.manager, on=on)
        _now(row)

    return _take("reject", qualification, action, by=by, on=on, move=move, reason=_needed(reason), key=key)


def withdraw(
    qualification: Qualification, *, by: User, on: date, reason: str = "", key: str = ""
) -> LogEntry:
    """The manager takes the application back; HR does for somebody without a login, who asked for it."""
    own = ties(by, on=on).to(qualification.manager_id) == "own"
    return take(
        QUALIFICATION,
        "withdraw",
        qualification.pk,
        by=by,
        on=on,
        action="screen_qualification",
        move=_now,
        reason=reason if own else _needed(reason),
        key=key,
        own=own,
    )


def revoke(qualification: Qualification, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """The authority takes the certificate back, with a reason; the grade is a change of its own."""

    def move(row: Qualification) -> None:
        check_authority(by, row.approver, "recognise", about=row.manager, on=on)
        _now(row)

    return _take(
        "revoke",
        qualification,
        "recognise_qualification",
        by=by,
        on=on,
        move=move,
        reason=_needed(reason),
        key=key,
    )


def expire(on: date) -> int:
    """Every certificate past its last day; how many. Harmless when run again."""
    over = Qualification.objects.filter(state__in=Qualification.HELD, expires_on__lt=on).order_by("pk")
    ids = list(over.values_list("pk", flat=True))
    return sum(_expired(pk, on) for pk in ids)


def _expired(pk: int, on: date) -> bool:
    try:
        take(QUALIFICATION, "expire", pk, by=None, on=on, action="", move=_now)
    except Refusal:
        return False  # Revoked or expired by somebody else in the meantime.
    return True


def _take(
    name: str,
    qualification: Qualification,
    action: str,
    *,
    by: User,
    on: date,
    move: Any,
    reason: str = "",
    key: str = "",
    detail: Mapping[str, Any] | None = None,
) -> LogEntry:
    return take(
        QUALIFICATION,
        name,
        qualification.pk,
        by=by,
        on=on,
        action=action,
        move=move,
        reason=reason,
        key=key,
        detail=detail,
    )


def _now(row: Qualification) -> None:
    row.state_since = timezone.now()


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))
    return reason


def _pass_mark(qualification: Qualification, exam_on: date, given: Decimal | None) -> Decimal:
    """The rulebook's own pass mark goes before that of the exam."""
    manager = ClientManager.objects.select_related("branch").get(pk=qualification.manager_id)
    version = version_for(manager, qualification.scheme, qualification.grade_code, exam_on)
    row = queries.rulebook(version).row_on(careers.PASS_MARK, grade=qualification.grade_code, on=exam_on)
    mark = row.amount if row is not None and row.amount is not None else given
    if mark is None:
        raise Refusal(_("办法没有规定合格线；请填写这次考试的合格线。"))
    return mark


def _check_exam(score: Decimal, exam_on: date, mark: Decimal, *, on: date) -> None:
    if exam_on > on:
        raise Refusal(_("考试日期晚于今天；请核对。"))
    if not (0 <= score <= 1000 and 0 < mark <= 1000):
        raise Refusal(_("成绩与合格线须在 0 至 1000 之间；请核对。"))


def _check_certificate(number: str, issued_on: date, expires_on: date, *, on: date) -> None:
    if not number.strip():
        raise Refusal(_("请填写证书编号。"))
    if Qualification.objects.filter(certificate_no=number.strip()).exists():
        raise Refusal(_("证书编号 %(no)s 已经用过；请核对。") % {"no": number.strip()})
    if issued_on > on or expires_on <= issued_on or expires_on <= on:
        raise Refusal(_("发证日期不能晚于今天，到期日须在今天之后；请核对。"))


def _kind(row: Qualification, effective_on: date) -> str:
    """What an appointment is for whoever holds a grade already; the end of a traineeship is checked here."""
    held = proposals.held_now(row.manager)
    if not held:
        return changes.GradeChange.Kind.APPOINT
    version = version_for(row.manager, row.scheme, row.grade_code, effective_on)
    book = queries.rulebook(version)
    step = careers.step_to([each.code for each in book.grades], held, row.grade_code)
    if step == "down":
        raise Refusal(_("已持有更高的等级，不能再聘任这一等级；请撤回申请。"))
    if step == "same":
        return changes.GradeChange.Kind.EXTEND
    if held == careers.TRAINEE:
        proposals.check_traineeship(row.manager, book, row.grade_code, effective_on)
    return changes.GradeChange.Kind.PROMOTE
