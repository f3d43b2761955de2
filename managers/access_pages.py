"""Who holds which role: grants asked for, confirmed and revoked; delegations; whom one stands aside from."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers.access_forms import DayForm, DelegationForm, GrantForm, RelationForm
from managers.models import ClientManager, Delegation, Grant, Relation
from managers.models.relations import in_force
from managers.permissions import check_may, may, roles_of
from managers.roles import ROLES
from managers.services import delegations, grants, relations
from managers.services.stepping import Refusal
from managers.session import signed_in

ROWS_A_PAGE = 25
#: Who looks at grants without giving any.
LOOKS = "view_log"


def _reads(request: HttpRequest) -> bool:
    """Refused for whoever neither keeps the grants nor reads the record; whether they keep them."""
    user, on = signed_in(request), timezone.localdate()
    keeps = may(user, grants.MANAGE, on=on)
    if not keeps and not may(user, LOOKS, on=on):
        check_may(user, grants.MANAGE, on=on)
    return keeps


@login_required
def access(request: HttpRequest) -> HttpResponse:
    """Everybody's grants, what waits for a second person, and the delegations of these days."""
    keeps = _reads(request)
    return _access(request, keeps, GrantForm(initial={"starts_on": timezone.localdate()}) if keeps else None)


def _access(request: HttpRequest, keeps: bool, form: GrantForm | None) -> HttpResponse:
    user, on, asked = signed_in(request), timezone.localdate(), request.GET.get("q", "").strip()
    held = Grant.objects.filter(refused_at=None).select_related(
        "user", "branch", "granted_by", "confirmed_by"
    )
    waiting = held.filter(granted_by__isnull=False, confirmed_by=None).order_by("pk")
    given = held.exclude(pk__in=waiting.values("pk")).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    given = given.exclude(ends_on__lt=F("starts_on"))
    if asked:
        given = given.filter(Q(user__username__icontains=asked) | Q(user__display_name__icontains=asked))
    page = Paginator(given.order_by("user__username", "role", "pk"), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    lent = Delegation.objects.filter(ended_at=None, ends_on__gte=on)
    context = {
        "keeps": keeps,
        "form": form,
        "asked": asked,
        "page": page,
        "rows": [_grant_row(each, user.pk, on) for each in page],
        "waiting": [_grant_row(each, user.pk, on) for each in waiting],
        "delegations": [
            _lent_row(each, user.pk) for each in lent.select_related("grant__branch", "grant__user", "to")
        ],
    }
    return render(request, "managers/access.html", context)


def _grant_row(grant: Grant, reader: int, on: date) -> dict[str, Any]:
    return {
        "grant": grant,
        "role": _role(grant),
        "setup": grant.granted_by_id is None,
        "coming": grant.starts_on > on,
        "mine": reader in (grant.user_id, grant.granted_by_id),
        "own": reader == grant.user_id,
    }


def _lent_row(each: Delegation, reader: int) -> dict[str, Any]:
    return {"delegation": each, "role": _role(each.grant), "mine": reader in (each.made_by_id, each.to_id)}


def _role(grant: Grant) -> str:
    return str(ROLES[grant.role].name) if grant.role in ROLES else grant.role


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """A security administrator asks for a grant."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, grants.MANAGE, on=on)
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            grants.request(**form.cleaned_data, by=user, on=on, key=request.POST.get("key", ""))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("申请已提出；另一位安全管理员确认后生效。"))
            return redirect("access")
    return _access(request, True, form)


def _act(request: HttpRequest, act: Callable[[date], Any], done: str, back: str) -> HttpResponse:
    """Do something and go back to the page, with what was said."""
    try:
        act(timezone.localdate())
    except Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done)
    return redirect(back)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person confirms a grant."""
    user = signed_in(request)
    return _act(request, lambda on: grants.confirm(pk, by=user, on=on), _("授权已确认，现已生效。"), "access")


@login_required
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A grant is not confirmed but refused."""
    user, reason = signed_in(request), request.POST.get("reason", "")
    return _act(
        request, lambda on: grants.refuse(pk, by=user, on=on, reason=reason), _("申请已驳回。"), "access"
    )


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """A grant ends, at once or with a last day."""
    user, reason, last = signed_in(request), request.POST.get("reason", ""), DayForm(request.POST).day()
    return _act(
        request,
        lambda on: grants.revoke(pk, by=user, on=on, reason=reason, ends_on=last),
        _("授权已收回。"),
        "access",
    )


@login_required
def own_delegations(request: HttpRequest) -> HttpResponse:
    """What I hand over and what was handed to me; posted: a delegation is made."""
    user, on = signed_in(request), timezone.localdate()
    mine = delegations.delegable(user, on)
    given = request.POST if request.method == "POST" else None
    form = DelegationForm(given, user=user, grants=mine, initial={"starts_on": on})
    if given is not None and form.is_valid():
        try:
            delegations.make(**form.cleaned_data, by=user, on=on)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("委托已登记；受托人在这些日子以您的名义办理，记录会写明代表何人。"))
            return redirect("delegations")
    rows = Delegation.objects.select_related("grant__branch", "grant__user", "to").order_by(
        "-starts_on", "-pk"
    )
    context = {
        "form": form if mine else None,
        "given": [_lent_row(each, user.pk) for each in rows.filter(made_by=user)[:ROWS_A_PAGE]],
        "received": [_lent_row(each, user.pk) for each in rows.filter(to=user)[:ROWS_A_PAGE]],
        "today": on,
    }
    return render(request, "managers/delegations.html", context)


@login_required
@require_POST
def end_delegation(request: HttpRequest, pk: int) -> HttpResponse:
    """Either side, or whoever keeps the grants, ends a delegation."""
    user = signed_in(request)
    keeps = request.POST.get("back") == "access" and may(user, grants.MANAGE, on=timezone.localdate())
    return _act(
        request,
        lambda on: delegations.end(pk, by=user, on=on, reason=request.POST.get("reason", "")),
        _("委托已终止。"),
        "access" if keeps else "delegations",
    )


@login_required
def own_relations(request: HttpRequest) -> HttpResponse:
    """Who stands aside from whose case: HR sees its branches, everybody the own; posted: one is declared."""
    user, on = signed_in(request), timezone.localdate()
    keeps = may(user, relations.KEEP, on=on)
    if not keeps and not roles_of(user, on):
        raise PermissionDenied(_("您的账号还没有角色，没有需要申报的回避关系。"))
    given = request.POST if request.method == "POST" else None
    initial = {"starts_on": on, "username": user.username}
    form = RelationForm(given, user=user, for_others=keeps, initial=initial)
    if given is not None and form.is_valid() and _declared(request, form):
        return redirect("relations")
    context = {"form": form, "keeps": keeps, "rows": _relations(request, keeps, on), "today": on}
    return render(request, "managers/relations.html", context)


def _declared(request: HttpRequest, form: RelationForm) -> bool:
    given, on = form.cleaned_data, timezone.localdate()
    try:
        relations.declare(
            user=given["user"],
            manager=given["manager"],
            kind=given["kind"],
            starts_on=given["starts_on"],
            reason=given["reason"],
            by=signed_in(request),
            on=on,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    notes.success(request, _("回避关系已申报；有关事项须由他人办理。"))
    return True


def _relations(request: HttpRequest, keeps: bool, on: date) -> list[dict[str, Any]]:
    """HR sees those of the managers in its scope, everybody the own ones."""
    user = signed_in(request)
    wanted = Q(user=user) | Q(manager__user=user)
    if keeps:
        wanted |= Q(manager__in=ClientManager.objects.visible_to(user, on))
    found = Relation.objects.filter(wanted).select_related("user", "manager__branch", "declared_by")
    held = set(found.filter(in_force(on)).values_list("pk", flat=True))
    return [
        {
            "relation": each,
            "holds": each.pk in held,
            "may_end": keeps and each.ends_on is None and user.pk not in (each.user_id, each.manager.user_id),
        }
        for each in found.order_by("-starts_on", "-pk")[:100]
    ]


@login_required
@require_POST
def end_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """HR ends a relation."""
    user, reason = signed_in(request), request.POST.get("reason", "")
    last = DayForm(request.POST).day()
    return _act(
        request,
        lambda on: relations.end(pk, by=user, on=on, ends_on=last or on, reason=reason),
        _("回避关系已登记解除。"),
        "relations",
    )
