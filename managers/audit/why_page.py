"""为何可见: why a user can see a manager's records on a day, or why not; for auditors and security admins."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from managers.audit import words
from managers.audit.forms import WhyForm
from managers.permissions import check_may
from managers.queries import reach
from managers.roles import ROLES
from managers.session import signed_in


@login_required
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Asked with a login and an employee number: every grant with the rule that lets in or keeps out."""
    check_may(signed_in(request), "explain_access", on=timezone.localdate())
    asked = "user" in request.GET
    form = WhyForm(request.GET if asked else None)
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid():
        context |= _answer(form)
    return render(request, "audit/why.html", context)


def _answer(form: WhyForm) -> dict[str, Any]:
    given = form.cleaned_data
    found = reach.why(given["user"], given["manager"], on=given["on"])
    return {
        "user_asked": given["user"],
        "manager": given["manager"],
        "on": given["on"],
        "found": found,
        "tie": words.TIES.get(found.tie, ""),
        "grounds": [_ground(each) for each in found.grounds],
    }


def _ground(each: reach.Ground) -> dict[str, Any]:
    role = ROLES.get(each.grant.role)
    return {
        "grant": each.grant,
        "role": role.name if role else each.grant.role,
        "delegation": each.delegation,
        "lets_in": each.lets_in,
        "rule": words.RULES[each.code],
    }
