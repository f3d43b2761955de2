"""操作日志: the log and the history of the data as one list, searched, read on by place, and exported."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from managers.audit import presenting
from managers.audit.forms import SearchForm
from managers.models import StoredExport
from managers.permissions import check_may
from managers.queries import log
from managers.queries.log import Wanted
from managers.rules.sheets import Cell
from managers.services import exports
from managers.services.exports import Refused
from managers.session import signed_in

LINES_A_PAGE = 25
PARAMETERS = ("who", "about", "field", "kind", "start", "end", "record")


@login_required
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """The latest lines that meet the search, or those after a place."""
    check_may(signed_in(request), "view_log", on=timezone.localdate())
    form = SearchForm(request.GET)
    searched = form.is_valid()
    wanted = _wanted(request, form) if searched else Wanted()
    after = log.place(request.GET.get("after", ""))
    found = log.lines(wanted, after=after, size=LINES_A_PAGE + 1) if searched else []
    page = found[:LINES_A_PAGE]
    query = {name: request.GET[name] for name in PARAMETERS if request.GET.get(name)}
    context = {
        "form": form,
        "lines": presenting.shown(page),
        "record": _record_name(wanted),
        "query": urlencode(query),
        "hidden": [{"name": name, "value": value} for name, value in query.items()],
        "after": after,
        "older": urlencode({**query, "after": str(page[-1].place)}) if len(found) > LINES_A_PAGE else "",
    }
    return render(request, "audit/log.html", context)


def _wanted(request: HttpRequest, form: SearchForm) -> Wanted:
    given = form.cleaned_data
    table, _dot, field = given["field"].partition(".")
    who, about = given["who"].strip(), given["about"].strip()
    records = log.records_called(about) if about else None
    table_of, _colon, row = request.GET.get("record", "").partition(":")
    if table_of and (one := log.record(table_of, row)) is not None:
        records = (one,)
    return Wanted(
        people=log.people_called(who) if who else None,
        records=records,
        subject=about,
        table=table,
        field=field,
        kind=given["kind"],
        start=given["start"],
        end=given["end"],
    )


def _record_name(wanted: Wanted) -> str:
    """What the one record is called that a record page asked for."""
    records = wanted.records or ()
    return records[0].subject or records[0].row if len(records) == 1 and not wanted.subject else ""


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The lines that meet the search as CSV: at once, or as a link where they are many."""
    user = signed_in(request)
    check_may(user, "view_log", on=timezone.localdate())
    form = SearchForm(request.POST)
    if not form.is_valid():
        notes.error(request, _("筛选条件有误，没有导出；请返回更正。"))
        return redirect("audit")
    request.GET = request.POST
    try:
        made = exports.export(
            _("操作日志"),
            _header(),
            _rows(_wanted(request, form)),
            by=user,
            at=timezone.now(),
            reason=request.POST.get("reason", ""),
        )
    except Refused as refusal:
        notes.error(request, str(refusal))
        return redirect("audit")
    if isinstance(made, StoredExport):
        return redirect("stored_export", made.pk)
    answer = HttpResponse(made.content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y%m%d}.csv"'
    return answer


def _header() -> list[str]:
    return [
        *(_("时间"), _("操作人"), _("代表"), _("动作"), _("对象"), _("内容"), _("原因"), _("来源")),
        *(_("请求"),),
    ]


def _rows(wanted: Wanted) -> Iterator[list[Cell]]:
    for some in log.every_line(wanted):
        for line in presenting.shown(some):
            yield [
                timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"),
                line.who,
                line.on_behalf_of,
                line.what,
                line.record,
                "；".join(f"{each.label}: {each.before} → {each.after}" for each in line.changes),
                line.reason,
                line.source,
                line.request,
            ]


@login_required
@require_GET
def stored(request: HttpRequest, key: Any) -> HttpResponse:
    """A stored export for its owner: until when it can be fetched, and from where. 404 for anybody else."""
    found = get_object_or_404(StoredExport, pk=key, owner=signed_in(request))
    gone = found.removed_at is not None or found.expires_at <= timezone.now()
    return render(request, "audit/stored.html", {"found": found, "gone": gone})


@login_required
@require_POST
def fetch(request: HttpRequest, key: Any) -> HttpResponse | FileResponse:
    """The file itself, for its owner and in time."""
    user = signed_in(request)
    found = get_object_or_404(StoredExport, pk=key, owner=user)
    try:
        file = exports.fetch(found, by=user, at=timezone.now())
    except Refused as refusal:
        notes.error(request, str(refusal))
        return redirect("stored_export", found.pk)
    return FileResponse(
        file.open("rb"), as_attachment=True, filename=f"{found.made_at:%Y%m%d}.csv", content_type="text/csv"
    )
