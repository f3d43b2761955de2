"""Cycles and appraisals in the admin: looked at; only the procedure's services move them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from appraisal import messages, presenters
from appraisal.models import Appraisal, Cycle, PayEntry, Step
from managers.backoffice import LookedAt, ManagerBranchFilter


@admin.register(Cycle)
class CycleAdmin(LookedAt):
    """The cycles; opened and moved on their own page."""

    seen_with = ("open_cycle", "view_appraisals")
    list_display = ("name", "scheme", "starts_on", "ends_on", "people", "opened_by", "opened_at", "page")
    list_select_related = ("opened_by",)
    list_filter = ("scheme",)
    fields = ("scheme", "period", "starts_on", "ends_on", "opened_by", "opened_at", "page")
    readonly_fields = ("page",)

    def get_queryset(self, request: Any) -> Any:
        """Cycles with the number of their appraisals."""
        return super().get_queryset(request).annotate(count=Count("appraisals"))

    @admin.display(description=_("考核期"), ordering="ends_on")
    def name(self, row: Cycle) -> str:
        """The period in words."""
        return presenters.period_name(row.period)

    @admin.display(description=_("人数"), ordering="count")
    def people(self, row: Any) -> int:
        """How many appraisals it has."""
        return int(row.count)

    @admin.display(description=_("办理"))
    def page(self, row: Cycle) -> str:
        """The way to the board."""
        return format_html('<a href="{}">{}</a>', reverse("cycle", args=[row.pk]), _("打开看板"))


class PayInline(admin.TabularInline):
    """What the appraisal pays, row by row; empty before it is published."""

    model = PayEntry
    fk_name = "appraisal"
    fields = ("item", "kind", "due_on", "amount", "reason", "posted_by", "posted_at")
    readonly_fields = fields
    extra = 0
    can_delete = False


class StepInline(admin.TabularInline):
    """Every step of an appraisal."""

    model = Step
    fields = ("step", "from_state", "to_state", "by", "at", "reason")
    readonly_fields = fields
    extra = 0
    can_delete = False

    @admin.display(description=_("步骤"))
    def step(self, row: Step) -> str:
        """The step by its name."""
        return str(messages.STEPS[row.name])

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        """Whoever sees the appraisal sees its steps."""
        return True

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        """Steps are written by services."""
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Nothing is edited."""
        return False


@admin.register(Appraisal)
class AppraisalAdmin(LookedAt):
    """The appraisals of one's scope, with every step that moved them."""

    seen_with = ("open_cycle", "view_appraisals")
    list_display = ("manager", "period", "state", "state_since", "raised", "decided_outcome")
    list_select_related = ("manager", "cycle")
    list_filter = ("cycle__period", "state", ManagerBranchFilter)
    search_fields = ("manager__employee_no", "manager__name", "manager__pinyin")
    search_help_text = _("按工号、姓名或拼音查找")
    fields = ("manager", "period", "state", "state_since", "verdict", "raised", "decided_outcome")
    inlines = (StepInline, PayInline)

    @admin.display(description=_("考核期"), ordering="cycle__ends_on")
    def period(self, row: Appraisal) -> str:
        """The period in words."""
        return presenters.period_name(row.cycle.period)

    @admin.display(description=_("标记"))
    def raised(self, row: Appraisal) -> str:
        """The flags in words."""
        if not row.flags:
            return str(_("无"))
        return format_html_join("；", "{}", ((messages.flag_text(flag),) for flag in row.flags))
