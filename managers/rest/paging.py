"""Pages of lists: by cursor, so that rows added meanwhile neither repeat nor vanish."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from managers.rest import parameters

PAGE_SIZE, MAX_PAGE_SIZE = 100, 500
_LINK = {"type": "string", "format": "uri", "nullable": True}
_PAGE_SIZE_PARAMETER = {
    "name": "page_size",
    "in": "query",
    "required": False,
    "description": _("每页行数"),
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
}


class Pages(CursorPagination):
    """`{"next", "previous", "results"}`. The view's `ordering` begins with a unique column."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    cursor_query_description: Any = _("翻页标记，取自上一次应答的 next")
    query_names = frozenset({"cursor", "page_size"})

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The page; Problem bad_cursor for a cursor of another list or of nobody."""
        self.ordering = view.ordering
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, OverflowError, ValidationError, DataError):
            # The position within a cursor is compared with a column, which it may not fit at all.
            raise parameters.bad_cursor(self.cursor_query_param) from None

    def get_page_size(self, request: Request) -> int:
        """As asked for; Problem bad_page_size where the framework would quietly take its default."""
        return parameters.page_size(
            request.query_params, self.page_size_query_param, default=PAGE_SIZE, most=MAX_PAGE_SIZE
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How a page is described."""
        return _page_of(schema, {"next": _LINK, "previous": _LINK})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """How its parameters are described."""
        cursor, _framework = super().get_schema_operation_parameters(view)
        return [cursor, _PAGE_SIZE_PARAMETER]


class Stream(BasePagination):
    """`{"next", "cursor", "results"}` of an append-only table: what came after `since`, oldest first.

    `next` is there while more is waiting. `cursor` is where to go on later: it is never empty, so a
    reader that has caught up asks again with it.
    """

    query_names = frozenset({"since", "page_size"})

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The records after `since`, by id."""
        size = parameters.page_size(request.query_params, "page_size", default=PAGE_SIZE, most=MAX_PAGE_SIZE)
        since = parameters.cursor(request.query_params, "since")
        found = list(queryset.filter(id__gt=since).order_by("id")[: size + 1])
        page = found[:size]
        self.cursor = str(page[-1].pk if page else since)
        here = request.build_absolute_uri()
        self.next = replace_query_param(here, "since", self.cursor) if len(found) > size else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        """The page and where to go on."""
        return Response({"next": self.next, "cursor": self.cursor, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How a page is described."""
        return _page_of(schema, {"next": _LINK, "cursor": {"type": "string"}})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """How its parameters are described."""
        since = {
            "name": "since",
            "in": "query",
            "required": False,
            "description": _("上一次应答中的 cursor；不给则从头开始"),
            "schema": {"type": "string", "pattern": r"^[0-9]{1,18}$"},
        }
        return [since, _PAGE_SIZE_PARAMETER]


def _page_of(rows: dict[str, Any], links: dict[str, Any]) -> dict[str, Any]:
    properties = links | {"results": rows}
    return {"type": "object", "required": list(properties), "properties": properties}
