"""HR's tables of people: register, branches, customers, assignments; grants, tokens and the log."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from managers import services
from managers.audit import words
from managers.backoffice import BranchFilter, LookedAt, ManagerBranchFilter, MaskedNames
from managers.models import ApiToken, Assignment, Branch, ClientManager, Customer, Grant, LogEntry, User
from managers.permissions import may, ties
from managers.roles import ROLES
from managers.services import accounts, factors, passwords
from managers.session import signed_in

AMENDABLE = ("education", "title_level")
# The codes that registers deliver; any other code stands for itself.
EDUCATION = {"": "—", "associate": _("大专"), "bachelor": _("本科"), "master": _("硕士"), "doctor": _("博士")}
TITLE_LEVELS = {"": "—", "none": _("无"), "junior": _("初级"), "intermediate": _("中级"), "senior": _("高级")}


class PersonnelForm(forms.ModelForm):
    """What HR keeps of a manager, in words; a code nobody knows stays as it is until it is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in (("education", EDUCATION), ("title_level", TITLE_LEVELS)):
            if name in self.fields:
                held = str(getattr(self.instance, name) or "")
                choices = list(({held: held} | known).items())
                label = self.fields[name].label
                self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)


class ClientManagerAdmin(LookedAt):
    """The register; `cmbank.admin` adds the grade and registers it.

    What HR keeps itself may be amended, with a row in the log; the rest comes with the bundles.
    """

    seen_with = ("view_people",)
    list_display = ("employee_no", "name", "branch", "line", "status", "post_started_on", "page")
    list_display_links = ("employee_no", "name")
    list_select_related = ("branch",)
    list_filter = (BranchFilter, "line", "status")
    search_fields = ("employee_no", "name", "pinyin")
    search_help_text = _("按工号、姓名或拼音（全拼或首字母）查找")
    form = PersonnelForm
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("employee_no", "name", "branch", "line")}),
        (_("任职"), {"fields": ("hired_on", "post_started_on", "status")}),
        (_("学历与职称"), {"fields": ("education", "title_level")}),
    )

    @admin.display(description=_("工作台"))
    def page(self, row: ClientManager) -> str:
        """The way to the manager's own page."""
        return format_html('<a href="{}">{}</a>', reverse("manager", args=[row.employee_no]), _("查看"))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """With the way to the identity data, for those who keep or reveal them."""
        row = kwargs.get("obj")
        if row is not None and self._may(request, ("edit_people", "reveal_identity")):
            context["file_url"] = reverse("personnel_file", args=[row.employee_no])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything a bundle delivers."""
        shown = [str(name) for _title, options in self.fieldsets for name in options["fields"]]
        return [name for name in shown if name not in AMENDABLE]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who keep the personnel files of their branches; never the own, kin's or a superior's."""
        user, on = signed_in(request), timezone.localdate()
        if obj is not None and ties(user, on=on).to(obj.pk):
            return False
        return may(user, "edit_people", on=on, about=obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, so that the log keeps what was there before."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in AMENDABLE}
        services.amend(obj, changes, by=signed_in(request))


@admin.register(Branch)
class BranchAdmin(LookedAt):
    """The organisation tree, as the bundles deliver it."""

    seen_with = ("view_people",)
    list_display = ("code", "name", "kind", "parent")
    list_select_related = ("parent",)
    list_filter = ("kind",)
    search_fields = ("code", "name")
    fields = ("code", "name", "kind", "parent", "path")


@admin.register(Customer)
class CustomerAdmin(MaskedNames, LookedAt):
    """Customers, as the bundles deliver them."""

    seen_with = ("view_people",)
    list_display = ("customer_no", "name", "kind", "branch")
    list_select_related = ("branch",)
    list_filter = (BranchFilter, "kind")
    search_fields = ("customer_no", "name")
    fields = ("customer_no", "name", "kind", "branch")


class KnownNow(admin.SimpleListFilter):
    """What is known now, or everything that was ever delivered."""

    title = _("版本")
    parameter_name = "known"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Two ways to look."""
        return [("now", _("现行")), ("past", _("已被取代"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Rows replaced by a later bundle, or those that are not."""
        if self.value() is None:
            return queryset
        return queryset.filter(superseded_by__isnull=self.value() == "now")


@admin.register(Assignment)
class AssignmentAdmin(MaskedNames, LookedAt):
    """Who held which customer with what share; every version, and the bundle it came with."""

    customer_of = "customer"

    seen_with = ("view_people",)
    list_display = (
        "customer",
        "manager",
        "share",
        "starts_on",
        "ends_on",
        "source_bundle",
        "source_line",
        "superseded_by",
    )
    list_select_related = ("customer", "manager")
    list_filter = (KnownNow, ManagerBranchFilter)
    search_fields = (
        "customer__customer_no",
        "customer__name",
        "manager__employee_no",
        "manager__name",
        "manager__pinyin",
    )
    search_help_text = _("按客户号、客户名称、工号、姓名或拼音查找")


class UserForm(forms.ModelForm):
    """An account, and what its keeper may do about a forgotten password or a lost phone."""

    reset_password = forms.BooleanField(
        label=_("重置密码"),
        required=False,
        help_text=_("生成一个新密码，只显示一次；首次登录时须修改，会话随即结束。"),
    )
    reset_factor = forms.BooleanField(
        label=_("重置两步验证"),
        required=False,
        help_text=_("手机与恢复码都丢失时使用；下次登录时重新设置，会话随即结束。"),
    )
    reason = forms.CharField(label=_("原因"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """A reset says why."""
        given = super().clean() or {}
        if (given.get("reset_password") or given.get("reset_factor")) and not given.get("reason"):
            self.add_error("reason", _("重置须写明原因。"))
        return given


@admin.register(User)
class UserAdmin(LookedAt):
    """Logins. What they may do follows from their grants; switching one off ends its sessions and tokens."""

    form = UserForm

    seen_with = ("manage_accounts", "manage_grants")
    readonly_fields = ("username", "display_name", "is_staff", "last_login", "date_joined")
    list_display = ("username", "display_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "display_name")
    shown = ("username", "display_name", "is_active", "is_staff", "last_login", "date_joined")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The resets only for whoever may do them."""
        may_reset = self.has_change_permission(request, obj)
        return (*self.shown, *(("reset_password", "reset_factor", "reason") if may_reset else ()))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who keep the accounts, and never their own."""
        user = signed_in(request)
        return (obj is None or obj.pk != user.pk) and may(user, "manage_accounts", on=timezone.localdate())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service: sessions and tokens end in the same transaction."""
        if obj.is_active:
            accounts.activate(obj, by=signed_in(request))
        else:
            accounts.deactivate(obj, at=timezone.now(), by=signed_in(request))
        self._reset(request, obj, form.cleaned_data)

    def _reset(self, request: HttpRequest, obj: Any, asked: dict[str, Any]) -> None:
        given: Any = {"by": signed_in(request), "at": timezone.now(), "reason": asked.get("reason", "")}
        if asked.get("reset_factor"):
            factors.reset(obj, **given)
        if asked.get("reset_password"):
            obj.new_password = passwords.reset(obj, **given)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """A new password is shown at once: a message would keep it in a cookie."""
        if not hasattr(obj, "new_password"):
            return super().response_change(request, obj)
        return render(request, "managers/password_reset.html", {"subject": obj, "new": obj.new_password})


class RoleFilter(admin.SimpleListFilter):
    """The roles by their names."""

    title = _("角色")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Every role, in the order of the list."""
        return [(role.code, role.name) for role in ROLES.values() if role.reach != "own"]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The grants of the role chosen."""
        return queryset.filter(role=self.value()) if self.value() else queryset


@admin.register(Grant)
class GrantAdmin(LookedAt):
    """Who holds which role where and when, given by one person and confirmed by another."""

    seen_with = ("manage_grants", "view_log")
    list_display = ("user", "role_name", "branch", "starts_on", "ends_on", "granted_by", "confirmed_by")
    list_select_related = ("user", "branch", "granted_by", "confirmed_by")
    list_filter = (RoleFilter,)
    search_fields = ("user__username", "user__display_name", "branch__name")
    fields = ("user", "role_name", "branch", "starts_on", "ends_on", "granted_by", "confirmed_by")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With the way to where grants are asked for, for those who may."""
        return super().changelist_view(request, (extra_context or {}) | self._way(request))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The same way from one grant."""
        return super().render_change_form(request, context | self._way(request), *args, **kwargs)

    def _way(self, request: HttpRequest) -> dict[str, str]:
        return {"access_url": reverse("access")} if self._may(request, ("manage_grants",)) else {}

    @admin.display(description=_("角色"), ordering="role")
    def role_name(self, row: Grant) -> str:
        """The role by its name."""
        return str(ROLES[row.role].name) if row.role in ROLES else row.role


@admin.register(ApiToken)
class ApiTokenAdmin(LookedAt):
    """Tokens of the REST interface; the token itself is kept nowhere."""

    seen_with = ("manage_accounts", "view_log")
    list_display = ("name", "user", "scopes", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "scopes", "created_at", "expires_at", "revoked_at")


class ActionFilter(admin.SimpleListFilter):
    """The actions there are in the log, by their words."""

    title = _("动作")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Codes and words, by the words."""
        codes = LogEntry.objects.order_by().values_list("action", flat=True).distinct()
        return sorted(((code, words.action(code)) for code in codes), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The entries of the action chosen."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(LogEntry)
class LogEntryAdmin(LookedAt):
    """Who did what to which record, when and why."""

    seen_with = ("view_log",)
    list_display = ("at", "by", "what", "about", "reason")
    list_display_links = ("at",)
    list_select_related = ("by",)
    list_filter = (ActionFilter,)
    search_fields = ("subject", "by__username", "by__display_name", "reason")
    fields = ("at", "by", "what", "about", "reason", "detail")

    @admin.display(description=_("动作"), ordering="action")
    def what(self, row: LogEntry) -> str:
        """The action in words."""
        return words.action(row.action)

    @admin.display(description=_("对象"), ordering="subject")
    def about(self, row: LogEntry) -> str:
        """The subject, its kind in words."""
        return words.subject(row.subject)
