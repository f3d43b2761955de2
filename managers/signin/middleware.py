"""What every request of somebody signed in passes: the clock of the session, and what must be done first.

Requests without a session cookie pass untouched; a session costs one query here at most, none once the second
factor was used in it.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from managers.services import signins
from managers.signin import marks
from managers.signin.duties import FACTOR, PASSWORD, first_duty
from managers.signin.origin import origin_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: A session that is not there any more: ended elsewhere, or with the account.
GONE = "gone"
#: Reached whatever is left to do.
ALWAYS_OPEN = {
    *("login", "account_login", "logout", "sso", "sso_callback", "set_language", "healthz"),
    *("admin:login", "admin:logout"),
}
AGAIN = {"account_reauthenticate", "mfa_reauthenticate"}
OPEN = {
    PASSWORD: ALWAYS_OPEN | {"password_change"},
    FACTOR: ALWAYS_OPEN | AGAIN | {"password_change", "mfa_activate_totp", "mfa_view_recovery_codes"},
}
LEADS_TO = {PASSWORD: "password_change", FACTOR: "mfa_activate_totp"}


class SessionClock:
    """Ends a session that was idle or alive for too long, and says so on the sign-in page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The view's answer, or the way to the sign-in page."""
        if not has_session(request):
            return self.get_response(request)
        why = self._end_if_over(request)
        if why and _asks_for_page(request):
            return _to_login(request, why)
        return _explained(self.get_response(request), "" if why else self._gone(request))

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Whatever a person does moves the idle end; what a page does by itself does not."""
        if has_session(request) and request.user.is_authenticated and not hasattr(view, "not_activity"):
            marks.touch(request.session, at=timezone.now())

    @staticmethod
    def _end_if_over(request: HttpRequest) -> str:
        if not request.user.is_authenticated:
            return ""
        why = marks.over(request.session, at=timezone.now())
        if why:
            signins.ended(request.user, origin_of(request), why=why)
            logout(request)
        return why

    @staticmethod
    def _gone(request: HttpRequest) -> str:
        return GONE if request.session.session_key is None else ""


class Duties:
    """Leads whoever must change the password or set up a second factor there, before anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The view's answer."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The answer that leads there, or nothing."""
        if not has_session(request) or _by_token(request) or not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ALWAYS_OPEN:
            return None
        duty = first_duty(request, on=timezone.localdate(), at=timezone.now())
        if not duty or name in OPEN[duty]:
            return None
        return _problem(request, duty) if _is_api(request) else _led_to(request, reverse(LEADS_TO[duty]))


def has_session(request: HttpRequest) -> bool:
    """Whether the browser shows a session; asking `request.user` of others would cost nothing but time."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _by_token(request: HttpRequest) -> bool:
    """The REST interface asks a bearer token first, and a token has no duties."""
    return _is_api(request) and request.headers.get("Authorization", "").lower().startswith("bearer ")


def _asks_for_page(request: HttpRequest) -> bool:
    """Programs get their 401; the sign-in page and the choice of language are reached either way."""
    open_to_all = (reverse("login"), reverse("set_language"), reverse("healthz"))
    return not _is_api(request) and not request.path_info.startswith(open_to_all)


def _to_login(request: HttpRequest, why: str) -> HttpResponse:
    asked = {"ended": why}
    if request.method == "GET" and not getattr(request, "htmx", False):
        asked["next"] = request.get_full_path()
    return HttpResponseRedirect(f"{reverse('login')}?{urlencode(asked)}")


def _explained(response: HttpResponseBase, why: str) -> HttpResponseBase:
    """A redirect to the sign-in page says why."""
    target = response.headers.get("Location", "") if why else ""
    if target.startswith(f"{reverse('login')}?"):
        response.headers["Location"] = f"{target}&ended={why}"
    return response


def _led_to(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else HttpResponseRedirect(url)


def _problem(request: HttpRequest, duty: str) -> HttpResponse:
    # rest_framework reads settings while it is being imported, and settings name this module.
    from managers.rest import problems

    return JsonResponse(
        problems.body(problems.duty(duty), request.path),
        status=403,
        content_type=problems.MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
