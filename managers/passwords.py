"""Password validators of the house, beside Django's: AUTH_PASSWORD_VALIDATORS names them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from managers.rules import passwords


class ThreeKinds:
    """Three of the four kinds of characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError where there are fewer."""
        if passwords.kinds(password) < passwords.KINDS:
            raise ValidationError(self.get_help_text(), code="password_too_few_kinds")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("密码须含大写字母、小写字母、数字、其他符号四类中的至少三类。")


class NotTheName:
    """The user name is no part of the password."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError where it is."""
        if user is not None and passwords.holds_name(password, user.get_username()):
            raise ValidationError(self.get_help_text(), code="password_holds_name")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("密码不得包含用户名，正写、倒写都不行。")
