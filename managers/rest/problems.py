"""Errors of the REST interface as problem details (RFC 9457): a code for programs, a sentence for people."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

log = logging.getLogger("cmbank.api")

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:cmbank:problem:"

TITLES = {
    "bad_cursor": gettext_lazy("翻页标记无效"),
    "bad_date": gettext_lazy("日期无效"),
    "bad_floor": gettext_lazy("门槛金额无效"),
    "bad_page_size": gettext_lazy("每页行数无效"),
    "bad_parameter": gettext_lazy("参数无效"),
    "bad_request": gettext_lazy("请求无效"),
    "bad_window": gettext_lazy("计算期间无效"),
    "repeated_parameter": gettext_lazy("参数重复"),
    "unknown_parameter": gettext_lazy("没有这个参数"),
    "not_authenticated": gettext_lazy("需要身份验证"),
    "token_invalid": gettext_lazy("令牌不正确"),
    "token_expired": gettext_lazy("令牌已过期"),
    "token_revoked": gettext_lazy("令牌已吊销"),
    "user_inactive": gettext_lazy("账号已停用"),
    "forbidden": gettext_lazy("没有权限"),
    "factor_required": gettext_lazy("须先启用两步验证"),
    "password_required": gettext_lazy("须先修改密码"),
    "scope_missing": gettext_lazy("令牌不含这项权限范围"),
    "not_found": gettext_lazy("没有找到"),
    "method_not_allowed": gettext_lazy("方法不被接受"),
    "not_acceptable": gettext_lazy("没有这种格式"),
    "not_published": gettext_lazy("该日尚未发布"),
    "too_many_requests": gettext_lazy("请求过于频繁"),
    "server_error": gettext_lazy("系统出错"),
}


class Problem(exceptions.APIException):
    """A refusal with its status, its code of TITLES and a sentence; `extra` joins the answer."""

    def __init__(self, status: int, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail, code)
        self.status_code, self.code, self.extra = status, code, extra


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """The exception handler of every API view. What nobody foresaw is logged, never shown."""
    problem = recognised(error)
    if problem is None:
        log.error("%s", context["request"].path, exc_info=error)
        problem = server_error()
    set_rollback()
    return Response(
        body(problem, context["request"].path),
        status=problem.status_code,
        headers=_headers(error),
        content_type=MEDIA_TYPE,
    )


def body(problem: Problem, path: str) -> dict[str, Any]:
    """The members of a problem-details object."""
    return {
        "type": TYPE + problem.code,
        "title": str(TITLES.get(problem.code, problem.code)),
        "status": problem.status_code,
        "code": problem.code,
        "detail": str(problem.detail),
        "instance": path,
        **problem.extra,
    }


def server_error() -> Problem:
    """What is said of an error that nobody foresaw."""
    return Problem(500, "server_error", _("系统出错，错误已记录；请稍后重试，仍有问题请联系系统管理员。"))


def bad_request() -> Problem:
    """What is said of a request that cannot be read."""
    return Problem(400, "bad_request", _("无法理解这个请求；请核对地址与参数。"))


def not_found() -> Problem:
    """The same words for what does not exist and for what lies outside the caller's scope."""
    return Problem(404, "not_found", _("没有这个地址或记录，或者不在您的授权范围内；请核对地址与编号。"))


def duty(name: str) -> Problem:
    """What is said to a session that must do something first: `password` or `factor`."""
    sentences = {
        "password": _("登录会话须先修改密码；请在浏览器中打开 /password/，或改用 Bearer 令牌。"),
        "factor": _("登录会话须先启用两步验证；请在浏览器中打开 /account/factor/，或改用 Bearer 令牌。"),
    }
    return Problem(403, f"{name}_required", sentences[name])


def recognised(error: Exception) -> Problem | None:
    """The problem behind an exception, or None for one that nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404 | exceptions.NotFound):
        return not_found()
    if isinstance(error, SuspiciousOperation):
        return bad_request()
    if isinstance(error, PermissionDenied):
        return Problem(403, "forbidden", str(error) or _forbidden())
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def _forbidden() -> str:
    return _("您没有这项权限；如确有需要，请联系安全管理员授权。")


def _of_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error)
    if isinstance(error, exceptions.Throttled):
        wait = int(getattr(error, "wait", None) or 1)
        return Problem(
            429, "too_many_requests", _("请求过于频繁；请在 %(seconds)s 秒后重试。") % {"seconds": wait}
        )
    if isinstance(error, exceptions.AuthenticationFailed):
        return Problem(401, str(error.get_codes()), str(error.detail))
    sentences = {
        401: ("not_authenticated", _("请先登录，或在 Authorization 头中提供 Bearer 令牌。")),
        403: ("forbidden", _forbidden()),
        405: ("method_not_allowed", _("本接口只读，只接受 GET。")),
        406: ("not_acceptable", _("没有所要求的格式；请把 Accept 头设为 application/json。")),
    }
    code, sentence = sentences.get(error.status_code, ("bad_request", str(error.detail)))
    return Problem(error.status_code, code, sentence)


def _invalid(error: exceptions.ValidationError) -> Problem:
    """Filters refused by their forms: every parameter with every sentence."""
    found = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    errors = [
        {"parameter": name, "detail": str(sentence)}
        for name, sentences in found.items()
        for sentence in sentences
    ]
    return Problem(400, "bad_parameter", " ".join(row["detail"] for row in errors), errors=errors)


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return headers
