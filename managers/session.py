"""Who is behind a request that has passed the login, and which requests nobody made by hand."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from managers.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who is logged in; refused for anybody else, should a view have forgotten to ask."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def not_activity(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view that pages ask again and again by themselves: it keeps nobody signed in."""
    view.not_activity = True  # type: ignore[attr-defined]
    return view
