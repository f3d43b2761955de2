"""The REST interface as a whole: its addresses, its description, and what is said of errors outside it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import include, path, re_path
from django.views import defaults
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from appraisal import api as appraisal
from grading import api as grading
from grading.rules import wording
from ledger import api as ledger
from managers import api as managers
from managers.rest import parameters, problems

PREFIX = "/api/"


class InJson(APIView):
    """A view that renders something else than JSON, but not its errors."""

    http_method_names = ["get", "head"]
    query_names: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the parameters as strictly as everywhere."""
        super().initial(request, *args, **kwargs)
        parameters.check_names(request.query_params, self.query_names)
        language = request.query_params.get("lang", settings.LANGUAGE_CODE)
        if language not in dict(settings.LANGUAGES):
            # Django would keep a catalogue in memory for every language anyone makes up.
            raise problems.bad_request()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Problems are JSON, whatever the view renders."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if getattr(answer, "exception", False):
            answer.accepted_renderer = JSONRenderer()
            answer.content_type = problems.MEDIA_TYPE
        return answer


class Schema(InJson, SpectacularAPIView):
    """The OpenAPI description. It tells nothing about anyone, so nobody is asked who they are."""

    query_names = frozenset({"lang", "version"})


class Swagger(InJson, SpectacularSwaggerSplitView):
    """Swagger UI out of our own static files, its script at an address of its own for the strict CSP."""

    query_names = frozenset({"lang", "version", "script"})
    template_name = "api/docs.html"
    url_name = "v1:schema"


@extend_schema(exclude=True)
class Nowhere(APIView):
    """Every other address below /api/."""

    permission_classes = [AllowAny]
    authentication_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """There is nothing here, for any method."""
        raise problems.not_found()


V1 = [
    path("managers/", managers.Managers.as_view(), name="managers"),
    path("managers/<str:employee_no>/", managers.Manager.as_view(), name="manager"),
    path("managers/<str:employee_no>/grade/", grading.ManagerGrade.as_view(), name="manager-grade"),
    path(
        "managers/<str:employee_no>/metrics/",
        ledger.ManagerMetrics.as_view(words=wording.why),
        name="manager-metrics",
    ),
    path("managers/<str:employee_no>/verdicts/", grading.ManagerVerdicts.as_view(), name="manager-verdicts"),
    path("grades/", grading.Grades.as_view(), name="grades"),
    path("grade-changes/", grading.GradeChanges.as_view(), name="grade-changes"),
    path("appraisals/", appraisal.Appraisals.as_view(), name="appraisals"),
    path("rulebooks/", grading.Rulebooks.as_view(), name="rulebooks"),
    path("customers/", managers.Customers.as_view(), name="customers"),
    path("runs/", ledger.Runs.as_view(), name="runs"),
    path("runs/<int:id>/differences/", ledger.RunDifferences.as_view(), name="run-differences"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Swagger.as_view(), name="docs"),
]
# The last pattern ends in a slash too, so that an address without one is still led to the one with it.
urlpatterns = [
    path("v1/", include((V1, "v1"))),
    re_path(r"^(?:.*/)?$", Nowhere.as_view()),
]


def is_api(request: HttpRequest) -> bool:
    """Whether a program asked."""
    return request.path.startswith(PREFIX)


def _said(problem: problems.Problem, request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        problems.body(problem, request.path),
        status=problem.status_code,
        content_type=problems.MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500: what broke before or after a view."""
    return _said(problems.server_error(), request) if is_api(request) else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler400: a request that no view could be asked about."""
    page: Callable[..., HttpResponseBase] = defaults.bad_request
    return _said(problems.bad_request(), request) if is_api(request) else page(request, exception)
