"""What every request passes: no NUL characters, the language of its answer, and who answers for changes."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware

from managers import provenance
from managers.models.scope import grants_read_once


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Django's LocaleMiddleware without the browser's opinion.

    The bank's language is Chinese. A browser installed in English says nothing about the person before
    it, so only the language cookie, set by that person through `i18n/setlang/`, counts. A program that
    calls the REST interface has no cookie and means what its Accept-Language says.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the cookie, or for a program the one it accepts, or the default one."""
        if not request.path_info.startswith("/api/"):
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        super().process_request(request)


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 400 to a NUL character in the path, the query or a form: PostgreSQL has no such text.

    The REST interface names the parameter itself.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return get_response(request)
        given = [request.path_info, *(each for values in request.GET.lists() for each in values[1])]
        if request.method == "POST":
            given += [each for values in request.POST.lists() for each in values[1]]
        if any("\0" in each for each in given):
            raise BadRequest("NUL")
        return get_response(request)

    return middleware


def read_grants_once(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A page that is only looked at asks once what its reader may see; what changes something asks anew."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with grants_read_once():
            return get_response(request)

    return middleware


def account_for_changes(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Whatever a request changes says who made it and which page it was.

    Who it is is asked at the first change: a token is read only inside the view, and a page that changes
    nothing need not know.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = False

        def who() -> int | None:
            nonlocal asked
            if asked:  # to learn it, the session itself may have to be written
                return None
            asked = True
            try:
                return getattr(getattr(request, "user", None), "pk", None)
            finally:
                asked = False

        with provenance.acting(user=who, path=request.path, method=request.method):
            return get_response(request)

    return middleware
