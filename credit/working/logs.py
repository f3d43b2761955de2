"""工作日志: the list with what is due, a new entry on a phone, one entry, a customer's log, the sheet."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit.models import WorkLogEntry
from credit.services.working import logs, papers
from credit.working.forms import CorrectionForm, LogFilter, LogForm, chosen
from credit.working.pages import Named, asked, key, listed, own_manager, pdf, portfolio, reader
from managers.models import ClientManager, Customer, User
from managers.models.scope import inside, scope_for
from managers.permissions import may, ties
from managers.services.stepping import Refusal

DUE_AHEAD = timedelta(days=7)
#: How many due steps the list shows at most.
MOST_DUE = 20


def _visible(user: User, on: date) -> Any:
    related = ("manager__branch", "customer", "review__reviewed_by", "photo")
    return WorkLogEntry.objects.visible_to(user, on).select_related(*related)


@login_required
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """Entries in sight, the latest first; above them the steps that are due."""
    user, on = reader(request)
    form = LogFilter(request.GET)
    found = _found(_visible(user, on).current(), form)
    named, reviewer = Named(user, on), may(user, "review_work_log", on=on)
    context = {
        "filter": form,
        "asked": asked(request, "q", "kind", "unread"),
        "may_write": own_manager(user) is not None,
        "reviewer": reviewer,
        "tied": _tied(user, on) if reviewer else set(),
        "due": _due(user, on, named),
        "today": on,
        "sheet_from": on.replace(day=1),
        **listed(request, found, lambda row: _row(row, named)),
    }
    return render(request, "credit/working/log.html", context)


def _found(rows: Any, form: LogFilter) -> Any:
    if not form.is_valid():
        return rows
    wanted = form.cleaned_data
    if text := wanted["q"].strip():
        rows = rows.filter(
            Q(text__icontains=text)
            | Q(next_step__icontains=text)
            | Q(customer__name__icontains=text)
            | Q(customer__customer_no=text)
            | Q(manager__name__icontains=text)
            | Q(manager__employee_no=text)
        )
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["unread"]:
        rows = rows.filter(review__isnull=wanted["unread"] == "1")
    return rows.order_by("-day", "-id")


def _tied(user: User, on: date) -> set[int]:
    found = ties(user, on=on)
    return {*found.own, *found.kin, *found.superior}


def _row(row: WorkLogEntry, named: Named) -> dict[str, Any]:
    return {"row": row, "customer": named(row.customer), "review": getattr(row, "review", None)}


def _due(user: User, on: date, named: Named) -> list[dict[str, Any]]:
    """Next steps that are due within the week or overdue: the reader's own, or else of everybody in sight."""
    rows = _visible(user, on).open_steps().filter(next_on__lte=on + DUE_AHEAD)
    own = own_manager(user)
    if own is not None:
        rows = rows.filter(manager=own)
    return [
        {"row": row, "customer": named(row.customer), "late": row.next_on < on, "own": own is not None}
        for row in rows.order_by("next_on", "id")[:MOST_DUE]
    ]


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A new entry; `?customer=` and `?follows=` fill it in."""
    user, on = reader(request)
    if own_manager(user) is None:
        raise PermissionDenied(_("工作日志由客户经理本人填写。"))
    customers = portfolio(user, on)
    follows = _follows(request, user, on)
    start = {"day": on, "kind": "visit", "customer": request.GET.get("customer", "")}
    if follows is not None:
        start |= {"kind": "follow_up", "customer": follows.customer.customer_no}
    form = LogForm(request.POST or None, request.FILES or None, initial=start, customers=chosen(customers))
    if request.method == "POST" and form.is_valid():
        try:
            row = _write(form, customers, follows, request, user, on)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("已记入工作日志。"))
            return redirect("work_log_entry", row.pk)
    context = {
        "form": form,
        "follows": follows,
        "key": request.POST.get("key") or key(),
        "any": bool(customers),
    }
    return render(request, "credit/working/log_new.html", context)


def _follows(request: HttpRequest, user: User, on: date) -> WorkLogEntry | None:
    wanted = request.GET.get("follows", "")
    if not (wanted.isascii() and wanted.isdecimal()):
        return None
    mine = _visible(user, on).filter(manager__user=user)
    found: WorkLogEntry = get_object_or_404(mine, pk=int(wanted))
    return found


def _write(
    form: LogForm,
    customers: list[Customer],
    follows: WorkLogEntry | None,
    request: HttpRequest,
    user: User,
    on: date,
) -> WorkLogEntry:
    said = form.cleaned_data
    customer = next(each for each in customers if each.customer_no == said["customer"])
    return logs.write(
        customer,
        logs.Written(said["kind"], said["day"], said["text"], said["next_step"], said["next_on"]),
        by=user,
        on=on,
        photo=said["photo"],
        follows=follows,
        key=request.POST.get("key", ""),
    )


@login_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with what became of it; its writer corrects it, the head reads it."""
    user, on = reader(request)
    row = get_object_or_404(_visible(user, on).select_related("follows", "corrects", "written_by"), pk=pk)
    own = row.manager.user_id == user.pk
    newer = WorkLogEntry.objects.filter(corrects=row).first()
    form = CorrectionForm(request.POST or None, initial=_initial(row))
    if request.method == "POST":
        if not own:
            raise PermissionDenied(_("只能更正本人的记录。"))
        if form.is_valid() and (after := _corrected(request, form, row, user, on)) is not None:
            return redirect("work_log_entry", after.pk)
    context = {
        "row": row,
        "customer": Named(user, on)(row.customer),
        "review": getattr(row, "review", None),
        "newer": newer,
        "followed": WorkLogEntry.objects.filter(follows=row, corrected_by__isnull=True).first(),
        "form": form if own and newer is None else None,
        "may_review": may(user, "review_work_log", on=on, about=row.manager)
        and row.manager_id not in _tied(user, on),
        "key": key(),
    }
    return render(request, "credit/working/log_entry.html", context)


