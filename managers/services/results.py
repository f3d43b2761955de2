"""Results of training exams by the sheet: staged with every row's problem, entered as a whole, once."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import Attendance, LogEntry, ResultSheet, TrainingResult, TrainingSession, User
from managers.models.scope import inside, scope_for
from managers.permissions import check_within, ties
from managers.rules import exam_sheets
from managers.rules.separation import Ties
from managers.services import spreadsheets, training
from managers.services.stepping import Refusal

#: What is wrong with a file as a whole, and what to do.
FILES = {
    "encoding": gettext_lazy("文件不是 UTF-8 或 GB18030 编码的 CSV；请在表格软件中另存为 CSV 后再上传。"),
    "workbook": gettext_lazy(
        "这份 Excel 工作簿打不开、加了密码或过大；请去掉密码，只留成绩表，或另存为 CSV。"
    ),
    "columns": gettext_lazy("第一行须有“工号”和“成绩”两列；请补上表头。"),
    "empty": gettext_lazy("文件里没有成绩行。"),
    "too_many": gettext_lazy("一次最多 2000 行；请分批上传。"),
}
#: What is wrong with a row, and what to do.
ROWS = {
    "no_person": gettext_lazy("没有工号；请补上"),
    "twice": gettext_lazy("同一工号出现两次；请只留一行"),
    "no_score": gettext_lazy("成绩须是 0 至 1000 的数，小数最多两位"),
    "unknown": gettext_lazy("工号不在这一场的应训名单上；请核对工号，或重新点名"),
    "own": gettext_lazy("不能登记本人或须回避的人的成绩；请由他人另行登记"),
    "excused": gettext_lazy("已登记免训；如确已参加，请先改正出席情况"),
    "entered": gettext_lazy("这一天的成绩已经登记过"),
}


def stage(
    session: TrainingSession, raw: bytes, *, file_name: str, exam_on: date, by: User, on: date
) -> ResultSheet:
    """Read a sheet and keep it with every row's problem; nothing is entered yet."""
    check_within(by, training.MANAGE, session.plan.branch, on=on)
    if session.plan.pass_mark is None:
        raise Refusal(_("这个计划没有考试（未定合格线）；请另立有考试的计划。"))
    if not session.held_on <= exam_on <= on:
        words = {"from": session.held_on, "to": on}
        raise Refusal(_("考试日期须在这一场当日至今天之间（%(from)s 至 %(to)s）；请核对。") % words)
    with transaction.atomic():
        training.call_roll(session, by=by, on=on)
        return ResultSheet.objects.create(
            session=session,
            exam_on=exam_on,
            file_name=file_name[:160],
            rows=_staged(session, _read(raw), exam_on, by, on),
            uploaded_by=by,
        )


def enter(sheet: ResultSheet, *, by: User, on: date) -> tuple[int, int]:
    """Enter every row of a sheet, all or none: how many passed and failed. Again changes nothing."""
    with transaction.atomic():
        row = ResultSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
        plan = row.session.plan
        standing = check_within(by, training.MANAGE, plan.branch, on=on)
        if row.uploaded_by_id != by.pk:
            raise Refusal(_("成绩由上传的人登记；请重新上传后办理。"))
        if row.applied_at is None:
            _enter(row, plan.pass_mark or Decimal(0), by, on)
            LogEntry.objects.create(
                by=by,
                on_behalf_of=standing.on_behalf_of,
                action="enter_results",
                subject=f"training_sheet:{row.pk}",
                detail={"rows": len(row.rows), "plan": plan.pk},
            )
            training.refresh(plan, on=on)
        passed = row.results.filter(passed=True).count()
        return passed, row.results.count() - passed


def problem_word(code: str) -> str:
    """A row's problem in the reader's language."""
    return str(ROWS[code]) if code else ""


def _enter(sheet: ResultSheet, mark: Decimal, by: User, on: date) -> None:
    """Look at every row anew: between the two looks another sheet may have been entered."""
    read = [
        exam_sheets.Row(each["line"], each["employee_no"], _decimal(each["score"]), each["flaw"])
        for each in sheet.rows
    ]
    again = _staged(sheet.session, read, sheet.exam_on, by, on)
    bad = [each for each in again if each["problem"]]
    if bad:
        first = {"count": len(bad), "line": bad[0]["line"], "why": problem_word(bad[0]["problem"])}
        raise Refusal(
            _("有 %(count)s 行不能登记（第 %(line)s 行：%(why)s）；整份成绩单未登记，请改正后重新上传。")
            % first
        )
    TrainingResult.objects.bulk_create(_result(sheet, each, mark, by) for each in again)
    present = Attendance.objects.filter(session=sheet.session, status=Attendance.Status.DUE)
    present.filter(manager__in=[each["manager"] for each in again]).update(
        status=Attendance.Status.PRESENT, recorded_by=by
    )
    sheet.applied_at = timezone.now()
    sheet.save(update_fields=["applied_at"])


def _result(sheet: ResultSheet, row: dict[str, Any], mark: Decimal, by: User) -> TrainingResult:
    score = Decimal(row["score"])
    return TrainingResult(
        session=sheet.session,
        manager_id=row["manager"],
        exam_on=sheet.exam_on,
        score=score,
        pass_mark=mark,
        passed=score >= mark,
        sheet=sheet,
        entered_by=by,
    )


def _read(raw: bytes) -> list[exam_sheets.Row]:
    try:
        return exam_sheets.read(spreadsheets.rows(raw))
    except exam_sheets.Unreadable as refusal:
        raise Refusal(str(FILES[str(refusal)])) from None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _staged(
    session: TrainingSession, rows: list[exam_sheets.Row], exam_on: date, by: User, on: date
) -> list[dict[str, Any]]:
    """Every row with whom it is about and what is wrong with it; names only of one's own people."""
    tied, reach = ties(by, on=on), inside(scope_for(by, training.MANAGE, on), "manager__branch__path")
    due = Attendance.objects.filter(reach, session=session).select_related("manager")
    roll = {each.manager.employee_no: each for each in due}
    entered = set(session.results.filter(exam_on=exam_on).values_list("manager", flat=True))
    return [_row(each, roll.get(each.employee_no), entered, tied) for each in rows]


def _row(row: exam_sheets.Row, due: Attendance | None, entered: set[int], tied: Ties) -> dict[str, Any]:
    return {
        "line": row.line,
        "employee_no": row.employee_no,
        "name": due.manager.name if due is not None else "",
        "manager": due.manager_id if due is not None else None,
        "score": None if row.score is None else str(row.score),
        "flaw": row.problem,
        "problem": row.problem or _problem(due, entered, tied),
    }


def _problem(due: Attendance | None, entered: set[int], tied: Ties) -> str:
    if due is None:
        return "unknown"
    if tied.to(due.manager_id):
        return "own"
    if due.status == Attendance.Status.EXCUSED:
        return "excused"
    return "entered" if due.manager_id in entered else ""
