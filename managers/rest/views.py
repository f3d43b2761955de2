"""The views every REST resource is made of: read-only, scoped, conditional, strict about parameters."""

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from managers.models import ClientManager
from managers.rest import access, parameters
from managers.rest.paging import Pages


@method_decorator(conditional_page, name="dispatch")
class ReadOnly(APIView):
    """GET and HEAD of something a token's scope and a role's permission open; an ETag on every answer.

    `scope` is one of `managers.tokens.SCOPES`, `permission` one of `managers.roles` (empty: any
    business role), `query_names` the parameters the view reads.
    """

    http_method_names = ["get", "head"]
    permission_classes = [access.MayRead]
    throttle_classes = [access.PerToken]
    scope: ClassVar[str]
    permission: ClassVar[str] = ""
    query_names: ClassVar[frozenset[str]] = frozenset()

    @cached_property
    def today(self) -> date:
        """The day whose grants count."""
        return timezone.localdate()

    def may_read(self, user: Any) -> bool:
        """Whether this kind of data is open to the user at all."""
        return access.may_read(user, self.permission, self.today)

    def visible(self, rows: Any) -> Any:
        """Only the rows (a ScopedQuerySet) the caller may read."""
        return access.readable(rows, self.request.user, self.permission, self.today)

    def known_parameters(self) -> frozenset[str]:
        """Every parameter that means something here."""
        return self.query_names

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A method that writes is refused before anyone is asked who they are."""
        if str(request.method).lower() not in self.http_method_names:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        parameters.check_names(request.query_params, self.known_parameters())

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Only the caller keeps a copy, and asks each time whether it still holds."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_cache=True)
        patch_vary_headers(answer, ["Authorization", "Cookie"])
        return answer


class Listing(ReadOnly, ListAPIView):
    """A list in pages, filtered by `filterset_class`, in the order of `ordering`."""

    pagination_class: Any = Pages
    filter_backends = [DjangoFilterBackend]
    ordering: ClassVar[tuple[str, ...]] = ("id",)

    def get_queryset(self) -> Any:
        """The rows the caller may read."""
        return self.visible(super().get_queryset())

    def known_parameters(self) -> frozenset[str]:
        """Its own, those of its filters and those of its pages."""
        filters = getattr(self, "filterset_class", None)
        names = frozenset(filters.base_filters) if filters else frozenset()
        return self.query_names | names | self.pagination_class.query_names


class OfManager(ReadOnly):
    """Something of one client manager, who is in the address."""

    def manager(self) -> ClientManager:
        """The manager, or 404: one outside the caller's scope is as absent as one who never was."""
        rows = self.visible(ClientManager.objects.select_related("branch"))
        # PostgreSQL's text has no NUL, and the driver refuses to ask for one.
        found = rows.filter(employee_no=self.kwargs["employee_no"].replace("\x00", "\ufffd")).first()
        if found is None:
            raise Http404
        return found
