"""授信调查: two managers write, sign one by one; the report as PDF."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit import words
from credit.models import Investigation, Section
from credit.permissions import may_read_any, own_file, readable
from credit.queries.investigations import visible
from credit.services import investigations, reports
from credit.services.investigations import Written
from managers.models import LogEntry
from managers.queries import names
from managers.services.stepping import Refusal
from managers.session import signed_in


def _found(request: HttpRequest, pk: int) -> Investigation:
    """The investigation, for whoever reads the credit file or takes part; 404 for all others."""
    user, on = signed_in(request), timezone.localdate()
    if not may_read_any(user, on):
        raise PermissionDenied(_("您的角色不包括查看授信调查；如确有需要，请联系安全管理员授权。"))
    return get_object_or_404(visible(user, on), pk=pk)


@login_required
@require_GET
def investigation(request: HttpRequest, pk: int) -> HttpResponse:
    """One investigation: every heading with its evidence, the signatures, what the reader may do."""
    return _page(request, _found(request, pk))


def _page(request: HttpRequest, row: Investigation, wrong: dict[str, str] | None = None) -> HttpResponse:
    own = own_file(signed_in(request))
    side = "" if own is None else {row.first_id: "first", row.second_id: "second"}.get(own.pk, "")
    mine = {"first": row.signed_first_by_id, "second": row.signed_second_by_id}.get(side)
    writes = bool(side) and row.state == Investigation.State.DRAFTED
    masked = names.masked_for(signed_in(request), timezone.localdate())
    context = {
        "row": row,
        "name": names.of_customer(row.customer, masked=masked),
        "tag": words.INVESTIGATION_TAGS[row.state],
        "sections": _sections(request, row, wrong or {}),
        "writes": writes,
        "signs": bool(side) and row.state in ("drafted", "signed_once") and mine is None,
        "reopens": bool(side) and row.state == Investigation.State.SIGNED_ONCE,
        "closes": bool(side) and row.state != Investigation.State.CLOSED,
        "signatures": _signatures(row),
        "file_opens": readable(signed_in(request), timezone.localdate()).filter(pk=row.customer_id).exists(),
        "proposals": row.proposals.select_related("product").order_by("-id"),
        "key": uuid4().hex,
    }
    return render(request, "credit/investigation.html", context)


def _sections(request: HttpRequest, row: Investigation, wrong: dict[str, str]) -> list[dict[str, Any]]:
    written = {each.code: each for each in row.sections.select_related("written_by")}
    evidence = list(row.evidence.select_related("file"))
    texts = {code: each.text for code, each in written.items()}
    return [
        {
            "code": code,
            "title": code.label,
            "row": written.get(code),
            "text": request.POST[f"text-{code}"] if code in wrong else texts.get(code, ""),
            "seen": investigations.mark_of(texts.get(code, "")),
            "files": [each.file for each in evidence if each.code == code],
            "wrong": wrong.get(code, ""),
        }
        for code in Section.Code
    ]


def _signatures(row: Investigation) -> list[dict[str, Any]]:
    """Both sides with who signed when, out of the log."""
    subject = f"investigation:{row.pk}"
    entries = LogEntry.objects.filter(subject=subject, action__in=reports.SIGNED).order_by("id")
    at = {entry.by_id: entry.at for entry in entries}
    sides = ((_("主办"), row.first, row.signed_first_by), (_("协办"), row.second, row.signed_second_by))
    return [
        {
            "label": f"{seat} {who.name}",
            "state": "done" if by else "todo",
            "at": at.get(by.pk) if by else None,
            "by": str(by) if by else "",
        }
        for seat, who, by in sides
    ]


@login_required
@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep every heading that was changed; what is wrong is said beside it, with what was typed."""
    row, user, on = _found(request, pk), signed_in(request), timezone.localdate()
    done, wrong = investigations.write_all(row.pk, _written(request), by=user, on=on)
    if done:
        told = "、".join(str(Section.Code(code).label) for code in done)
        notes.success(request, _("已保存：%(parts)s。") % {"parts": told})
    elif not wrong:
        notes.info(request, _("没有改动。"))
    return _page(request, row, wrong) if wrong else redirect("investigation", pk)


def _written(request: HttpRequest) -> dict[str, Written]:
    """By heading what the form says, with the mark of what stood there when it was opened."""
    given, uploads = request.POST, request.FILES
    return {
        code: Written(given[f"text-{code}"], given.get(f"seen-{code}", ""), uploads.getlist(f"files-{code}"))
        for code in Section.Code.values
        if f"text-{code}" in given
    }


STEPS: dict[str, Callable[..., Any]] = {
    "sign": investigations.sign,
    "reopen": investigations.reopen,
    "close": investigations.close,
}


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Sign, take the signature back, close; what is refused says why."""
    row = _found(request, pk)
    if name not in STEPS:
        raise Http404
    given: dict[str, Any] = {"by": signed_in(request), "on": timezone.localdate()}
    if name != "sign":
        given["reason"] = request.POST.get("reason", "")
    try:
        STEPS[name](row.pk, key=request.POST.get("key", ""), **given)
        notes.success(request, _("已办理。"))
    except Refusal as refusal:
        notes.error(request, str(refusal))
    return redirect("investigation", pk)


@login_required
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as PDF/A, once both have signed."""
    row = _found(request, pk)
    try:
        made = reports.print_report(row, reader=signed_in(request), at=timezone.now())
    except Refusal as refusal:
        notes.error(request, str(refusal))
        return redirect("investigation", pk)
    answer = HttpResponse(made.content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, made.name) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
