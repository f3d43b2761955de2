"""Deliveries and nights in the admin: looked at, never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from ledger.models import Bundle, BundleFile, Run
from managers.backoffice import LookedAt


class BundleFileInline(admin.TabularInline):
    """The files of a delivery."""

    model = BundleFile
    fields = ("name", "rows", "loaded", "quarantined", "sha256")
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        """Whoever sees the bundle sees its files."""
        return True

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        """Files come with the bundle."""
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Nothing is edited."""
        return False


@admin.register(Bundle)
class BundleAdmin(LookedAt):
    """What was delivered, and how many rows."""

    seen_with = ("load_bundles", "view_runs")
    list_display = ("id", "name", "from_on", "to_on", "rows", "loaded_at", "loaded_by")
    list_display_links = ("id", "name")
    list_select_related = ("loaded_by",)
    search_fields = ("name", "digest")
    fields = ("name", "from_on", "to_on", "affects_from", "loaded_at", "loaded_by", "remarks", "digest")
    inlines = (BundleFileInline,)

    def get_queryset(self, request: Any) -> Any:
        """Bundles with the rows of all their files."""
        return super().get_queryset(request).annotate(all_rows=Sum("files__rows"))

    @admin.display(description=_("送达行数"), ordering="all_rows")
    def rows(self, row: Any) -> int:
        """Rows of all files together."""
        return int(row.all_rows or 0)


@admin.register(Run)
class RunAdmin(LookedAt):
    """The nights with their versions."""

    seen_with = ("view_runs",)
    list_display = (
        "business_date",
        "version",
        "status",
        "is_current",
        "through_bundle",
        "started_at",
        "finished_at",
        "error",
    )
    list_select_related = ("through_bundle",)
    list_filter = ("status", "is_current")
    fields = (
        "business_date",
        "version",
        "status",
        "is_current",
        "through_bundle",
        "reason",
        "started_at",
        "finished_at",
        "error",
    )
