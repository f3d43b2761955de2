"""The pages that belong to no single app."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grading.presenters import english
from managers.models.scope import grants_on
from managers.roles import ROLES
from managers.rules import exclusions
from managers.session import signed_in

#: Where a person begins, by what they may do; the first that fits.
DESKS = (
    ("clear_appraisal", "queue"),
    ("open_cycle", "admin:index"),
    ("decide_appraisal", "decisions"),
    ("view_appraisals", "cycles"),
    ("view_runs", "runs"),
    ("manage_grants", "access"),
    ("make_survey", "plans"),
    ("receive_ending", "endings"),
)


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers 200 `ok` once the web process can read the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first page after login: the desk of one's role, or the list of roles there are."""
    grants = grants_on(signed_in(request), timezone.localdate())
    held = [ROLES[grant.role] for grant in grants if grant.role in ROLES]
    may = {action for role in held for action in role.may}
    if getattr(signed_in(request), "client_manager", None) is not None:
        return redirect("me")
    for action, desk in DESKS:
        if action in may and (desk != "admin:index" or signed_in(request).is_staff):
            return redirect(desk)
    rows = [{"role": role, "apart": _apart(role.code)} for role in ROLES.values()]
    return render(request, "managers/roles.html", {"rows": rows, "held": {role.code for role in held}})


def _apart(code: str) -> str:
    """Which roles nobody holds beside this one over the same branch, in words."""
    if code in exclusions.ALONE:
        return _("只能单独持有")
    others = [each for each in ROLES if each not in exclusions.ALONE]
    comma = ", " if english() else "、"
    return comma.join(str(ROLES[each].name) for each in exclusions.excludes(code, others)) or "—"
