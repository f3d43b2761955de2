"""What people enter about training, conduct and rotation; the services say whether it is possible."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from managers.access_forms import Day, Plain
from managers.models import (
    Branch,
    Certificate,
    ClientManager,
    ConductFinding,
    LeaveRecord,
    RotationLimit,
    User,
)
from managers.models.scope import Scope, inside
from managers.rules import training

_ROWS = {"rows": 4}


def branches(scope: Scope) -> Any:
    """The branches within the reach of an action, in the order of the tree."""
    return Branch.objects.filter(inside(scope, "path")).order_by("path")


class OfManager(Plain):
    """About one manager, by number; only those in reach are found."""

    employee_no = forms.CharField(label=_("工号"), max_length=32)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_employee_no(self) -> ClientManager:
        """The manager of that number, where the writer may act."""
        wanted = self.cleaned_data["employee_no"].strip()
        found: ClientManager | None = self.people.filter(employee_no=wanted).first()
        if found is None:
            raise forms.ValidationError(_("辖内没有这个工号；请核对后重新输入。"))
        return found


class PlanForm(Plain):
    """A course to lay down."""

    title = forms.CharField(label=_("课程"), max_length=120)
    branch = forms.ModelChoiceField(
        label=_("机构"), queryset=Branch.objects.none(), help_text=_("含其下属机构的全部客户经理。")
    )
    content = forms.CharField(label=_("内容"), max_length=500, required=False)
    weekly = forms.ChoiceField(
        label=_("频次"), choices=[("", _("一次")), ("weekly", _("每周"))], required=False
    )
    starts_on = Day(label=_("起"))
    ends_on = Day(label=_("止"), required=False, help_text=_("留空为当日。每周的计划从起日起每 7 天一场。"))
    hours = forms.DecimalField(label=_("每次学时"), min_value=0, max_digits=5, decimal_places=1)
    pass_mark = forms.DecimalField(
        label=_("合格线"),
        required=False,
        min_value=0,
        max_digits=6,
        decimal_places=2,
        help_text=_("留空为不考试。"),
    )
    retake_days = forms.IntegerField(label=_("补考期限（天）"), min_value=1, max_value=365, initial=14)
    lines = forms.MultipleChoiceField(
        label=_("条线（不选为全部）"),
        choices=ClientManager.Line.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    grade_codes = forms.CharField(
        label=_("等级代码（留空为全部）"), required=False, max_length=200, help_text=_("多个用逗号分开。")
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches(scope)  # type: ignore[attr-defined]
        del self.fields["lines"].widget.attrs["class"]

    def clean_grade_codes(self) -> list[str]:
        """The codes between the commas."""
        written = self.cleaned_data["grade_codes"].replace("，", ",").split(",")
        return [each.strip() for each in written if each.strip()]

    def clean_weekly(self) -> bool:
        """Whether it meets every week."""
        return bool(self.cleaned_data["weekly"])


class UploadForm(Plain):
    """A sheet of results of a session."""

    exam_on = Day(label=_("考试日期"))
    file = forms.FileField(label=_("成绩文件（.xlsx；CSV 用 UTF-8 或 GB18030）"))


class CertificateForm(OfManager):
    """A certificate that was seen."""

    kind = forms.ChoiceField(label=_("种类"), choices=Certificate.Kind)
    number = forms.CharField(label=_("证书编号"), max_length=60)
    issuer = forms.CharField(label=_("发证机构"), max_length=120)
    issued_on = Day(label=_("发证日期"))
    expires_on = Day(label=_("到期日"), required=False, help_text=_("长期有效的留空。"))
    evidence = forms.CharField(
        label=_("证据"), max_length=200, help_text=_("原件或扫描件存于何处，如档案盒号。")
    )


class CampaignForm(Plain):
    """A screening to open."""

    title = forms.CharField(label=_("名称"), max_length=120)
    branch = forms.ModelChoiceField(label=_("机构"), queryset=Branch.objects.none())
    starts_on = Day(label=_("排查期间起"))
    ends_on = Day(label=_("排查期间止"))
    due_on = Day(label=_("完成期限"))
    items = forms.CharField(
        label=_("排查项目（每行一项）"), widget=forms.Textarea(attrs=_ROWS), max_length=6000
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches(scope)  # type: ignore[attr-defined]

    def clean_items(self) -> list[str]:
        """One item a line."""
        return str(self.cleaned_data["items"]).splitlines()


class FindingForm(OfManager):
    """A finding that came from elsewhere."""

    source = forms.ChoiceField(
        label=_("来源"),
        choices=[
            (each.value, each.label)
            for each in ConductFinding.Source
            if each not in (ConductFinding.Source.SCREENING, ConductFinding.Source.INSPECTION)
        ],
    )
    severity = forms.ChoiceField(label=_("程度"), choices=ConductFinding.Severity)
    opened_on = Day(label=_("发现日期"))
    due_on = Day(label=_("整改期限"))
    summary = forms.CharField(label=_("问题"), max_length=1000, widget=forms.Textarea(attrs=_ROWS))


class VisitForm(OfManager):
    """A home visit of two people."""

    visited_on = Day(label=_("家访日期"))
    visitor = forms.CharField(label=_("家访人（登录名）"), max_length=150)
    second_visitor = forms.CharField(label=_("同访人（登录名）"), max_length=150)
    summary = forms.CharField(
        label=_("家访情况"),
        max_length=2000,
        widget=forms.Textarea(attrs=_ROWS),
        help_text=_("加密保存；查看须写明原因，并记入日志。"),
    )

    def clean_visitor(self) -> User:
        """The first who went."""
        return user_called(self.cleaned_data["visitor"])

    def clean_second_visitor(self) -> User:
        """The second who went."""
        return user_called(self.cleaned_data["second_visitor"])


class InspectionForm(Plain):
    """A cross-inspection to arrange."""

    quarter = forms.ChoiceField(label=_("季度"))
    inspected = forms.ModelChoiceField(label=_("被检查机构"), queryset=Branch.objects.none())
    inspecting = forms.ModelChoiceField(label=_("检查机构"), queryset=Branch.objects.order_by("path"))
    lead = forms.CharField(label=_("检查人（登录名）"), max_length=150)
    second = forms.CharField(label=_("同查人（登录名）"), max_length=150)

    def __init__(self, *args: Any, scope: Scope, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspected"].queryset = branches(scope)  # type: ignore[attr-defined]
        now = training.quarter(on)
        coming = training.quarter(date(on.year + (on.month > 9), (on.month + 2) % 12 + 1, 1))
        self.fields["quarter"].choices = [(each, each) for each in (now, coming)]  # type: ignore[attr-defined]

    def clean_lead(self) -> User:
        """The first inspector."""
        return user_called(self.cleaned_data["lead"])

    def clean_second(self) -> User:
        """The second inspector."""
        return user_called(self.cleaned_data["second"])


class CompleteForm(Plain):
    """How an inspection went."""

    held_on = Day(label=_("检查日期"))
    conclusion = forms.CharField(label=_("检查结论"), max_length=1000, widget=forms.Textarea(attrs=_ROWS))


class FoundForm(Plain):
    """One thing found about a manager of the branch inspected; a line may stay empty."""

    employee_no = forms.CharField(label=_("工号"), max_length=32, required=False)
    severity = forms.ChoiceField(
        label=_("程度"), choices=[("", _("请选择")), *ConductFinding.Severity.choices], required=False
    )
    summary = forms.CharField(label=_("问题"), max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        """All of it, or nothing."""
        given = dict(super().clean() or {})
        filled = [given.get(name) for name in ("employee_no", "severity", "summary")]
        if any(filled) and not all(filled):
            raise forms.ValidationError(_("工号、程度与问题须同时填写；没有问题的留空。"))
        return given


class LimitForm(Plain):
    """A limit of tenure to lay down."""

    kind = forms.ChoiceField(label=_("种类"), choices=RotationLimit.Kind)
    position = forms.CharField(label=_("岗位（留空为全部）"), max_length=80, required=False)
    months = forms.IntegerField(label=_("月数"), min_value=0, max_value=600, help_text=_("0 表示取消期限。"))
    days = forms.IntegerField(
        label=_("强制休假每次至少天数"), min_value=0, max_value=60, required=False, initial=5
    )
    starts_on = Day(label=_("自"))
    cites = forms.CharField(label=_("依据（制度与条款）"), max_length=200)

    def clean_days(self) -> int:
        """None is no least length."""
        return self.cleaned_data["days"] or 0


class LeaveForm(OfManager):
    """A leave, ahead or afterwards."""

    kind = forms.ChoiceField(label=_("种类"), choices=LeaveRecord.Kind)
    starts_on = Day(label=_("起"))
    ends_on = Day(label=_("止"))
    stand_in = forms.CharField(label=_("代班人工号"), max_length=32, required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def clean_stand_in(self) -> ClientManager | None:
        """Who does the work meanwhile, where somebody is named."""
        wanted = self.cleaned_data["stand_in"].strip()
        if not wanted:
            return None
        found: ClientManager | None = self.people.filter(employee_no=wanted).first()
        if found is None:
            raise forms.ValidationError(_("辖内没有这个工号；请核对后重新输入。"))
        return found


def user_called(username: str) -> User:
    """The active login of that name."""
    found = User.objects.filter(username=username.strip(), is_active=True).first()
    if found is None:
        raise forms.ValidationError(_("没有这个登录名；请核对后重新输入。"))
    return found
