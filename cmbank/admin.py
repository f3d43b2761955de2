"""The admin as a whole: its names, the register with its grades, and none of Django's own groups."""

from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from appraisal import presenters as procedure
from appraisal import queries as appraisals
from grading import presenters, queries
from managers.admin import ClientManagerAdmin
from managers.models import ClientManager
from managers.views.signin import Logout

admin.site.site_header = _("客户经理管理")
admin.site.site_title = _("客户经理管理")
admin.site.index_title = _("管理后台")
admin.site.empty_value_display = "—"
# Django's own groups and what allauth brings are nobody's to see here.
for model in (Group, EmailAddress, EmailConfirmation, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def _password(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The admin's own form knows nothing of the passwords before."""
    return redirect("password_change")


# One way in and one way out for the whole house.
for name, view in {
    "login": secure_admin_login(admin.site.login),
    "logout": Logout.as_view(),
    "password_change": _password,
}.items():
    setattr(admin.site, name, view)


@admin.register(ClientManager)
class RegisterAdmin(ClientManagerAdmin):
    """The register with what other apps know of a manager: the grade today, its history, the appraisals."""

    fieldsets: ClassVar[Any] = (
        *ClientManagerAdmin.fieldsets,
        (_("等级与考核"), {"fields": ("history", "appraised", "page")}),
    )

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """The columns; grades and their names are read once for the whole list."""
        names, held = presenters.grade_names(), queries.grades_on(timezone.localdate())

        @admin.display(description=_("等级"))
        def grade(row: ClientManager) -> str:
            return names.get(held.get(row.pk, ""), "—")

        return ("employee_no", "name", "branch", "line", grade, "status", "post_started_on", "page")

    @admin.display(description=_("等级记录"))
    def history(self, row: ClientManager) -> str:
        """Every grade with the day it began."""
        names = presenters.grade_names()
        lines = [
            (record.effective_on, names.get(record.grade_code, record.grade_code))
            for record in queries.grade_history(row.pk)
        ]
        return format_html_join("；", "{} {}", lines) or "—"

    @admin.display(description=_("最近考核"))
    def appraised(self, row: ClientManager) -> str:
        """The latest appraisal and its state."""
        last = appraisals.latest_of(row)
        if last is None:
            return "—"
        url = reverse("admin:appraisal_appraisal_change", args=[last.pk])
        tag = procedure.state_tag(last.state)
        return format_html(
            '<a href="{}">{}</a> · {}', url, procedure.period_name(last.cycle.period), tag["text"]
        )
