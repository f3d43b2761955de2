"""What allauth asks us: our words, no sign-up, how failures are counted and logged, how secrets rest."""

import base64
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from managers.models import User
from managers.queries.accounts import is_obliged
from managers.services import signins
from managers.signin import limits
from managers.signin.origin import origin_of

#: Setting up straight after a sign-in need not ask for the password once more.
SETTING_UP = {"mfa_activate_totp", "mfa_view_recovery_codes"}


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by user name; accounts come from the administrator and from nowhere else."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("用户名或密码不正确。"),
        "incorrect_password": _("密码不正确。"),
        "incorrect_code": _("验证码不正确或已经用过；请等下一个验证码再试。"),
        "rate_limited": _("请求过于频繁，请稍后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *rest: Any, **more: Any
    ) -> None:
        """The views say what happened, in our words."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Back to where one came from: that an account exists but is off is nobody's business."""
        return redirect("login")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; refuse it with the time to wait where there were too many."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refused:
            raise self.too_many(self._get_login_attempts_cache_key(request, **credentials)) from refused

    def too_many(self, key: str) -> ValidationError:
        """The refusal, with how long it holds."""
        seconds = limits.wait_seconds(self.request, limits.FAILED, key=key)
        return ValidationError(limits.locked_text(seconds), code="too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """As allauth's, but an account that is off is answered like one that does not exist."""
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user is None:
            self.authentication_failed(request, **credentials)
        else:
            self._rollback_login_failed_rl_usage()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave it in the log, with whether this was one too many."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        locked = limits.wait_seconds(request, limits.FAILED, key=key) > 0
        name = str(credentials.get("username", ""))
        signins.failed(name, origin_of(request), why="password", locked=locked)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Let in whoever passed every stage, unless the account was switched off meanwhile."""
        if User.objects.filter(pk=user.pk, is_active=True).exists():
            super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Leave it in the log."""
        if not request.user.is_authenticated:
            return redirect("login")
        methods = [str(record["method"]) for record in get_authentication_records(request, user)]
        signins.succeeded(user, origin_of(request), methods=methods)
        return super().post_login(request, user, **more)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Always, but for setting up a first factor within minutes of the sign-in."""
        match = context.request.resolver_match
        if match is not None and match.url_name in SETTING_UP:
            records = get_authentication_records(context.request, context.request.user)
            since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
            return not any(record["at"] > since for record in records)
        return True


class FactorAdapter(DefaultMFAAdapter):
    """One authenticator app and ten recovery codes; their secrets rest encrypted."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _("您的角色必须使用两步验证，不能停用。"),
        "cannot_generate_recovery_codes": _("请先启用两步验证，再生成恢复码。"),
    }

    def encrypt(self, text: str) -> str:
        """Under a key derived from SECRET_KEY."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Under SECRET_KEY or one of SECRET_KEY_FALLBACKS."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not for roles that must have one."""
        return not (settings.SECOND_FACTOR and is_obliged(authenticator.user, timezone.localdate()))


def _cipher() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=b"cmbank second factor")
    return Fernet(base64.urlsafe_b64encode(derivation.derive(secret.encode())))
