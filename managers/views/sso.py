"""Single sign-on: to the bank's issuer and back; only people who have an active account come in."""

import secrets
import time
from dataclasses import asdict
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from managers.models import User
from managers.services import signins
from managers.signin import oidc
from managers.signin.origin import origin_of

ASKED = "cmbank_sso"


@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Off to the issuer."""
    asked = oidc.ask()
    try:
        target = oidc.address(issuer(), asked, _back_to(request))
    except oidc.Refused as refused:
        return _refused(request, refused)
    request.session[ASKED] = asdict(asked) | {"next": get_next_redirect_url(request)}
    return redirect(target)


@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponseBase:
    """Back from the issuer."""
    kept: dict[str, Any] = request.session.pop(ASKED, None) or {}
    if not kept or not secrets.compare_digest(str(kept["state"]), request.GET.get("state", "")):
        return _refused(request, oidc.Refused("state"))
    if "code" not in request.GET:
        return _refused(request, oidc.Refused("declined"))
    asked = oidc.Asked(kept["state"], kept["nonce"], kept["verifier"])
    try:
        name = oidc.username(issuer(), asked, request.GET["code"], _back_to(request), now=time.time())
    except oidc.Refused as refused:
        return _refused(request, refused)
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        return _refused(request, oidc.Refused("account"), name)
    return _let_in(request, user, kept["next"])


def _let_in(request: HttpRequest, user: User, next_url: str | None) -> HttpResponseBase:
    """Through the same stages as a password: the second factor is asked here too."""
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, "oidc")
    return perform_login(request, Login(user=user, redirect_url=next_url))


def issuer() -> oidc.Issuer:
    """The one the environment names."""
    told: Any = settings.OIDC
    return oidc.Issuer(
        issuer=told["issuer"],
        client_id=told["client_id"],
        client_secret=told["client_secret"],
        claim=told["claim"],
        https_only=not settings.INSECURE_HTTP,
    )


def _back_to(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("sso_callback"))


def _refused(request: HttpRequest, refused: oidc.Refused, name: str = "") -> HttpResponse:
    """To the sign-in page. Whether an account exists is not said; the log has the reason."""
    signins.failed(name, origin_of(request), why=f"oidc {refused}")
    messages.error(
        request,
        _(
            "单点登录没有完成：统一身份认证没有确认，或没有与之对应的可用账号。请改用密码登录，或联系系统管理员。"
        ),
    )
    return redirect("login")
