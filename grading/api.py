"""REST resources of grading: grades on a day, the stream of changes, verdicts, rulebooks."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import verdict as verdicts
from grading.rules import wording
from managers.models import ClientManager
from managers.rest import parameters
from managers.rest.openapi import on_parameter
from managers.rest.paging import Stream
from managers.rest.rows import ManagerFilters
from managers.rest.views import Listing, OfManager

ON = on_parameter(_("等级的日期；默认今天"))
OUTCOMES = list(wording.OUTCOMES)
STANDARDS = ["met", "not_met", "undecided"]
NODES = [*STANDARDS, "not_applicable"]


class GradeSerializer(serializers.Serializer[Any]):
    """The grade a manager holds on a day, since when and on what basis; nulls where there is none."""

    employee_no = serializers.CharField()
    on = serializers.DateField()
    grade = serializers.CharField(allow_null=True)
    effective_on = serializers.DateField(allow_null=True)
    basis = serializers.CharField(allow_null=True)


def grade_rows(managers: list[ClientManager], on: date) -> list[dict[str, Any]]:
    """One row for every manager, in their order; one query."""
    held = _holding([manager.pk for manager in managers], on)
    return [_grade_row(manager, on, held.get(manager.pk)) for manager in managers]


def _holding(managers: Iterable[int], on: date) -> dict[int, GradeRecord]:
    """The record that holds on a day, by manager."""
    records = GradeRecord.objects.filter(manager__in=managers, effective_on__lte=on)
    latest = records.order_by("manager_id", "-effective_on", "-id").distinct("manager_id")
    return {record.manager_id: record for record in latest}


def _grade_row(manager: ClientManager, on: date, record: GradeRecord | None) -> dict[str, Any]:
    return {
        "employee_no": manager.employee_no,
        "on": on,
        # An empty code ends the grade: nobody holds one from that day on, and the basis says why.
        "grade": record.grade_code or None if record else None,
        "effective_on": record.effective_on if record else None,
        "basis": record.basis if record else None,
    }


class ManagerGrade(OfManager):
    """The grade of one client manager on a day."""

    scope = "grades:read"
    query_names = frozenset({"on"})

    @extend_schema(
        summary=_("一名客户经理某日的等级"), tags=["grades"], responses=GradeSerializer, parameters=[ON]
    )
    def get(self, request: Request, employee_no: str) -> Response:
        """The latest record up to that day."""
        on = parameters.day(request.query_params, "on") or self.today
        return Response(GradeSerializer(grade_rows([self.manager()], on)[0]).data)


@extend_schema(summary=_("某日的全部等级"), tags=["grades"], parameters=[ON])
class Grades(Listing):
    """The grades of all client managers in the caller's scope on a day."""

    scope = "grades:read"
    query_names = frozenset({"on"})
    queryset = ClientManager.objects.all()
    serializer_class = GradeSerializer
    filterset_class = ManagerFilters
    ordering = ("employee_no",)

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page of managers, turned into their grades."""
        on = parameters.day(self.request.query_params, "on") or self.today
        return grade_rows(super().paginate_queryset(queryset) or [], on)


class HeldGrade(serializers.CharField):
    """A grade by its code; null where the record ends it."""

    def to_representation(self, value: str) -> Any:
        """The code, or null."""
        return value or None


class GradeChangeSerializer(serializers.ModelSerializer[GradeRecord]):
    """One entry of the grade history; `grade` is null where the record ends the grade."""

    employee_no = serializers.CharField(source="manager.employee_no")
    grade = HeldGrade(source="grade_code", allow_null=True)

    class Meta:
        model = GradeRecord
        fields = ["id", "employee_no", "grade", "effective_on", "basis", "recorded_at"]


@extend_schema(summary=_("等级变动流水，只增不改"), tags=["grades"])
class GradeChanges(Listing):
    """Every grade record in the order in which they were made, from a cursor on."""

    scope = "grades:read"
    queryset = GradeRecord.objects.select_related("manager")
    serializer_class = GradeChangeSerializer
    pagination_class = Stream
    filter_backends = []


class ReasonSerializer(serializers.Serializer[Any]):
    """One node of a verdict's reasons, as in the verdict export."""

    code = serializers.CharField()
    cites = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    threshold = serializers.CharField(allow_null=True)
    met = serializers.BooleanField(allow_null=True)
    state = serializers.ChoiceField(choices=NODES)
    comparison = serializers.CharField()
    gap = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    metric = serializers.CharField()
    window = serializers.CharField()
    floor = serializers.CharField(allow_null=True)
    why = serializers.CharField()


class PointsSerializer(serializers.Serializer[Any]):
    """One item of a scoring sheet, as in the verdict export."""

    code = serializers.CharField()
    cites = serializers.CharField()
    title = serializers.CharField()
    points = serializers.CharField(allow_null=True)
    full = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=["scored", "failed", "stood_in", "left_out", "undecided"])
    why = serializers.CharField()


