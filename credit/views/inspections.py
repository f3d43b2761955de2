"""Inspections of loans: the due list, the form for the phone, the second signature, and the findings."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from credit.desk import Reader
from credit.models import Finding, Inspection
from credit.models.inspections import FINDING_STEPS, STEPS
from credit.queries.afterloan import loans
from credit.questions import ANSWERS, QUESTIONS
from credit.services.afterloan import findings as finding_services
from credit.services.afterloan import inspecting as services
from credit.views.classes import class_tag
from credit.views.steps import attempt, customer_name, day_of, fresh_key, history, named, page_of
from managers.models import ClientManager
from managers.services import files
from managers.services.stepping import Refusal

ROWS_A_PAGE = 25
State = Inspection.State
#: Lines for what was found.
PROBLEMS = 3
#: How far ahead the list of what comes looks.
AHEAD = timedelta(days=30)


@login_required
@require_GET
def inspections(request: HttpRequest) -> HttpResponse:
    """Inspections overdue, due soon, waiting for a signature, or done."""
    reader = Reader.of(request)
    chosen = request.GET.get("show", "due")
    found = _chosen(reader, chosen).select_related("account__customer__branch", "manager", "companion")
    page = page_of(request, found, ROWS_A_PAGE)
    context = {
        "page": page,
        "rows": named(
            page,
            reader,
            tag=lambda row: class_tag(row.loan_class),
            late=lambda row: row.state in Inspection.OPEN and row.due_on < reader.on,
        ),
        "chosen": chosen,
        "shows": SHOWS,
        "overdue": _chosen(reader, "overdue").count(),
    }
    return render(request, "credit/inspections.html", context)


SHOWS = (
    ("due", gettext_lazy("三十天内到期")),
    ("overdue", gettext_lazy("已逾期")),
    ("to_sign", gettext_lazy("待会签")),
    ("done", gettext_lazy("已完成")),
    ("all", gettext_lazy("全部")),
)


def _chosen(reader: Reader, chosen: str) -> Any:
    found = reader.in_sight(Inspection.objects.all()).order_by("due_on", "pk")
    if chosen == "overdue":
        return found.filter(state__in=Inspection.OPEN, due_on__lt=reader.on)
    if chosen == "to_sign":
        return found.filter(state=State.RECORDED)
    if chosen == "done":
        return found.filter(state=State.DONE).order_by("-done_on", "-pk")
    if chosen == "all":
        return found
    return found.filter(state__in=Inspection.OPEN, due_on__lte=reader.on + AHEAD)


# --- One ------------------------------------------------------------------------------------------------


def _sight(request: HttpRequest, pk: int) -> tuple[Reader, Inspection]:
    """An inspection in sight, or one to be signed by the reader."""
    reader = Reader.of(request)
    related = ("account__customer__branch", "manager__branch", "companion", "recorded_by", "signed_by")
    found = Inspection.objects.select_related(*related)
    mine = found.filter(companion=reader.own) if reader.own else found.none()
    return reader, get_object_or_404(reader.in_sight(found) | mine, pk=pk)


@login_required
@require_GET
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """One inspection: the form while it is to be recorded, the record afterwards, its findings."""
    reader, row = _sight(request, pk)
    return _page(request, reader, row, {})


def _page(request: HttpRequest, reader: Reader, row: Inspection, given: dict[str, Any]) -> HttpResponse:
    turn = reader.inspection_turn(row)
    said, noted = row.answers.get("said", {}), row.answers.get("findings", [])
    rows = row.findings.select_related("manager__branch", "evidence", "raised_by", "remedied_by", "closed_by")
    context = {
        "row": row,
        "loan": loans.loan(row.account_id, reader.on),
        "name": customer_name(row.account, reader),
        "turn": turn,
        "today": reader.on,
        "questions": [
            {
                "code": code,
                "words": words,
                "answer": given.get(f"answer-{code}", said.get(code, {}).get("answer", "")),
                "note": given.get(f"note-{code}", said.get(code, {}).get("note", "")),
                "word": ANSWERS.get(said.get(code, {}).get("answer", ""), ""),
            }
            for code, words in QUESTIONS.items()
        ],
        "answers": ANSWERS.items(),
        "given": given,
        "noted": noted,
        "problems": list(enumerate([*given.get("findings", noted), "", "", ""][:PROBLEMS], start=1)),
        "findings": [
            {"row": each, "turn": reader.finding_turn(each), "late": _late(each, reader)} for each in rows
        ],
        "colleagues": _colleagues(reader) if turn == "record" else (),
        "papers": row.papers.select_related("file"),
        "timeline": history(f"{services.KIND}:{row.pk}", STEPS, now=_now(row)),
        "key": fresh_key(),
    }
    return render(request, "credit/inspection.html", context)


def _now(row: Inspection) -> str:
    """What an open one waits for."""
    return str(row.get_state_display()) if row.state in Inspection.OPEN else ""


def _late(finding: Finding, reader: Reader) -> bool:
    return finding.state == Finding.State.OPEN and finding.due_on < reader.on


def _colleagues(reader: Reader) -> list[ClientManager]:
    """Who may come along: colleagues of the own branch who are on post and can sign."""
    assert reader.own is not None  # whoever records is a manager
    near = ClientManager.objects.filter(
        branch=reader.own.branch_id, status=ClientManager.Status.ON_POST, user__is_active=True
    )
    return list(near.exclude(pk=reader.own.pk).order_by("employee_no"))


@login_required
@require_GET
def paper(request: HttpRequest, pk: int, file: UUID) -> HttpResponse:
    """A photo or paper of an inspection, also for the second manager, who may not see the customer."""
    reader, row = _sight(request, pk)
    found = get_object_or_404(row.papers.select_related("file__manager"), file=file).file
    answer = HttpResponse(files.opened(found, by=reader.user, on=reader.on), content_type=found.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Record, sign or send back; a refusal says why, and what was entered stays on the page."""
    reader, row = _sight(request, pk)
    given: dict[str, Any] = {"by": reader.user, "on": reader.on, "key": request.POST.get("key", "")}
    if name == "record":
        return _record(request, reader, row, given)
    if name not in ("sign", "send_back"):
        raise Http404
    if name == "send_back":
        given["reason"] = request.POST.get("reason", "")
    work = partial(getattr(services, name), row.pk, **given)
    attempt(request, work, _("已%(step)s。") % {"step": STEPS[name]})
    return redirect("loan_inspection", row.pk)


