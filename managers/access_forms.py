"""What people enter about grants, delegations and relations; the services say whether it is possible."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from managers.models import Branch, ClientManager, Delegation, Grant, Relation, User
from managers.roles import ROLES


class Plain(forms.Form):
    """Fields in the look of the house."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = _("请选择")


class Day(forms.DateField):
    """A day; browsers take its value in one way of writing alone."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class GrantForm(Plain):
    """A grant to ask for."""

    user = forms.ModelChoiceField(
        label=_("人员"), queryset=User.objects.filter(is_active=True).order_by("username")
    )
    role = forms.ChoiceField(
        label=_("角色"),
        choices=lambda: [
            ("", _("请选择")),
            *((role.code, role.name) for role in ROLES.values() if role.reach != "own"),
        ],
    )
    branch = forms.ModelChoiceField(
        label=_("机构"), queryset=Branch.objects.order_by("path"), help_text=_("含其下属机构。")
    )
    starts_on = Day(label=_("起"))
    ends_on = Day(label=_("止"), required=False, help_text=_("留空为长期。"))
    reason = forms.CharField(label=_("授权原因"), max_length=200)


class DelegationForm(Plain):
    """Which of the own grants goes to whom."""

    grant = forms.ModelChoiceField(label=_("角色"), queryset=Grant.objects.none())
    to = forms.ModelChoiceField(label=_("受托人"), queryset=User.objects.none())
    starts_on = Day(label=_("起"))
    ends_on = Day(label=_("止"))
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, *args: Any, user: User, grants: list[Grant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].help_text = _("最长 %(most)s 天。") % {"most": Delegation.MOST_DAYS}
        grant, to = self.fields["grant"], self.fields["to"]
        grant.queryset = Grant.objects.filter(pk__in=[each.pk for each in grants]).select_related("branch")  # type: ignore[attr-defined]
        grant.label_from_instance = lambda each: f"{ROLES[each.role].name} · {each.branch}"  # type: ignore[attr-defined]
        to.queryset = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("username")  # type: ignore[attr-defined]


class RelationForm(Plain):
    """A relation to declare: of oneself, or where HR declares, of a user named."""

    username = forms.CharField(label=_("用户名"), max_length=150)
    employee_no = forms.CharField(label=_("客户经理工号"), max_length=32)
    name = forms.CharField(label=_("客户经理姓名"), max_length=80, help_text=_("须与工号相符。"))
    kind = forms.ChoiceField(label=_("关系"), choices=Relation.Kind.choices)
    starts_on = Day(label=_("起"))
    reason = forms.CharField(label=_("说明"), max_length=200)

    def __init__(self, *args: Any, user: User, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not for_others:
            del self.fields["username"]

    def clean(self) -> dict[str, Any]:
        """The two people; whoever does not know the name learns nothing from a number."""
        given = super().clean() or {}
        wanted = given.get("username", "").strip()
        given["user"] = User.objects.filter(username=wanted).first() if wanted else self.user
        if given["user"] is None:
            self.add_error("username", _("没有这个用户名；请核对后再填。"))
        found = ClientManager.objects.filter(employee_no=given.get("employee_no", "").strip()).first()
        if found is None or found.name != given.get("name", "").strip():
            self.add_error("name", _("工号与姓名不符；请核对后再填。"))
        given["manager"] = found
        return given


class DayForm(Plain):
    """A last day, where one is given."""

    ends_on = Day(required=False)

    def day(self) -> date | None:
        """The day, or None."""
        return self.cleaned_data["ends_on"] if self.is_valid() else None
