"""Who is behind a request that has passed the login."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from managers.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who is logged in; refused for anybody else, should a view have forgotten to ask."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
