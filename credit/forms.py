"""What people enter into a credit file and about a loan; the services say whether it is possible."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from credit import words
from credit.models import GroupLink, Guarantee, Investigation, Party, Section, Security, Statement
from credit.queries.files import FileReader
from credit.queries.investigations import colleagues
from credit.rules.ratios import ITEMS
from managers.models import Customer

Choices = Iterable[tuple[str, Any]]


def _chosen(choices: Choices) -> list[tuple[str, Any]]:
    return [("", _("请选择")), *choices]


class Day(forms.DateField):
    """A date as the browser picks it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class Amount(forms.DecimalField):
    """Yuan and fen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=20, decimal_places=2, **options)


class Row(forms.ModelChoiceField):
    """A row of a table, which `FileForm.prepare` fills in; `called` is what each is called."""

    def __init__(
        self, *, label: Any, empty: Any, required: bool = True, called: Callable[[Any], str] = str
    ) -> None:
        super().__init__(queryset=None, label=label, empty_label=empty, required=required)
        self.called = called

    def label_from_instance(self, obj: Any) -> str:
        """What a row is called."""
        return self.called(obj)


class FileForm(forms.Form):
    """A form of the credit file; `reader` says whose file it is and who fills it in."""

    def __init__(self, *args: Any, reader: FileReader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        self.prepare()
        for name, field in self.fields.items():
            if not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "input"
            field.widget.attrs["id"] = f"id_{type(self).__name__.lower()}_{name}"

    def prepare(self) -> None:
        """Fill in choices that hang on the customer."""


class PartyForm(FileForm):
    """A person or firm behind the customer."""

    role = forms.ChoiceField(label=_("身份"), choices=_chosen(Party.Role.choices))
    name = forms.CharField(label=_("姓名或名称"), max_length=160)
    is_person = forms.BooleanField(label=_("自然人"), required=False, initial=True)
    share = forms.DecimalField(
        label=_("持股（%）"),
        required=False,
        max_digits=7,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        max_value=100,
    )
    identity_no = forms.CharField(label=_("身份证号"), required=False, max_length=40)
    phone = forms.CharField(label=_("手机"), required=False, max_length=40)
    note = forms.CharField(label=_("说明"), required=False, max_length=200)


class LinkForm(FileForm):
    """Another customer of the group."""

    other = forms.CharField(label=_("关联客户的客户号"), max_length=32)
    kind = forms.ChoiceField(label=_("关系"), choices=_chosen(GroupLink.Kind.choices))
    note = forms.CharField(label=_("说明"), required=False, max_length=200)

    def clean_other(self) -> Customer:
        """A customer in sight; others are not there."""
        found = self.reader.visible.filter(customer_no=self.cleaned_data["other"].strip()).first()
        if found is None:
            raise forms.ValidationError(_now("没有这个客户号，或不在您的可见范围；请核对。"))
        return found


class FacilityForm(FileForm):
    """A limit by an approval."""

    number = forms.CharField(label=_("授信批复号"), max_length=64)
    limit = Amount(label=_("额度（元）"), min_value=Decimal("0.01"))
    security = forms.ChoiceField(
        label=_("担保方式"), required=False, choices=[("", _("不限")), *Security.choices]
    )
    starts_on = Day(label=_("起"))
    ends_on = Day(label=_("止"))
    revolving = forms.BooleanField(label=_("可循环"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        return _in_order(self, "starts_on", "ends_on")


def _in_order(form: forms.Form, first: str, last: str) -> dict[str, Any]:
    given = form.cleaned_data
    start, end = given.get(first), given.get(last)
    if start and end and end < start:
        form.add_error(last, _now("不能早于前一个日期；请更正。"))
    return given


class GuaranteeForm(FileForm):
    """A guarantor, a mortgage or a pledge."""

    kind = forms.ChoiceField(label=_("方式"), choices=_chosen(Guarantee.Kind.choices))
    title = forms.CharField(label=_("保证人或抵（质）押物"), max_length=200)
    number = forms.CharField(label=_("合同或权证号"), required=False, max_length=64)
    account = Row(label=_("担保的贷款"), required=False, empty=_("全部"))
    secured = Amount(label=_("担保金额（元）"), min_value=Decimal("0.01"))
    percent = forms.DecimalField(
        label=_("可用于本户（%）"),
        initial=100,
        max_digits=7,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        max_value=100,
        help_text=_("已为他人设押的，只填剩余的部分。"),
    )
    starts_on = Day(label=_("起"))
    expires_on = Day(label=_("到期日"), required=False)

    def prepare(self) -> None:
        """The customer's loans."""
        self.fields["account"].queryset = self.reader.accounts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The share as a part of one."""
        given = _in_order(self, "starts_on", "expires_on")
        percent = given.pop("percent", None)
        return given | ({"share": percent / 100} if percent is not None else {})


class ValuationForm(FileForm):
    """What a mortgage or pledge was valued at."""

    guarantee = Row(label=_("抵（质）押物"), empty=_("请选择"))
    valued_on = Day(label=_("评估日"))
    amount = Amount(label=_("评估价值（元）"), min_value=0)
    valuer = forms.CharField(label=_("评估单位"), max_length=120)
    good_until = Day(label=_("有效期至"), required=False)
    upload = forms.FileField(label=_("评估报告"), required=False)

    def prepare(self) -> None:
        """What of the customer's can be valued."""
        self.fields["guarantee"].queryset = self.reader.valuables  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Good for some time after the day."""
        return _in_order(self, "valued_on", "good_until")


class StatementForm(FileForm):
    """A statement, item by item; what it does not give stays empty."""

    kind = forms.ChoiceField(label=_("报表"), choices=_chosen(Statement.Kind.choices))
    ends_on = Day(label=_("截止日"))
    audited = forms.BooleanField(label=_("经审计"), required=False)
    upload = forms.FileField(label=_("原件"))

    def prepare(self) -> None:
        """A field for every item, in the order of the sheet."""
        for code in ITEMS:
            label = Statement._meta.get_field(code).verbose_name  # type: ignore[union-attr]
            self.fields[code] = Amount(label=label, required=False)


class DocumentForm(FileForm):
    """A paper of the file."""

    paper = forms.ChoiceField(label=_("资料"), choices=())
    account = Row(label=_("贷款账户"), required=False, empty=_("不限"))
    dated_on = Day(label=_("出具日"))
    expires_on = Day(label=_("到期日"), required=False)
    note = forms.CharField(label=_("说明"), required=False, max_length=200)
    upload = forms.FileField(label=_("文件"), help_text=_("PDF、JPG、PNG、DOCX 或 XLSX，不超过 10 MB。"))

    def prepare(self) -> None:
        """The papers the standard knows and the customer's loans."""
        codes = dict.fromkeys((*self.reader.paper_codes, "other"))
        self.fields["paper"].choices = _chosen((code, words.paper(code)) for code in codes)  # type: ignore[attr-defined]
        self.fields["account"].queryset = self.reader.accounts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """It runs out after its day."""
        return _in_order(self, "dated_on", "expires_on")


