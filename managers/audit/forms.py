"""What is asked for on the pages of accountability."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models import ClientManager, User
from managers.queries import log


def _field_choices() -> list[tuple[str, Any]]:
    """Every kept column under the name of its table."""
    groups: list[tuple[str, Any]] = [("", _("全部"))]
    for table, model in sorted(
        history.kept_tables().items(), key=lambda each: str(each[1]._meta.verbose_name)
    ):
        kept = history.KEPT[model]
        fields = [
            (f"{table}.{field.column}", field.verbose_name)
            for field in model._meta.concrete_fields
            if field.column not in kept.left_out and not field.primary_key
        ]
        groups.append((str(model._meta.verbose_name), fields))
    return groups


class SearchForm(forms.Form):
    """By person, record, field and date. Nothing filled in means everything."""

    who = forms.CharField(label=_("操作人"), required=False, max_length=80)
    about = forms.CharField(label=_("对象"), required=False, max_length=120)
    field = forms.ChoiceField(label=_("字段"), required=False)
    kind = forms.ChoiceField(
        label=_("类别"),
        required=False,
        choices=[
            ("", _("全部")),
            (log.LOG, _("操作")),
            (log.HISTORY, _("数据变更")),
            (log.READS, _("查阅")),
        ],
    )
    start = forms.DateField(label=_("自"), required=False)
    end = forms.DateField(label=_("至"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = _field_choices()  # type: ignore[attr-defined]
        self.fields["who"].widget.attrs["placeholder"] = _("姓名、登录名或工号")
        self.fields["about"].widget.attrs["placeholder"] = _("工号、姓名、登录名或客户号")
        for name in ("start", "end"):
            self.fields[name].widget.input_type = "date"
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class WhyForm(forms.Form):
    """Whose sight of whom, on which day."""

    user = forms.CharField(label=_("用户"), max_length=150)
    manager = forms.CharField(label=_("客户经理工号"), max_length=32)
    on = forms.DateField(label=_("日期"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].widget.attrs["placeholder"] = _("登录名")
        self.fields["on"].widget.input_type = "date"
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean_user(self) -> User:
        """The login by that name."""
        found = User.objects.filter(username=self.cleaned_data["user"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("没有这个登录名；请核对后重新输入。"))
        return found

    def clean_manager(self) -> ClientManager:
        """The manager by that number."""
        people = ClientManager.objects.select_related("branch")
        found = people.filter(employee_no=self.cleaned_data["manager"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("没有这个工号；请核对后重新输入。"))
        return found

    def clean_on(self) -> Any:
        """Today where no day is given."""
        return self.cleaned_data["on"] or timezone.localdate()


class FindForm(forms.Form):
    """Somebody by identity number; sent in the body, for addresses are logged."""

    identity_no = forms.CharField(
        label=_("身份证号"),
        max_length=24,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class IdentityForm(forms.Form):
    """New identity data of a manager. What stays empty stays as it is; `remove` names what is taken out."""

    identity_no = forms.CharField(label=_("身份证号"), required=False, max_length=24)
    phone = forms.CharField(label=_("手机"), required=False, max_length=24)
    address = forms.CharField(label=_("住址"), required=False, max_length=400)
    family = forms.CharField(
        label=_("家庭成员"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Nobody's browser keeps somebody else's number.
            field.widget.attrs |= {"class": "input", "autocomplete": "off"}
