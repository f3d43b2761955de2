"""人员档案: identity data of a manager, masked; HR amends them, and who may reveals one for a reason."""

from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from managers.audit.forms import FindForm, IdentityForm
from managers.models import ClientManager
from managers.permissions import check_may, may, ties
from managers.services import identity
from managers.session import signed_in


def _found(request: HttpRequest, employee_no: str) -> ClientManager:
    """The manager, for whoever keeps or reveals personnel files there, and for the manager; 404 outside."""
    user, on = signed_in(request), timezone.localdate()
    people = ClientManager.objects.visible_to(user, on).select_related("branch")
    found: ClientManager = get_object_or_404(people, employee_no=employee_no)
    if found.user_id != user.pk and not any(
        may(user, action, on=on, about=found) for action in ("edit_people", "reveal_identity")
    ):
        raise PermissionDenied(_("您的角色不包括查看人员档案；如确有需要，请联系安全管理员授权。"))
    return found


@login_required
@require_GET
def file(request: HttpRequest, employee_no: str) -> HttpResponse:
    """The file; that it was opened by somebody else is written down."""
    found = _found(request, employee_no)
    identity.note_opening(found, by=signed_in(request))
    return _page(request, found, IdentityForm())


@login_required
def find(request: HttpRequest) -> HttpResponse:
    """The file of whoever has this identity number, if it is in reach; the number stays out of addresses."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, "reveal_identity", on=on)
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = identity.find(form.cleaned_data["identity_no"], by=user, on=on)
        if found is not None:
            return redirect("personnel_file", found.employee_no)
        form.add_error("identity_no", _("辖内没有这个身份证号的人员；请核对号码。"))
    return render(request, "audit/find.html", {"form": form})


def _page(request: HttpRequest, found: ClientManager, form: IdentityForm) -> HttpResponse:
    user, on = signed_in(request), timezone.localdate()
    tied = bool(ties(user, on=on).to(found.pk))
    masked = identity.masked(found)
    rows = [_row(found, name, text) for name, text in masked.items()]
    context = {
        "who": found,
        "rows": rows,
        "form": form,
        "may_amend": not tied and may(user, "edit_people", on=on, about=found),
        "may_reveal": not tied and may(user, "reveal_identity", on=on, about=found),
        "may_audit": may(user, "view_log", on=on),
        "needs_case": identity.needs_case(user, on=on),
        "own": found.user_id == user.pk,
    }
    return render(request, "audit/file.html", context)


def _row(found: ClientManager, name: str, text: str | None) -> dict[str, Any]:
    field = ClientManager._meta.get_field(name)
    return {"name": name, "label": field.verbose_name, "text": text, "who": found}  # type: ignore[union-attr]


@login_required
@require_POST
def reveal(request: HttpRequest, employee_no: str) -> HttpResponse:
    """One field in plain, in this answer and nowhere else; or why not. For htmx."""
    user, on = signed_in(request), timezone.localdate()
    found = _found(request, employee_no)
    name = request.POST.get("field", "")
    context: dict[str, Any] = {"who": found, "needs_case": identity.needs_case(user, on=on), "opened": True}
    if name not in identity.sealed_fields(ClientManager):
        raise PermissionDenied(_("没有这一项资料；请刷新页面后再试。"))
    context["row"] = _row(found, name, identity.masked(found)[name])
    context["may_reveal"] = True
    try:
        context["plain"] = identity.reveal(
            found,
            name,
            by=user,
            on=on,
            reason=request.POST.get("reason", ""),
            case_no=request.POST.get("case_no", ""),
        )
    except identity.Refused as refusal:
        context["refusal"] = str(refusal)
    answer = render(request, "audit/file_row.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def amend(request: HttpRequest, employee_no: str) -> HttpResponse:
    """HR enters or removes identity data; what was left empty stays."""
    user, on = signed_in(request), timezone.localdate()
    found = _found(request, employee_no)
    check_may(user, "edit_people", on=on, about=found)
    form = IdentityForm(request.POST)
    if form.is_valid():
        values = {name: text for name, text in form.cleaned_data.items() if text}
        values |= {name: "" for name in request.POST.getlist("remove") if name in form.fields}
        try:
            changed = identity.amend(found, values, by=user, on=on)
        except identity.Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            _tell(request, changed)
            return redirect("personnel_file", found.employee_no)
    return _page(request, found, form)


def _tell(request: HttpRequest, changed: list[str]) -> None:
    if changed:
        notes.success(request, _("已保存 %(count)s 项资料。") % {"count": len(changed)})
    else:
        notes.info(request, _("没有需要保存的改动。"))