class ScoreSerializer(serializers.Serializer[Any]):
    """A scoring sheet: the total, what the regulation calls it, and its items."""

    total = serializers.CharField(allow_null=True)
    result = serializers.CharField()
    items = PointsSerializer(many=True)


class PayEntrySerializer(serializers.Serializer[Any]):
    """A part of an award and the day on which it is due."""

    kind = serializers.ChoiceField(choices=["paid", "release"])
    due_on = serializers.DateField()
    amount = serializers.CharField()


class PaySerializer(serializers.Serializer[Any]):
    """What an item of pay came to, in yuan; its entries add up to the amount."""

    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    cites = serializers.CharField()
    amount = serializers.CharField(allow_null=True)
    why = serializers.CharField()
    carried = serializers.CharField()
    entries = PayEntrySerializer(many=True)
    clawed_back = serializers.JSONField(allow_null=True)
    parts = serializers.JSONField()


class VerdictSerializer(serializers.Serializer[Any]):
    """A frozen verdict: the fields of the verdict export, and which night and text it rests on."""

    id = serializers.IntegerField()
    employee_no = serializers.CharField()
    scheme = serializers.CharField()
    rulebook_number = serializers.IntegerField()
    period = serializers.CharField()
    on = serializers.DateField()
    run_version = serializers.IntegerField()
    grade = serializers.CharField()
    proposed_grade = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    standards = serializers.DictField(child=serializers.ChoiceField(choices=STANDARDS))
    on_post = serializers.ChoiceField(choices=NODES, allow_null=True)
    cites = serializers.CharField()
    why = serializers.CharField()
    entry = serializers.ChoiceField(choices=NODES, allow_null=True)
    scores = serializers.DictField(child=ScoreSerializer())
    pay = PaySerializer(many=True)
    reasons = ReasonSerializer(many=True)
    created_at = serializers.DateTimeField()


def verdict_row(stored: Verdict) -> dict[str, Any]:
    """A stored verdict as the verdict export writes it, with where it comes from."""
    judged = verdicts.Verdict.from_dict(stored.result)
    return verdicts.export(judged, employee_no=stored.manager.employee_no) | {
        "id": stored.pk,
        "scheme": stored.rulebook.code,
        "rulebook_number": stored.rulebook.number,
        "period": stored.period,
        "on": stored.on,
        "run_version": stored.run.version,
        "created_at": stored.created_at,
    }


class VerdictFilters(filters.FilterSet):
    """How the verdicts of a manager are narrowed."""

    scheme = filters.CharFilter("rulebook__code", label=_("办法代码"))
    period = filters.CharFilter(label=_("考核期，如 1993Q3"))

    class Meta:
        model = Verdict
        fields = ["scheme", "period"]


@extend_schema(summary=_("一名客户经理的考核结论，新的在前"), tags=["verdicts"])
class ManagerVerdicts(OfManager, Listing):
    """The verdicts of one client manager."""

    scope = "verdicts:read"
    permission = "view_appraisals"
    # The evidence and the rulebook's text are long, and not part of the answer.
    queryset = Verdict.objects.select_related("manager", "rulebook", "run").defer(
        "evidence", "rulebook__content"
    )
    serializer_class = VerdictSerializer
    filterset_class = VerdictFilters
    ordering = ("-id",)

    def get_queryset(self) -> Any:
        """Only this manager's."""
        return super().get_queryset().filter(manager=self.manager())

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page of verdicts, with their reasons."""
        return [verdict_row(stored) for stored in super().paginate_queryset(queryset) or []]


class RulebookSerializer(serializers.ModelSerializer[RulebookVersion]):
    """One version of a regulation, by the digest of its text."""

    class Meta:
        model = RulebookVersion
        fields = ["code", "number", "title", "origin", "effective_on", "adopted_at", "sha256"]


class RulebookFilters(filters.FilterSet):
    """How the list of rulebooks is narrowed."""

    code = filters.CharFilter(label=_("办法代码"))

    class Meta:
        model = RulebookVersion
        fields = ["code"]


@extend_schema(summary=_("管理办法的各个版本，新的在前"), tags=["rulebooks"])
class Rulebooks(Listing):
    """Every version of every regulation that was adopted. They are known throughout the bank: no scope."""

    scope = "rulebooks:read"
    queryset = RulebookVersion.objects.filter(state__in=RulebookVersion.COUNTING).defer("content")
    serializer_class = RulebookSerializer
    filterset_class = RulebookFilters
    ordering = ("-id",)

    def may_read(self, user: Any) -> bool:
        """Everyone who may log in."""
        return True

    def visible(self, rows: Any) -> Any:
        """All of them."""
        return rows
