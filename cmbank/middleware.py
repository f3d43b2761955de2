"""Chooses the language of a page: Chinese, unless the person chose another."""

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware


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