def _initial(row: WorkLogEntry) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("kind", "text", "next_step", "next_on", "day")}


def _corrected(
    request: HttpRequest, form: CorrectionForm, row: WorkLogEntry, user: User, on: date
) -> WorkLogEntry | None:
    said = form.cleaned_data
    written = logs.Written(said["kind"], said["day"], said["text"], said["next_step"], said["next_on"])
    try:
        after = logs.correct(row, written, by=user, on=on, key=request.POST.get("key", ""))
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None
    notes.success(request, _("已更正；原来的一条仍可查阅。"))
    return after


@login_required
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """The head has read the entries ticked, or one."""
    user, on = reader(request)
    wanted = [int(each) for each in request.POST.getlist("entry") if each.isascii() and each.isdecimal()]
    rows = list(WorkLogEntry.objects.visible_to(user, on).filter(pk__in=wanted).values_list("pk", flat=True))
    if not rows:
        notes.error(request, _("没有勾选记录；请先勾选再查阅。"))
        return redirect("work_log")
    count = logs.review(rows, by=user, on=on, comment=request.POST.get("comment", ""))
    notes.success(request, _("已查阅 %(count)s 条。") % {"count": count})
    return redirect("work_log_entry", rows[0]) if len(rows) == 1 else redirect("work_log")


@login_required
@require_GET
def of_customer(request: HttpRequest, customer_no: str) -> HttpResponse:
    """Everything logged about one customer, by whoever is in sight."""
    user, on = reader(request)
    customer = get_object_or_404(Customer.objects.visible_to(user, on), customer_no=customer_no)
    found = _visible(user, on).current().filter(customer=customer).order_by("-day", "-id")
    named = Named(user, on)
    own = own_manager(user)
    context = {
        "who": customer,
        "name": named(customer),
        "may_write": own is not None and any(each.pk == customer.pk for each in portfolio(user, on)),
        **listed(request, found, lambda row: _row(row, named)),
    }
    return render(request, "credit/working/log_customer.html", context)


@login_required
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """RXD7200-02 as PDF: the log of one manager (?manager=) from a day (?from=) to another (?to=)."""
    user, on = reader(request)
    number = request.GET.get("manager", "") or getattr(own_manager(user), "employee_no", "")
    looked_after = inside(scope_for(user, "view_working", on), "branch__path")
    people = ClientManager.objects.visible_to(user, on).filter(looked_after | Q(user=user))
    who = get_object_or_404(people.select_related("branch"), employee_no=number)
    first, last = (_day(request.GET.get(name, "")) for name in ("from", "to"))
    if first is None or last is None or last < first:
        raise Http404(_("请写明起止日期。"))
    printed = papers.log_sheet(who, first, last, by=user, on=on, at=timezone.now())
    return pdf(printed.name, printed.content)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
