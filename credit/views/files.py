"""信贷档案: find a customer, open the file part by part, enter, confirm, end; reveal one identity field."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit import forms, presenting
from credit.models import Party
from credit.permissions import may_read_any, readable
from credit.queries import files as reads
from credit.queries.files import FileReader
from credit.services import entries, investigations, proposals
from managers.models import User
from managers.queries import names
from managers.services import identity
from managers.services.stepping import Refusal
from managers.session import signed_in

ROWS_A_PAGE = 25
#: What may be entered: the part of the file where it stands, its form, what keeps it.
ENTERED: Mapping[str, tuple[str, type[forms.FileForm], Callable[..., Any]]] = {
    "party": ("parties", forms.PartyForm, entries.add_party),
    "link": ("parties", forms.LinkForm, entries.add_link),
    "facility": ("loans", forms.FacilityForm, entries.add_facility),
    "guarantee": ("guarantees", forms.GuaranteeForm, entries.add_guarantee),
    "valuation": ("guarantees", forms.ValuationForm, entries.add_valuation),
    "statement": ("statements", forms.StatementForm, entries.add_statement),
    "document": ("papers", forms.DocumentForm, entries.add_document),
}
#: What the manager who handles the credit begins: the same, and the page it leads to.
BEGUN: Mapping[str, type[forms.FileForm]] = {
    "investigation": forms.InvestigationForm,
    "proposal": forms.ProposalForm,
}


def _reader(request: HttpRequest) -> tuple[User, date]:
    """Who asks, today; refused for those who read no credit file."""
    user, on = signed_in(request), timezone.localdate()
    if not may_read_any(user, on):
        raise PermissionDenied(_("您的角色不包括查看信贷档案；如确有需要，请联系安全管理员授权。"))
    return user, on


@login_required
@require_GET
def file_list(request: HttpRequest) -> HttpResponse:
    """The customers in reach, by number, with what they owe; found by number, name or loan account."""
    user, on = _reader(request)
    query = request.GET.get("q", "").strip()[:80]
    found = reads.search(readable(user, on), query).select_related("branch").order_by("customer_no")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = reads.listed(list(page), on)
    shown = [{"customer_no": row["customer"].customer_no, "name": row["customer"].name} for row in rows]
    names.for_reader(shown, user, on=on)
    for row, name in zip(rows, shown, strict=True):
        row["name"] = name["name"]
    return render(request, "credit/files.html", {"page": page, "rows": rows, "query": query})


@login_required
@require_GET
def file(request: HttpRequest, customer_no: str) -> HttpResponse:
    """One part of a customer's file."""
    reader = _opened(request, customer_no)
    entries.note_reading(reader.customer, by=reader.user, on=reader.on)
    return _page(request, reader, request.GET.get("part", ""))


def _opened(request: HttpRequest, customer_no: str) -> FileReader:
    user, on = _reader(request)
    rows = readable(user, on).select_related("branch")
    return FileReader(user, get_object_or_404(rows, customer_no=customer_no), on)


def _page(
    request: HttpRequest, reader: FileReader, part: str, filled: Mapping[str, forms.FileForm] | None = None
) -> HttpResponse:
    part = part if part in presenting.PARTS else "loans"
    offered = {name: form(reader=reader) for name, form in _offered(reader, part)}
    context = {
        "reader": reader,
        "customer": reader.customer,
        "name": presenting.customer_name(reader),
        "part": part,
        "parts": presenting.PARTS.items(),
        "forms": offered | dict(filled or {}),
        "needs_case": identity.needs_case(reader.user, on=reader.on),
        **presenting.shown(reader, part),
    }
    return render(request, "credit/file.html", context)


def _offered(reader: FileReader, part: str) -> list[tuple[str, type[forms.FileForm]]]:
    """The forms of a part that the reader may fill in."""
    found = [(name, form) for name, (at, form, _keep) in ENTERED.items() if at == part and reader.may_edit]
    if part == "work" and reader.handles:
        found += BEGUN.items()
    return found


