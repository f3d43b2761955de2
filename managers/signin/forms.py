"""The forms of signing in: our field names and words around allauth's checks."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from managers.models import User
from managers.services import signins
from managers.signin.origin import origin_of

#: Longer than any code is accepted, one step of clock drift included.
USED_SECONDS = 150
TOO_MANY = {"too_many_login_attempts", "rate_limited"}


class SignIn(LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required = _("请填写此项。")
        self.fields["login"].error_messages["required"] = required
        self.fields["password"].error_messages["required"] = required

    def add_prefix(self, field_name: str) -> str:
        """The page and every password manager call it username."""
        return "username" if field_name == "login" else super().add_prefix(field_name)

    @property
    def is_locked(self) -> bool:
        """Whether it was refused for having been tried too often."""
        return self.has_error("__all__", "too_many_login_attempts")


class CodeField:
    """A code is taken once, its failures are logged, and too many of them say how long to wait."""

    user: User

    def clean_code(self) -> str:
        """The code; raises ValidationError."""
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            self._take(code)
        except ValidationError as refused:
            if refused.error_list[0].code in TOO_MANY:
                raise get_adapter().too_many(f"mfa-auth-user-{self.user.pk}") from refused
            signins.code_failed(self.user, origin_of(context.request))
            raise
        return code

    def _take(self, code: str) -> None:
        """allauth forgets a used code before it stops accepting it, as soon as clocks may differ."""
        kind = getattr(getattr(self, "authenticator", None), "type", Authenticator.Type.TOTP)
        if kind != Authenticator.Type.TOTP:
            return
        if not cache.add(f"cmbank:code:{self.user.pk}:{code.strip()}", 1, timeout=USED_SECONDS):
            raise get_adapter().validation_error("incorrect_code")


class Code(CodeField, AuthenticateForm):
    """The second step of a sign-in: six digits of the app, or a recovery code."""


class CodeAgain(CodeField, ReauthenticateByCodeForm):
    """The same, to confirm who is there."""


class PasswordAgain(ReauthenticateForm):
    """The password, to confirm who is there."""


class FirstCode(CodeField, ActivateTOTPForm):
    """The first code of a new app shows that it was set up right."""


class NewPassword(forms.Form):
    """The old password and the new one twice; the rules are the service's."""

    old = forms.CharField(label=_("现在的密码"), strip=False, widget=forms.PasswordInput)
    new = forms.CharField(label=_("新密码"), strip=False, max_length=128, widget=forms.PasswordInput)
    again = forms.CharField(label=_("再输入一次新密码"), strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for name, field in self.fields.items():
            complete = "current-password" if name == "old" else "new-password"
            field.widget.attrs |= {"class": "input", "autocomplete": complete}

    def clean_old(self) -> str:
        """Raises ValidationError where it is not the present password."""
        if not self.user.check_password(self.cleaned_data["old"]):
            raise ValidationError(_("密码不正确。"), code="incorrect_password")
        return str(self.cleaned_data["old"])

    def clean(self) -> dict[str, Any]:
        """Both times the same."""
        given = self.cleaned_data
        if "new" in given and "again" in given and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        return given
