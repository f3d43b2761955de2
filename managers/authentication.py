"""Who calls the REST interface: the owner of a bearer token.

Settings name this class, and `rest_framework.views` reads settings while it is being imported: nothing
here may import that module.
"""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from managers import tokens
from managers.models import ApiToken, User


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; no such header leaves the question to the session."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The user and the token; AuthenticationFailed where the token opens nothing."""
        header = get_authorization_header(request).decode("latin-1")
        kind, _space, text = header.partition(" ")
        if kind.lower() != "bearer":
            return None
        try:
            token = tokens.usable(text.strip(), at=timezone.now())
        except tokens.Unusable as error:
            raise AuthenticationFailed(str(error), code=error.code) from None
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing or useless token a 401 that names what is wanted."""
        return 'Bearer realm="cmbank"'