@login_required
@require_POST
def add(request: HttpRequest, customer_no: str, what: str) -> HttpResponse:
    """Keep an entry; what is wrong with it is said in its form."""
    reader = _opened(request, customer_no)
    if what not in ENTERED:
        raise Http404
    part, made, keep = ENTERED[what]
    _refuse_stranger(reader, what)
    form = made(request.POST, request.FILES, reader=reader)
    if form.is_valid():
        try:
            keep(reader.customer, form.cleaned_data, by=reader.user, on=reader.on)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("已登记。"))
            return _back(reader, part)
    return _page(request, reader, part, {what: form})


def _refuse_stranger(reader: FileReader, what: str) -> None:
    if what in BEGUN and not reader.handles:
        raise PermissionDenied(_("由该户的信贷经办客户经理办理；请转给经办人。"))
    if what in ENTERED and not reader.may_edit:
        raise PermissionDenied(
            _("只有该户的信贷经办客户经理，或本机构负责人、风险部门可以登记信贷档案；请转给他们办理。")
        )


def _back(reader: FileReader, part: str) -> HttpResponse:
    address = reverse("credit_file", args=[reader.customer.customer_no])
    return redirect(f"{address}?part={part}")


@login_required
@require_POST
def begin(request: HttpRequest, customer_no: str, what: str) -> HttpResponse:
    """Begin an investigation, or propose a loan; refused with the reason in the form."""
    reader = _opened(request, customer_no)
    if what not in BEGUN:
        raise Http404
    _refuse_stranger(reader, what)
    form = BEGUN[what](request.POST, reader=reader)
    if form.is_valid():
        try:
            return _begun(request, reader, what, form.cleaned_data)
        except (Refusal, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
    return _page(request, reader, "work", {what: form})


def _begun(request: HttpRequest, reader: FileReader, what: str, given: dict[str, Any]) -> HttpResponse:
    if what == "investigation":
        row = investigations.start(
            reader.customer, given["second"], kind=given["kind"], by=reader.user, on=reader.on
        )
        notes.success(request, _("调查已建立；请分部分填写，两人各自签署。"))
        return redirect("investigation", row.pk)
    key = request.POST.get("key", "")
    made = proposals.propose(given.pop("investigation"), **given, by=reader.user, on=reader.on, key=key)
    notes.success(request, _("已申报，等待有权层级审批。"))
    return redirect("loan_proposal", made.pk)


@login_required
@require_POST
def end(request: HttpRequest, customer_no: str, what: str, pk: int) -> HttpResponse:
    """An entry holds no longer."""
    reader = _opened(request, customer_no)
    if what not in entries.ENDED:
        raise Http404
    part = ENTERED[what][0]
    try:
        reason = request.POST.get("reason", "")
        entries.end(reader.customer, what, pk, by=reader.user, on=reader.on, reason=reason)
        notes.success(request, _("已终止；记录仍可查看。"))
    except Refusal as refusal:
        notes.error(request, str(refusal))
    return _back(reader, part)


@login_required
@require_POST
def confirm(request: HttpRequest, customer_no: str, pk: int) -> HttpResponse:
    """The second person of a facility."""
    reader = _opened(request, customer_no)
    if not any(each.row.pk == pk for each in reads.facilities(reader.customer.pk, reader.day, [])):
        raise Http404
    try:
        entries.confirm_facility(pk, by=reader.user, on=reader.on)
        notes.success(request, _("已复核，额度生效。"))
    except Refusal as refusal:
        notes.error(request, str(refusal))
    return _back(reader, "loans")


@login_required
@require_POST
def reveal(request: HttpRequest, customer_no: str, pk: int) -> HttpResponse:
    """One identity field of a party in plain, in this answer and nowhere else; or why not. For htmx."""
    reader = _opened(request, customer_no)
    rows = Party.objects.visible_to(reader.user, reader.on).select_related("customer__branch")
    party = get_object_or_404(rows, pk=pk, customer=reader.customer)
    name = request.POST.get("field", "")
    row = presenting.sealed_row(party, name)
    context: dict[str, Any] = {"reader": reader, "customer": reader.customer, "row": row}
    context["needs_case"] = identity.needs_case(reader.user, on=reader.on)
    try:
        reason, case_no = request.POST.get("reason", ""), request.POST.get("case_no", "")
        context["plain"] = entries.reveal(
            party, name, by=reader.user, on=reader.on, reason=reason, case_no=case_no
        )
    except identity.Refused as refusal:
        context["refusal"] = str(refusal)
    answer = render(request, "credit/sealed.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
