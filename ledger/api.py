"""REST resources of the ledger: a manager's metrics, and the nightly runs."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.http import Http404, QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import metrics, queries, versions
from ledger.edge import as_of
from ledger.models import Run
from ledger.queries import differences
from ledger.queries.differences import Changed
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef, shown
from managers.models import ClientManager
from managers.permissions import may
from managers.rest import access, parameters
from managers.rest.openapi import on_parameter
from managers.rest.problems import Problem
from managers.rest.views import Listing, OfManager

WINDOWS = (*windows.TO_DATE, *windows.WHOLE)
STATES = ["value", "not_applicable", "missing"]
Wording = Callable[..., str]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


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
    query_names = frozenset({"on", "window", "floor", "as_of"})
    words: ClassVar[Wording] = staticmethod(code_itself)

    @extend_schema(
        summary=gettext_lazy("一名客户经理的全部指标"),
        tags=["metrics"],
        responses=MetricsSerializer,
        parameters=[
            on_parameter(gettext_lazy("业务日期；默认最近一个已发布的日期")),
            OpenApiParameter(
                "as_of",
                {"oneOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
                description=gettext_lazy("按这一日终了（或这一时刻）已发布的版本；默认现行版本"),
            ),
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
        known = moment(asked, "as_of")
        manager = self.manager()
        run = published(on, known)
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


def moment(asked: QueryDict, name: str) -> date | datetime | None:
    """A date, or a date and time with its zone (without one it is the bank's); None where absent."""
    text = asked.get(name)
    if text is None:
        return None
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        return as_of(text)
    except (ValueError, OverflowError):
        detail = _("%(name)s 须是有效日期或时刻，写成 2026-03-31 或 2026-03-31T18:00:00+08:00。")
        raise Problem(400, "bad_date", detail % {"name": name}, parameter=name) from None


def published(on: date | None, known: date | datetime | None = None) -> Run:
    """The run of a date, or of the latest one, as read now or then; Problem 409 where there is none (yet)."""
    latest = queries.latest_run()
    if latest is None:
        raise Problem(409, "not_published", _("还没有任何已发布的日终；请在日终完成后重试。"))
    if on is None and known is None:
        return latest
    try:
        return queries.run_as_of(on or latest.business_date, known)
    except queries.NotPublished:
        if known is not None:
            words = {"day": on or latest.business_date, "known": known}
            detail = _("截至 %(known)s，%(day)s 还没有已发布的日终。") % words
            raise Problem(409, "not_published", detail, parameter="as_of") from None
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
            "id",
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


class DifferenceSerializer(serializers.Serializer[Any]):
    """One figure before and after; `difference` is rounded to its unit, `exact` a fraction."""

    metric = serializers.CharField()
    window = serializers.ChoiceField(choices=WINDOWS)
    floor = serializers.CharField()
    unit = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    difference = serializers.CharField(allow_null=True)
    exact = serializers.CharField(allow_null=True)


class ChangedSerializer(serializers.Serializer[Any]):
    """A manager's figures that two versions hold differently, since which day and from which bundles."""

    employee_no = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    bundles = serializers.ListField(child=serializers.IntegerField())
    differences = DifferenceSerializer(many=True)


@extend_schema(
    summary=gettext_lazy("一个日终版本较前一版（或 against 所指版本）的差额，按客户经理"),
    tags=["runs"],
    responses=ChangedSerializer(many=True),
    parameters=[
        OpenApiParameter("id", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH),
        OpenApiParameter(
            "against",
            {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
            description=gettext_lazy("同一日的另一版本号；默认前一个已发布的版本"),
        ),
    ],
)
class RunDifferences(Listing):
    """What a version says otherwise than an earlier one of its date; managers in the caller's scope only."""

    scope = "metrics:read"
    query_names = frozenset({"against"})
    queryset = ClientManager.objects.all()
    serializer_class = ChangedSerializer
    filter_backends = []
    ordering = ("employee_no",)

    def get_queryset(self) -> Any:
        """The managers whose stored figures differ."""
        managers = super().get_queryset()
        earlier, later = self.versions
        return managers.filter(pk__in=differences.differing(earlier, later)) if earlier else managers.none()

    @cached_property
    def versions(self) -> tuple[Run | None, Run]:
        """The version compared with, None before the first, and that in the address; 404 for others."""
        number = self.kwargs["id"]
        later = Run.objects.filter(pk=min(number, 2**63 - 1), status=Run.Status.SUCCEEDED).first()
        if later is None:
            raise Http404
        against = self.request.query_params.get("against")
        if against is None:
            return queries.version_before(later), later
        earlier = queries.versions(later.business_date).filter(version=_version(against)).first()
        if earlier is None:
            raise Http404
        return earlier, later

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of managers; one of whom no figure differs after all is left out."""
        page = self.paginate_queryset(self.get_queryset()) or []
        earlier, later = self.versions
        found = differences.changes(earlier, later, [each.pk for each in page]) if earlier else []
        return self.get_paginated_response(
            ChangedSerializer([_changed(each) for each in found], many=True).data
        )


def _version(text: str) -> int:
    """The number of a version."""
    if not re.fullmatch(r"[1-9][0-9]{0,9}", text) or int(text) >= 2**31:
        raise Problem(400, "bad_parameter", _("against 须是版本号，如 1。"), parameter="against")
    return int(text)


def _changed(each: Changed) -> dict[str, Any]:
    return {
        "employee_no": each.manager.employee_no,
        "since": each.cause.since,
        "bundles": list(each.cause.bundles),
        "differences": [versions.difference_facts(one) for one in each.differences],
    }
