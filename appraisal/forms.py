"""What people enter in the procedure: filters of a desk, a return, a decision, a new cycle."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appraisal import messages, presenters
from appraisal.models import Appraisal
from appraisal.rules import flags
from grading.presenters import metric_choices

ANY = ("", _("全部"))
NO_FLAG = "none"
AGES = [ANY, ("1", _("超过 1 天")), ("3", _("超过 3 天")), ("7", _("超过 7 天"))]
WINDOWS = [("month", _("本月")), ("quarter", _("本季")), ("half_year", _("本半年")), ("year", _("本年"))]
MOVES = [ANY, ("up", _("建议晋升")), ("same", _("维持")), ("down", _("建议降级"))]


class DeskFilter(forms.Form):
    """Which appraisals of a desk to show; anything unknown in the address is left aside."""

    flag = forms.CharField(required=False, widget=forms.HiddenInput)
    branch = forms.ChoiceField(label=_("机构"), required=False)
    grade = forms.ChoiceField(label=_("等级"), required=False)
    proposed = forms.ChoiceField(label=_("建议"), required=False, choices=MOVES)
    age = forms.ChoiceField(label=_("等待"), required=False, choices=AGES)

    def __init__(
        self, *args: Any, branches: list[tuple[str, str]], grades: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [ANY, *branches]  # type: ignore[attr-defined]
        self.fields["grade"].choices = [ANY, *grades]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def chosen(self) -> dict[str, str]:
        """What was chosen, unknown values left out."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if chosen.get("flag") not in (None, NO_FLAG, *flags.CODES):
            del chosen["flag"]
        return chosen


class ReturnForm(forms.Form):
    """Why an appraisal goes back: a kind and a sentence."""

    choice = forms.ChoiceField(choices=list(presenters.RETURN_KINDS.items()))
    reason = forms.CharField(max_length=1000, strip=True)

    def sentence(self) -> str:
        """What is kept in the log; empty where something is lacking, which the service refuses."""
        if not self.is_valid():
            return ""
        return f"{presenters.RETURN_KINDS[self.cleaned_data['choice']]}：{self.cleaned_data['reason']}"


class DecideForm(forms.Form):
    """What the group decides on one appraisal."""

    outcome = forms.ChoiceField(
        label=_("决定"),
        choices=Appraisal.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": messages.REFUSALS["unknown_outcome"]},
    )
    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=1000,
        help_text=_("与测算建议不同的，须写明理由。"),
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )


class ScoreForm(forms.Form):
    """One member's four scores of a case, 0 to 100 each, and a note."""

    note = forms.CharField(
        label=_("评语"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lacking = {"required": _("请填 0 至 100 分。"), "invalid": _("请填 0 至 100 分。")}
        for name, label in messages.HEADINGS.items():
            self.fields[name] = forms.DecimalField(
                label=label,
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                error_messages=lacking,
                widget=forms.NumberInput(attrs={"class": "input", "inputmode": "decimal", "step": "0.5"}),
            )

    def points(self) -> dict[str, Decimal]:
        """The scores by heading, once the form is valid."""
        return {name: self.cleaned_data[name] for name in messages.HEADINGS}


class IssueForm(forms.Form):
    """What the manager finds wrong on a line of the draft."""

    code = forms.CharField(max_length=120)
    text = forms.CharField(required=False, max_length=2000)
    expected = forms.CharField(required=False, max_length=80)


class AppealForm(forms.Form):
    """An objection to a decision: the line, what it should be, and why."""

    criterion = forms.ChoiceField(label=_("对哪一项有异议"), widget=forms.Select(attrs={"class": "input"}))
    expected = forms.CharField(
        label=_("认为应为"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text=_("写明数值或结论，例如：存款日均 4,200 万元。"),
    )
    text = forms.CharField(
        label=_("理由与证据"),
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
    )

    def __init__(self, *args: Any, criteria: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = ("", _("请选择"))
        self.fields["criterion"].choices = [chosen, *criteria]  # type: ignore[attr-defined]


class AdjustmentForm(forms.Form):
    """What is to be added to one figure of a manager, for which days, why, and on what evidence."""

    employee_no = forms.CharField(label=_("工号"), max_length=32)
    metric = forms.ChoiceField(label=_("指标"))
    window = forms.ChoiceField(label=_("期间"), choices=WINDOWS)
    amount = forms.DecimalField(
        label=_("调整额"),
        max_digits=20,
        decimal_places=2,
        help_text=_("按指标的单位；减少写负数。"),
    )
    starts_on = forms.DateField(label=_("起"), widget=forms.DateInput(attrs={"type": "date"}))
    expires_on = forms.DateField(label=_("失效日"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("原因"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    evidence = forms.CharField(
        label=_("凭据"),
        max_length=1000,
        help_text=_("文件名称与编号，供批准人核对。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metric_choices()  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class OpenForm(forms.Form):
    """Which scheme and period to open."""

    scheme = forms.ChoiceField(label=_("管理办法"), widget=forms.Select(attrs={"class": "input"}))
    period = forms.CharField(
        label=_("考核期"),
        max_length=8,
        widget=forms.TextInput(attrs={"class": "input", "placeholder": "2026Q3"}),
        help_text=_("季度写成 2026Q3，年度写成 2026。"),
    )

    def __init__(self, *args: Any, schemes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = schemes  # type: ignore[attr-defined]
