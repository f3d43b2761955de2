"""How the admin shows the bank's tables: by scope and role, Chinese throughout, changed only by services."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models import Branch, Customer
from managers.permissions import may
from managers.queries import names
from managers.rules import masking
from managers.session import signed_in

ROWS_A_PAGE = 25


def history_url(model: type[Any], key: Any) -> str:
    """Where the log shows what happened to one row."""
    return f"{reverse('audit')}?{urlencode({'record': f'{model._meta.db_table}:{key}'})}"


class LookedAt(admin.ModelAdmin):
    """A table that may be looked at by whoever holds one of `seen_with`, within their scope, and not edited.

    Django's own permissions and groups are not asked: `managers.roles` is the one list. Tables without a
    `visible_to` hold nothing about a single branch.
    """

    seen_with: ClassVar[tuple[str, ...]] = ()
    list_per_page = ROWS_A_PAGE
    list_max_show_all = ROWS_A_PAGE
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    save_on_top = False

    def _may(self, request: HttpRequest, actions: tuple[str, ...]) -> bool:
        today = timezone.localdate()
        return any(may(signed_in(request), action, on=today) for action in actions)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the user may see today."""
        rows = super().get_queryset(request)
        visible = getattr(rows, "visible_to", None)
        return visible(signed_in(request), timezone.localdate()) if visible else rows

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """With the way to the history of the row, for those who read the log."""
        row = kwargs.get("obj")
        if row is not None and type(row) in history.KEPT and self._may(request, ("view_log",)):
            context["history_url"] = history_url(type(row), row.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """The house's own history; Django's knows only what was done in the admin."""
        return redirect(history_url(self.model, object_id))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown in the index to whoever may look."""
        return self._may(request, self.seen_with)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Looking needs one of `seen_with`; which rows is the queryset's business."""
        return self._may(request, self.seen_with)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from bundles, nights and services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is edited here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is ever deleted here."""
        return False


class MaskedNames:
    """A table that names customers: an auditor reads people's names masked, in lists and on forms.

    Nothing is edited here, so that the rows shown may carry the masked name.
    """

    #: The field that leads to the customer; "" where the row is one.
    customer_of: ClassVar[str] = ""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list with the rows of its page as the reader sees them."""
        found = super().get_changelist_instance(request)  # type: ignore[misc]
        found.result_list = list(found.result_list)
        self._mask(request, found.result_list)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """One row as the reader sees it."""
        row = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if row is not None:
            self._mask(request, [row])
        return row

    def _mask(self, request: HttpRequest, rows: list[Any]) -> None:
        if not names.masked_for(signed_in(request), timezone.localdate()):
            return
        for customer in (getattr(row, self.customer_of) if self.customer_of else row for row in rows):
            if customer.kind == Customer.Kind.PERSONAL:
                customer.name = masking.name(customer.name)


class BranchFilter(admin.SimpleListFilter):
    """The branches in one's own scope, each with everything below it."""

    title = _("机构")
    parameter_name = "unit"
    branch_path = "branch__path"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Codes and names, in the order of the tree."""
        visible = Branch.objects.visible_to(signed_in(request), timezone.localdate())
        return list(visible.order_by("path").values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The branch chosen and all below it."""
        if not self.value():
            return queryset
        return queryset.filter(**{f"{self.branch_path}__contains": f"/{self.value()}/"})


class ManagerBranchFilter(BranchFilter):
    """The same for rows that hang on a manager."""

    branch_path = "manager__branch__path"
