"""REST resource of the procedure: appraisals, with state, verdict and decision."""

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from appraisal.models import TOLD, Appraisal, Cycle, State
from grading.rules.wording import OUTCOMES
from managers.rest import access
from managers.rest.rows import BranchFilter, PersonSerializer
from managers.rest.views import Listing


class CycleSerializer(serializers.ModelSerializer[Cycle]):
    """Which round of appraisals."""

    class Meta:
        model = Cycle
        fields = ["id", "scheme", "period", "starts_on", "ends_on"]


class AppraisalSerializer(serializers.ModelSerializer[Appraisal]):
    """One appraisal. What is not for the person appraised, or not yet, is null where that person asks."""

    cycle = CycleSerializer()
    manager = PersonSerializer()
    state = serializers.ChoiceField(choices=State.choices)
    verdict = serializers.IntegerField(source="verdict_id", allow_null=True)
    grade = serializers.CharField(source="verdict.grade_code", default=None, allow_null=True)
    outcome = serializers.ChoiceField(
        source="verdict.outcome", choices=list(OUTCOMES), default=None, allow_null=True
    )
    proposed_grade = serializers.CharField(source="verdict.proposed_grade", default=None, allow_null=True)
    flags = serializers.SerializerMethodField()
    decided_grade = serializers.SerializerMethodField()
    decided_outcome = serializers.SerializerMethodField()

    class Meta:
        model = Appraisal
        fields = [
            "id",
            "cycle",
            "manager",
            "state",
            "state_since",
            "verdict",
            "grade",
            "outcome",
            "proposed_grade",
            "flags",
            "decided_grade",
            "decided_outcome",
        ]

    def get_flags(self, row: Appraisal) -> list[str] | None:
        """Codes of what made it worth a second look: for those who look."""
        return None if self._own(row) else [flag["code"] for flag in row.flags]

    def get_decided_grade(self, row: Appraisal) -> str | None:
        """The grade decided."""
        return row.decided_grade or None if self._told(row) else None

    def get_decided_outcome(self, row: Appraisal) -> str | None:
        """What was decided."""
        return row.decided_outcome or None if self._told(row) else None

    def _told(self, row: Appraisal) -> bool:
        """A decision reaches the person it is about when it is published."""
        return not self._own(row) or row.state in TOLD

    def _own(self, row: Appraisal) -> bool:
        own = access.own_file(self.context["request"].user)
        return own is not None and own.pk == row.manager_id


class AppraisalFilters(filters.FilterSet):
    """How the list of appraisals is narrowed."""

    cycle = filters.ModelChoiceFilter(queryset=Cycle.objects.all(), label=_("考核周期的编号"))
    scheme = filters.CharFilter("cycle__scheme", label=_("办法代码"))
    period = filters.CharFilter("cycle__period", label=_("考核期，如 1993Q3"))
    state = filters.ChoiceFilter(choices=State.choices, label=_("状态"))
    outcome = filters.ChoiceFilter(
        field_name="verdict__outcome", choices=[(code, code) for code in OUTCOMES], label=_("结论")
    )
    branch = BranchFilter("manager__branch__path")
    employee_no = filters.CharFilter("manager__employee_no", label=_("工号"))

    class Meta:
        model = Appraisal
        fields = ["cycle", "scheme", "period", "state", "outcome", "branch", "employee_no"]


@extend_schema(summary=_("考核，新的在前"), tags=["appraisals"])
class Appraisals(Listing):
    """The appraisals in the caller's scope."""

    scope = "appraisals:read"
    permission = "view_appraisals"
    queryset = Appraisal.objects.select_related("cycle", "manager__branch", "verdict").defer(
        "verdict__evidence", "verdict__result"
    )
    serializer_class = AppraisalSerializer
    filterset_class = AppraisalFilters
    ordering = ("-id",)
