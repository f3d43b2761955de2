"""What people enter under the working standard; the services say whether it is possible."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import Commitment, Complaint, StatedFigure, WorkLogEntry
from credit.services.working.agreements import Promise
from credit.services.working.plans import Aim
from ledger import metrics, versions
from managers.models import Customer

Choices = Sequence[tuple[str, Any]]
ANY = ("", _("全部"))
#: In a select of metrics: a code of the bank's own.
OWN_CODE = "own"
PERIODS = ("year", "q1", "q2", "q3", "q4")


class House(forms.Form):
    """A form whose controls look like the house's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            if not isinstance(each.widget, forms.RadioSelect | forms.CheckboxInput):
                each.widget.attrs["class"] = "input"


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked or typed."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def text_field(label: Any, most: int, rows: int = 4, **options: Any) -> forms.CharField:
    """A longer text."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, **options)


def amount_field(label: Any, **options: Any) -> forms.DecimalField:
    """An amount that may be left out: what is not known stays empty."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        **options,
    )


def chosen(customers: Sequence[Customer]) -> list[tuple[str, str]]:
    """Customers as a select offers them."""
    return [(each.customer_no, f"{each.name} · {each.customer_no}") for each in customers]


class LogForm(House):
    """An entry, quick to write on a phone: most of it is there already."""

    kind = forms.ChoiceField(label=_("方式"), choices=WorkLogEntry.Kind.choices, widget=forms.RadioSelect)
    customer = forms.ChoiceField(label=_("客户"))
    text = text_field(_("内容"), 2000)
    next_step = forms.CharField(label=_("下一步"), max_length=300, required=False)
    next_on = day_field(_("下一步日期"), required=False)
    day = day_field(_("日期"))
    photo = forms.FileField(
        label=_("照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
        help_text=_("JPG 或 PNG，不超过 10 MB。"),
    )

    def __init__(self, *args: Any, customers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].choices = [("", _("请选择")), *customers]  # type: ignore[attr-defined]


class CorrectionForm(House):
    """The same entry as it should read; customer and photo stay."""

    kind = forms.ChoiceField(label=_("方式"), choices=WorkLogEntry.Kind.choices, widget=forms.RadioSelect)
    text = text_field(_("内容"), 2000)
    next_step = forms.CharField(label=_("下一步"), max_length=300, required=False)
    next_on = day_field(_("下一步日期"), required=False)
    day = day_field(_("日期"))


class LogFilter(House):
    """Which entries to show."""

    q = forms.CharField(label=_("查找"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("方式"), required=False, choices=[ANY, *WorkLogEntry.Kind.choices])
    unread = forms.ChoiceField(
        label=_("查阅"), required=False, choices=[ANY, ("1", _("未查阅")), ("0", _("已查阅"))]
    )


class ResearchForm(House):
    """A note on a market."""

    subject = forms.CharField(label=_("题目"), max_length=160)
    industry = forms.CharField(label=_("行业"), max_length=80, required=False)
    area = forms.CharField(label=_("地区"), max_length=80, required=False)
    customer = forms.ChoiceField(label=_("名下客户（如涉及）"), required=False)
    prospect = forms.CharField(label=_("拟营销客户（尚未开户）"), max_length=160, required=False)
    findings = text_field(_("调查情况"), 4000, rows=8)
    sources = forms.CharField(label=_("信息来源"), max_length=300, required=False)
    deposits = amount_field(_("预计存款日均（元）"))
    loans = amount_field(_("预计贷款日均（元）"))
    settlement = amount_field(_("预计国际结算（美元）"))
    income = amount_field(_("预计中间业务收入（元）"), help_text=_("不作预测的留空，不要填 0。"))

    def __init__(self, *args: Any, customers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].choices = [("", _("无")), *customers]  # type: ignore[attr-defined]


class PlanForm(House):
    """Whose plan for which year, and its texts."""

    year = forms.IntegerField(label=_("年度"), min_value=1990, max_value=2100)
    manager = forms.ChoiceField(label=_("客户经理"))
    market = text_field(_("市场分析"), 4000, rows=6)
    measures = text_field(_("营销措施"), 4000, rows=6)

    def __init__(self, *args: Any, managers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].choices = managers  # type: ignore[attr-defined]


def _target(label: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(label=label, required=False, max_digits=19, decimal_places=4, widget=widget)


class AimForm(forms.Form):
    """One metric of a plan with its targets for the year and its quarters."""

    metric = forms.ChoiceField(label=_("指标"), required=False)
    own = forms.CharField(label=_("自定代码"), required=False, max_length=56)
    year = _target(_("全年"))
    q1 = _target(_("一季度"))
    q2 = _target(_("二季度"))
    q3 = _target(_("三季度"))
    q4 = _target(_("四季度"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metric_choices()  # type: ignore[attr-defined]
        for name, each in self.fields.items():
            each.widget.attrs["class"] = "input" if name == "metric" else "input narrow"
            each.widget.attrs["aria-label"] = str(each.label)

    def clean(self) -> dict[str, Any]:
        """A row has a metric and a target, or neither."""
        found = super().clean() or {}
        values = [found.get(name) for name in PERIODS]
        code = self.code(found)
        if any(value is not None for value in values) and not code:
            self.add_error("metric", _("请选择指标，或填写自定代码。"))
        if code and all(value is None for value in values):
            self.add_error("metric", _("请至少填写一个目标值。"))
        return found

    def code(self, found: dict[str, Any]) -> str:
        """The metric of the row."""
        metric = str(found.get("metric") or "")
        return str(found.get("own") or "").strip() if metric in ("", OWN_CODE) else metric

    def aims(self) -> list[Aim]:
        """The targets of the row."""
        found = self.cleaned_data
        values = [(period, found.get(period)) for period in PERIODS]
        return [Aim(self.code(found), period, value) for period, value in values if value is not None]


AimSet = forms.formset_factory(AimForm, extra=5, max_num=30)


def metric_choices() -> list[tuple[str, Any]]:
    """The metrics of the catalogue by name, and the bank's own code."""
    listed = [(code, versions.metric_title(code)) for code in metrics.catalogue()]
    return [("", _("请选择")), *listed, (OWN_CODE, _("自定代码"))]


class AgreementForm(House):
    """What an agreement says besides its commitments."""

    customer = forms.ChoiceField(label=_("客户（甲方）"))
    number = forms.CharField(label=_("合同编号"), max_length=60)
    signatory = forms.CharField(label=_("客户法定代表人（负责人）"), max_length=80)
    address = forms.CharField(label=_("客户住所"), max_length=200, required=False)
    bank_signatory = forms.CharField(label=_("本行负责人"), max_length=80)
    starts_on = day_field(_("起"))
    ends_on = day_field(_("止"))

    def __init__(self, *args: Any, customers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].choices = [("", _("请选择")), *customers]  # type: ignore[attr-defined]


class PromiseForm(forms.Form):
    """One commitment."""

    kind = forms.ChoiceField(label=_("约定"), required=False, choices=[("", "—"), *Commitment.Kind.choices])
    threshold = amount_field(_("数值"))
    text = forms.CharField(label=_("说明"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            each.widget.attrs["class"] = "input"
            each.widget.attrs["aria-label"] = str(each.label)

    def promise(self) -> Promise | None:
        """What the row says; None where it is empty."""
        found = self.cleaned_data
        if not found.get("kind"):
            return None
        return Promise(found["kind"], found.get("threshold"), found.get("text") or "")


PromiseSet = forms.formset_factory(PromiseForm, extra=6, max_num=30)


class StatedForm(House):
    """What the customer says of itself as of a day."""

    as_of = day_field(_("截至"), help_text=_("与我行数字按同一天比较；通常是季末。"))
    deposits = amount_field(StatedFigure.Kind.DEPOSITS.label)
    loans = amount_field(StatedFigure.Kind.LOANS.label)
    settlements = amount_field(StatedFigure.Kind.SETTLEMENTS.label)
    current_ratio = amount_field(StatedFigure.Kind.CURRENT_RATIO.label)
    debt_ratio = amount_field(StatedFigure.Kind.DEBT_RATIO.label)
    payroll = amount_field(StatedFigure.Kind.PAYROLL.label)
    source = forms.CharField(label=_("来源"), max_length=200, help_text=_("如：二季度财务报表、客户函。"))

    def figures(self) -> dict[str, Decimal]:
        """Those that were filled in."""
        found = self.cleaned_data
        return {kind: found[kind] for kind in StatedFigure.Kind.values if found.get(kind) is not None}


class ComplaintForm(House):
    """A complaint as it came in."""

    manager = forms.ChoiceField(label=_("被投诉的客户经理"))
    received_on = day_field(_("收到日期"))
    channel = forms.ChoiceField(label=_("渠道"), choices=Complaint.Channel.choices)
    complainant = forms.CharField(label=_("投诉人"), max_length=80)
    contact = forms.CharField(label=_("联系方式"), max_length=80, required=False)
    customer_no = forms.CharField(label=_("客户号（如为本行客户）"), max_length=32, required=False)
    text = text_field(_("投诉内容"), 4000, rows=6)

    def __init__(self, *args: Any, managers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].choices = [("", _("请选择")), *managers]  # type: ignore[attr-defined]


class ReplyForm(House):
    """What the handler found out, and the answer."""

    upheld = forms.ChoiceField(
        label=_("是否成立"), choices=[("1", _("成立")), ("0", _("不成立"))], widget=forms.RadioSelect
    )
    findings = text_field(_("核查情况"), 4000, rows=5)
    answer = text_field(_("答复"), 4000, rows=5)


class SurveyForm(House):
    """A survey: where, when, and what is asked."""

    title = forms.CharField(label=_("名称"), max_length=120)
    branch = forms.ChoiceField(label=_("机构"))
    starts_on = day_field(_("起"))
    ends_on = day_field(_("止"))
    questions = text_field(
        _("题目"), 1700, rows=6, help_text=_("每行一题，最多 8 题；客户按 1（很不满意）至 5（很满意）评分。")
    )

    def __init__(self, *args: Any, branches: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = branches  # type: ignore[attr-defined]


class ResponseForm(House):
    """What one customer answered about one manager."""

    manager = forms.ChoiceField(label=_("客户经理"))
    customer_no = forms.CharField(label=_("客户号"), max_length=32)

    def __init__(self, *args: Any, managers: Choices, questions: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].choices = [("", _("请选择")), *managers]  # type: ignore[attr-defined]
        for number, question in enumerate(questions, 1):
            scale = [(str(score), str(score)) for score in range(1, 6)]
            self.fields[f"q{number}"] = forms.ChoiceField(
                label=question, choices=scale, widget=forms.RadioSelect
            )

    def scores(self) -> tuple[int, ...]:
        """The numbers in the order of the questions."""
        found = [name for name in self.fields if name.startswith("q")]
        return tuple(int(self.cleaned_data[name]) for name in found)
