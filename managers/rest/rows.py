"""Parts that rows of several resources share."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import serializers

from managers.models import Branch, ClientManager


class BranchSerializer(serializers.ModelSerializer[Branch]):
    """A branch, by code and name."""

    class Meta:
        model = Branch
        fields = ["code", "name"]


class PersonSerializer(serializers.ModelSerializer[ClientManager]):
    """Which client manager a row is about."""

    branch = BranchSerializer()

    class Meta:
        model = ClientManager
        fields = ["employee_no", "name", "branch"]


class BranchFilter(filters.CharFilter):
    """Rows of a branch and everything below it, by the branch's code."""

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(field_name=path, label=_("机构号，含下级机构"), max_length=32, **options)

    def filter(self, qs: Any, value: Any) -> Any:
        """A branch's path lists the codes from the root, each between slashes."""
        return qs.filter(**{f"{self.field_name}__contains": f"/{value}/"}) if value else qs


class ManagerFilters(filters.FilterSet):
    """How lists of client managers are narrowed."""

    branch = BranchFilter("branch__path")
    line = filters.ChoiceFilter(choices=ClientManager.Line, label=_("条线"))
    status = filters.ChoiceFilter(choices=ClientManager.Status, label=_("状态"))

    class Meta:
        model = ClientManager
        fields = ["branch", "line", "status"]
