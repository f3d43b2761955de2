"""REST resources of the ledger: a manager's metrics, and the nightly runs."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import metrics, queries
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef, shown
from managers.permissions import may
from managers.rest import access, parameters
from managers.rest.openapi import on_parameter
from managers.rest.problems import Problem
from managers.rest.views import Listing, OfManager

WINDOWS = (*windows.TO_DATE, *windows.WHOLE)
STATES = ["value", "not_applicable", "missing"]
Wording = Callable[..., str]


def code_itself(code: str, params: Mapping[str, str], *, language: str) -> str:
    """The sentence of a reason where nobody has given any words for it."""
    return code


class RunRefSerializer(serializers.ModelSerializer[Run]):
    """Which night published a figure, in which version."""

    class Meta:
        model = Run
        fields = ["business_date", "version"]


class FigureSerializer(serializers.Serializer[Any]):
    """One metric: a value, or why there is none."""

    metric = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    value = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    reason_text = serializers.CharField(allow_null=True)


class MetricsSerializer(serializers.Serializer[Any]):
    """All metrics of one manager over one window with one floor, as one run published them."""

    employee_no = serializers.CharField()
    on = serializers.DateField()
    window = serializers.ChoiceField(choices=WINDOWS)
    window_from = serializers.DateField()
    window_to = serializers.DateField()
    floor = serializers.DecimalField(max_digits=17, decimal_places=2)
    run = RunRefSerializer()
    metrics = FigureSerializer(many=True)


class ManagerMetrics(OfManager):
    """The metrics of one client manager. `words` gives the sentence for a reason; the wiring passes it in,
    because the words live further right."""

    scope = "metrics:read"
    query_names = frozenset({"on", "window", "floor"})
    words: ClassVar[Wording] = staticmethod(code_itself)

    @extend_schema(
        summary=gettext_lazy("一名客户经理的全部指标"),
        tags=["metrics"],
        responses=MetricsSerializer,
        parameters=[
            on_parameter(gettext_lazy("业务日期；默认最近一个已发布的日期")),
            OpenApiParameter("window", enum=WINDOWS, default="quarter", description=gettext_lazy("计算期间")),
            OpenApiParameter(
                "floor",
                {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2})?$", "default": "0"},
                description=gettext_lazy("客户自身存款日均的门槛（元），未达者不计"),
            ),
        ],
    )
    def get(self, request: Request, employee_no: str) -> Response:
        """Every metric of the catalogue, those that do not apply included."""
        asked = request.query_params
        window = parameters.window(asked, "window", known=WINDOWS, default="quarter")
        floor = parameters.amount(asked, "floor", default=Decimal(0))
        on = parameters.day(asked, "on")
        manager = self.manager()
        run = published(on)
        span = windows.window(window, run.business_date)
        answer = {
            "employee_no": manager.employee_no,
            "on": run.business_date,
            "window": window,
            "window_from": span.start,
            "window_to": span.end,
            "floor": floor,
            "run": run,
            "metrics": self._rows(run, window, floor, manager.pk),
        }
        return Response(MetricsSerializer(answer).data)

    def _rows(self, run: Run, window: str, floor: Decimal, manager: int) -> list[dict[str, Any]]:
        catalogue = metrics.catalogue()
        refs = [MetricRef(code, window, floor) for code, each in catalogue.items() if window in each.windows]
        found = metrics.figures(run, refs, [manager])[manager] if refs else {}
        return [
            self._row(metric, found.get(MetricRef(code, window, floor))) for code, metric in catalogue.items()
        ]

    def _row(self, metric: metrics.Metric, figure: Figure | None) -> dict[str, Any]:
        if figure is None:
            return _undefined(metric)
        language = "en" if (get_language() or "").startswith("en") else "zh"
        text = self.words(figure.reason, figure.params, language=language) if figure.reason else None
        return {
            "metric": metric.code,
            "state": figure.state,
            "value": shown(figure.value, figure.unit),
            "unit": metric.unit,
            "reason": figure.reason or None,
            "reason_text": text,
        }


def _undefined(metric: metrics.Metric) -> dict[str, Any]:
    """The row of a metric that has no meaning over the window asked for."""
    return {
        "metric": metric.code,
        "state": "not_applicable",
        "value": None,
        "unit": metric.unit,
        "reason": "window_not_defined",
        "reason_text": _("该指标只按这些期间计算：%(windows)s") % {"windows": "、".join(metric.windows)},
    }


def published(on: date | None) -> Run:
    """The published run of a date, or of the latest one; Problem 409 where there is none (yet)."""
    latest = queries.latest_run()
    if latest is None:
        raise Problem(409, "not_published", _("还没有任何已发布的日终；请在日终完成后重试。"))
    if on is None:
        return latest
    try:
        return queries.current_run(on)
    except queries.NotPublished:
        detail = _("%(day)s 没有已发布的日终；最近的是 %(latest)s。") % {
            "day": on,
            "latest": latest.business_date,
        }
        raise Problem(409, "not_published", detail, parameter="on") from None


class RunSerializer(serializers.ModelSerializer[Run]):
    """One night's work, in one version."""

    through_bundle = serializers.IntegerField(source="through_bundle_id")

    class Meta:
        model = Run
        fields = [
            "business_date",
            "version",
            "status",
            "is_current",
            "through_bundle",
            "reason",
            "started_at",
            "finished_at",
            "error",
        ]


class RunFilters(filters.FilterSet):
    """How the list of runs is narrowed."""

    business_date = filters.DateFilter(label=gettext_lazy("业务日期"))
    status = filters.ChoiceFilter(choices=Run.Status, label=gettext_lazy("状态"))
    is_current = filters.BooleanFilter(label=gettext_lazy("现行"))

    class Meta:
        model = Run
        fields = ["business_date", "status", "is_current"]


@extend_schema(summary=gettext_lazy("日终批次，最近开始的在前"), tags=["runs"])
class Runs(Listing):
    """The nightly runs: those in work and those that failed only for who watches over them."""

    scope = "runs:read"
    queryset = Run.objects.all()
    serializer_class = RunSerializer
    filterset_class = RunFilters
    ordering = ("-id",)

    def may_read(self, user: Any) -> bool:
        """Whoever reads figures may know which night they are of; operations sees no figures."""
        return may(user, "view_runs", on=self.today) or access.may_read(user, "", self.today)

    def visible(self, rows: Any) -> Any:
        """A run names no person; what is unfinished or broken is for operations."""
        user: Any = self.request.user
        watches = may(user, "view_runs", on=self.today)
        return rows if watches else rows.filter(status=Run.Status.SUCCEEDED)
