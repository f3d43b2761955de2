"""资格认定: the list by state, one application with its evidence and steps, exam results by the sheet."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grading import career_presenters as words
from grading import posted
from grading.services import exams, qualifying
from grading.services.applying import QUALIFICATION, apply
from managers.models import ClientManager, DocumentCheck, ExamBatch, Qualification
from managers.permissions import check_may, may
from managers.services.stepping import Refusal
from managers.session import signed_in

ROWS_A_PAGE = 25
MOST_BYTES = 1 << 20
#: What one of which opens the list.
LOOK = ("screen_qualification", "recognise_qualification", "view_people")
#: The steps of the page, each with the right it needs.
STEPS = {
    "screen": "screen_qualification",
    "pass_exam": "enter_exam",  # nosec B105  # an exam
    "recognise": "recognise_qualification",
    "appoint": "appoint",
    "reject": "screen_qualification",
    "withdraw": "screen_qualification",
    "revoke": "recognise_qualification",
}


@login_required
def qualifications(request: HttpRequest) -> HttpResponse:
    """Every application in one's scope, by state, the longest waiting first."""
    user, on = signed_in(request), timezone.localdate()
    if not any(may(user, action, on=on) for action in LOOK):
        check_may(user, LOOK[0], on=on)
    visible = Qualification.objects.visible_to(user, on).select_related("manager__branch")
    state = request.GET.get("state", "open")
    shown = visible.filter(state__in=Qualification.OPEN) if state == "open" else visible
    shown = visible.filter(state=state) if state in Qualification.State.values else shown
    page = Paginator(shown.order_by("state_since", "pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    names = words.Names(on)
    context = {
        "page": page,
        "rows": [words.qualification_row(row, names) for row in page],
        "state": state,
        "states": Qualification.State.choices,
        "exams": may(user, "enter_exam", on=on),
        "on": on,
    }
    return render(request, "grading/qualifications.html", context)


@login_required
def qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: every condition with its evidence, what happened, and the steps one may take."""
    user, on = signed_in(request), timezone.localdate()
    row = _readable(request, pk, on)
    own = row.manager.user_id == user.pk
    live = qualifying.screened(row, on) if row.state == Qualification.State.APPLIED else None
    lines = [each.to_dict() for each in live.checks] if live is not None else row.screening
    steps = {} if own else words.forms(QUALIFICATION, row, _steps(row), by=user, on=on)
    context = {
        **words.qualification_row(row, words.Names(on)),
        "own": own,
        "on": on,
        "checks": words.checks(lines),
        "figures_on": live.on if live is not None else None,
        "documents": DocumentCheck.objects.filter(qualification=row).select_related("seen_by", "file"),
        "kinds": DocumentCheck.Kind.choices,
        "sees": not own and live is not None and may(user, "screen_qualification", on=on, about=row.manager),
        "trail": words.trail(QUALIFICATION, row, named=not own),
        "steps": steps,
        "refused": words.refusals(steps),
        "can": {name: True for name, each in steps.items() if not each["why"]},
        "withdraws": own and row.state in Qualification.OPEN,
        "key": uuid4().hex,
    }
    return render(request, "grading/qualification.html", context)


def _steps(row: Qualification) -> dict[str, str]:
    """The steps with their rights; after the exam it is the authority that rejects."""
    examined = row.state == Qualification.State.EXAMINED
    return STEPS | ({"reject": "recognise_qualification"} if examined else {})


def _readable(request: HttpRequest, pk: int, on: date) -> Qualification:
    """The application, within one's scope and rights; one's own always."""
    user = signed_in(request)
    visible = Qualification.objects.visible_to(user, on)
    row = get_object_or_404(visible.select_related("manager__branch", "manager__user"), pk=pk)
    if row.manager.user_id != user.pk and not any(may(user, each, on=on, about=row.manager) for each in LOOK):
        raise PermissionDenied(_("您的角色不包括查看资格认定；如确有需要，请联系安全管理员授权。"))
    return row


@login_required
@require_POST
def apply_for(request: HttpRequest, employee_no: str) -> HttpResponse:
    """The manager, or HR for a candidate, applies for a grade."""
    user, on = signed_in(request), timezone.localdate()
    manager = get_object_or_404(ClientManager.objects.visible_to(user, on), employee_no=employee_no)
    scheme, _colon, grade = posted.text(request, "grade").partition(":")
    try:
        row = apply(
            manager,
            grade=grade,
            scheme=scheme,
            by=user,
            on=on,
            reason=posted.text(request, "reason"),
            key=posted.text(request, "key"),
        )
    except Refusal as refusal:
        notes.error(request, str(refusal))
        return redirect("person", employee_no)
    notes.success(request, _("申请已提交，等待资格审查。"))
    return redirect("qualification", row.pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step of an application; what is refused says why, on the same page."""
    on = timezone.localdate()
    row = _readable(request, pk, on)
    if name not in TAKEN:
        raise Http404
    try:
        notes.success(request, TAKEN[name](request, row, on))
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
    return redirect("qualification", pk)


def _see(request: HttpRequest, row: Qualification, on: date) -> str:
    qualifying.see(
        row,
        kind=posted.text(request, "kind"),
        document_no=posted.text(request, "document_no"),
        issued_on=posted.day_or_none(request, "issued_on"),
        covers=posted.text(request, "covers"),
        note=posted.text(request, "note"),
        file=request.FILES.get("file"),
        by=signed_in(request),
        on=on,
    )
    return _("材料已登记。")


def _screen(request: HttpRequest, row: Qualification, on: date) -> str:
    qualifying.screen(row, by=signed_in(request), on=on, key=posted.text(request, "key"))
    return _("资格审查已通过，等待考试。")


def _examine(request: HttpRequest, row: Qualification, on: date) -> str:
    entry = qualifying.examine(
        row,
        score=posted.score(request, "score"),
        pass_mark=posted.number(request, "pass_mark"),
        exam_on=posted.day(request, "exam_on"),
        name=posted.text(request, "exam_name"),
        by=signed_in(request),
        on=on,
        key=posted.text(request, "key"),
    )
    passed = entry.to_state == Qualification.State.EXAMINED
    return _("成绩已登记：合格，等待认定。") if passed else _("成绩已登记：未合格。")


def _recognise(request: HttpRequest, row: Qualification, on: date) -> str:
    qualifying.recognise(
        row,
        certificate_no=posted.text(request, "certificate_no"),
        issued_on=posted.day(request, "issued_on"),
        expires_on=posted.day(request, "expires_on"),
        by=signed_in(request),
        on=on,
        reason=posted.text(request, "reason"),
        key=posted.text(request, "key"),
    )
    return _("已认定并登记证书，等待聘任。")


def _appoint(request: HttpRequest, row: Qualification, on: date) -> str:
    effective = posted.day(request, "effective_on")
    qualifying.appoint(
        row, effective_on=effective, by=signed_in(request), on=on, key=posted.text(request, "key")
    )
    return _("已聘任，自 %(day)s 起生效。") % {"day": effective}


def _with_reason(name: str, done: Any) -> Callable[[HttpRequest, Qualification, date], str]:
    def taken(request: HttpRequest, row: Qualification, on: date) -> str:
        reason, key = posted.text(request, "reason"), posted.text(request, "key")
        getattr(qualifying, name)(row, by=signed_in(request), on=on, reason=reason, key=key)
        return str(done())

    return taken


TAKEN: dict[str, Callable[[HttpRequest, Qualification, date], str]] = {
    "see": _see,
    "screen": _screen,
    "pass_exam": _examine,
    "recognise": _recognise,
    "appoint": _appoint,
    "reject": _with_reason("reject", lambda: _("已登记为未获认定。")),
    "withdraw": _with_reason("withdraw", lambda: _("申请已撤回。")),
    "revoke": _with_reason("revoke", lambda: _("认定已撤销。")),
}


@login_required
def exam_sheets(request: HttpRequest) -> HttpResponse:
    """Upload a sheet of results; it is read and shown before anything is entered."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, "enter_exam", on=on)
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or (file.size or 0) > MOST_BYTES:
                raise Refusal(_("请选择不超过 1 MB 的 CSV 文件。"))
            batch = exams.stage(
                file.read(),
                file_name=file.name or "exam.csv",
                name=posted.text(request, "name"),
                exam_on=posted.day(request, "exam_on"),
                pass_mark=posted.number(request, "pass_mark"),
                by=user,
                on=on,
            )
        except Refusal as refusal:
            notes.error(request, str(refusal))
            return redirect("exam_sheets")
        return redirect("exam_sheet", batch.pk)
    batches = ExamBatch.objects.filter(uploaded_by=user)[:ROWS_A_PAGE]
    return render(request, "grading/exam_sheets.html", {"batches": batches, "on": on})


@login_required
def exam_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One staged sheet, row by row; applied by its uploader, once."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, "enter_exam", on=on)
    batch = get_object_or_404(ExamBatch.objects.filter(uploaded_by=user), pk=pk)
    if request.method == "POST":
        try:
            done = exams.apply_batch(batch, by=user, on=on)
            counts = {"passed": done.passed, "failed": done.failed}
            notes.success(request, _("已登记：合格 %(passed)s 人，未合格 %(failed)s 人。") % counts)
        except (Refusal, PermissionDenied) as refusal:
            notes.error(request, str(refusal))
        return redirect("exam_sheet", pk)
    rows = [each | {"problem": exams.problem_word(each["problem"])} for each in batch.rows]
    good = sum(not each["problem"] for each in rows)
    context = {"batch": batch, "rows": rows, "good": good, "bad": len(rows) - good}
    return render(request, "grading/exam_sheet.html", context)
