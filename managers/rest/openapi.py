"""How the REST interface describes itself: parameters, errors, and texts in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from managers.rest.problems import MEDIA_TYPE, TITLES

# 404 and 409 only where something is named in the address or asked of a date; see `document_problems`.
PROBLEMS = {
    "400": _("参数无效"),
    "401": _("需要身份验证"),
    "403": _("没有权限"),
    "404": _("没有找到，或不在授权范围内"),
    "405": _("方法不被接受"),
    "406": _("没有这种格式"),
    "409": _("该日尚未发布"),
    "429": _("请求过于频繁"),
    "500": _("系统出错"),
}

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(TITLES)},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "parameter": {"type": "string"},
        "scope": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def on_parameter(meaning: Any) -> OpenApiParameter:
    """The date a question is about."""
    return OpenApiParameter("on", OpenApiTypes.DATE, description=meaning)


class BearerTokenScheme(OpenApiAuthenticationExtension):
    """The bearer token, as Swagger offers it under Authorize."""

    target_class = "managers.authentication.BearerToken"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """RFC 6750."""
        return {"type": "http", "scheme": "bearer", "description": str(_("由 manage.py create_token 签发"))}


def document_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing: every operation may answer with a problem, and says so."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {f"Problem{status}": _problem(text) for status, text in PROBLEMS.items()}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"] |= {
                status: {"$ref": f"#/components/responses/Problem{status}"} for status in PROBLEMS
            }
            operation["responses"]["304"] = {"description": _("自 If-None-Match 所指以来没有变化")}
    return result


def _problem(text: Any) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text, "content": content}
