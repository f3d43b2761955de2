"""REST resources of people and portfolios: client managers, customers."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from managers.models import Assignment, ClientManager, Customer
from managers.rest import parameters
from managers.rest.openapi import on_parameter
from managers.rest.rows import BranchFilter, BranchSerializer, ManagerFilters, PersonSerializer
from managers.rest.views import Listing, OfManager
from managers.rules import masking


class ManagerSerializer(PersonSerializer):
    """A client manager as the register has it; the grade is a resource of its own, since it has a day."""

    class Meta(PersonSerializer.Meta):
        fields = [
            *PersonSerializer.Meta.fields,
            "line",
            "status",
            "hired_on",
            "post_started_on",
            "education",
            "title_level",
        ]


@extend_schema(summary=_("客户经理名册"), tags=["managers"])
class Managers(Listing):
    """All client managers in the caller's scope."""

    scope = "managers:read"
    queryset = ClientManager.objects.select_related("branch")
    serializer_class = ManagerSerializer
    filterset_class = ManagerFilters
    ordering = ("employee_no",)


class Manager(OfManager):
    """One client manager."""

    scope = "managers:read"

    @extend_schema(summary=_("一名客户经理"), tags=["managers"], responses=ManagerSerializer)
    def get(self, request: Request, employee_no: str) -> Response:
        """The register's entry."""
        return Response(ManagerSerializer(self.manager()).data)


class HolderSerializer(serializers.ModelSerializer[Assignment]):
    """Who holds a customer, with which share, from when to when."""

    employee_no = serializers.CharField(source="manager.employee_no")

    class Meta:
        model = Assignment
        fields = ["employee_no", "share", "starts_on", "ends_on"]


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer and who holds it on the day asked for; the name of a person is masked."""

    name = serializers.SerializerMethodField()
    branch = BranchSerializer()
    managers = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = ["customer_no", "name", "kind", "branch", "managers"]

    def get_name(self, customer: Customer) -> str:
        """Programs get the name of a company, and of a person the first character."""
        return masking.name(customer.name) if customer.kind == Customer.Kind.PERSONAL else customer.name

    @extend_schema_field(HolderSerializer(many=True))
    def get_managers(self, customer: Any) -> list[dict[str, Any]]:
        """The assignments the caller may see."""
        return list(HolderSerializer(customer.held, many=True).data)


class CustomerFilters(filters.FilterSet):
    """How the list of customers is narrowed."""

    branch = BranchFilter("branch__path")
    kind = filters.ChoiceFilter(choices=Customer.Kind, label=_("类型"))

    class Meta:
        model = Customer
        fields = ["branch", "kind"]


@extend_schema(
    summary=_("客户与归属"),
    tags=["customers"],
    parameters=[on_parameter(_("归属的日期；默认今天"))],
)
class Customers(Listing):
    """Customers in the caller's scope, with the shares that hold on a day."""

    scope = "customers:read"
    permission = "view_people"
    query_names = frozenset({"on"})
    queryset = Customer.objects.select_related("branch")
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    ordering = ("customer_no",)

    def get_queryset(self) -> Any:
        """Customers, each with `held`: its assignments on the day that lie in the caller's scope too."""
        on = parameters.day(self.request.query_params, "on") or self.today
        held = self.visible(_holding(on)).select_related("manager").order_by("manager__employee_no")
        return super().get_queryset().prefetch_related(Prefetch("assignments", held, to_attr="held"))


def _holding(on: date) -> Any:
    """Assignments that hold on a day, as known now."""
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    return Assignment.objects.current().filter(open_then, starts_on__lte=on)