def _record(request: HttpRequest, reader: Reader, row: Inspection, given: dict[str, Any]) -> HttpResponse:
    post = request.POST
    companion = ClientManager.objects.filter(employee_no=post.get("companion", "")).first()
    done_on = day_of(post.get("done_on", ""))

    def work() -> None:
        if reader.own is None:
            raise PermissionDenied(_("只有这笔贷款的经办客户经理可以记录检查。"))
        if companion is None or companion not in _colleagues(reader):
            raise Refusal(_("请选择一位本机构在岗的协办客户经理。"))
        if done_on is None:
            raise Refusal(_("请填写检查日。"))
        services.record(
            row.pk,
            companion=companion,
            done_on=done_on,
            answers={
                code: {"answer": post.get(f"answer-{code}", ""), "note": post.get(f"note-{code}", "")}
                for code in QUESTIONS
            },
            summary=post.get("summary", ""),
            findings=post.getlist("finding"),
            uploads=request.FILES.getlist("files"),
            **given,
        )

    if attempt(request, work, _("已记录，等待协办客户经理会签。")):
        return redirect("loan_inspection", row.pk)
    return _page(request, reader, row, {**post.dict(), "findings": post.getlist("finding")})


# --- Findings -------------------------------------------------------------------------------------------

FINDINGS: dict[str, Callable[..., Any]] = {
    "remedy": finding_services.remedy,
    "close": finding_services.close,
    "send_back": finding_services.send_back,
}


@login_required
@require_POST
def finding_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Report that a finding is put right, close it, or send it back."""
    reader = Reader.of(request)
    if name not in FINDINGS:
        raise Http404
    row = get_object_or_404(reader.in_sight(Finding.objects.all()), pk=pk)
    given: dict[str, Any] = {"by": reader.user, "on": reader.on, "key": request.POST.get("key", "")}
    if name == "remedy":
        given |= {"words": request.POST.get("words", ""), "evidence": request.FILES.get("evidence")}
    if name == "send_back":
        given["reason"] = request.POST.get("reason", "")
    attempt(
        request, partial(FINDINGS[name], row.pk, **given), _("已%(step)s。") % {"step": FINDING_STEPS[name]}
    )
    return redirect("loan_inspection", row.inspection_id)
