"""What people enter about themselves: which notices reach them by e-mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from managers.models import NoticeSettings
from managers.models.notices import Tone


class NoticeSettingsForm(forms.Form):
    """The tones that are mailed, and the language of the mails."""

    mailed = forms.MultipleChoiceField(
        label=_("发送邮件"), choices=Tone.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(
        label=_("邮件语言"),
        choices=NoticeSettings.Language.choices,
        widget=forms.Select(attrs={"class": "input"}),
    )
