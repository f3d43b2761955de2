"""The form with which somebody asks for a night to be worked again or waived."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import RunRequest


class RequestForm(forms.Form):
    """Which date, what, and why; the service says whether it is possible."""

    kind = forms.ChoiceField(label=_("申请"), choices=RunRequest.Kind.choices)
    business_date = forms.DateField(label=_("业务日期"))
    reason = forms.CharField(
        label=_("原因"),
        min_length=RunRequest.LEAST_REASON,
        max_length=RunRequest.MOST_REASON,
        help_text=_("至少 10 个字；复核人据此判断，并记入日志。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["business_date"].widget.input_type = "date"
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