class InvestigationForm(FileForm):
    """With whom, and what for."""

    kind = forms.ChoiceField(label=_("类别"), choices=_chosen(Investigation.Kind.choices))
    second = Row(label=_("协办"), empty=_("请选择"), called=lambda who: f"{who.name} {who.employee_no}")

    def prepare(self) -> None:
        """Colleagues of the manager."""
        own = self.reader.own
        assert own is not None
        self.fields["second"].queryset = colleagues(own)  # type: ignore[attr-defined]


class ProposalForm(FileForm):
    """A loan asked for."""

    investigation = Row(
        label=_("依据的调查"),
        empty=_("请选择"),
        called=lambda row: f"{row.get_kind_display()} {row.signed_on} #{row.pk}",
    )
    amount = Amount(label=_("金额（元）"), min_value=Decimal("0.01"))
    product = Row(label=_("贷款产品"), empty=_("请选择"))
    security = forms.ChoiceField(label=_("担保方式"), choices=_chosen(Security.choices))
    term_months = forms.IntegerField(label=_("期限（月）"), min_value=1, max_value=600)
    purpose = forms.CharField(label=_("用途"), max_length=400)
    escalate = forms.BooleanField(
        label=_("超权限上报"), required=False, help_text=_("超出本人权限时勾选，由有权层级审批。")
    )

    def prepare(self) -> None:
        """The signed investigations, and the products there are."""
        self.fields["investigation"].queryset = self.reader.signed  # type: ignore[attr-defined]
        self.fields["product"].queryset = self.reader.products  # type: ignore[attr-defined]


class SectionForm(forms.Form):
    """One heading of an investigation, with files."""

    code = forms.ChoiceField(choices=Section.Code.choices)
    text = forms.CharField(max_length=20_000, widget=forms.Textarea)
