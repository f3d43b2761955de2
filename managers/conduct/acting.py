"""How the pages of development and conduct act: refusals are said on the page, names are masked for audit."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from managers.models import ClientManager, User
from managers.models.scope import inside, scope_for
from managers.queries.names import masked_for
from managers.rules import masking
from managers.services.stepping import Refusal

ROWS_A_PAGE = 25
MOST_BYTES = 1 << 20


def attempt(request: HttpRequest, act: Callable[[], Any], done: str, back: Any) -> HttpResponse:
    """Do something and go back to a page, with what was done or why it was refused."""
    try:
        act()
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, done)
    return redirect(back) if isinstance(back, str) else redirect(*back)


def accepted(form: forms.Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What a valid form brought about; None where it is not valid or refused, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except (Refusal, PermissionDenied) as refusal:
        form.add_error(None, str(refusal))
        return None


def people_for(user: User, action: str, on: date) -> QuerySet[ClientManager]:
    """The managers about whom somebody may take an action, ties aside."""
    found = ClientManager.objects.filter(inside(scope_for(user, action, on), "branch__path"))
    return found.select_related("branch")


def has(user: User, action: str, on: date) -> bool:
    """Whether some grant permits an action anywhere."""
    scope = scope_for(user, action, on)
    return scope.everything or bool(scope.paths)


def admit(user: User, on: date, *actions: str) -> None:
    """Refuse whoever holds none of some actions."""
    if not any(has(user, action, on) for action in actions):
        raise PermissionDenied(_("您的角色不包括查看这些资料；如确有需要，请联系安全管理员授权。"))


class Names:
    """How a reader sees people's names: audit sees them masked."""

    def __init__(self, user: User, on: date) -> None:
        self.masked = masked_for(user, on)

    def of(self, manager: ClientManager) -> str:
        """The name as this reader sees it."""
        return masking.name(manager.name) if self.masked else manager.name
