"""Signing in and out: password, code, and who is there once more. allauth's flows under our addresses."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from redis.exceptions import RedisError

from managers.services import signins
from managers.signin import limits, marks
from managers.signin.forms import Code, CodeAgain, PasswordAgain, SignIn
from managers.signin.middleware import GONE
from managers.signin.origin import origin_of

log = logging.getLogger("cmbank.signin")


def counted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Closes a door whose failures cannot be counted: guessing would have no end."""

    @wraps(view)
    def closed_without_cache(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except RedisError as error:
            log.error("nobody can sign in, the cache does not answer: %s", error)
            return render(request, "503.html", status=503)

    return closed_without_cache


@method_decorator(counted, name="dispatch")
@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class Login(LoginView):
    """User name and password; a second factor follows where there is one."""

    template_name = "registration/login.html"
    form_class = SignIn

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever was signed in here before is signed out first."""
        if self.request.user.is_authenticated:
            logout(self.request)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """429 where too many attempts failed."""
        response = super().form_invalid(form)
        if form.is_locked:
            response.status_code = 429
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where to go afterwards, why one is here, and whether there is single sign-on."""
        more = {
            "next": get_next_redirect_url(self.request) or "",
            "ended": ended_text(self.request.GET.get("ended", "")),
            "sso": settings.OIDC and settings.OIDC["name"],
        }
        return super().get_context_data(**kwargs) | more


@method_decorator(counted, name="dispatch")
class SecondFactor(AuthenticateView):
    """The code of the app, or a recovery code."""

    template_name = "registration/second_factor.html"
    form_class = Code


class Again(ReauthenticateView):
    """The password, before something that matters."""

    template_name = "registration/again.html"
    form_class = PasswordAgain


class AgainByCode(ReauthenticateByCodeView):
    """A code, before something that matters."""

    template_name = "registration/again.html"
    form_class = CodeAgain


class Logout(LogoutView):
    """Signs out, and leaves it in the log."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """As Django's."""
        if request.user.is_authenticated:
            signins.ended(request.user, origin_of(request), why="signed_out")
        return super().post(request, *args, **kwargs)


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429: too many requests of one kind from one address."""
    seconds = max(limits.wait_seconds(request, "login"), 60)
    minutes = -(-seconds // 60)
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def ended_text(why: str) -> str:
    """Why the session before is over, for the sign-in page; nothing for a reason nobody gave."""
    idle, hours = -(-settings.SESSION_IDLE_SECONDS // 60), -(-settings.SESSION_COOKIE_AGE // 3600)
    texts = {
        marks.IDLE: ngettext(
            "您已 %(count)s 分钟没有操作，登录已自动结束。请重新登录，未提交的内容没有保存。",
            "您已 %(count)s 分钟没有操作，登录已自动结束。请重新登录，未提交的内容没有保存。",
            idle,
        )
        % {"count": idle},
        marks.TIME: ngettext(
            "本次登录已满 %(count)s 小时，已自动结束。请重新登录，未提交的内容没有保存。",
            "本次登录已满 %(count)s 小时，已自动结束。请重新登录，未提交的内容没有保存。",
            hours,
        )
        % {"count": hours},
        GONE: _("您的登录已经结束：可能已在别处退出、修改了密码，或账号有变动。请重新登录。"),
    }
    return texts.get(why, "")
