"""Exam results by the sheet: read and staged with every row's problem, then applied once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading.services import qualifying
from managers.models import ClientManager, ExamBatch, LogEntry, Qualification, User
from managers.permissions import check_may, may, ties
from managers.rules import exam_sheets
from managers.services import spreadsheets
from managers.services.results import FILES
from managers.services.stepping import Refusal

#: What is wrong with a row.
ROWS = {
    "no_person": gettext_lazy("没有工号"),
    "twice": gettext_lazy("同一工号出现两次"),
    "no_score": gettext_lazy("成绩须是 0 至 1000 的数，小数最多两位"),
    "unknown": gettext_lazy("工号不存在，或不在您的辖区"),
    "own": gettext_lazy("不能登记本人或须回避的人的成绩"),
    "not_waiting": gettext_lazy("没有已通过资格审查、等待考试的申请"),
}


@dataclass(frozen=True)
class Applied:
    """What a sheet did: how many passed, how many failed."""

    passed: int
    failed: int


def stage(
    raw: bytes, *, file_name: str, name: str, exam_on: date, pass_mark: Decimal | None, by: User, on: date
) -> ExamBatch:
    """Read a sheet and keep it with every row's problem; nobody's application moves yet."""
    check_may(by, "enter_exam", on=on)
    if not name.strip():
        raise Refusal(_("请填写考试名称。"))
    if exam_on > on:
        raise Refusal(_("考试日期晚于今天；请核对。"))
    try:
        rows = exam_sheets.read(spreadsheets.rows(raw))
    except exam_sheets.Unreadable as refusal:
        raise Refusal(str(FILES[str(refusal)])) from None
    return ExamBatch.objects.create(
        name=name.strip(),
        exam_on=exam_on,
        pass_mark=pass_mark,
        file_name=file_name[:160],
        rows=[_staged(each, by, on) for each in rows],
        uploaded_by=by,
    )


def apply_batch(batch: ExamBatch, *, by: User, on: date) -> Applied:
    """Enter every row of a staged sheet that has no problem, all or none; a second time changes nothing."""
    with transaction.atomic():
        row = ExamBatch.objects.select_for_update().get(pk=batch.pk)
        if row.uploaded_by_id != by.pk:
            raise Refusal(_("成绩由上传的人登记；请重新上传后办理。"))
        if row.applied_at is not None:
            return _counted(row)
        todo = [each for each in row.rows if not each["problem"]]
        if not todo:
            raise Refusal(_("没有可以登记的成绩；请改正文件后重新上传。"))
        for each in todo:
            _entered(row, each, by, on)
        row.applied_at, row.applied = timezone.now(), len(todo)
        row.save(update_fields=["applied_at", "applied"])
        LogEntry.objects.create(
            by=by, action="apply_exam", subject=f"exam:{row.pk}", detail={"rows": len(todo), "exam": row.name}
        )
        return _counted(row)


def problem_word(code: str) -> str:
    """A row's problem in the reader's language."""
    return str(ROWS[code]) if code else ""


def _staged(row: exam_sheets.Row, by: User, on: date) -> dict[str, Any]:
    manager = ClientManager.objects.filter(employee_no=row.employee_no).select_related("branch").first()
    problem = row.problem or _problem(manager, by, on)
    shown = manager is not None and problem not in ("unknown", "own")
    waiting = _waiting(manager) if manager is not None and not problem else None
    return {
        "line": row.line,
        "employee_no": row.employee_no,
        "name": manager.name if manager is not None and shown else "",
        "score": None if row.score is None else str(row.score),
        "problem": problem,
        "qualification": waiting.pk if waiting is not None else None,
    }


def _problem(manager: ClientManager | None, by: User, on: date) -> str:
    if manager is None:
        return "unknown"
    if ties(by, on=on).to(manager.pk):
        return "own"
    if not may(by, "enter_exam", on=on, about=manager):
        return "unknown"
    return "" if _waiting(manager) is not None else "not_waiting"


def _waiting(manager: ClientManager) -> Qualification | None:
    return manager.qualifications.filter(state=Qualification.State.SCREENED).order_by("pk").first()


def _entered(batch: ExamBatch, row: dict[str, Any], by: User, on: date) -> None:
    qualifying.examine(
        Qualification.objects.get(pk=row["qualification"]),
        score=Decimal(row["score"]),
        exam_on=batch.exam_on,
        name=batch.name,
        pass_mark=batch.pass_mark,
        by=by,
        on=on,
        key=f"exam:{batch.pk}",
    )


def _counted(batch: ExamBatch) -> Applied:
    ids = [each["qualification"] for each in batch.rows if each["qualification"]]
    rows = Qualification.objects.filter(pk__in=ids, exam_on=batch.exam_on)
    failed = rows.filter(state=Qualification.State.FAILED).count()
    return Applied(len(ids) - failed, failed)
