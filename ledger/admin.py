"""Deliveries, nights, events and targets in the admin: looked at; expected files are kept here by HR."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import versions, words
from ledger.models import (
    Bundle,
    BundleFile,
    Event,
    FeedExpectation,
    Product,
    Run,
    RunRequest,
    Target,
)
from ledger.services import expectations, naming
from managers.backoffice import LookedAt, ManagerBranchFilter
from managers.models import OutboxMessage
from managers.permissions import may
from managers.session import signed_in


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
        "confirmed_through",
        "reason",
        "requested_by",
        "approved_by",
        "attempts",
        "created_at",
        "started_at",
        "finished_at",
        "error",
    )


@admin.register(RunRequest)
class RunRequestAdmin(LookedAt):
    """Reruns and waivers with both people; asked for and decided on the runs page."""

    seen_with = ("view_runs",)
    list_display = (
        "business_date",
        "kind",
        "decision",
        "requested_by",
        "requested_at",
        "decided_by",
        "decided_at",
    )
    list_select_related = ("requested_by", "decided_by")
    list_filter = ("kind", "decision")
    search_fields = ("reason", "note")
    fields = (
        "business_date",
        "kind",
        "reason",
        "requested_by",
        "requested_at",
        "decision",
        "decided_by",
        "decided_at",
        "note",
        "run",
    )


class PersonalAdmin(LookedAt):
    """Delivered rows about a manager, every version with where it came from."""

    seen_with = ("view_people",)
    list_select_related = ("manager", "bundle")
    search_fields = ("manager__employee_no", "manager__name", "manager__pinyin")
    search_help_text = _("按工号、姓名或拼音查找")


@admin.register(Event)
class EventAdmin(PersonalAdmin):
    """What happened to managers; a quantity of 0 withdraws."""

    list_display = ("manager", "business_date", "what", "quantity", "note", "bundle", "line")
    list_filter = (ManagerBranchFilter,)
    fields = ("manager", "business_date", "what", "code", "quantity", "note", "bundle", "line")

    @admin.display(description=_("事项"), ordering="code")
    def what(self, row: Event) -> str:
        """What people call it."""
        return words.event_title(row.code)


@admin.register(Target)
class TargetAdmin(PersonalAdmin):
    """What managers are to reach."""

    list_display = ("manager", "what", "starts_on", "ends_on", "value", "bundle", "line")
    list_filter = (ManagerBranchFilter,)
    fields = ("manager", "what", "metric", "starts_on", "ends_on", "value", "bundle", "line")

    @admin.display(description=_("指标"), ordering="metric")
    def what(self, row: Target) -> str:
        """What people call the figure."""
        return versions.metric_title(row.metric)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(LookedAt):
    """What was told to the outside, and what still waits."""

    seen_with = ("manage_accounts", "view_log")
    list_display = ("id", "topic", "created_at", "sent_at", "attempts", "error")
    list_filter = ("topic", ("sent_at", admin.EmptyFieldListFilter))
    fields = ("topic", "payload", "created_at", "sent_at", "handed_to", "attempts", "error")


class ExpectationForm(forms.ModelForm):
    """A file out of those that carry dates; what the service refuses is said at the form."""

    class Meta:
        model = FeedExpectation
        fields = ("file", "starts_on", "days", "ended_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            choices = [(name, name) for name in expectations.expectable()]
            self.fields["file"] = forms.ChoiceField(label=self.fields["file"].label, choices=choices)

    def clean(self) -> dict[str, Any]:
        """The dates in order; the rest is the model's own check."""
        found = super().clean() or {}
        start = found.get("starts_on") or self.instance.starts_on
        if start and found.get("ended_on") and found["ended_on"] < start:
            self.add_error("ended_on", str(expectations.REFUSALS["ends_before_start"]))
        return found


@admin.register(FeedExpectation)
class FeedExpectationAdmin(LookedAt):
    """Which file is to arrive for which days: begun and ended by head office HR, never rewritten."""

    seen_with = ("view_runs", "expect_feeds")
    list_display = ("file", "days", "starts_on", "ended_on")
    list_filter = ("file",)
    form = ExpectationForm
    fields = ("file", "starts_on", "days", "ended_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the end is added to an expectation that exists."""
        return ("file", "starts_on", "days") if obj else ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who keep them."""
        return may(signed_in(request), expectations.ACTION, on=timezone.localdate())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who keep them, until it has ended."""
        return (obj is None or obj.ended_on is None) and self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, which writes the log."""
        user, now = signed_in(request), timezone.now()
        if not change:
            made = expectations.expect(
                obj.file,
                starts_on=obj.starts_on,
                days=obj.days,
                ended_on=obj.ended_on,
                by=user,
                at=now,
            )
            obj.pk, obj._state.adding = made.pk, False
        elif obj.ended_on is not None:
            expectations.end(obj, on=obj.ended_on, by=user, at=now)


class ProductForm(forms.ModelForm):
    """The name of a product; one that another product has is said at the form."""

    class Meta:
        model = Product
        fields = ("name",)

    def clean_name(self) -> str:
        """A name that tells the product from the others of its kind."""
        name: str = self.cleaned_data["name"]
        if wrong := naming.objection(self.instance, name):
            raise forms.ValidationError(wrong)
        return name


@admin.register(Product)
class ProductAdmin(LookedAt):
    """What the product codes of the core system are called; they come with the accounts that name them."""

    seen_with = ("view_runs", "expect_feeds")
    list_display = ("code", "name", "kind", "bucket")
    list_filter = ("kind",)
    search_fields = ("code", "name")
    form = ProductForm
    fields = ("code", "kind", "bucket", "name")
    readonly_fields = ("code", "kind", "bucket")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who agree with the core system on what it delivers."""
        return may(signed_in(request), naming.ACTION, on=timezone.localdate())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, which writes the log."""
        naming.name_product(obj.pk, obj.name, by=signed_in(request), on=timezone.localdate())
